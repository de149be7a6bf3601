package dev.imas.data;

import static dev.imas.image.TestFiles.chunk;
import static dev.imas.image.TestFiles.colours;
import static dev.imas.image.TestFiles.config;
import static dev.imas.image.TestFiles.encode;
import static dev.imas.image.TestFiles.list;
import static dev.imas.image.TestFiles.mask;
import static dev.imas.image.TestFiles.picture;
import static dev.imas.image.TestFiles.withSegment;
import static dev.imas.image.TestFiles.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.Finding.Severity;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One folder, and everything that can be wrong with it. */
class InspectionTest {
    /** EXIF: turned by a quarter (6). */
    private static final byte[] TURNED = {
        'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0
    };

    @TempDir
    Path root;

    /** images/0..7, masks of 0 to 3, val/images/v with its mask; every picture another. */
    @BeforeEach
    void folder() {
        for (int i = 0; i < 8; i++) {
            picture(root.resolve("images/" + i + ".png"), 40 + i, 30);
            if (i < 4) {
                mask(root.resolve("masks/" + i + ".png"), 40 + i, 30, 0, 1, 2, 0);
            }
        }
        picture(root.resolve("val/images/v.png"), 50, 30);
        mask(root.resolve("val/masks/v.png"), 50, 30, 0, 1, 2);
    }

    private ImasConfig folders(Object... more) {
        List<Object> keys = new ArrayList<>(List.of(
                "data.layout",
                "folders",
                "data.root",
                root.toString(),
                "data.classes",
                3,
                "data.class_names",
                List.of("ground", "leaf", "stem"),
                "data.palette",
                List.of()));
        keys.addAll(Arrays.asList(more));
        return config(keys.toArray());
    }

    private List<String> findings(Severity severity) {
        return Finding.texts(Inspection.of(folders()).findings(), severity);
    }

    private String only(Severity severity) {
        List<String> texts = findings(severity);
        assertThat(texts).hasSize(1);
        return texts.get(0);
    }

    private String at(String path) {
        return root.resolve(path).toString();
    }

    private static byte[] cut(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        return Arrays.copyOf(bytes, bytes.length / 2);
    }

    @Test
    void aSoundFolderIsToldInAFewLines() {
        Inspection inspection = Inspection.of(folders());
        assertThat(inspection.findings()).isEmpty();
        assertThat(inspection.faulty()).isFalse();
        assertThat(inspection.usable().unlabeled().size()).isEqualTo(4);
        assertThat(inspection.report())
                .containsExactly(
                        "pictures    4 labelled, 4 unlabelled, 1 for validation",
                        "sizes       40x30 (1), 41x30 (1), 42x30 (1) and 6 more; 8 bits, 3 channels",
                        "labelled    ground 50.0 % in 4 masks, leaf 25.0 % in 4 masks, stem 25.0 % in 4 masks",
                        "validation  ground 33.3 % in 1 mask, leaf 33.3 % in 1 mask, stem 33.3 % in 1 mask");
    }

    @Test
    void masksOfOtherNamesAreLabelsLost() throws IOException {
        Files.move(root.resolve("masks/2.png"), root.resolve("masks/2_mask.png"));
        Files.move(root.resolve("masks/3.png"), root.resolve("masks/3.png.png"));
        write(root.resolve("masks/4.npy"), new byte[9]);
        assertThat(only(Severity.FAULT))
                .startsWith("3 masks match no picture: " + at("masks/2_mask.png") + ", " + at("masks/3.png.png") + ", "
                        + at("masks/4.npy"))
                .contains("(the nearest picture to 2_mask.png is 2.png, which has no mask)");
        assertThat(Inspection.of(folders()).unmatched())
                .extracting(Inspection.UnmatchedMask::nearest)
                .containsExactly("images/2.png", "images/3.png", "images/4.png");
    }

    @Test
    void aMaskOfAPictureThatIsNotThereIsAWarning() {
        mask(root.resolve("masks/elsewhere.png"), 8, 6, 1);
        assertThat(only(Severity.WARNING))
                .isEqualTo("1 mask has no picture and is not used: " + at("masks/elsewhere.png"));
    }

    @Test
    void picturesOfOtherKindsAreNamedByTheirEndings() {
        write(root.resolve("images/a.heic"), new byte[9]);
        write(root.resolve("images/b.HEIC"), new byte[9]);
        write(root.resolve("images/notes.txt"), new byte[9]);
        assertThat(only(Severity.WARNING))
                .isEqualTo(at("images") + " holds 2 pictures that are not read (2 .heic); convert them to PNG, TIFF or"
                        + " JPEG");
        mask(root.resolve("masks/a.png"), 8, 6, 1);
        assertThat(only(Severity.FAULT))
                .contains("holds 2 pictures that are not read (2 .heic), 1 of them with a mask");
    }

