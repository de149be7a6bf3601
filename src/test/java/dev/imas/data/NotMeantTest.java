package dev.imas.data;

import static dev.imas.image.TestFiles.config;
import static dev.imas.image.TestFiles.list;
import static dev.imas.image.TestFiles.mask;
import static dev.imas.image.TestFiles.picture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.Channels;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Sparse;
import dev.imas.config.PictureInput;
import dev.imas.config.PixelRange;
import dev.imas.data.Finding.Severity;
import dev.imas.image.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders that could be read as something else than their owner means. */
class NotMeantTest {
    @TempDir
    private Path root;

    private ImasConfig auto(Object... more) {
        List<Object> keys = new ArrayList<>(List.of(
                "data.layout",
                "auto",
                "data.classes",
                "auto",
                "data.class_names",
                List.of(),
                "data.palette",
                List.of(),
                "data.root",
                root.toString()));
        keys.addAll(List.of(more));
        return config(keys.toArray());
    }

    private List<String> faults(Object... more) {
        return Finding.texts(Inspection.of(auto(more)).findings(), Severity.FAULT);
    }

    private void six(String pictures, String masks) {
        for (int i = 0; i < 6; i++) {
            picture(root.resolve(pictures.replace("#", "n" + i)), 8, 6);
            mask(root.resolve(masks.replace("#", "n" + i)), 8, 6, i % 2, 1);
        }
    }

    @Test
    void furtherChannelsAreNotLeftOutSilently() {
        six("imagesTr/#_0000.png", "labelsTr/#.png");
        for (int i = 0; i < 6; i++) {
            picture(root.resolve("imagesTr/n" + i + "_0001.png"), 8, 6);
        }
        assertThat(faults())
                .anyMatch(text -> text.startsWith("6 files such as ") && text.contains("data.channels: rgb"));
    }

    /** Three annotated pictures of a microscope, with a number for every cell. */
    @Test
    void numbersOfObjectsAreNoClasses() {
        MaskFolder folder = new MaskFolder(root);
        int[][] counts = {{0, 14}, {0, 13}, {0, 15}};
        for (int i = 0; i < counts.length; i++) {
            folder.grey("n" + i, numbers(counts[i][1]));
        }
        folder.grey("v0", numbers(14));
        assertThat(faults()).anyMatch(text -> text.contains("data.instances: foreground"));
        assertThat(faults("data.instances", "foreground")).isEmpty();
        assertThat(faults("data.instances", "foreground", "data.class_names", List.of("a", "b", "c")))
                .anyMatch(text -> text.startsWith("data.class_names has 3 names"));
    }

