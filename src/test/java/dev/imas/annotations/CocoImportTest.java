package dev.imas.annotations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CocoImportTest {
    private static final String CATEGORIES = "{\"id\": 7, \"name\": \"cat\"}, {\"id\": 3, \"name\": \"dog\"}";
    private static final String SQUARE = "[[1,0, 3,0, 3,2, 1,2]]";

    @TempDir
    Path dir;

    private ImportFolder folder() {
        return new ImportFolder(dir, AnnotationFormat.COCO);
    }

    private static String image(int id, String name) {
        return "{\"id\": " + id + ", \"file_name\": \"" + name + "\", \"width\": 4, \"height\": 3}";
    }

    private static String object(int image, int category, String segmentation) {
        return "{\"id\": 1, \"image_id\": " + image + ", \"category_id\": " + category + ", \"iscrowd\": 0, \"bbox\":"
                + " [1,0,2,2], \"segmentation\": " + segmentation + "}";
    }

    private static String coco(String images, String objects) {
        return "{\"info\": {}, \"annotations\": [" + objects + "], \"images\": [" + images + "], \"categories\": ["
                + CATEGORIES + "]}";
    }

    @Test
    void categoriesAreNumberedInTheirOrderWhateverTheirIds() {
        String report = folder().picture("a.png", 4, 3)
                .picture("b.png", 4, 3)
                .text(
                        "i.json",
                        coco(
                                image(5, "a.png") + "," + image(6, "b.png"),
                                object(5, 3, SQUARE) + ","
                                        + object(5, 7, "[[0,0, 2,0, 2,1, 0,1], [3,2, 4,2, 4,3, 3,3]]")))
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("1120\n0220\n0001\n");
        assertThat(folder().written("classes.yaml")).contains("[\"background\", \"cat\", \"dog\"]");
        assertThat(report).contains("masks    1 of 2 pictures").contains("class    2   dog: 1 annotation");
    }

    /** The same pixels in the forms that pycocotools, CVAT and others write. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"size\": [3, 4], \"counts\": [3, 2, 1, 2, 4]}",
                "{\"counts\": \"32103\", \"size\": [3, 4]}",
                "[{\"size\": [3, 4], \"counts\": [3, 2, 1, 2, 4]}]",
                "{\"size\": [3.0, 4], \"counts\": [3, 2, 1, 2, 4, 0]}"
            })
    void runLengthsAreRead(String runs) {
        folder().picture("a.png", 4, 3)
                .text("i.json", coco(image(5, "a.png"), object(5, 7, runs).replace("\"iscrowd\": 0", "\"iscrowd\": 1")))
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("0110\n0110\n0000\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"size\": [3, 4], \"counts\": [3, 2]} > $.annotations[0].segmentation.counts add up to 5 pixels; "
                        + "expected 12, 3 rows of 4",
                "{\"size\": [3, 4], \"counts\": [-3, 15]} > segmentation.counts[0] is -3; expected a whole number",
                "{\"size\": [3, 4], \"counts\": \"32\"} > segmentation.counts add up to 5 pixels",
                "{\"size\": [3, 4], \"counts\": \"~\"} > segmentation.counts is no run lengths in COCO's text form",
                "{\"size\": [3, 4], \"counts\": \"PPPPPPPPPPPPPP\"} > is no run lengths in COCO's text form",
                "{\"size\": [3, 4], \"counts\": \"O\"} > segmentation.counts has a run of -1 pixels",
                "{\"size\": [90000, 90000], \"counts\": []} > segmentation.size is a list of 2; expected at most",
                "{\"size\": [3], \"counts\": []} > segmentation.size is a list of 1; expected [height, width]",
                "{\"size\": [4, 3], \"counts\": [12]} > segmentation.size is 4, 3; expected 3, 4, height and width",
                "{\"counts\": [12]} > segmentation.size is missing; expected a list",
                "[[1,2,3]] > segmentation[0] is a list of 3; expected x and y of every corner",
                "7 > segmentation is 7; expected a list"
            })
    void brokenSegmentationsAreRefused(String text) {
        String[] both = text.split(" > ");
        ImportFolder folder =
                folder().picture("a.png", 4, 3).text("i.json", coco(image(5, "a.png"), object(5, 7, both[0])));
        assertThatThrownBy(folder::run).isInstanceOf(UserException.class).hasMessageContaining(both[1]);
        assertThat(folder.out()).doesNotExist();
    }

    @Test
    void picturesAreFoundInFoldersHoweverTheirPathsAreWritten() {
        folder().picture("train/a.png", 4, 3)
                .picture("val/a.png", 4, 3)
                .picture("c.png", 4, 3)
                .text(
                        "i.json",
                        coco(
                                image(1, "data\\\\val\\\\a.png") + "," + image(2, "/home/x/train/a.png") + ","
                                        + image(3, "images/C.PNG"),
                                object(1, 7, SQUARE) + "," + object(2, 3, SQUARE) + "," + object(3, 3, SQUARE)))
                .run();
        assertThat(folder().mask("val-a.png")).isEqualTo("0110\n0110\n0000\n");
        assertThat(folder().mask("train-a.png")).isEqualTo("0220\n0220\n0000\n");
        assertThat(folder().mask("c.png")).isEqualTo("0220\n0220\n0000\n");
        assertThat(folder().out().resolve("images/val-a.png")).exists();
    }

    /** As Roboflow exports them; one file of annotations in each. */
    @Test
    void partsOfADataSetStayApart() throws IOException {
        ImportFolder folder = folder().picture("train/a.png", 4, 3)
                .picture("train/b.png", 4, 3)
                .picture("valid/a.png", 4, 3)
                .picture("test/c.png", 4, 3)
                .text(
                        "i.json",
                        coco(
                                image(1, "train/a.png") + "," + image(2, "valid/a.png") + "," + image(3, "c.png"),
                                object(1, 7, SQUARE) + "," + object(2, 3, SQUARE) + "," + object(3, 3, SQUARE)));
        assertThat(folder.run())
                .contains("parts    train 2, validation 1, test 1 pictures, by their first folders: kept apart");
        try (Stream<Path> files = Files.walk(folder.out())) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> folder.out().relativize(file).toString()))
                    .contains(
                            "images/a.png",
                            "images/b.png",
                            "masks/a.png",
                            "val/images/a.png",
                            "val/masks/a.png",
                            "test/images/c.png",
                            "test/masks/c.png")
                    .hasSize(9);
        }
    }

    @Test
    void partsWithoutOneToLearnFromAreOneSet() {
        ImportFolder folder = folder().picture("valid/a.png", 4, 3)
                .picture("test/c.png", 4, 3)
                .text("i.json", coco(image(1, "valid/a.png"), object(1, 7, SQUARE)));
        assertThat(folder.run()).doesNotContain("parts    ");
        assertThat(folder.out().resolve("images/a.png")).exists();
    }

    @Test
    void aNameThatFitsTwoPicturesIsRefused() {
        ImportFolder folder = folder().picture("train/a.png", 4, 3)
                .picture("val/a.png", 4, 3)
                .text("i.json", coco(image(1, "a.png"), object(1, 7, SQUARE)));
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the name a.png fits ")
                .hasMessageContaining("train/a.png and ");
    }

    /** Two pictures of one base name, of which one is there: only its own annotations belong on it. */
    @Test
    void annotationsOfAnotherFoldersPictureAreLeftOutWhereFoldersTell() {
        ImportFolder folder = folder().picture("video1/a.png", 4, 3)
                .text(
                        "i.json",
                        coco(
                                image(1, "video1/a.png") + "," + image(2, "video2/a.png"),
                                object(1, 7, SQUARE) + "," + object(2, 3, "[[0,0, 4,0, 4,3, 0,3]]")));
        String report = folder.from(folder.images().resolve("video1")).run();
        assertThat(folder.mask("a.png")).isEqualTo("0110\n0110\n0000\n");
        assertThat(report).contains("annotated pictures that are not in --images: 1 (video2/a.png (");
    }

    /** Folders may have been renamed, or the picture is another one, which people are told. */
    @Test
    void aPictureInAnotherFolderThanTheAnnotationsSayIsNoted() {
        ImportFolder folder = folder().picture("video1/a.png", 4, 3)
                .text("i.json", coco(image(1, "video2/a.png"), object(1, 7, SQUARE)));
        assertThat(folder.run())
                .contains("note     found by the base name alone, in other folders than the annotations say: 1"
                        + " (video2/a.png as ")
                .contains("video1/a.png)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"video2/a.png", "./a.png", "a.png", "x/video2/a.png"})
    void aPictureInItsOwnFolderOrOfNoneIsNot(String name) {
        ImportFolder folder =
                folder().picture("b/video2/a.png", 4, 3).text("i.json", coco(image(1, name), object(1, 7, SQUARE)));
        assertThat(folder.run()).doesNotContain("by the base name alone");
    }

    @ParameterizedTest
    @CsvSource({"video1/a.png, video2/a.png", "a.png, a.jpg", "a.png, video1/a.png"})
    void entriesOfTwoPicturesThatLeadToOneAreRefused(String one, String other) {
        ImportFolder folder = folder().picture("a.png", 4, 3)
                .text("i.json", coco(image(1, one) + "," + image(2, other), object(1, 7, SQUARE)));
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("i.json $.images[0] (" + one + ") and ")
                .hasMessageContaining("i.json $.images[1] (" + other + ") both lead to ")
                .hasMessageContaining("a.png; expected one picture for each: give --images the folder that holds both");
        assertThat(folder.out()).doesNotExist();
    }

    /** Such as one file a class, or a file a person. */
    @ParameterizedTest
    @ValueSource(strings = {"a.png", "images/a.png", "a.jpg", "/home/x/images/A.PNG"})
    void severalFilesMayBeAboutOnePicture(String other) {
        folder().picture("a.png", 4, 3)
                .text("1.json", coco(image(1, "images/a.png"), object(1, 7, SQUARE)))
                .text("2.json", coco(image(1, other), object(1, 3, "[[0,2, 4,2, 4,3, 0,3]]")))
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("0110\n0110\n2222\n");
    }

    @Test
    void missingPicturesAndBoxesAreCounted() {
        String report = folder().picture("a.png", 4, 3)
                .text(
                        "i.json",
                        coco(
                                image(1, "a.png") + "," + image(2, "gone.png"),
                                object(1, 7, SQUARE) + "," + object(2, 7, SQUARE) + "," + object(1, 3, "[]")))
                .run();
        assertThat(report)
                .contains("annotated pictures that are not in --images: 1 (gone.png (")
                .contains("annotations without a segmentation: 1 (");
    }

    @Test
    void aBackgroundCategoryIsTheBackground() {
        folder().picture("a.png", 4, 3)
                .text("i.json", coco(image(1, "a.png"), object(1, 3, SQUARE)).replace("\"cat\"", "\"_background_\""))
                .run();
        assertThat(folder().written("classes.yaml")).contains("[\"background\", \"dog\"]");
        assertThat(folder().mask("a.png")).isEqualTo("0110\n0110\n0000\n");
    }

    @Test
    void aListOfClassesNamesThoseThatAreWanted() {
        folder().picture("a.png", 4, 3)
                .text("i.json", coco(image(1, "a.png"), object(1, 3, SQUARE)))
                .classes("bird\ndog\n")
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("0220\n0220\n0000\n");
        ImportFolder other = new ImportFolder(dir.resolve("other"), AnnotationFormat.COCO)
                .picture("a.png", 4, 3)
                .text("i.json", coco(image(1, "a.png"), object(1, 3, SQUARE) + "," + object(1, 7, SQUARE)))
                .classes("cat\n* = skip\n");
        assertThat(other.run()).contains("annotations of dog, which is left out: 1 (");
        assertThat(other.mask("a.png")).isEqualTo("0110\n0110\n0000\n");
    }

    @Test
    void faultsOfAllKindsAreToldAtOnce() {
        ImportFolder folder = folder().picture("a.png", 5, 3)
                .text(
                        "i.json",
                        coco(
                                image(1, "a.png") + "," + image(1, "b.png") + ",{\"id\": 2}",
                                object(9, 7, SQUARE) + "," + object(1, 8, SQUARE) + "," + object(1, 7, SQUARE)));
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("$.images[1].id is 1 a second time")
                .hasMessageContaining("$.images[2].file_name is missing; expected a text")
                .hasMessageContaining("$.annotations[0].image_id is 9, which is no id of an image")
                .hasMessageContaining("$.annotations[1].category_id is 8, which is no id of a category");
    }

    @Test
    void aPictureOfAnotherSizeIsRefused() {
        ImportFolder folder =
                folder().picture("a.png", 8, 6).text("i.json", coco(image(1, "a.png"), object(1, 7, SQUARE)));
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("$.images[0] is about a picture of 4x3, but ")
                .hasMessageContaining("is 8x6");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"image_id\": 1}] > is a list, perhaps of results; expected COCO's instances",
                "{\"images\": [], \"annotations\": [{\"segments_info\": []}]} > holds COCO's panoptic segments",
                "{\"images\": [], \"annotations\": [{\"image_id\": 1, \"caption\": \"x\"}]} > holds COCO's captions",
                "{\"images\": [], \"annotations\": []} > $.categories is missing; expected a list",
                "{\"images\": {}, \"annotations\": [], \"categories\": []} > $.images is an object; expected a list",
                "{\"images\": [], \"categories\": [], \"annotations\": [{\"image_id\": 1, \"keypoints\": [1]}]} > "
                        + "has no segmentation in any of its 1 annotation; boxes and keypoints say nothing of single"
            })
    void otherKindsOfCocoAreRefused(String text) {
        String[] both = text.split(" > ");
        ImportFolder folder = folder().picture("a.png", 4, 3).text("i.json", both[0]);
        assertThatThrownBy(folder::run).isInstanceOf(UserException.class).hasMessageContaining(both[1]);
    }

    @Test
    void annotationsOfALargerPictureAreRefusedWhereItsSizeIsNotSaid() {
        String far = "[[5,0,7,0,7,2,5,2]]";
        String unsized = "{\"id\": 1, \"file_name\": \"a.png\"}";
        ImportFolder folder = folder().picture("a.png", 4, 3)
                .text(
                        "i.json",
                        coco(unsized, object(1, 7, SQUARE) + "," + object(1, 7, SQUARE) + "," + object(1, 7, far)));
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining(
                        "i.json $.images[0] does not say its picture's size, and 1 of 3 annotations (such" + " as ")
                .hasMessageContaining("$.annotations[2]) lies outside ")
                .hasMessageContaining("a.png, which is 4x3; expected the picture that was annotated");
        ImportFolder sized = new ImportFolder(dir.resolve("sized"), AnnotationFormat.COCO)
                .picture("a.png", 4, 3)
                .text(
                        "i.json",
                        coco(
                                image(1, "a.png"),
                                object(1, 7, SQUARE) + "," + object(1, 7, SQUARE) + "," + object(1, 7, far)));
        assertThat(sized.run()).contains("annotations outside their picture or smaller than a pixel: 1 (");
    }
}