    @Test
    void subfoldersAreNotLookedIntoInSilence() {
        picture(root.resolve("images/site2/a.png"), 8, 6);
        picture(root.resolve("images/site2/b.png"), 9, 6);
        assertThat(only(Severity.WARNING))
                .isEqualTo(root + ": this folder is not looked into: images/site2/ (2 pictures)");
    }

    @Test
    void aBrokenUnlabelledPictureIsLeftOut() throws IOException {
        write(root.resolve("images/5.png"), cut(root.resolve("images/5.png")));
        write(root.resolve("images/6.png"), new byte[0]);
        Inspection inspection = Inspection.of(folders());
        assertThat(Finding.texts(inspection.findings(), Severity.WARNING)).hasSize(1);
        assertThat(inspection.findings().get(0).text())
                .startsWith("2 of 4 unlabelled pictures cannot be read and are left out: " + at("images/5.png"))
                .contains(at("images/6.png") + " is empty");
        assertThat(inspection.usable().unlabeled().size()).isEqualTo(2);
    }

    @Test
    void noUnlabelledPictureThatCanBeReadIsAFault() {
        for (int i = 4; i < 8; i++) {
            write(root.resolve("images/" + i + ".png"), new byte[] {1});
        }
        assertThat(only(Severity.FAULT)).startsWith("none of the 4 unlabelled pictures can be read: ");
    }

    @Test
    void everyFaultIsToldAtOnce() throws IOException {
        write(root.resolve("images/0.png"), cut(root.resolve("images/0.png")));
        mask(root.resolve("masks/1.png"), 8, 6, 1);
        mask(root.resolve("val/masks/v.png"), 50, 30, 7);
        write(root.resolve("masks/2.png"), encode(colours(42, 30), "jpg"));
        List<String> faults = findings(Severity.FAULT);
        assertThat(faults).hasSize(4);
        assertThat(faults).anyMatch(text -> text.startsWith("masks hold values that are no class: 7"));
        assertThat(faults).anyMatch(text -> text.startsWith(at("images/0.png")));
        assertThat(faults).anyMatch(text -> text.startsWith(at("masks/1.png") + " is 8x6, its picture is 41x30"));
        assertThat(faults).anyMatch(text -> text.startsWith(at("masks/2.png") + " is a JPEG"));
        assertThatThrownBy(() -> Inspection.of(folders()).usable())
                .isInstanceOf(UserException.class)
                .message()
                .hasLineCount(4);
    }

    @Test
    void aTurnedPictureWhoseMaskIsNotIsAFaultWhereSizesTell() {
        write(root.resolve("images/t.jpg"), withSegment(encode(colours(40, 30), "jpg"), 0xE1, TURNED));
        mask(root.resolve("masks/t.png"), 40, 30, 1, 0);
        assertThat(only(Severity.FAULT))
                .isEqualTo(
                        at("masks/t.png") + " is 40x30, its picture is 30x40 as shown, turned by its EXIF orientation"
                                + " (stored 40x30); turn the mask too, or remove the mark from the picture");
        mask(root.resolve("masks/t.png"), 30, 40, 1, 0);
        assertThat(Inspection.of(folders()).findings()).isEmpty();
    }

    @Test
    void aTurnedSquareIsAWarning() {
        write(root.resolve("images/t.jpg"), withSegment(encode(colours(40, 40), "jpg"), 0xE1, TURNED));
        mask(root.resolve("masks/t.png"), 40, 40, 1, 0);
        assertThat(only(Severity.WARNING))
                .startsWith("1 picture with masks is turned by their EXIF orientation, their masks are not: "
                        + at("images/t.jpg"));
    }

    @Test
    void turnedPicturesAreToldInTheirOrder() {
        for (String name : List.of("u", "t", "s")) {
            write(root.resolve("images/" + name + ".jpg"), withSegment(encode(colours(40, 30), "jpg"), 0xE1, TURNED));
            mask(root.resolve("masks/" + name + ".png"), 40, 30, 1, 0);
        }
        List<String> faults = findings(Severity.FAULT);
        assertThat(faults).hasSize(3);
        assertThat(faults.get(0)).startsWith(at("masks/s.png") + " is 40x30");
        assertThat(faults.get(2)).startsWith(at("masks/u.png") + " is 40x30");
    }