    private static int[] numbers(int most) {
        int[] numbers = new int[16];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Math.min(i, most);
        }
        return numbers;
    }

    private List<String> warnings(Object... more) {
        return Finding.texts(Inspection.of(auto(more)).findings(), Severity.WARNING);
    }

    /** Masks lie in another folder, so that nothing else says what these are. */
    @Test
    void masksAndDrawingsAmongThePicturesAreNoUnlabelledOnes() {
        six("images/#.png", "masks/#.png");
        picture(root.resolve("images/new.png"), 8, 6);
        picture(root.resolve("images/new_superpixels.png"), 8, 6);
        picture(root.resolve("images/other_overlay.png"), 8, 6); // of no picture here
        assertThat(warnings())
                .anyMatch(
                        text -> text.startsWith("named as drawings of pictures beside them, and learned from as if they"
                                + " were unlabelled pictures: " + root.resolve("images/new_superpixels.png")
                                + "; move"));
        picture(root.resolve("images/new_day3_L2.png"), 8, 6);
        picture(root.resolve("images/new_l.png"), 8, 6);
        picture(root.resolve("images/new_seg2.png"), 8, 6);
        assertThat(faults()).isEmpty();
        picture(root.resolve("images/new_mask.png"), 8, 6);
        assertThat(faults())
                .singleElement()
                .asString()
                .startsWith("named as masks of pictures beside them, and learned");
        list(root.resolve("new.txt"), "images/new.png");
        assertThat(faults("data.unlabeled", "new.txt")).isEmpty();
    }

    @Test
    void listsThatNobodyNamedAreTold() {
        six("images/#.png", "masks/#.png");
        list(root.resolve("train.txt"), "n0", "n1", "n2");
        list(root.resolve("splits/test.txt"), "images/n4.png masks/n4.png");
        list(root.resolve("val.txt"), ",", "notes", "of", "mine");
        assertThat(warnings())
                .anyMatch(text -> text.startsWith(root.resolve("splits/test.txt") + " and " + root.resolve("train.txt")
                        + " name pictures and are not used: "));
        assertThat(warnings("data.labeled", "train.txt")).noneMatch(text -> text.contains("are not used"));
    }

    @Test
    void linksThatLeadNowhereAreTold() throws IOException {
        six("images/#.png", "masks/#.png");
        Files.createSymbolicLink(root.resolve("masks/n9.png"), Path.of("/nowhere/n9.png"));
        assertThat(faults())
                .singleElement()
                .asString()
                .startsWith("1 link leads nowhere: " + root.resolve("masks/n9.png") + " (to /nowhere/n9.png); bring");
        Files.createSymbolicLink(root.resolve("back"), root);
        Files.createSymbolicLink(root.resolve("latest"), Path.of("/nowhere/run"));
        assertThat(faults()).hasSize(1);
        assertThat(faults("data.skip_broken", true)).isEmpty();
        Files.delete(root.resolve("masks/n9.png"));
        assertThat(faults()).isEmpty();
        Files.createSymbolicLink(root.resolve("images/notes.txt"), Path.of("/nowhere/notes.txt"));
        assertThat(warnings()).noneMatch(text -> text.contains("nowhere"));
        Files.createSymbolicLink(root.resolve("images/n7.png"), Path.of("/nowhere/n7.png"));
        assertThat(faults()).isEmpty();
        assertThat(warnings()).anyMatch(text -> text.startsWith("1 link leads nowhere: "));
    }

    @Test
    void aLinkInThePlaceOfTheMasksIsNamed() throws IOException {
        picture(root.resolve("images/a.png"), 8, 6);
        Files.createSymbolicLink(root.resolve("masks"), Path.of("/nowhere"));
        assertThatThrownBy(this::faults)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("; 1 link leads nowhere: " + root.resolve("masks") + " (to /nowhere);");
    }

    @Test
    void numbersWithZerosInFrontAreNear() {
        for (int i = 8; i < 14; i++) {
            picture(root.resolve("images/" + i + ".png"), 8, 6);
            mask(root.resolve(String.format(Locale.ROOT, "masks/%02d.png", i)), 8, 6, i % 2, 1);
        }
        assertThat(faults())
                .singleElement()
                .asString()
                .startsWith("2 masks match no picture: ")
                .contains("(the nearest picture to 08.png is 8.png, which has no mask)");
    }

    @Test
    void patternsThatFitNothingAreNamed() {
        six("images/#.png", "masks/#.png");
        assertThatThrownBy(() -> faults("data.pictures", List.of("image/*"), "data.masks", List.of("mask/*")))
                .isInstanceOf(UserException.class)
                .hasMessage("no labelled picture: no file fits data.pictures image/*, data.masks mask/*; patterns are"
                        + " paths below " + root + " in which * stands for a picture's name (docs/data.md)");
        assertThatThrownBy(() -> faults("data.pictures", List.of("images/n*"), "data.masks", List.of("masks/*")))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("no labelled picture: data.masks [masks/*] fits no name of a picture that"
                        + " data.pictures [images/n*] fits; ");
    }

    @Test
    void linesThatHaveSlippedAreTold() {
        six("images/#.png", "masks/#.png");
        list(root.resolve("l.txt"), "images/n0.png masks/n1.png", "images/n1.png masks/n1.png");
        picture(root.resolve("masks/n1_mask.png"), 8, 6);
        list(root.resolve("v.txt"), "images/n2.png masks/n2.png", "images/n5.png masks/n1_mask.png");
        list(root.resolve("u.txt"), "images/n3.png");
        assertThat(warnings("data.labeled", "l.txt", "data.unlabeled", "u.txt", "data.validation", "v.txt"))
                .anyMatch(text -> text.startsWith("2 pictures are listed with a mask that is named after another one: "
                        + root.resolve("images/n0.png") + " with " + root.resolve("masks/n1.png")))
                .anyMatch(text -> text.startsWith(
                        "1 mask is listed with several pictures: " + root.resolve("masks/n1.png") + " ("));
    }

    @Test
    void onlyListedPicturesAreLabelledAndSparseOffStaysOff() {
        six("images/#.png", "masks/#.png");
        list(root.resolve("ten.txt"), "n0", "n1", "n2");
        List<String> told = new ArrayList<>();
        ImasConfig some = DataFolder.resolved(auto("data.labeled", "ten.txt"), told::add);
        assertThat(some.data().sparse()).isEqualTo(Sparse.AUTO);
        assertThat(told).noneMatch(line -> line.startsWith("every picture has a mask"));
        ImasConfig off = DataFolder.resolved(auto("data.sparse", "off"), told::add);
        assertThat(off.data().sparse()).isEqualTo(Sparse.OFF);
    }

    @Test
    void aListedPathIsThatFileAndNoOtherOfItsName() {
        six("images/#.png", "masks/#.png");
        picture(root.resolve("extra/n1.png"), 8, 6);
        list(root.resolve("more.txt"), "extra/n1.png");
        ImasConfig config = DataFolder.resolved(auto("data.unlabeled", "more.txt"), line -> {});
        List<FileImages.Sample> samples =
                Layouts.fromList(config.data(), "data.unlabeled", config.data().unlabeled(), false);
        assertThat(samples.get(0).picture()).isEqualTo(root.resolve("extra/n1.png"));
    }

    private void refusedLists(List<String> messages, Object... lists) {
        assertThatThrownBy(() -> Inspection.of(auto(lists)))
                .isInstanceOf(UserException.class)
                .hasMessage(String.join("\n", messages));
    }

    @Test
    void aNameOfTwoPicturesIsRefusedAndAllOfThemTold() {
        six("a/images/#.png", "a/masks/#.png");
        six("b/images/#.png", "b/masks/#.png");
        list(root.resolve("two.txt"), "n0.png", "a/images/n1.png", "n2");
        String list = root.resolve("two.txt").toString();
        refusedLists(
                List.of(
                        list + ":1: n0.png is the name of a/images/n0.png, b/images/n0.png; write the path of the one"
                                + " that is meant",
                        list + ":3: n2 is the name of a/images/n2.png, b/images/n2.png; write the path of the one"
                                + " that is meant"),
                "data.labeled",
                "two.txt");
    }

    @Test
    void aNameInAListToValidateMeansTheValidationSets() {
        six("train/images/#.png", "train/masks/#.png");
        six("val/images/#.png", "val/masks/#.png");
        list(root.resolve("two.txt"), "n0", "n1");
        Inspection found = Inspection.of(auto("data.labeled", "two.txt", "data.validation", "two.txt"));
        Collected files = Collected.of(found.config());
        assertThat(files.labeled())
                .extracting(FileImages.Sample::picture)
                .containsExactly(root.resolve("train/images/n0.png"), root.resolve("train/images/n1.png"));
        assertThat(files.validation())
                .extracting(FileImages.Sample::mask)
                .containsExactly(root.resolve("val/masks/n0.png"), root.resolve("val/masks/n1.png"));
        assertThat(Finding.texts(found.findings(), Severity.WARNING)).noneMatch(text -> text.contains("no picture"));
    }

    @Test
    void onePictureWrittenInSeveralWaysIsListedTwice() {
        six("images/#.png", "masks/#.png");
        list(
                root.resolve("l.txt"),
                "./images/n0.png",
                "images/n1.png",
                "images/../images/n0.png",
                "n1",
                root.resolve("images/n2.png").toString());
        String list = root.resolve("l.txt").toString();
        refusedLists(
                List.of(
                        list + ":3 lists images/../images/n0.png a second time (first in " + list + ":1); remove one",
                        list + ":4 lists n1 a second time (first in " + list + ":2); remove one"),
                "data.labeled",
                "l.txt");
        list(
                root.resolve("l.txt"),
                "./images/n0.png",
                root.resolve("images/n2.png").toString());
        assertThat(faults("data.labeled", "l.txt")).isEmpty();
    }

    @Test
    void missingPicturesAndMasksOfAListAreToldTogether() {
        six("images/#.png", "masks/#.png");
        picture(root.resolve("images/bare.png"), 8, 6);
        list(
                root.resolve("l.txt"),
                "images/n0.png",
                "images/yy.png",
                "zz",
                "images/bare.png",
                "images/n1.png masks/x.png");
        assertThat(faults("data.labeled", "l.txt"))
                .extracting(text -> text.substring(text.indexOf("l.txt")))
                .containsExactlyInAnyOrder(
                        "l.txt:2: the picture " + root.resolve("images/yy.png")
                                + " does not exist; check data.root and the list",
                        "l.txt:3: the picture " + root.resolve("zz") + " does not exist; check data.root and the list",
                        "l.txt:4: the picture " + root.resolve("images/bare.png")
                                + " has no mask; expected one of its name in masks/, or where data.masks says",
                        "l.txt:5: the mask " + root.resolve("masks/x.png")
                                + " does not exist; check data.root and the list");
    }

    @Test
    void masksOfWhichSomeHaveAnEndingAreLost() {
        six("images/#.png", "masks/#.png");
        for (int i = 6; i < 12; i++) {
            picture(root.resolve("images/n" + i + ".png"), 8, 6);
            mask(root.resolve("masks/n" + i + "_mask.png"), 8, 6, 0, 1);
        }
        assertThat(faults()).anyMatch(text -> text.startsWith("6 masks match no picture: "));
    }

    @Test
    void filesNamedAfterAPictureBesideItAreNoPictures() {
        six("all/#.png", "all/#_mask.png");
        picture(root.resolve("all/n6.png"), 8, 6);
        picture(root.resolve("all/n6 2.png"), 8, 6);
        picture(root.resolve("all/n0_superpixels.png"), 8, 6);
        picture(root.resolve("all/n6_superpixels.png"), 8, 6);
        Inspection found = Inspection.of(auto());
        assertThat(found.usable().unlabeled().size()).isEqualTo(2);
        assertThat(Finding.texts(found.findings(), Severity.WARNING))
                .contains("2 files are named after a picture beside, such as " + root.resolve("all/n0_superpixels.png")
                        + " after n0, and taken for neither a picture nor a mask; name what are pictures with"
                        + " data.pictures (docs/data.md)")
                .noneMatch(text -> text.contains("not looked into"));
        Inspection named = Inspection.of(
                auto("data.pictures", List.of("all/*", "all/*_superpixels"), "data.masks", List.of("all/*_mask", "")));
        assertThat(named.usable().unlabeled().size()).isEqualTo(4);
        assertThat(Finding.texts(named.findings(), Severity.WARNING)).noneMatch(text -> text.contains("named after"));
    }

    @Test
    void anOmeTiffBesideAPictureOfItsNameIsAPicture() {
        six("all/#.png", "all/#_mask.png");
        picture(root.resolve("all/n0.ome.tif"), 8, 6);
        Inspection found = Inspection.of(auto());
        assertThat(found.usable().unlabeled().size()).isEqualTo(1);
        assertThat(Finding.texts(found.findings(), Severity.WARNING)).noneMatch(text -> text.contains("named after"));
    }

    @Test
    void whatIsNamedAfterPicturesIsLookedForOnce() {
        six("all/#.png", "all/#_mask.png");
        picture(root.resolve("all/n0_superpixels.png"), 8, 6);
        FolderPlaces places =
                new FolderPlaces(DataFolder.resolved(auto(), line -> {}).data());
        assertThat(places.namedAfterPictures())
                .isSameAs(places.namedAfterPictures())
                .hasSize(1);
        assertThat(places.maskFiles()).isSameAs(places.maskFiles()).hasSize(6);
    }

    @Test
    void aValidationSetWithoutMasksIsSaidToMeasureNothing() {
        six("train/images/#.png", "train/masks/#.png");
        picture(root.resolve("val/images/v.png"), 8, 6);
        assertThat(Finding.texts(Inspection.of(auto()).findings(), Severity.WARNING))
                .contains(root + ": val/images/ (1 picture) has no masks and validates nothing; about a fifth of the"
                        + " labelled pictures validates instead: put masks of the same names beside these pictures, as"
                        + " in val/images and val/masks");
    }

    @Test
    void oneMaskAnObjectMayBeListed() {
        six("#/images/#.png", "#/masks/a.png");
        list(root.resolve("two.txt"), "n0", "n1");
        assertThat(faults("data.labeled", "two.txt")).isEmpty();
    }

    @Test
    void picturesThatARangeWouldMakeBlackAreRefused() {
        PictureInput input = new PictureInput(
                Channels.parse(1).orElseThrow(),
                PixelRange.parse(List.of(101, 4012)).orElseThrow(),
                null,
                List.of(),
                List.of());
        Samples bytes = new Samples(2, 1, 1, Samples.Kind.UNSIGNED, 8, new float[] {3, 255}, List.of());
        assertThatThrownBy(() -> new PictureReader(input).picture(bytes, "a.tif"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a.tif has 8-bit samples")
                .hasMessageContaining("black");
    }
}
