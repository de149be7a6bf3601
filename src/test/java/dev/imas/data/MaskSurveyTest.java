package dev.imas.data;

import static dev.imas.image.TestFiles.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Sparse;
import dev.imas.data.Finding.Severity;
import dev.imas.image.Palette;
import dev.imas.image.TestChannels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What masks of each kind are taken for, and what is said of those that cannot be understood. */
class MaskSurveyTest {
    @TempDir
    Path root;

    private MaskFolder folder;

    @BeforeEach
    void begin() {
        folder = new MaskFolder(root);
    }

    private static ListAssert<String> faults(MaskSurvey survey) {
        return assertThat(Finding.texts(survey.findings(), Severity.FAULT));
    }

    private static ListAssert<String> notes(MaskSurvey survey) {
        faults(survey).isEmpty();
        return assertThat(Finding.texts(survey.findings(), Severity.NOTE));
    }

    private static byte[] labels(MaskSurvey survey) {
        return Dataset.open(survey.resolved()).labeled().mask(0).labels();
    }

    @Test
    void whatIsAsExpectedIsNotTold() {
        folder.grey("a", 0, 1, 2, 255).grey("b", 2, 1, 0).grey("v", 0, 1, 2);
        MaskSurvey survey = folder.survey("data.classes", 3, "data.class_names", List.of("sky", "sea", "sand"));
        assertThat(survey.findings()).isEmpty();
        assertThat(survey.resolved())
                .isEqualTo(folder.config(
                        "data.classes", 3, "data.class_names", List.of("sky", "sea", "sand"), "data.sparse", "off"));
        assertThat(survey.classes()).extracting(MaskSurvey.ClassShare::name).containsExactly("sky", "sea", "sand");
        assertThat(survey.classes().get(1)).isEqualTo(new MaskSurvey.ClassShare("sea", 9 / 28.0, 2, 5 / 16.0, 1));
        assertThat(survey.ignoredShare()).isEqualTo(4 / 32.0);
        assertThat(survey.sizes()).containsExactly(Map.entry("4x4", 3));
        assertThat(survey.ofOneValue()).isEmpty();
    }

    @Test
    void blackAndWhite() {
        folder.grey("a", 0, 255, 0, 0).grey("v", 0, 255);
        for (Object classes : List.of("auto", 2)) {
            MaskSurvey survey = folder.survey("data.classes", classes);
            notes(survey)
                    .containsExactly("masks hold 0 (62.5 % of pixels, 2 masks), 255 (37.5 %, 2), read as"
                            + " data.labels: {0: 0, 255: 1}");
            assertThat(survey.resolved().data().classes()).isEqualTo(2);
            assertThat(labels(survey)).startsWith(0, 1, 0, 0);
        }
        faults(folder.survey("data.classes", 3))
                .singleElement()
                .asString()
                .endsWith("; there is nothing to tell apart;"
                        + " if 255 is a class, set data.classes: 2, and it is read as class 1");
    }

    @Test
    void aRerunWithTheSettledConfigurationTellsNothing() {
        folder.grey("a", 0, 255, 0, 0).grey("v", 0, 255);
        ImasConfig settled = folder.survey().resolved();
        MaskSurvey again = MaskSurvey.of(settled, Dataset.open(settled));
        assertThat(again.findings()).isEmpty();
        assertThat(again.resolved()).isEqualTo(settled);
    }

    @Test
    void blackGreyAndWhite() {
        folder.grey("a", 0, 127, 255).grey("v", 0, 255);
        assertThat(folder.survey("data.classes", 3).resolved().data().labels())
                .containsExactly(Map.entry("0", "0"), Map.entry("127", "1"), Map.entry("255", "2"));
        MaskSurvey two = folder.survey("data.classes", 2);
        notes(two).singleElement().asString().endsWith("read as data.labels: {0: 0, 255: 1, 127: ignore}");
        assertThat(labels(two)).startsWith(0, 255, 1);
        faults(folder.survey())
                .singleElement()
                .asString()
                .startsWith("data.classes is not given, and cannot be told from the masks, which hold 0 (")
                .endsWith("; for three classes add data.labels: {0: 0, 127: 1, 255: 2}; if 127 is undecided, add"
                        + " data.labels: {0: 0, 127: ignore, 255: 1}");
    }

    @Test
    void greySteps() {
        folder.grey("a", 0, 85, 170, 255);
        folder.grey("b", 0, 85);
        assertThat(folder.survey("method", "supervised").resolved().data().classes())
                .isEqualTo(4);
    }