    @Test
    void copiesAreFoundByContent() throws IOException {
        Files.copy(root.resolve("images/4.png"), root.resolve("images/copy.png"));
        assertThat(only(Severity.WARNING))
                .isEqualTo("1 of 5 unlabelled pictures is a copy of another: " + at("images/copy.png") + " (as "
                        + at("images/4.png") + ")");
        Files.copy(root.resolve("val/images/v.png"), root.resolve("images/other.png"));
        assertThat(findings(Severity.WARNING))
                .contains("1 of 1 validation pictures also among the unlabelled ones, such as " + at("val/images/v.png")
                        + "; the measured mIoU is not that of unseen pictures");
    }

    @Test
    void validationPicturesThatArePartsOfLabelledOnesAreToldByTheirNames() {
        write(root.resolve("val/images/0_flip.png"), encode(colours(40, 31), "png"));
        mask(root.resolve("val/masks/0_flip.png"), 40, 31, 1, 0);
        assertThat(only(Severity.WARNING))
                .isEqualTo("1 of 2 validation pictures are parts or changed copies of what labelled ones show, by their"
                        + " names, such as " + at("val/images/0_flip.png") + " (" + at("images/0.png")
                        + "); the measured mIoU is not that of unseen pictures");
    }

    @Test
    void tilesOfOneNameInOtherFoldersAreOthers() {
        for (String slide : List.of("A", "B", "C")) {
            for (int i = 0; i < 2; i++) {
                String name = "slide" + slide + "/tile_x0_y" + i;
                write(root.resolve("s/images/" + name + ".png"), encode(colours(40 + i + slide.charAt(0), 30), "png"));
                mask(
                        root.resolve("s/masks/" + name + ".png"),
                        40 + i + slide.charAt(0),
                        30,
                        0,
                        1,
                        2,
                        slide.charAt(0) % 3);
            }
        }
        Inspection found = Inspection.of(
                config("data.layout", "auto", "data.root", root.resolve("s").toString()));
        assertThat(found.config().data().setAside()).allMatch(path -> path.startsWith("images/slide"));
        assertThat(Finding.texts(found.findings(), Severity.WARNING))
                .noneMatch(text -> text.contains("changed copies"));
    }

    @Test
    void validationPicturesInTheListsAreFound() {
        list(root.resolve("l.txt"), "images/0.png masks/0.png", "images/1.png masks/1.png");
        list(root.resolve("u.txt"), "images/0.png", "images/4.png", "val/images/v.png");
        list(root.resolve("v.txt"), "val/images/v.png val/masks/v.png");
        Inspection inspection = Inspection.of(folders(
                "data.layout", "list", "data.labeled", "l.txt", "data.unlabeled", "u.txt", "data.validation", "v.txt"));
        assertThat(inspection.findings())
                .extracting(Finding::toString)
                .containsExactly(
                        "warning: 1 of 1 validation pictures also among the unlabelled ones (" + at("u.txt")
                                + "), such as " + at("val/images/v.png")
                                + "; the measured mIoU is not that of unseen pictures",
                        "note: 1 of 2 labelled pictures also among the unlabelled ones (" + at("u.txt") + "), such as "
                                + at("images/0.png"));
    }

    @Test
    void missingFilesOfAListAreToldTogether() {
        list(root.resolve("l.txt"), "images/x.png masks/0.png", "images/1.png masks/y.png");
        list(root.resolve("u.txt"), "images/4.png", "images/z.png");
        list(root.resolve("v.txt"), "val/images/v.png val/masks/v.png");
        Inspection inspection = Inspection.of(folders(
                "data.layout", "list", "data.labeled", "l.txt", "data.unlabeled", "u.txt", "data.validation", "v.txt"));
        assertThat(Finding.texts(inspection.findings(), Severity.FAULT))
                .containsExactly(
                        at("l.txt") + ":1: the picture " + at("images/x.png")
                                + " does not exist; check data.root and the list",
                        at("l.txt") + ":2: the mask " + at("masks/y.png")
                                + " does not exist; check data.root and the list",
                        at("u.txt") + ":2: the picture " + at("images/z.png")
                                + " does not exist; check data.root and the list");
    }

    @Test
    void aSizeThatStandsOutIsAWarning() {
        picture(root.resolve("images/tiny.png"), 7, 5);
        assertThat(only(Severity.WARNING))
                .isEqualTo("1 picture is far smaller or larger than most (whose short side is about 30 pixels): "
                        + at("images/tiny.png") + " (7x5)");
    }

