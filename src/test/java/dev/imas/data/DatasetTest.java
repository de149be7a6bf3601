package dev.imas.data;

import static dev.imas.image.TestFiles.config;
import static dev.imas.image.TestFiles.list;
import static dev.imas.image.TestFiles.mask;
import static dev.imas.image.TestFiles.picture;
import static dev.imas.image.TestFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.image.PictureNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each layout on generated files, and what is said of lists and folders that are not right. */
class DatasetTest {
    @TempDir
    Path root;

    private ImasConfig of(String layout, Object... more) {
        List<Object> keys = new ArrayList<>(List.of("data.layout", layout, "data.root", root.toString()));
        keys.addAll(Arrays.asList(more));
        return config(keys.toArray());
    }

    private ImasConfig lists(String layout) {
        return of(layout, "data.labeled", "l.txt", "data.unlabeled", "u.txt", "data.validation", "v.txt");
    }

    private void refused(ImasConfig config, String message) {
        assertThatThrownBy(() -> Dataset.open(config))
                .isInstanceOf(UserException.class)
                .hasMessage(message);
    }

    private static List<String> ids(ImageSource source) {
        return IntStream.range(0, source.size()).mapToObj(source::id).toList();
    }

    /** Three pictures of 8x6 with masks of label 0 to 2, without the mask of u. */
    @BeforeEach
    void threePictures() {
        for (String name : List.of("a", "u", "v")) {
            picture(root.resolve("JPEGImages/" + name + ".jpg"), 8, 6);
        }
        mask(root.resolve("SegmentationClassAug/a.png"), 8, 6, 1, 255);
        mask(root.resolve("SegmentationClassAug/v.png"), 8, 6, 2);
    }