    @Test
    void otherNumbersAreSaidToBeMapped() {
        folder.grey("a", 0, 50, 100).grey("v", 0, 50);
        faults(folder.survey("data.classes", 3))
                .singleElement()
                .asString()
                .contains("50 (", "100 (")
                .contains("say which class each is, such as data.labels: {0: 0, 50: 1, 100: 2}");
        MaskSurvey given = folder.survey("data.labels", Map.of("0", "0", "50", "2", "100", "1"));
        assertThat(given.findings())
                .extracting(Finding::toString)
                .containsExactly("warning: no validation pixel is class 1: how well it is found is not measured");
        assertThat(given.resolved().data().classes()).isEqualTo(3);
        assertThat(labels(given)).startsWith(0, 2, 1);
        faults(folder.survey("data.labels", Map.of("0", "0", "50", "1")))
                .containsExactly("masks hold what data.labels does not name: 100 (15.6 % of pixels, 1 mask) in "
                        + folder.mask("a") + "; add it, or `other: ignore` for all that has no line");
        assertThat(labels(folder.survey("data.labels", Map.of("0", "0", "50", "1", "other", "ignore"))))
                .startsWith(0, 1, 255);
    }

    @Test
    void backgroundAndOneNumberBesideTheIgnored() {
        folder.grey("a", 0, 38, 255).grey("v", 0, 38);
        MaskSurvey survey = folder.survey("data.classes", 2);
        notes(survey).singleElement().asString().endsWith("read as data.labels: {0: 0, 38: 1}");
        assertThat(labels(survey)).startsWith(0, 1, 255);
    }

    @Test
    void wideMasksOfBlackAndWhite() {
        folder.grey("a", 0, 65535).grey("v", 0, 65535);
        assertThat(labels(folder.survey())).startsWith(0, 1);
    }

    @Test
    void someMasksPaintedAndSomeNumbered() {
        folder.grey("a", 0, 1).grey("b", 1, 0, 0).grey("v1", 0, 255).grey("v2", 255, 0);
        faults(folder.survey("data.classes", 2))
                .containsExactly(folder.mask("v1") + " and " + folder.mask("v2")
                        + " hold 0 and 255 alone, which would be ignored;"
                        + " other masks hold 0 (53.1 % of pixels, 4 masks), 1 (21.9 %, 2) and no 255: if it is a"
                        + " class, add data.labels: {0: 0, 1: 1, 255: 1}; if it is to be ignored, data.labels:"
                        + " {0: 0, 1: 1, 255: ignore}");
        faults(folder.survey()).hasSize(1);
        assertThat(folder.survey("data.labels", Map.of("0", "0", "1", "1", "255", "1"))
                        .findings())
                .isEmpty();
        folder.grey("b", 1, 255, 0);
        notes(folder.survey("data.classes", 2)).isEmpty();
    }

    @Test
    void smoothedEdges() {
        int[] values = new int[16];
        values[0] = 255;
        values[1] = 130;
        values[2] = 40;
        folder.grey("a", values)
                .grey("b", IntStream.range(0, 16).map(i -> i < 9 ? 0 : 255).toArray());
        folder.grey("c", 0, 255).grey("v", 0, 255);
        faults(folder.survey("data.classes", 2))
                .singleElement()
                .asString()
                .endsWith("nearly all is black or white, so the masks were smoothed, resized with interpolation or"
                        + " compressed: add data.labels: {0-127: 0, 128-255: 1}");
        assertThat(labels(folder.survey("data.labels", Map.of("0-127", "0", "128-255", "1"))))
                .startsWith(1, 1, 0, 0);
    }

    @Test
    void valuesThatAreNoClassAreAllNamedAtOnce() {
        int[] slip = IntStream.range(0, 16).map(i -> i % 3).toArray();
        for (int i = 0; i < 8; i++) {
            folder.grey("a" + i, slip.clone());
        }
        slip[5] = 9;
        folder.grey("v1", slip).grey("v2", 0, 1, 2);
        faults(folder.survey("data.classes", 3))
                .singleElement()
                .asString()
                .startsWith("masks hold values that are no class: 9 (0.6 % of pixels, 1 mask) in " + folder.mask("v1")
                        + "; expected 0 to 2 (data.classes: 3) or 255 (ignored); found are 0 (")
                .endsWith(
                        "so few pixels look like a slip: mend those masks, or ignore them with data.ignore: [255, 9]");
        assertThat(folder.survey("data.classes", 3, "data.ignore", List.of(255, 9))
                        .findings())
                .isEmpty();
    }

    @Test
    void hintsByDataSet() {
        folder.grey("a", 7, 26, 33, 0).grey("v", 7, 11);
        faults(folder.survey("data.classes", 19)).singleElement().asString().contains("labelTrainIds", "{7: 0, 8: 1,");
        faults(folder.survey("data.classes", 80)).isEmpty();
        folder.grey("b", 90, 13);
        faults(folder.survey("data.classes", 80)).singleElement().asString().contains("COCO");
    }