    @Test
    void kindsOfThingsAreNoRecordings() throws IOException {
        Path zoo = Files.createDirectories(root.resolve("zoo"));
        List<String> kinds = List.of("ape", "bee", "cow");
        for (int i = 0; i < 15; i++) {
            String name = kinds.get(i % 3) + "_" + i / 3 + ".png";
            picture(zoo.resolve("images/" + name), 40 + i, 30);
            mask(zoo.resolve("masks/" + name), 40 + i, 30, 0, 1 + i % 3);
        }
        Inspection inspection = Inspection.of(config(
                "data.layout",
                "auto",
                "data.root",
                zoo.toString(),
                "data.classes",
                4,
                "data.class_names",
                List.of(),
                "data.palette",
                List.of()));
        assertThat(inspection.config().data().setAside())
                .containsExactly("images/ape_4.png", "images/bee_4.png", "images/cow_4.png");
        assertThat(inspection.recognised().get(1))
                .isEqualTo("validation: 3 labelled pictures are set aside to validate, the last of each kind of name,"
                        + " since whole kinds would leave a class on one side alone");
        assertThat(inspection.faulty()).isFalse();
    }

    @Test
    void generatedScenesNeedNoInspection() {
        Inspection inspection = Inspection.of(ConfigYaml.resolve(ConfigYaml.preset("embedded")));
        assertThat(inspection.report()).isEmpty();
        assertThat(inspection.usable().labeled().size()).isEqualTo(32);
    }

    /** A mask with EXIF's mark in its file. */
    private void markedMask(String name, int width, int height) throws IOException {
        Path file = root.resolve("masks/" + name + ".png");
        mask(file, width, height, 1, 0);
        byte[] png = Files.readAllBytes(file);
        int afterHeader = 33;
        ByteArrayOutputStream marked = new ByteArrayOutputStream();
        marked.write(png, 0, afterHeader);
        marked.writeBytes(chunk("eXIf", Arrays.copyOfRange(TURNED, 6, TURNED.length)));
        marked.write(png, afterHeader, png.length - afterHeader);
        write(file, marked.toByteArray());
    }

    @Test
    void aTurnedMaskWhosePictureIsNotIsTold() throws IOException {
        picture(root.resolve("images/t.png"), 40, 40);
        markedMask("t", 40, 40);
        assertThat(only(Severity.WARNING))
                .startsWith(
                        "1 mask is turned by its EXIF orientation otherwise than the picture: " + at("masks/t.png"));
        picture(root.resolve("images/t.png"), 40, 31);
        markedMask("t", 40, 31);
        assertThat(only(Severity.FAULT))
                .isEqualTo(at("masks/t.png") + " is 31x40 as shown, turned by its EXIF orientation (stored 40x31), its"
                        + " picture is 40x31; turn the picture too, or remove the mark from the mask");
    }

    @Test
    void pictureAndMaskThatAreTurnedAlikeAreAsTheyShouldBe() throws IOException {
        write(root.resolve("images/t.jpg"), withSegment(encode(colours(40, 40), "jpg"), 0xE1, TURNED));
        markedMask("t", 40, 40);
        assertThat(Inspection.of(folders()).findings()).isEmpty();
    }

    @Test
    void anEmptyMaskHidesNoOtherFault() {
        write(root.resolve("masks/0.png"), new byte[0]);
        write(root.resolve("masks/1.png"), "version https://git-lfs.github.com/spec/v1\n".getBytes(UTF_8));
        write(root.resolve("val/masks/v.png"), new byte[0]);
        List<String> faults = findings(Severity.FAULT);
        assertThat(faults)
                .hasSize(3)
                .anyMatch(text -> text.endsWith(at("masks/0.png") + " is empty; replace it or take it out"))
                .anyMatch(text ->
                        text.startsWith(at("masks/1.png")) && text.contains("is a pointer of Git LFS and not the"))
                .anyMatch(text -> text.endsWith(at("val/masks/v.png") + " is empty; replace it or take it out"));
    }

    /** With a layout that is recognised, and with images/ and masks/ that are not looked for. */
    @Test
    void validationPicturesThatAreNamedValidateAndAreNotLearned() throws IOException {
        deleteValidation();
        for (String name : List.of("held-a", "held-b")) {
            picture(root.resolve("images/" + name + ".png"), 33, 30);
            mask(root.resolve("masks/" + name + ".png"), 33, 30, 0, 1, 2);
        }
        for (String layout : List.of("auto", "folders")) {
            Dataset data = Inspection.of(validating(layout, "held-*")).usable();
            assertThat(List.of(data.validation().id(0), data.validation().id(1)))
                    .containsExactly("held-a", "held-b");
            assertThat(data.labeled().size()).isEqualTo(4);
            assertThat(data.unlabeled().size()).isEqualTo(4);
            assertThatThrownBy(() -> Inspection.of(validating(layout, "*")))
                    .as("all validate, and none is left")
                    .hasMessageContaining("no labelled picture");
            assertThatThrownBy(() -> Inspection.of(validating(layout, "none-*")))
                    .hasMessageStartingWith(
                            "no picture to validate on: no file fits data.validation_pictures [images/none-*]");
        }
    }

