package dev.imas.annotations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelMeImportTest {
    private static final String SQUARE = shape("cell", "polygon", "[[1,0],[3,0],[3,2],[1,2]]");

    @TempDir
    Path dir;

    private ImportFolder folder() {
        return new ImportFolder(dir, AnnotationFormat.LABELME);
    }

    private static String shape(String label, String type, String points) {
        return "{\"label\": \"" + label + "\", \"points\": " + points + ", \"group_id\": null, \"shape_type\": \""
                + type + "\", \"flags\": {}}";
    }

    private static String file(String path, String... shapes) {
        return "{\"version\": \"5.4.1\", \"flags\": {}, \"shapes\": [" + String.join(",", shapes)
                + "], \"imagePath\": \"" + path + "\", \"imageData\": \"" + "A".repeat(100)
                + "\", \"imageHeight\": 4, \"imageWidth\": 5}";
    }

    @Test
    void everyShapeThatCoversSomethingIsDrawn() throws IOException {
        String mask = shape("mask", "mask", "[[3.0,0.0],[4.0,1.0]]")
                .replace("\"flags\"", "\"mask\": \"" + png(2, 2, 1, 0, 1, 1) + "\", \"flags\"");
        String report = folder().picture("a.png", 5, 4)
                .text(
                        "a.json",
                        file(
                                "a.png",
                                shape("polygon", "polygon", "[[0,0],[1,0],[1,1],[0,1]]"),
                                shape("rectangle", "rectangle", "[[2,2],[0,4]]"),
                                shape("circle", "circle", "[[3.5,2.5],[3.5,3.5]]"),
                                mask,
                                shape("line", "line", "[[0,0],[1,1]]"),
                                shape("line", "linestrip", "[[0,0],[1,1]]"),
                                shape("point", "point", "[[0,0]]")))
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("10040\n00044\n22333\n22030\n");
        assertThat(report)
                .contains("shapes of the type line, which covers nothing: 1 (")
                .contains("shapes of the type linestrip, which covers nothing: 1 (")
                .contains("shapes of the type point, which covers nothing: 1 (");
    }

    private static String png(int width, int height, int... values) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setPixels(0, 0, width, height, values);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    @Test
    void version3HasPolygonsAloneAndColours() {
        folder().picture("a.png", 5, 4)
                .text(
                        "a.json",
                        "{\"shapes\": [{\"label\": \"cell\", \"line_color\": null, \"fill_color\": [255, 0, 0, 128],"
                                + " \"points\": [[1,0],[3,0],[3,2],[1,2]]}], \"lineColor\": [0, 255, 0, 128],"
                                + " \"imagePath\": \"..\\\\pictures\\\\a.png\", \"imageData\": null}")
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("01100\n01100\n00000\n00000\n");
        assertThat(folder().written("classes.yaml")).contains("[\"#000000\", \"#ff0000\"]");
    }

    @Test
    void ignoredAndBackgroundLabelsAreWhatTheySay() {
        folder().picture("a.png", 5, 4)
                .text(
                        "a.json",
                        file(
                                "a.png",
                                SQUARE,
                                shape("_background_", "rectangle", "[[1,0],[2,1]]"),
                                shape("__ignore__", "rectangle", "[[0,3],[5,4]]")))
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("00100\n01100\n00000\nxxxxx\n");
    }

    @Test
    void aStaleImagePathIsForgivenAndOneThatLeadsElsewhereIsNot() {
        ImportFolder folder = folder().picture("a.png", 5, 4).text("a.json", file("renamed.jpg", SQUARE));
        folder.run();
        assertThat(folder.mask("a.png")).startsWith("01100\n");
        ImportFolder other = new ImportFolder(dir.resolve("other"), AnnotationFormat.LABELME)
                .picture("a.png", 5, 4)
                .picture("b.png", 5, 4)
                .text("a.json", file("b.png", SQUARE));
        assertThatThrownBy(other::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a.json: $.imagePath leads to ")
                .hasMessageContaining("b.png, the file's own name to ");
    }

    /** imagePath has no folder where the picture lies beside its file, so that the file's folder is the picture's. */
    @Test
    void theFoldersOfFilesTellWhichPictureTheyAreAbout() {
        ImportFolder folder = folder().picture("video1/a.png", 5, 4)
                .picture("video2/a.png", 5, 4)
                .text("video1/a.json", file("a.png", SQUARE))
                .text("video2/a.json", file("a.png", shape("cell", "rectangle", "[[0,3],[5,4]]")));
        folder.run();
        assertThat(folder.mask("video1-a.png")).isEqualTo("01100\n01100\n00000\n00000\n");
        assertThat(folder.mask("video2-a.png")).isEqualTo("00000\n00000\n00000\n11111\n");
    }

    @Test
    void annotationsOfAnotherFoldersPictureAreLeftOut() {
        ImportFolder folder = folder().picture("video1/a.png", 5, 4)
                .text("video1/a.json", file("a.png", SQUARE))
                .text("video2/a.json", file("a.png", shape("cell", "rectangle", "[[0,3],[5,4]]")));
        String report = folder.from(folder.images().resolve("video1")).run();
        assertThat(folder.mask("a.png")).isEqualTo("01100\n01100\n00000\n00000\n");
        assertThat(report)
                .contains("annotated pictures that are not in --images: 1 (")
                .contains("video2/a.png (");
    }

    @Test
    void filesOfTwoPicturesThatLeadToOneAreRefused() {
        ImportFolder folder = folder().picture("a.png", 5, 4)
                .text("video1/a.json", file("a.png", SQUARE))
                .text("video2/a.json", file("a.png", SQUARE));
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("video1/a.png) and ")
                .hasMessageContaining("video2/a.png) both lead to ");
    }

    @Test
    void severalFilesMayNameOnePicture() {
        folder().picture("a.png", 5, 4)
                .text("cells/a.json", file("../../images/a.png", SQUARE))
                .text("rows/a.json", file("../../images/a.png", shape("row", "rectangle", "[[0,3],[5,4]]")))
                .text(
                        "rows/a.more.json",
                        file("..\\\\..\\\\images\\\\a.png", shape("row", "rectangle", "[[0,2],[1,3]]")))
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("01100\n01100\n20000\n22222\n");
    }

    @Test
    void otherJsonInTheFolderIsNamed() {
        assertThat(folder().picture("a.png", 5, 4)
                        .text("a.json", file("a.png", SQUARE))
                        .text("settings.json", "{\"a\": 1}")
                        .text("._a.json", "junk")
                        .run())
                .contains("JSON files that are none of LabelMe, as they hold no shapes: 1 (");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "circle [[1,1]] > $.shapes[0].points is a list of 1; expected the centre of a circle and a point on it",
                "rectangle [[1,1]] > $.shapes[0].points is a list of 1; expected two corners of a rectangle",
                "mask [[1,1],[2,2]] > $.shapes[0].mask is missing; expected a text",
                "polygon 3 > $.shapes[0].points is 3; expected a list",
                "polygon [[1,\"2\"]] > $.shapes[0].points[0][1] is \"2\"; expected a number of pixels"
            })
    void brokenShapesAreRefused(String text) {
        String[] both = text.split(" > ");
        String[] shape = both[0].split(" ");
        ImportFolder folder =
                folder().picture("a.png", 5, 4).text("a.json", file("a.png", shape("x", shape[0], shape[1])));
        assertThatThrownBy(folder::run).isInstanceOf(UserException.class).hasMessageContaining("a.json: " + both[1]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"!!! > is no PNG", "AAAA > is no PNG", "iVBORw0KGgo= > is a damaged PNG"})
    void brokenMasksAreRefused(String text) {
        String[] both = text.split(" > ");
        String mask =
                shape("mask", "mask", "[[3,0],[4,1]]").replace("\"flags\"", "\"mask\": \"" + both[0] + "\", \"flags\"");
        ImportFolder folder = folder().picture("a.png", 5, 4).text("a.json", file("a.png", mask));
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("$.shapes[0].mask " + both[1]);
    }

    @Test
    void aPictureOfAnotherSizeIsRefused() {
        ImportFolder folder = folder().picture("a.png", 4, 5).text("a.json", file("a.png", SQUARE));
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a.json is about a picture of 5x4, but ")
                .hasMessageContaining("is 4x5");
    }

    @Test
    void classesThatDifferInCaseOrBlanksAloneAreTold() {
        String report = folder().picture("a.png", 5, 4)
                .text(
                        "a.json",
                        file(
                                "a.png",
                                shape("T cell", "rectangle", "[[0,0],[1,1]]"),
                                shape("t  Cell", "rectangle", "[[2,2],[3,3]]")))
                .run();
        assertThat(report)
                .contains("warning  the classes \"T cell\" and \"t  Cell\" differ in case or blanks alone; if they are"
                        + " one, list the classes in a file (--classes), with t  Cell = T cell");
    }
}