    @Test
    void classesThatCountFromOne() {
        folder.grey("a", 1, 2, 3).grey("v", 1, 2, 3);
        faults(folder.survey("data.classes", 3)).singleElement().asString().contains("data.reduce_zero_label: true");
        faults(folder.survey()).singleElement().asString().contains("data.reduce_zero_label: true", "data.classes: 4");
        MaskSurvey reduced = folder.survey("data.reduce_zero_label", true);
        assertThat(reduced.findings()).isEmpty();
        assertThat(reduced.resolved().data().classes()).isEqualTo(3);
        assertThat(labels(reduced)).startsWith(0, 1, 2);
        folder.grey("b", 0, 3, 255, 1);
        assertThat(Dataset.open(folder.survey("data.reduce_zero_label", true).resolved())
                        .labeled()
                        .mask(1)
                        .labels())
                .startsWith(255, 2, 255, 0);
    }

    @Test
    void classesAreCounted() {
        folder.grey("a", 0, 1).grey("b", 0, 3).grey("v", 0, 1);
        MaskSurvey survey = folder.survey();
        notes(survey).containsExactly("4 classes, by the values of the masks");
        assertThat(Finding.texts(survey.findings(), Severity.WARNING))
                .containsExactly(
                        "no labelled pixel is class 2: what is never shown is never learned",
                        "no validation pixel is class 3: how well it is found is not measured");
    }

    @Test
    void namesAndColoursComeFromAFileBesideThePictures() {
        folder.grey("a", 0, 1).grey("v", 0, 1);
        list(root.resolve("classes.yaml"), "names: [glass, cell, dirt]", "colors: ['#000000', '#00ff00', '#0000ff']");
        MaskSurvey survey = folder.survey();
        assertThat(Finding.texts(survey.findings(), Severity.NOTE))
                .containsExactly("3 classes as " + root.resolve("classes.yaml") + " names them: glass, cell, dirt");
        assertThat(survey.resolved().data().classNames()).containsExactly("glass", "cell", "dirt");
        assertThat(survey.resolved().data().palette()).containsExactly(0, 0xff00, 0xff);
        assertThat(Finding.texts(folder.survey("data.classes", 2).findings(), Severity.WARNING))
                .containsExactly(root.resolve("classes.yaml") + " names 3 classes, data.classes is 2; its names are not"
                        + " used");
        list(root.resolve("classes.yaml"), "names: 5");
        faults(folder.survey()).singleElement().asString().contains("classes.yaml names 0 classes");
    }

    @Test
    void namesThatAreGivenGoBeforeAFile() {
        folder.grey("a", 0, 255).grey("v", 0, 255);
        list(root.resolve("classes.txt"), "one", "two", "three");
        MaskSurvey survey = folder.survey("data.labels", Map.of("0", "background", "255", "cell"));
        assertThat(survey.findings()).isEmpty();
        assertThat(survey.resolved().data().classNames()).containsExactly("background", "cell");
        assertThat(folder.survey("data.class_names", List.of("glass", "cell"))
                        .resolved()
                        .data()
                        .labels())
                .containsExactly(Map.entry("0", "0"), Map.entry("255", "1"));
        MaskSurvey objects = folder.survey("data.instances", "foreground");
        assertThat(Finding.texts(objects.findings(), Severity.WARNING))
                .singleElement()
                .asString()
                .contains("3 classes");
        assertThat(objects.resolved().data().classNames()).isEmpty();
    }

    @Test
    void aPaletteThatIsGivenCountsClasses() {
        folder.grey("a", 0, 1).grey("v", 0, 1);
        MaskSurvey survey = folder.survey("data.palette", List.of("#000000", "#0000ff", "#ffffff"));
        assertThat(survey.resolved().data().classes()).isEqualTo(3);
    }

    @Test
    void reducedNumbersAreNoColours() {
        folder.colours("a", 0x010000, 0xff0000).grey("v", 1, 2);
        faults(folder.survey("data.reduce_zero_label", true))
                .singleElement()
                .asString()
                .contains("data.labels");
        folder.grey("a", 1, 2, 0, 5);
        faults(folder.survey("data.reduce_zero_label", true, "data.classes", 2))
                .singleElement()
                .asString()
                .contains("expected 1 to 2 (data.classes: 2) or 255 (ignored)")
                .endsWith("if each but 0 is a class, set data.classes: 5");
    }

    @Test
    void aPaletteOfTheirOwnCountsClassesAndColoursThem() {
        List<Integer> palette = List.of(0x101010, 0xff0000, 0x00ff00);
        folder.palette("a", palette, 0, 1).palette("v", palette, 1, 0);
        MaskSurvey survey = folder.survey();
        assertThat(survey.resolved().data().classes()).isEqualTo(3);
        assertThat(survey.resolved().data().palette()).isEqualTo(palette);
    }

    @Test
    void aStandardPaletteSaysNothing() {
        folder.palette("a", Palette.voc(256), 0, 1, 255).palette("v", Palette.voc(256), 0, 1);
        assertThat(folder.survey().resolved().data().classes()).isEqualTo(2);
    }