    private void expectThreePictures(Dataset data) {
        assertThat(ids(data.labeled())).containsExactly("a");
        assertThat(ids(data.unlabeled())).containsExactly("u");
        assertThat(ids(data.validation())).containsExactly("v");
        assertThat(data.labeled().mask(0).labels()).startsWith(1, 255, 1, 255);
        assertThat(data.labeled().image(0).width()).isEqualTo(8);
        assertThat(data.unlabeled().image(0).height()).isEqualTo(6);
        assertThat(data.validation().mask(0).labels()).containsOnly(2);
        assertThatThrownBy(() -> data.unlabeled().mask(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void listsOfPathsWhereTheUnlabeledMaskIsMissingOrAbsent() {
        list(root.resolve("l.txt"), "# comment", "", "JPEGImages/a.jpg  SegmentationClassAug/a.png\r");
        list(root.resolve("v.txt"), "\uFEFF/JPEGImages/v.jpg /SegmentationClassAug/v.png");
        list(root.resolve("u.txt"), "JPEGImages/u.jpg");
        expectThreePictures(Dataset.open(lists("list")));
        list(root.resolve("u.txt"), "JPEGImages/u.jpg nowhere/u.png");
        expectThreePictures(Dataset.open(lists("list")));
    }

    @Test
    void pathsWithSpacesAreSeparatedByATab() {
        picture(root.resolve("my pictures/a 1.png"), 8, 6);
        mask(root.resolve("my masks/a 1.png"), 8, 6, 1);
        list(root.resolve("l.txt"), "my pictures/a 1.png\tmy masks/a 1.png");
        list(root.resolve("u.txt"), "JPEGImages/u.jpg");
        list(root.resolve("v.txt"), "JPEGImages/v.jpg SegmentationClassAug/v.png");
        assertThat(Dataset.open(lists("list")).labeled().mask(0).labels()).containsOnly(1);
    }

    @Test
    void spacesAndBackslashesAreUnderstoodWhereSuchFilesExist() {
        picture(root.resolve("my pictures/a 1.png"), 8, 6);
        mask(root.resolve("my masks/a 1.png"), 8, 6, 1);
        picture(root.resolve("my pictures/u.png"), 8, 6);
        list(
                root.resolve("l.txt"),
                "my pictures/a 1.png my masks/a 1.png",
                "JPEGImages\\a.jpg SegmentationClassAug\\a.png");
        list(root.resolve("u.txt"), "my pictures/u.png", "JPEGImages/u.jpg\t", "JPEGImages\\v.jpg nowhere\\v.png");
        list(root.resolve("v.txt"), "JPEGImages/v.jpg\tSegmentationClassAug/v.png\t\r");
        Dataset data = Dataset.open(lists("list"));
        assertThat(ids(data.labeled())).containsExactly("a 1", "a");
        assertThat(ids(data.unlabeled())).containsExactly("my pictures_u", "JPEGImages_u", "JPEGImages_v");
        assertThat(data.labeled().mask(0).labels()).containsOnly(1);
    }

    @Test
    void absolutePathsStay() {
        list(
                root.resolve("l.txt"),
                root.resolve("JPEGImages/a.jpg") + " " + root.resolve("SegmentationClassAug/a.png"));
        list(root.resolve("u.txt"), root.resolve("JPEGImages/u.jpg").toString());
        list(root.resolve("v.txt"), "JPEGImages/v.jpg SegmentationClassAug/v.png");
        expectThreePictures(Dataset.open(lists("list")));
    }

    @Test
    void vocIdentifiersAndPaths() throws IOException {
        list(root.resolve("l.txt"), "a");
        list(root.resolve("u.txt"), "u");
        list(root.resolve("v.txt"), "JPEGImages/v.jpg");
        expectThreePictures(Dataset.open(lists("voc")));
        list(root.resolve("v.txt"), "/JPEGImages/v.jpg /SegmentationClassAug/v.png");
        expectThreePictures(Dataset.open(lists("voc")));
        Files.move(root.resolve("SegmentationClassAug"), root.resolve("SegmentationClass"));
        list(root.resolve("v.txt"), "v");
        expectThreePictures(Dataset.open(lists("voc")));
    }

    @Test
    void cityscapesPaths() {
        for (String name : List.of("train/ulm/ulm_0_0", "train/ulm/ulm_0_1", "val/bonn/bonn_0_0")) {
            picture(root.resolve("leftImg8bit/" + name + "_leftImg8bit.png"), 8, 6);
        }
        mask(root.resolve("gtFine/train/ulm/ulm_0_0_gtFine_labelTrainIds.png"), 8, 6, 4);
        mask(root.resolve("gtFine/val/bonn/bonn_0_0_gtFine_labelTrainIds.png"), 8, 6, 5);
        list(root.resolve("l.txt"), "leftImg8bit/train/ulm/ulm_0_0_leftImg8bit.png");
        list(root.resolve("u.txt"), "leftImg8bit/train/ulm/ulm_0_1_leftImg8bit.png");
        list(root.resolve("v.txt"), "/leftImg8bit/val/bonn/bonn_0_0_leftImg8bit.png");
        Dataset data = Dataset.open(lists("cityscapes"));
        assertThat(data.labeled().mask(0).labels()).containsOnly(4);
        assertThat(data.validation().mask(0).labels()).containsOnly(5);
        assertThat(ids(data.unlabeled())).containsExactly("ulm_0_1_leftImg8bit");
        list(root.resolve("l.txt"), "train/ulm.png");
        refused(
                lists("cityscapes"),
                root.resolve("l.txt") + ":1 is train/ulm.png; expected leftImg8bit/..._leftImg8bit.png");
    }

    @Test
    void equalNamesInTwoFoldersAreToldApart() {
        for (String folder : List.of("x", "y")) {
            picture(root.resolve(folder + "/1.png"), 8, 6);
        }
        list(root.resolve("l.txt"), "JPEGImages/a.jpg SegmentationClassAug/a.png");
        list(root.resolve("u.txt"), "x/1.png", "/y/1.png");
        list(root.resolve("v.txt"), "JPEGImages/v.jpg SegmentationClassAug/v.png");
        assertThat(ids(Dataset.open(lists("list")).unlabeled())).containsExactly("x_1", "y_1");
    }

    /** images/0..9, masks of 0..5. */
    private void folders() {
        for (int i = 0; i < 10; i++) {
            picture(root.resolve("images/" + i + ".png"), 8, 6);
            if (i < 6) {
                mask(root.resolve("masks/" + i + ".png"), 8, 6, i);
            }
        }
        write(root.resolve("images/notes.txt"), new byte[1]);
    }

    @Test
    void foldersAlone() {
        folders();
        Dataset data = Dataset.open(of("folders"));
        assertThat(ids(data.validation())).containsExactly("0", "5");
        assertThat(ids(data.labeled())).containsExactly("1", "2", "3", "4");
        assertThat(ids(data.unlabeled())).containsExactly("6", "7", "8", "9");
        assertThat(data.labeled().mask(2).labels()).containsOnly(3);
        assertThat(ids(Dataset.openValidation(of("folders")).validation())).isEqualTo(ids(data.validation()));
    }

    /** A run's configuration names what was set aside: every fifth of more masks would be learned from before. */
    @Test
    void theSamePicturesValidateWhenThereAreMoreMasks() {
        folders();
        ImasConfig ofRun = DataFolder.resolved(of("folders"), note -> {});
        assertThat(ofRun.data().setAside()).containsExactly("0", "5");
        mask(root.resolve("masks/8.png"), 8, 6, 1);
        picture(root.resolve("images/+.png"), 8, 6);
        mask(root.resolve("masks/+.png"), 8, 6, 1);
        assertThat(ids(Dataset.openValidation(ofRun).validation())).containsExactly("0", "5");
        assertThat(DataFolder.resolved(ofRun, note -> {})).isEqualTo(ofRun);
    }

    @Test
    void foldersWithAValidationFolder() {
        folders();
        picture(root.resolve("val/images/0.png"), 8, 6);
        mask(root.resolve("val/masks/0.png"), 8, 6, 6);
        Dataset data = Dataset.open(of("folders"));
        assertThat(data.validation().mask(0).labels()).containsOnly(6);
        assertThat(ids(data.labeled())).containsExactly("0", "1", "2", "3", "4", "5");
        assertThat(ids(Dataset.openValidation(of("folders")).validation())).containsExactly("0");
        picture(root.resolve("val/images/1.png"), 8, 6);
        refused(
                of("folders"),
                root.resolve("val") + ": the picture " + root.resolve("val/images/1.png")
                        + " has no mask; expected one of its name in masks/, or where data.masks says");
    }

    @Test
    void foldersWithLists() {
        folders();
        list(root.resolve("l.txt"), "1", "images/2.png");
        list(root.resolve("v.txt"), "4");
        Dataset data = Dataset.open(of("folders", "data.labeled", "l.txt", "data.validation", "v.txt"));
        assertThat(ids(data.labeled())).containsExactly("1", "2");
        assertThat(ids(data.validation())).containsExactly("4");
        assertThat(ids(data.unlabeled())).containsExactly("0", "3", "5", "6", "7", "8", "9");
        Dataset chosen = Dataset.open(of("folders", "data.validation", "v.txt"));
        assertThat(ids(chosen.labeled())).containsExactly("0", "1", "2", "3", "5");
        assertThat(ids(chosen.unlabeled())).containsExactly("6", "7", "8", "9");
        list(root.resolve("u.txt"), "9", "0");
        assertThat(ids(Dataset.open(of("folders", "data.unlabeled", "u.txt")).unlabeled()))
                .as("0 validates")
                .containsExactly("9");
        list(root.resolve("l.txt"), "1", "7");
        refused(
                of("folders", "data.labeled", "l.txt"),
                root.resolve("l.txt") + ":2: no mask named 7 in " + root.resolve("masks"));
        list(root.resolve("l.txt"), "12", "./images/1.png", "13");
        refused(
                of("folders", "data.labeled", "l.txt"),
                root.resolve("l.txt") + ":1: no picture named 12 in " + root.resolve("images") + "\n"
                        + root.resolve("l.txt") + ":3: no picture named 13 in " + root.resolve("images"));
    }

    @Test
    void foldersThatAreNotRight() {
        refused(
                of("folders"),
                "no folder at " + root.resolve("images")
                        + "; the folders layout expects images/ and masks/ below data.root");
        picture(root.resolve("images/a.png"), 8, 6);
        refused(
                of("folders"),
                "no labelled picture in " + root + "; put masks with their pictures' names into "
                        + root.resolve("masks") + " (two at least, so that one validates)");
        picture(root.resolve("images/a.jpg"), 8, 6);
        picture(root.resolve("images/b.ome.tif"), 8, 6);
        picture(root.resolve("images/b.ome.png"), 8, 6);
        String matched = " share one name; a picture and its mask are matched by the name before the ending";
        String shared = root.resolve("images/a.jpg") + " and " + root.resolve("images/a.png") + matched + "\n"
                + root.resolve("images/b.ome.png") + " and " + root.resolve("images/b.ome.tif") + matched;
        refused(of("folders"), shared);
        refused(of("folders", "data.pictures", List.of("images/*"), "data.masks", List.of("masks/*")), shared);
    }

    /** NAME.tif and NAME.ome.tif are two pictures, each with its own mask or with none. */
    @Test
    void whereTwoWouldHaveOneNameAnOmeTiffKeepsItsWholeOne() {
        for (String name : List.of("a", "a.ome", "b", "b.ome", "c.ome", "d.ome")) {
            picture(root.resolve("images/" + name + ".tif"), 8, 6);
        }
        for (String name : List.of("a", "a.ome", "b.ome", "c", "d.ome")) {
            mask(root.resolve("masks/" + name + ".png"), 8, 6, 0, 1);
        }
        list(root.resolve("l.txt"), "a", "a.ome", "b.ome.tif", "c", "d.tif");
        list(root.resolve("b.txt"), "b");
        ImasConfig patterns = of("folders", "data.pictures", List.of("images/*"), "data.masks", List.of("masks/*"));
        for (ImasConfig config : List.of(of("folders"), patterns)) {
            assertThat(Layouts.fromFolders(config.data()))
                    .extracting(DatasetTest::pair)
                    .containsExactlyInAnyOrder("a:a", "a.ome:a.ome", "b:null", "b.ome:b.ome", "c.ome:c", "d.ome:d.ome");
            assertThat(Layouts.fromList(config.data(), "data.labeled", "l.txt", true))
                    .extracting(DatasetTest::pair)
                    .containsExactly("a:a", "a.ome:a.ome", "b.ome:b.ome", "c.ome:c", "d.ome:d.ome");
        }
        assertThat(Layouts.fromList(patterns.data(), "data.labeled", "b.txt", true))
                .extracting(DatasetTest::pair)
                .containsExactly("b:null");
        mask(root.resolve("masks/c.ome.png"), 8, 6, 0, 1);
        for (ImasConfig config : List.of(of("folders"), patterns)) {
            assertThatThrownBy(() -> Layouts.fromFolders(config.data()))
                    .isInstanceOf(UserException.class)
                    .hasMessage(root.resolve("masks/c.ome.png") + " and " + root.resolve("masks/c.png")
                            + " share one name; a picture and its mask are matched by the name before the ending");
        }
    }

    private static String pair(FileImages.Sample sample) {
        return PictureNames.stem(sample.picture().toString()) + ":"
                + (sample.mask() == null
                        ? null
                        : PictureNames.stem(sample.mask().toString()));
    }

    @Test
    void foldersWithoutAnUnlabelledOrAValidationPicture() throws IOException {
        for (String name : List.of("a", "b")) {
            picture(root.resolve("images/" + name + ".png"), 8, 6);
            mask(root.resolve("masks/" + name + ".png"), 8, 6, 1);
        }
        assertThat(Dataset.open(of("folders")).unlabeled().size())
                .describedAs("masks annotated in part may do without; only they can tell")
                .isZero();
        refused(
                of("folders", "data.sparse", "off"),
                "no unlabelled picture in " + root
                        + ": all its pictures have a mask or validate; add pictures without a mask,"
                        + " name the labelled ones in a list (--labeled), or set method=supervised");
        assertThat(ids(Dataset.open(of("folders", "method", "supervised")).labeled()))
                .containsExactly("b");
        assertThat(ids(Dataset.openValidation(of("folders")).validation())).containsExactly("a");
        Path val = root.resolve("val");
        Files.createDirectories(val.resolve("images"));
        refused(
                of("folders"),
                "no picture in " + val.resolve("images")
                        + "; put validation pictures there, name a list (--val), or remove " + val);
    }

    @Test
    void embeddedScenesGiveNoMaskOfAnUnlabelledOne() {
        Dataset data = Dataset.open(ConfigYaml.resolve(ConfigYaml.preset("embedded")));
        assertThat(data.labeled().mask(0).width())
                .isEqualTo(data.labeled().image(0).width());
        assertThatThrownBy(() -> data.unlabeled().mask(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(data.unlabeled().id(0));
    }

    @Test
    void supervisedNeedsNoUnlabeledList() {
        list(root.resolve("l.txt"), "a");
        list(root.resolve("v.txt"), "v");
        ImasConfig supervised = of("voc", "data.labeled", "l.txt", "data.validation", "v.txt", "method", "supervised");
        assertThat(Dataset.open(supervised).unlabeled().size()).isZero();
    }

    @Test
    void listsThatAreNotRight() throws IOException {
        list(root.resolve("u.txt"), "JPEGImages/u.jpg");
        list(root.resolve("v.txt"), "JPEGImages/v.jpg SegmentationClassAug/v.png");
        Path labeled = root.resolve("l.txt");
        refused(lists("list"), "data.labeled: no list file at l.txt or " + labeled);
        list(labeled, "JPEGImages/a.jpg");
        refused(
                lists("list"),
                labeled + ":1 names the picture JPEGImages/a.jpg alone; expected its mask in a second column");
        list(labeled, "# nothing", "");
        refused(lists("list"), "data.labeled: " + labeled + " lists no image; expected one a line");
        list(labeled, "", "a b c");
        refused(
                lists("list"),
                labeled
                        + ":2 has 3 columns; expected a picture and at most its mask (separate paths "
                        + "that hold spaces by a tab)");
        list(labeled, "JPEGImages/none.jpg SegmentationClassAug/a.png");
        refused(
                lists("list"),
                labeled + ":1: the picture " + root.resolve("JPEGImages/none.jpg")
                        + " does not exist; check data.root and the list");
        list(labeled, "JPEGImages/a.jpg,SegmentationClassAug/a.png");
        refused(
                lists("list"),
                labeled
                        + ":1 names the picture JPEGImages/a.jpg,SegmentationClassAug/a.png alone; expected its mask"
                        + " in a second column, behind a blank or a tab, not a comma");
        list(labeled, "JPEGImages/a.jpg SegmentationClassAug/none.png");
        refused(
                lists("list"),
                labeled + ":1: the mask " + root.resolve("SegmentationClassAug/none.png")
                        + " does not exist; check data.root and the list");
        list(labeled, "JPEGImages/a.jpg SegmentationClassAug");
        refused(
                lists("list"),
                labeled + ":1: the mask " + root.resolve("SegmentationClassAug")
                        + " is a folder; check data.root and the list");
        write(root.resolve("empty.png"), new byte[0]);
        list(labeled, "empty.png SegmentationClassAug/a.png");
        refused(
                lists("list"),
                labeled + ":1: the picture " + root.resolve("empty.png") + " is empty; replace it or take it out");
        list(labeled, "JPEGImages/a.jpg SegmentationClassAug/a.png", "JPEGImages/a.jpg SegmentationClassAug/a.png");
        refused(
                lists("list"),
                labeled + ":2 lists JPEGImages/a.jpg a second time (first in " + labeled + ":1); remove one");
        write(labeled, new byte[] {(byte) 0xC3, 0x28});
        refused(lists("list"), "data.labeled: " + labeled + " is not a text file in UTF-8; expected one image a line");
        write(labeled, new byte[] {'a', 0});
        refused(
                lists("list"),
                "data.labeled: " + labeled + " is a binary file; expected a text file with one image a line");
        write(labeled, new byte[0]);
        refused(lists("list"), "data.labeled: " + labeled + " is empty; expected a text file with one image a line");
        Files.delete(labeled);
        Files.createDirectory(labeled);
        refused(lists("list"), "data.labeled: " + labeled + " is a folder; expected a text file with one image a line");
    }

    @Test
    void damageIsFoundWhenThePictureIsUsed() {
        write(root.resolve("JPEGImages/a.jpg"), "no picture".getBytes());
        list(root.resolve("l.txt"), "a");
        list(root.resolve("u.txt"), "u");
        list(root.resolve("v.txt"), "v");
        Dataset data = Dataset.open(lists("voc"));
        assertThatThrownBy(() -> data.labeled().image(0))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(root.resolve("JPEGImages/a.jpg") + " is not an image");
    }

    @Test
    void aMaskOfAnotherSizeIsRefusedWhicheverIsReadFirst() {
        mask(root.resolve("SegmentationClassAug/a.png"), 6, 8, 1);
        list(root.resolve("l.txt"), "a");
        list(root.resolve("u.txt"), "u");
        list(root.resolve("v.txt"), "v");
        Dataset data = Dataset.open(lists("voc"));
        String message = root.resolve("SegmentationClassAug/a.png")
                + " is 6x8, its picture is 8x6; a mask must have its picture's size";
        assertThatThrownBy(() -> data.labeled().mask(0)).hasMessage(message);
        data.labeled().image(0);
        assertThatThrownBy(() -> data.labeled().mask(0)).hasMessage(message);
    }

    @Test
    void theRootIsNeeded() {
        refused(
                config(
                        "data.layout",
                        "list",
                        "data.root",
                        root.resolve("none").toString(),
                        "data.labeled",
                        "l.txt",
                        "data.unlabeled",
                        "u.txt",
                        "data.validation",
                        "v.txt"),
                "data.root: no folder at " + root.resolve("none") + "; name the data set's folder (--data)");
    }
}