    private ImasConfig validating(String layout, String names) {
        return folders(
                "data.layout",
                layout,
                "data.validation_pictures",
                List.of("images/" + names),
                "data.validation_masks",
                List.of("masks/" + names));
    }

    private void deleteValidation() throws IOException {
        for (String file : List.of("images/v.png", "masks/v.png", "images", "masks", "")) {
            Files.delete(root.resolve("val").resolve(file));
        }
    }

    @Test
    void picturesThatAreSetAsideBesideAValidationSetAreRefused() {
        for (String layout : List.of("auto", "folders")) {
            assertThatThrownBy(() ->
                            Inspection.of(folders("data.layout", layout, "data.set_aside", List.of("images/0.png"))))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("data.set_aside names 1 labelled picture to validate, but ")
                    .hasMessageContaining("does already");
        }
    }

    /** A picture of one brightness, and hardly another. */
    private void flat(String path, int level) {
        RgbImage image = RgbImage.black(40, 30);
        for (int i = 0; i < image.rgb().length; i++) {
            image.rgb()[i] = (byte) (level + i % 7);
        }
        Pngs.write(root.resolve(path), image);
    }

    /** Labelled 0 to 3 and unlabelled 4 to 7 are dark. */
    private void dark() {
        for (int i = 0; i < 8; i++) {
            flat("images/" + i + ".png", 20 + 3 * i);
            if (i < 4) {
                mask(root.resolve("masks/" + i + ".png"), 40, 30, 0, 1, 2, 0);
            }
        }
        flat("val/images/v.png", 30);
        mask(root.resolve("val/masks/v.png"), 40, 30, 0, 1, 2);
    }

    private List<String> unlike() {
        return Finding.texts(Inspection.of(folders()).withKinds().findings(), Severity.WARNING).stream()
                .filter(text -> text.contains("unlike every labelled one"))
                .toList();
    }

    @Test
    void picturesOfAKindThatNoneIsLabelledOfAreWarnedOf() {
        dark();
        assertThat(unlike()).isEmpty();
        for (int i = 0; i < 3; i++) {
            flat("images/bright" + i + ".png", 200 + i);
        }
        flat("val/images/w.png", 210);
        mask(root.resolve("val/masks/w.png"), 40, 30, 0, 1, 2);
        assertThat(unlike())
                .singleElement()
                .asString()
                .startsWith("3 of 7 unlabelled and 1 of 2 validation pictures look unlike every labelled one, such as "
                        + at("images/bright0.png"))
                .contains("annotate one or two of them");
        mask(root.resolve("masks/bright1.png"), 40, 30, 0, 1, 2);
        assertThat(unlike()).isEmpty();
    }

    @Test
    void ofValidationPicturesAloneThatIsWarnedOfToo() {
        dark();
        for (String name : List.of("w", "x")) {
            flat("val/images/" + name + ".png", 210);
            mask(root.resolve("val/masks/" + name + ".png"), 40, 30, 0, 1, 2);
        }
        assertThat(unlike())
                .singleElement()
                .asString()
                .startsWith(
                        "2 of 3 validation pictures look unlike every labelled one, such as " + at("val/images/w.png"));
    }

    @Test
    void onePictureUnlikeAllOthersIsNoKind() {
        dark();
        flat("images/odd.png", 240);
        assertThat(unlike()).isEmpty();
    }

    @Test
    void whatAChainOfPicturesLeadsToIsNoOtherKind() {
        dark();
        for (int i = 0; i < 8; i++) { // such as of a lamp that warms up
            flat("images/drift" + i + ".png", 60 + 22 * i);
        }
        assertThat(unlike()).isEmpty();
    }

    @Test
    void severalKindsAreToldTogether() {
        dark();
        for (int i = 0; i < 2; i++) {
            flat("images/grey" + i + ".png", 100 + i);
            flat("images/light" + i + ".png", 160 + i);
            flat("images/white" + i + ".png", 240 + i);
        }
        assertThat(unlike()).singleElement().asString().startsWith("6 of 10 unlabelled pictures look unlike");
    }
}