    @Test
    void coloursByVocPaletteOwnPaletteOrBlackAndAnother() {
        folder.colours("a", 0, 0x800000, 0xe0e0c0).colours("v", 0, 0x008000);
        MaskSurvey voc = folder.survey("data.classes", 21);
        notes(voc)
                .singleElement()
                .asString()
                .startsWith("masks are colour pictures: ")
                .contains("by PASCAL VOC's");
        assertThat(labels(voc)).startsWith(0, 1, 255);
        assertThat(folder.survey().resolved().data().classes()).isEqualTo(3);

        MaskSurvey own =
                folder.survey("data.classes", 4, "data.palette", List.of("#008000", "#e0e0c0", "#800000", "#000000"));
        assertThat(labels(own)).startsWith(3, 2, 1);
        faults(folder.survey("data.classes", 2, "data.palette", List.of("#000000", "#800000")))
                .singleElement()
                .asString()
                .contains("not in data.palette: #008000 (25.0 % of pixels, 1 mask) in " + folder.mask("v"));
    }

    @Test
    void blackAndOneColour() {
        folder.colours("a", 0, 0x12ff34).colours("v", 0x12ff34, 0).grey("b", 0);
        assertThat(labels(folder.survey())).startsWith(0, 1);
        assertThat(folder.survey("data.classes", 2).resolved().data().labels())
                .containsExactly(Map.entry("#000000", "0"), Map.entry("#12ff34", "1"));
    }

    @Test
    void coloursThatNobodyExplains() {
        folder.colours("a", 0, 0xff0000, 0x00ff00, 0x00ff00).colours("v", 0, 0xff0000);
        faults(folder.survey("data.classes", 3))
                .containsExactly(
                        "masks are colour pictures, and nothing says which class is which colour: #000000 (37.5"
                                + " % of pixels, 2 masks), #ff0000 (37.5 %, 2), #00ff00 (25.0 %, 1); say it, in "
                                + "your classes'"
                                + " order: data.labels: {\"#000000\": 0, \"#ff0000\": 1, \"#00ff00\": 2}");
        MaskSurvey said =
                folder.survey("data.labels", Map.of("#000000", "ignore", "#ff0000", "tumour", "#00ff00", "background"));
        assertThat(said.resolved().data().classNames()).containsExactly("background", "tumour");
        assertThat(labels(said)).startsWith(255, 1, 0, 0);
    }

    @Test
    void colourLabelsReachIntoPalettesAndGreys() {
        folder.palette("a", List.of(0xffffff, 0xff0000, 0), 0, 1, 2)
                .grey("b", 255, 0)
                .grey("v", 0, 255);
        MaskSurvey survey = folder.survey("data.labels", Map.of("#000000", "0", "#ff0000", "1", "#ffffff", "2"));
        faults(survey).isEmpty();
        assertThat(labels(survey)).startsWith(2, 1, 0);
    }

    @Test
    void photographsAsMasks() {
        folder.colours("a", IntStream.range(0, 16).map(i -> 0x010203 * i).toArray());
        for (int k = 0; k < 8; k++) {
            int more = k;
            folder.colours(
                    "b" + k,
                    IntStream.range(0, 16)
                            .map(i -> 0x070100 * more + 0x030201 * i)
                            .toArray());
        }
        folder.colours("v", 0, 0x112233);
        faults(folder.survey("data.classes", 3)).singleElement().asString().contains("a mask has one colour a class");
    }

    @Test
    void coloursBesideNumbers() {
        folder.colours("a", 0, 0xff0000).grey("b", 0, 1).grey("v", 0, 1);
        faults(folder.survey("data.classes", 2))
                .singleElement()
                .asString()
                .contains("1 mask (such as " + folder.mask("a") + ") are colour pictures, 2 hold numbers (such as "
                        + folder.mask("b"));
    }

    /** The list of classes and the masks' palette name one colour each for a class, and not the same. */
    @Test
    void aPaletteOfAnotherOrderThanTheClasses() {
        folder.palette("a", List.of(0, 0x00ff00, 0xff0000), 0, 1, 2)
                .palette("v", List.of(0, 0x00ff00, 0xff0000), 0, 1, 2);
        List<String> listed = List.of("#000000", "#ff0000", "#00ff00");
        faults(folder.survey("data.classes", 3, "data.palette", listed))
                .singleElement()
                .asString()
                .contains("which is the colour of class ", "add data.labels by colour");
        assertThat(folder.survey("data.classes", 3, "data.palette", List.of("#000000", "#00ff00", "#ff0000"))
                        .findings())
                .isEmpty();
        assertThat(folder.survey("data.classes", 3, "data.palette", List.of("#000000", "#0000ff", "#ffff00"))
                        .findings())
                .isEmpty();
        List<Integer> twice = List.of(0, 0xff0000, 0x00ff00, 0xff0000);
        folder.palette("a", twice, 0, 1, 2, 3).palette("v", twice, 0, 1, 2, 3);
        List<String> twiceListed = List.of("#000000", "#ff0000", "#00ff00", "#ff0000");
        assertThat(folder.survey("data.classes", 4, "data.palette", twiceListed).findings())
                .isEmpty();
        List<String> fromOne = List.of("#ff0000", "#00ff00", "#ff0000");
        faults(folder.survey("data.classes", 3, "data.reduce_zero_label", true, "data.palette", fromOne))
                .isEmpty();
    }

    @Test
    void someMasksNumberClassesAndOthersPaintThem() {
        folder.grey("a", 0, 1, 2, 0).grey("b", 0, 128, 255, 0).grey("v", 0, 1, 2, 0);
        faults(folder.survey())
                .singleElement()
                .asString()
                .endsWith("some masks seem to number classes up to 2, others to paint them in greys up to 255: save all"
                        + " of them in one way");
    }

    @Test
    void masksThatProgramsCallSoNumberObjects() {
        folder.grey("a_cp_masks", 0, 1, 2).grey("b_cp_masks", 0, 1, 2).grey("v_cp_masks", 0, 1, 2);
        faults(folder.survey()).singleElement().asString().contains("which may be those of objects");
        assertThat(folder.survey("data.classes", 3).findings()).isEmpty();
    }

    @Test
    void palettesThatDiffer() {
        folder.palette("a", List.of(0, 0xff0000), 0, 1).palette("v", List.of(0, 0x00ff00), 0, 1);
        assertThat(folder.survey("data.labels", Map.of("#000000", "0", "#ff0000", "1", "#00ff00", "1"))
                        .findings())
                .isEmpty();
        assertThat(Finding.texts(folder.survey("data.classes", 2).findings(), Severity.WARNING))
                .containsExactly("palettes differ: 1 is #ff0000 in " + folder.mask("a") + " and #00ff00 in "
                        + folder.mask("v") + "; the numbers count");
        folder.palette("v", List.of(0xff0000, 0), 0, 1);
        faults(folder.survey("data.classes", 2))
                .hasSize(2)
                .first()
                .asString()
                .endsWith("and one colour stands under several"
                        + " numbers; if the colours are right, add data.labels by colour, if the "
                        + "numbers are, by number");
        faults(folder.survey("data.labels", Map.of("#000000", "0", "#ff0000", "1")))
                .isEmpty();
        faults(folder.survey("data.labels", Map.of("0", "0", "1", "1"))).isEmpty();
    }

    @Test
    void theShapeInTheTransparency() {
        folder.transparent("a", 0xffff0000, 0x00ff0000).transparent("v", 0xffff0000, 0x00ff0000);
        faults(folder.survey())
                .containsExactly(
                        folder.mask("a") + " and " + folder.mask("v") + " are of one colour, and the shape is in"
                                + " the transparency (alpha), which is not read; save masks as palette or grey "
                                + "PNGs without"
                                + " transparency");
        folder.transparent("a", 0xffff0000, 0).transparent("v", 0xffff0000, 0);
        assertThat(labels(folder.survey())).startsWith(1, 0);
    }

    @Test
    void theShapeInTheTransparencyAndInTheValues() {
        folder.transparent("a", 0xff000000, 0x00ffffff).transparent("v", 0xff000000, 0xffffffff, 0x00ffffff);
        faults(folder.survey())
                .singleElement()
                .asString()
                .startsWith(folder.mask("a") + " and " + folder.mask("v") + " have transparent pixels that are not"
                        + " black");
        MaskSurvey said = folder.survey("data.labels", Map.of("0", "1", "255", "0"));
        faults(said).isEmpty();
        assertThat(labels(said)).startsWith(1, 0);
        folder.transparent("a", 0, 0xff000000, 0xffffffff).transparent("v", 0xff000000, 0xffffffff);
        faults(folder.survey()).isEmpty();
    }

    /** Halved with averaging; squares painted in as many greys stay classes. */
    @Test
    void greyStepsAlongEdgesAloneAreNoClasses() {
        int[] smoothed = new int[256];
        int[] painted = new int[256];
        int[] rim = {64, 128, 191, 128};
        for (int i = 0; i < 256; i++) {
            int x = i % 16;
            int y = i / 16;
            boolean edge = (x == 4 || x == 11) && y >= 4 && y <= 11 || (y == 4 || y == 11) && x >= 4 && x <= 11;
            boolean inside = x > 4 && x < 11 && y > 4 && y < 11;
            smoothed[i] = inside ? 255 : edge ? rim[(x + 2 * y) % 4] : 0;
            painted[i] = 64 * (x / 4) - (x >= 12 ? 1 : 0) + (y > 12 ? 255 - 64 * (x / 4) + (x >= 12 ? 1 : 0) : 0);
        }
        folder.wide("a", smoothed).wide("v", smoothed);
        faults(folder.survey())
                .singleElement()
                .asString()
                .contains("the greys lie along edges alone", "data.labels: {0-127: 0, 128-255: 1}; if each is a class");
        folder.wide("a", painted).wide("v", painted);
        assertThat(folder.survey().resolved().data().classes()).isEqualTo(5);
    }

    /** Two masks with one patch a number; of classes that lie about in patches nothing is asked. */
    @Test
    void numbersOfObjectsInFewMasks() {
        folder.wide("a", bars(6, 1)).wide("v", bars(9, 1));
        faults(folder.survey()).singleElement().asString().contains("data.instances: foreground", "data.classes: 10");
        folder.wide("a", bars(6, 2)).wide("v", bars(9, 2));
        faults(folder.survey()).isEmpty();
        folder.wide("a", bars(2, 1)).wide("v", bars(3, 1));
        faults(folder.survey()).isEmpty();
    }

    /** Rows of 16 in turn, every number as often. */
    private static int[] bars(int most, int times) {
        int[] values = new int[16 * (1 + 2 * most * times)];
        for (int row = 0; row < most * times; row++) {
            Arrays.fill(values, 16 * (1 + 2 * row), 16 * (2 + 2 * row), 1 + row % most);
        }
        return values;
    }

    @Test
    void everythingIgnored() {
        folder.grey("a", 255).grey("v", 255);
        faults(folder.survey("data.classes", 3))
                .hasSize(2)
                .allSatisfy(text -> assertThat(text).contains("ignored"))
                .first()
                .asString()
                .startsWith("all labelled pixels are ignored: the masks hold 255 (100.0 % of pixels, 1 mask)");
        faults(folder.survey()).isNotEmpty();
    }

    @Test
    void oneClassAlone() {
        folder.grey("a", 0).grey("v", 0, 1);
        faults(folder.survey("data.classes", 2))
                .containsExactly("all labelled pixels are class 0: the masks hold 0 (100.0 %"
                        + " of pixels, 1 mask); there is nothing to tell apart");
        faults(folder.survey("data.classes", 1))
                .singleElement()
                .asString()
                .startsWith("data.classes is 1, which leaves"
                        + " nothing to tell apart; the background counts as a class: set data.classes: 2");
    }

    @Test
    void filesThatCannotBeReadAreAllTold() {
        folder.grey("a", 0, 1).grey("b", 0, 1).grey("v", 0, 1);
        list(folder.mask("a"), "no picture");
        list(folder.mask("v"), "no picture either");
        faults(folder.survey("data.classes", 2)).hasSize(2);
        folder.grey("b", 0, 1, 9);
        faults(folder.survey("data.classes", 2)).hasSize(3).last().asString().contains("9 (");
        assertThatThrownBy(() -> folder.survey("data.classes", 2).requireUsable())
                .isInstanceOf(UserException.class)
                .hasMessageContaining(folder.mask("a").toString())
                .hasMessageContaining(folder.mask("v").toString());
    }

    @Test
    void numbersOfObjects() {
        folder.grey("a", 0, 1, 2, 300).grey("b", 0, 7).grey("v", 0, 255);
        faults(folder.survey("data.classes", 2)).singleElement().asString().contains("data.instances: foreground");
        faults(folder.survey()).singleElement().asString().contains("data.instances: foreground");
        MaskSurvey foreground = folder.survey("data.instances", "foreground");
        assertThat(foreground.findings()).isEmpty();
        assertThat(foreground.resolved().data().classes()).isEqualTo(2);
        assertThat(labels(foreground)).startsWith(0, 1, 1, 1);
        MaskSurvey border = folder.survey("data.instances", "border");
        assertThat(border.resolved().data().classes()).isEqualTo(3);
        assertThat(labels(border)).startsWith(0, 2, 2, 2);
        assertThat(Dataset.open(foreground.resolved()).validation().mask(0).labels())
                .describedAs("255 is a number like any other")
                .startsWith(0, 1);
    }

    @Test
    void fewObjectsAMaskAreNotTakenForClasses() {
        folder.grey("a", 0, 1).grey("b", 0, 1, 2).grey("c", 0, 1, 2, 3).grey("v", 0, 1, 2, 3, 4);
        faults(folder.survey())
                .containsExactly(
                        "masks hold numbers up to 4, which may be those of objects: if every object has a number of its"
                                + " own, add data.instances: foreground (or border); if they are classes,"
                                + " data.classes: 5");
        faults(folder.survey("data.classes", 5)).isEmpty();
    }

    @Test
    void masksAnnotatedInPartCountAsUnlabelledToo() {
        folder.grey("a", 0, 1, 255, 255, 255, 255).grey("v", 0, 1);
        MaskSurvey survey = folder.survey("data.classes", 2);
        notes(survey)
                .singleElement()
                .asString()
                .startsWith("62.5 % of the labelled pixels are ignored")
                .contains("data.sparse");
        assertThat(survey.resolved().data().sparse()).isEqualTo(Sparse.ON);
        Dataset data = Dataset.open(survey.resolved());
        assertThat(data.unlabeled().size()).isEqualTo(2);
        assertThat(data.unlabeled().id(1)).isEqualTo("a");
        assertThatThrownBy(() -> data.unlabeled().mask(1)).isInstanceOf(IllegalStateException.class);
        assertThat(folder.survey("data.classes", 2, "data.sparse", "off")
                        .resolved()
                        .data()
                        .sparse())
                .isEqualTo(Sparse.OFF);
        assertThat(folder.survey("data.classes", 2, "method", "supervised").findings())
                .isEmpty();
    }

    @Test
    void generatedScenesHaveNothingToSurvey() {
        ImasConfig config = dev.imas.image.TestFiles.config();
        MaskSurvey survey = MaskSurvey.of(config, Dataset.open(config));
        assertThat(survey.findings()).isEmpty();
        assertThat(survey.resolved()).isEqualTo(config);
    }

    @Test
    void oneMaskPaintedAmongNumberedOnesIsAFault() {
        folder.grey("a", 0, 1).grey("b", 0, 1).grey("c", 0, 255).grey("v", 0, 1);
        faults(folder.survey())
                .singleElement()
                .asString()
                .startsWith(folder.mask("c") + " holds 0 and 255 alone, which");
    }

    @Test
    void objectsAndBackgroundThatMayHaveChangedPlaces() {
        folder.palette("a", List.of(0xffffff, 0x000000), 0, 1, 1).palette("v", List.of(0xffffff, 0x000000), 1, 0);
        assertThat(warnings(folder.survey()))
                .singleElement()
                .asString()
                .startsWith(folder.mask("a") + " shows 0 as #ffffff and 1 as black, and the numbers count");
        assertThat(warnings(folder.survey("data.labels", Map.of("#000000", "0", "#ffffff", "1"))))
                .isEmpty();
    }

    /** A mask that is white but for one pixel, by what is stored. */
    private Path whiteMask() throws IOException {
        folder.grey("a", 0, 255).grey("v", 0, 255);
        Files.delete(folder.mask("a"));
        Path white = root.resolve("masks/a.tif");
        TestChannels.leastIsWhite(white, 4, 4, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        return white;
    }

    @Test
    void masksWhoseLeastValueIsWhiteAreTold() throws IOException {
        Path white = whiteMask();
        assertThat(labels(folder.survey())).startsWith(1, 0, 1); // as before: what is shown counts
        assertThat(warnings(folder.survey()))
                .singleElement()
                .asString()
                .startsWith(white + " says of itself that the least stored value is white");
    }

    /** Whoever says what the values mean may mean what is stored; whoever asks for objects says nothing of values. */
    @Test
    void masksWhoseLeastValueIsWhiteAreToldWhateverIsAsked() throws IOException {
        Path white = whiteMask();
        MaskSurvey labelled = folder.survey("data.labels", Map.of("0", "0", "255", "1"));
        assertThat(warnings(labelled)).isEmpty();
        assertThat(Finding.texts(labelled.findings(), Severity.NOTE))
                .anyMatch(note -> note.startsWith(white + " says of itself that the least stored value is white")
                        && note.endsWith("read as the highest value, in data.labels too"));
        for (String instances : List.of("foreground", "border")) {
            assertThat(warnings(folder.survey("data.instances", instances)))
                    .filteredOn(warning -> !warning.startsWith("no validation pixel is class 1")) // its 255 is ignored
                    .singleElement()
                    .asString()
                    .endsWith("invert the look-up table and save anew");
        }
    }

    /** Their files hardly ever say anything else. */
    @Test
    void faxesAreNotSuspect() throws IOException {
        folder.grey("a", 0, 1).grey("v", 0, 1);
        Files.delete(folder.mask("a"));
        TestChannels.fax(root.resolve("masks/a.tif"), 4, 4, 0x35, 0x43, 0xe0, 0x35, 0x60, 0x35, 0x60, 0x35, 0x60);
        assertThat(labels(folder.survey())).startsWith(0, 1, 0);
        assertThat(warnings(folder.survey())).isEmpty();
    }

    /** As tifffile writes True and False, True as 1, which is black then. */
    @Test
    void bitsWhoseLeastIsWhiteAreTold() throws IOException {
        folder.grey("a", 0, 1).grey("v", 0, 1);
        Files.delete(folder.mask("a"));
        TestChannels.bits(root.resolve("masks/a.tif"), 4, 0xbf, 0xff, 0xff, 0xff);
        assertThat(labels(folder.survey())).startsWith(0, 1, 0);
        assertThat(warnings(folder.survey())).singleElement().asString().contains("tifffile makes of True and False");
    }

    /** One pixel of 1 must not make all that is painted with 255 the ignored part. */
    @Test
    void aSlipDoesNotMakeTheObjectsIgnored() {
        int[] painted = new int[2048];
        Arrays.fill(painted, 0, 600, 255);
        int[] slipped = painted.clone();
        slipped[2047] = 1;
        folder.wide("a", painted).wide("b", slipped).wide("v", painted);
        faults(folder.survey())
                .singleElement()
                .asString()
                .startsWith("255 would be ignored, which masks hold most of beside 0: they hold 0 (")
                .contains("if 255 is the object and 1 (")
                .contains(" in " + folder.mask("b") + " a slip")
                .contains("data.labels: {0: 0, 255: 1, other: ignore}")
                .endsWith("if 255 is to be ignored, data.labels: {0: 0, 1: 1, 255: ignore}");
        faults(folder.survey("data.labels", Map.of("0", 0, "255", 1, "other", "ignore")))
                .isEmpty();
    }

    /** Rims and what lies outside are ignored as they always were, however little there is of the objects. */
    @Test
    void whatIsToBeIgnoredIsNoSlip() {
        int[] outside = new int[256];
        Arrays.fill(outside, 0, 100, 255);
        int[] rare = outside.clone();
        rare[200] = 1;
        folder.wide("a", outside)
                .wide("b", rare)
                .wide("c", rare)
                .wide("d", rare)
                .wide("v", rare);
        faults(folder.survey()).isEmpty();
    }

    /** The line that is offered keeps the numbers of classes. */
    @Test
    void classesKeepTheirNumbersBesideWhite() {
        folder.grey("a", 0, 1, 3, 4).grey("b", 0, 255).grey("v", 0, 1, 3, 4);
        faults(folder.survey()).singleElement().asString().contains("data.labels: {0: 0, 1: 1, 3: 3, 4: 4, 255: 1}");
    }

    /** The two are as far apart as 8 and 16 bits. */
    @Test
    void whiteOfEightAndOfSixteenBitsAreNotIgnoredInOne() {
        folder.grey("a", 0, 255).grey("b", 0, 65535).grey("v", 0, 65535);
        faults(folder.survey()).singleElement().asString().contains(" holds 0 and 255 alone, which would be ignored");
    }

    /** A row of each number, rows of 0 between them. */
    private static int[] bands(int... numbers) {
        int[] values = new int[32 * numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            Arrays.fill(values, 32 * i, 32 * i + 16, numbers[i]);
        }
        return values;
    }

    /** Numbers that go on from mask to mask, and such of which one is missing. */
    @Test
    void objectsThatAreCountedOnAreAskedFor() {
        folder.wide("a", bands(1, 2, 3)).wide("b", bands(4, 5, 6)).wide("v", bands(7, 8, 9));
        faults(folder.survey()).singleElement().asString().contains("which may be those of objects");
        folder.wide("a", bands(1, 2, 3, 5, 6, 7, 8, 9)).wide("b", bands(1, 2)).wide("v", bands(1));
        faults(folder.survey()).singleElement().asString().contains("which may be those of objects");
        folder.wide("c", bands(1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
                .wide("d", bands(1, 2, 3))
                .wide("e", bands(1, 2, 3));
        faults(folder.survey()).singleElement().asString().contains("which may be those of objects");
        for (String mask : List.of("c", "d", "e")) {
            folder.wide(mask, bands(1));
        }
        folder.wide("a", bands(1, 2, 3, 4)).wide("b", bands(1, 3)).wide("v", bands(2));
        faults(folder.survey()).isEmpty();
    }

    @Test
    void copiesOfOneMaskAreTold() {
        int[] values = new int[2000];
        Arrays.fill(values, 0, 300, 1);
        folder.wide("a", values).wide("b", values).wide("c", values).grey("v", 0, 1);
        assertThat(warnings(folder.survey())).anyMatch(text -> text.startsWith("3 of 4 masks are copies of one: "));
    }

    private static List<String> warnings(MaskSurvey survey) {
        return Finding.texts(survey.findings(), Severity.WARNING);
    }

    @Test
    void wideNumbersMayBeClassesToo() {
        folder.grey("a", 0, 257, 514).grey("v", 0, 514);
        faults(folder.survey())
                .singleElement()
                .asString()
                .endsWith(
                        "say which class each is, such as data.labels: {0: 0, 257: 1, 514: 2}; where every object has a"
                                + " number of its own, add data.instances: foreground (or border)");
    }

    @Test
    void noAdviceLosesAClassBetweenBlackAndWhite() {
        int[] values = new int[16];
        values[0] = 127;
        values[1] = 128;
        values[2] = 128;
        folder.grey("a", values).grey("b", 0, 255).grey("c", 0, 255).grey("v", 0, 255);
        faults(folder.survey())
                .singleElement()
                .asString()
                .endsWith(" if nothing but black and white was painted, add data.labels: {0-127: 0, 128-255: 1}; if 128"
                        + " is a class, data.labels: {0-64: 0, 65-191: 1, 192-255: 2}");
    }

    @Test
    void coloursBetweenOthersAreNotOfferedAsClasses() {
        int[] colours = new int[16];
        Arrays.fill(colours, 0, 6, 0xff0000);
        colours[6] = 0x800000;
        colours[7] = 0x400000;
        folder.colours("a", colours).colours("v", 0, 0xff0000);
        faults(folder.survey())
                .singleElement()
                .asString()
                .startsWith("masks are pictures of 4 colours or more, such as " + folder.mask("a"))
                .contains("edges were smoothed");
    }
}
