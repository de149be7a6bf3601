package dev.imas.data;

import static dev.imas.image.TestFiles.config;
import static dev.imas.image.TestFiles.mask;
import static dev.imas.image.TestFiles.picture;
import static dev.imas.image.TestFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Data;
import dev.imas.config.ImasConfig.Instances;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Sparse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders as people bring them, and what they are taken for. */
class RecognitionTest {
    @TempDir
    Path root;

    private final List<String> told = new ArrayList<>();

    private ImasConfig auto(Object... more) {
        List<Object> keys = new ArrayList<>(List.of("data.layout", "auto", "data.root", root.toString()));
        keys.addAll(List.of(more));
        return config(keys.toArray());
    }

    private Data recognised() {
        return DataFolder.resolved(auto("data.classes", "auto"), told::add).data();
    }

    private static List<String> ids(ImageSource source) {
        return IntStream.range(0, source.size()).mapToObj(source::id).toList();
    }

    /** Pictures 0 to 5 and masks of 0 to 2; # stands for the number. */
    private void files(String pictures, String masks) {
        for (int i = 0; i < 6; i++) {
            picture(root.resolve(pictures.replace("#", "n" + i)), 8, 6);
            if (i < 3) {
                mask(root.resolve(masks.replace("#", "n" + i)), 8, 6, i, 1);
            }
        }
    }

    @Test
    void oneMaskAnObjectGoesWithTwoClassesAlone() {
        files("#/images/#.png", "#/masks/a.png");
        assertThatThrownBy(() -> DataFolder.resolved(
                        auto("data.classes", 3, "data.class_names", List.of(), "data.palette", List.of()), told::add))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("data.classes is 3");
    }

    private void refused(String... parts) {
        assertThatThrownBy(this::recognised)
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(root.toString())
                .message()
                .contains(parts)
                .hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    images/#.png                  | masks/#.png                  | images/*           | masks/*
                    imgs/#.jpg                    | gt/#.png                     | imgs/*             | gt/*
                    Bilder/#.png                  | Masken/#.png                 | Bilder/*           | Masken/*
                    im\u00e1genes/#.png           | ma\u0301scaras/#.png         | im\u00e1genes/*    | ma\u0301scaras/*
                    images/#.png                  | manual1/#.png                | images/*           | manual1/*
                    TS/images/#.png               | TS/masks/#.png               | TS/images/*        | TS/masks/*
                    images/#.ome.png              | masks/#.png                  | images/*           | masks/*
                    images/#.ome.png              | masks/#.ome.png              | images/*           | masks/*
                    images/#_image.ome.png        | masks/#_mask.png             | images/*_image     | masks/*_mask
                    #.ome.png                     | #_mask.png                   | *                  | *_mask
                    img/#.jpg                     | Ground Truth/#.png           | img/*              | Ground Truth/*
                    Images/#.JPG                  | Annotations/#.PNG            | Images/*           | Annotations/*
                    photos/#.png                  | labels/#.png                 | photos/*           | labels/*
                    JPEGImages/#.jpg | SegmentationClass/#.png | JPEGImages/* | SegmentationClass/*
                    images/#.png                  | masks/#_mask.png             | images/*           | masks/*_mask
                    images/#.png                  | masks/#_label.png            | images/*           | masks/*_label
                    images/#.png                  | masks/#-labelled.png         | images/*           | masks/*-labelled
                    images/#.png                  | masks/#-gt.png               | images/*           | masks/*-gt
                    images/#.png                  | masks/#.png.png              | images/*           | masks/*.png.png
                    images/#.png                  | masks/mask_#.png             | images/*           | masks/mask_*
                    images/#.png                  | masks/Mask of #.png          | images/*           | masks/Mask of *
                    images/#_image.png            | masks/#_mask.png             | images/*_image     | masks/*_mask
                    #_sat.jpg                     | #_mask.png                   | *_sat              | *_mask
                    #.png                         | #_mask.png                   | *                  | *_mask
                    #.png                         | #-labelled.png               | *                  | *-labelled
                    #.jpg                         | masks/#.png                  | *                  | masks/*
                    #.jpg                         | #.png                        | *.jpg              | *.png
                    images/#.png                  | images/#_mask.png            | images/*           | images/*_mask
                    imagesTr/#_0000.png           | labelsTr/#.png               | imagesTr/*_0000    | labelsTr/*
                    images/train/#.png            | masks/train/#.png            | images/train/*     | masks/train/*
                    train/images/#.png            | train/masks/#.png            | train/images/*     | train/masks/*
                    train_images/#.png            | train_masks/#.png            | train_images/*     | train_masks/*
                    train/#.png                   | trainannot/#.png             | train/*            | trainannot/*
                    set 1/images/#.png            | set 1/masks/#.png            | set 1/images/*     | set 1/masks/*
                    images/site 2/#.png           | masks/site 2/#.png           | images/**          | masks/**
                    cell_images/#.png             | cell_masks/#.png             | cell_images/*      | cell_masks/*
                    X_train/#.png                 | y_train/#.png                | X_train/*          | y_train/*
                    leftImg8bit/train/ulm/#_leftImg8bit.png | gtFine/train/ulm/#_gtFine_labelIds.png \
                    | leftImg8bit/train/**_leftImg8bit | gtFine/train/**_gtFine_labelIds
                    images/#.png                  | masks/#/1.png                | images/*           | masks/*/
                    #/images/#.png                | #/masks/1.png                | */images/*         | */masks/
                    stage1_train/#/images/#.png | stage1_train/#/masks/x.png | stage1_train/*/images/* | stage1_train/*/masks/
                    #/images/#.png                | #/masks/#.png                | */images/*         | */masks/*
                    """)
    void layouts(String pictures, String masks, String recognisedPictures, String recognisedMasks) {
        files(pictures, masks);
        Data data = recognised();
        assertThat(data.layout()).isEqualTo(Layout.FOLDERS);
        assertThat(data.pictures()).containsExactly(recognisedPictures);
        assertThat(data.masks()).containsExactly(recognisedMasks);
        assertThat(told.get(0)).startsWith(root + ": pictures in ").contains("(3 of 6 labelled)");
        boolean objects = data.instances() != Instances.OFF;
        Dataset set = Dataset.open(
                objects ? auto("data.classes", 2, "data.class_names", List.of(), "data.palette", List.of()) : auto());
        assertThat(set.labeled().size()).isEqualTo(2);
        assertThat(set.unlabeled().size()).isEqualTo(3);
        assertThat(set.validation().size()).isEqualTo(1);
        assertThat(set.labeled().mask(0).width()).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource({
        "images, masks, val/images, val/masks",
        "images/train, masks/train, images/val, masks/val",
        "train/images, train/masks, validation/images, validation/masks",
        "train, trainannot, val, valannot",
        "train_images, train_masks, valid_images, valid_masks",
        "xtrain, ytrain, xval, yval",
        "train_X, train_Y, valid_X, valid_Y"
    })
    void aValidationSetIsUsedAndATestSetLeftAlone(String pictures, String masks, String valPictures, String valMasks) {
        files(pictures + "/#.png", masks + "/#.png");
        picture(root.resolve(valPictures + "/v.png"), 8, 6);
        mask(root.resolve(valMasks + "/v.png"), 8, 6, 0, 1);
        picture(root.resolve("test/images/t.png"), 8, 6);
        Data data = recognised();
        assertThat(data.validationPictures()).containsExactly(valPictures + "/*");
        assertThat(data.validationMasks()).containsExactly(valMasks + "/*");
        assertThat(data.setAside()).isEmpty();
        Dataset set = Dataset.open(auto());
        assertThat(ids(set.validation())).containsExactly("v");
        assertThat(ids(set.labeled())).containsExactly("n0", "n1", "n2");
        assertThat(ids(set.unlabeled())).containsExactly("n3", "n4", "n5");
    }

    @Test
    void unlabelledPicturesInAFolderOfTheirOwnAndSeveralSitesAreTakenTogether() {
        files("labeled/images/#.png", "labeled/masks/#.png");
        picture(root.resolve("unlabelled/u.png"), 8, 6);
        Data data = recognised();
        assertThat(data.pictures()).containsExactly("labeled/images/*", "unlabelled/*");
        assertThat(data.masks()).containsExactly("labeled/masks/*", "");
        assertThat(ids(Dataset.open(auto()).unlabeled())).containsExactly("n3", "n4", "n5", "u");
    }

    @Test
    void equalNamesOfTwoSitesStayApart() {
        files("a/images/#.png", "a/masks/#.png");
        files("b/images/#.png", "b/masks/#.png");
        assertThat(recognised().pictures()).containsExactly("a/images/*", "b/images/*");
        assertThat(ids(Dataset.open(auto()).unlabeled()))
                .containsExactly(
                        "a_images_n3", "a_images_n4", "a_images_n5", "b_images_n3", "b_images_n4", "b_images_n5");
    }

    @Test
    void oneMaskAnObjectIsForegroundWhereverAnObjectIs() {
        picture(root.resolve("p/images/p.png"), 4, 2);
        mask(root.resolve("p/masks/1.png"), 4, 2, 255, 0, 0, 0);
        mask(root.resolve("p/masks/2.png"), 4, 2, 0, 0, 0, 255);
        picture(root.resolve("q/images/q.png"), 4, 2);
        mask(root.resolve("q/masks/1.png"), 4, 2, 0);
        picture(root.resolve("r/images/r.png"), 4, 2);
        ImasConfig config = DataFolder.resolved(
                auto(
                        "data.classes",
                        "auto",
                        "data.class_names",
                        List.of(),
                        "data.palette",
                        List.of(),
                        "data.set_aside",
                        List.of("q/images/q.png")),
                told::add);
        assertThat(config.data().instances()).isEqualTo(Instances.FOREGROUND);
        Dataset set = Dataset.open(config.withData(config.data().withClasses(2)));
        assertThat(set.labeled().mask(0).labels()).containsExactly(1, 0, 0, 1, 1, 0, 0, 1);
        assertThat(set.validation().mask(0).labels()).containsOnly(0);
    }

    @Test
    void aMaskOfOneObjectHasOneValueBeside0() {
        picture(root.resolve("p/images/p.png"), 4, 2);
        mask(root.resolve("p/masks/1.png"), 4, 2, 255, 0, 3, 0);
        mask(root.resolve("p/masks/2.png"), 4, 2, 0, 0, 0, 255);
        mask(root.resolve("p/masks/3.png"), 4, 2, 0, 128, 64, 255);
        Dataset set = Dataset.open(auto("data.classes", 2, "data.class_names", List.of(), "data.palette", List.of()));
        assertThatThrownBy(() -> set.labeled().mask(0))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("1.png holds more than one value beside 0, such as 255, 3 (so do 2 of 3 files");
    }

    @Test
    void filesOfTheSameFewNamesAreNoObjects() {
        for (String id : List.of("p1", "p2", "p3")) {
            picture(root.resolve("images/" + id + ".png"), 4, 2);
            mask(root.resolve("masks/" + id + "/" + id + "_nucleus.png"), 4, 2, 255, 0);
            mask(root.resolve("masks/" + id + "/" + id + "_cytoplasm.png"), 4, 2, 0, 255);
        }
        refused("hold files of the same few names (cytoplasm, nucleus)", "add data.instances: foreground (or border)");
        ImasConfig objects = auto(
                "data.classes",
                3,
                "data.class_names",
                List.of(),
                "data.palette",
                List.of(),
                "data.instances",
                "border");
        assertThat(DataFolder.resolved(objects, told::add).data().instances()).isEqualTo(Instances.BORDER);
        for (String id : List.of("p1", "p2", "p3")) {
            root.resolve("masks/" + id + "/" + id + "_nucleus.png")
                    .toFile()
                    .renameTo(root.resolve("masks/" + id + "/" + id + "_object2.png")
                            .toFile());
            root.resolve("masks/" + id + "/" + id + "_cytoplasm.png")
                    .toFile()
                    .renameTo(root.resolve("masks/" + id + "/" + id + "_object1.png")
                            .toFile());
        }
        assertThat(recognised().masks()).containsExactly("masks/*/");
    }

    @Test
    void whatSystemsAndRunsLeaveIsNoPicture() {
        files("images/#.png", "masks/#.png");
        write(root.resolve("images/._n0.png"), new byte[1]);
        write(root.resolve("masks/.DS_Store"), new byte[1]);
        write(root.resolve("__MACOSX/images/n9.png"), new byte[1]);
        write(root.resolve("images/Thumbs.db"), new byte[1]);
        picture(root.resolve("runs/a/samples/images/s.png"), 8, 6);
        write(root.resolve("runs/a/config.yaml"), new byte[1]);
        write(root.resolve("runs/a/metrics.csv"), new byte[1]);
        assertThat(recognised().pictures()).containsExactly("images/*");
        assertThat(FolderTree.of(root).pictures()).hasSize(9);
        assertThat(FolderTree.of(root).others()).isEmpty();
    }

    @Test
    void linksAreFollowedAndCirclesLeft() throws IOException {
        files("far/images/#.png", "far/masks/#.png");
        Path near = Files.createDirectories(root.resolve("near"));
        Files.createSymbolicLink(near.resolve("images"), root.resolve("far/images"));
        Files.createSymbolicLink(near.resolve("masks"), root.resolve("far/masks"));
        Files.createSymbolicLink(near.resolve("circle"), near);
        ImasConfig config = auto("data.root", near.toString());
        assertThat(Dataset.open(config).labeled().size()).isEqualTo(2);
    }

    @Test
    void anUmlautIsOneNameInBothOfItsForms() {
        files("images/#.png", "masks/#.png");
        picture(root.resolve("images/B\u00e4r.png"), 8, 6);
        mask(root.resolve("masks/Ba\u0308r.png"), 8, 6, 1);
        assertThat(Dataset.open(auto("data.set_aside", List.of("images/n0.png")))
                        .labeled()
                        .size())
                .isEqualTo(3);
    }

    @Test
    void whatHasTwoMeaningsIsRefusedWithBoth() {
        files("images/#.png", "masks/#.png");
        files("images/#.png", "labels/#.png");
        refused("labels/ and masks/ all hold masks of the pictures in images/", "data.masks");
    }

    @Test
    void masksNamedInTwoWaysAreRefused() {
        files("images/#.png", "masks/#_cell.png");
        files("images/#.png", "masks/#_nucleus.png");
        refused("masks/ names its masks in two ways, *_cell and *_nucleus, 3 of each");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    images/ | masks/#_EX.png   | masks/#_HE.png     | masks/ names its masks in two ways, *_EX and *_HE
                    images/ | masks/#_mask.png | masks/#_mask_1.png | two ways, *_mask and *_mask_1, 3 and 2 (both for
                    images/ | masks/#.png      | masks/#_1.png      | masks/ names its masks in two ways, * and *_1
                    all/    | all/#_mask.png   | all/#_mask_1.png   | two ways, *_mask and *_mask_1, 3 and 2
                    all/    | all/#_mask.png   | all/#_mask2.png    | two ways, *_mask and *_mask2, 3 and 2
                    """)
    void severalMasksOfAPictureAreRefused(String pictures, String masks, String fewer, String message) {
        files(pictures + "#.png", masks);
        mask(root.resolve(fewer.replace("#", "n0")), 8, 6, 1);
        mask(root.resolve(fewer.replace("#", "n1")), 8, 6, 1);
        refused(message, "join those of one picture");
    }

    @ParameterizedTest
    @CsvSource({"masks/#.png, masks/#_overlay.png", "masks/#_mask.png, masks/#_preview.png"})
    void previewsBesideMasksAreNone(String masks, String previews) {
        files("images/#.png", masks);
        mask(root.resolve(previews.replace("#", "n0")), 8, 6, 1);
        mask(root.resolve(previews.replace("#", "n1")), 8, 6, 1);
        assertThat(recognised().masks()).containsExactly(masks.replace("#", "*").replace(".png", ""));
    }

    /** As DRIVE has its true masks beside those of the field of view. */
    @Test
    void twoFoldersOfMasksWithTheSameNumbersAreRefused() {
        for (int i = 21; i < 25; i++) {
            picture(root.resolve("training/images/" + i + "_training.png"), 8, 6);
            mask(root.resolve("training/1st_manual/" + i + "_manual1.png"), 8, 6, 0, 1);
            mask(root.resolve("training/mask/" + i + "_training_mask.png"), 8, 6, 1);
        }
        refused(
                "training/mask/ (such as 21_training_mask.png) and training/1st_manual/ (such as 21_manual1.png)",
                "--set 'data.pictures=[\"training/images/*_training\"]'",
                "--set 'data.masks=[\"training/1st_manual/*_manual1\"]'");
    }

    @ParameterizedTest
    @CsvSource({"previews/#_p.png", "thumbnails/#.png", "out/#.png", "gt_edges/x#.png"})
    void otherFoldersBesideMasksAreLeftAlone(String others) {
        files("images/#.png", "masks/#.png");
        for (int i = 0; i < 3; i++) {
            picture(root.resolve(others.replace("#", "n" + i)), 8, 6);
        }
        assertThat(recognised().masks()).containsExactly("masks/*");
    }

    @Test
    void masksToValidateThatFitNoPictureAreRefused() {
        files("train/images/#.png", "train/masks/#.png");
        picture(root.resolve("val/images/a.png"), 8, 6);
        mask(root.resolve("val/masks/b.png"), 8, 6, 1);
        refused("val/masks/ holds masks, but none is named after a picture in val/images/");
    }

    @Test
    void initialsAreNoPartsOfADataSet() {
        for (String who : List.of("TS", "VL", "TR", "AB")) {
            picture(root.resolve(who + "/images/1.png"), 8, 6);
            mask(root.resolve(who + "/masks/1.png"), 8, 6, 0, 1);
        }
        Data data = recognised();
        assertThat(data.pictures()).containsExactly("AB/images/*", "TR/images/*", "TS/images/*", "VL/images/*");
        assertThat(data.validationPictures()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "tr/images/#.png, tr/masks/#.png, ts/images, ts/masks, tr/images/*",
        "Tr/images/#.png, Tr/masks/#.png, Ts/images, Ts/masks, Tr/images/*",
        "images/tr/#.png, masks/tr/#.png, images/ts, masks/ts, images/tr/*"
    })
    void shortNamesOfPartsBesideEachOtherAreParts(
            String pictures, String masks, String otherPictures, String otherMasks, String learned) {
        files(pictures, masks);
        files(otherPictures + "/#.png", otherMasks + "/#.png");
        Data data = recognised();
        assertThat(data.pictures()).containsExactly(learned);
        assertThat(data.validationPictures()).isEmpty();
        Inspection found = Inspection.of(auto());
        assertThat(Finding.texts(found.findings(), Finding.Severity.NOTE))
                .anyMatch(text -> text.contains("not looked into: " + otherPictures + "/ (6 pictures)"));
        files(otherPictures.replaceAll("(?i)ts", "vl") + "/#.png", otherMasks.replaceAll("(?i)ts", "vl") + "/#.png");
        assertThat(recognised().validationPictures()).containsExactly(otherPictures.replaceAll("(?i)ts", "vl") + "/*");
    }

    @Test
    void aShortNameOfAPartBesideOtherInitialsIsNone() {
        for (String who : List.of("TS", "AB", "MK")) {
            files(who + "/images/#.png", who + "/masks/#.png");
        }
        assertThat(recognised().pictures()).containsExactly("AB/images/*", "MK/images/*", "TS/images/*");
    }

    @Test
    void everyFolderOfPicturesMayHaveMasksOfItsOwnNamesAndTheSameNumbers() {
        for (String part : List.of("A", "B")) {
            files("images_" + part + "/" + part + "_0#.png", "masks_" + part + "/" + part + "_0#.png");
        }
        Data data = recognised();
        assertThat(data.pictures()).containsExactly("images_A/*", "images_B/*");
        assertThat(data.masks()).containsExactly("masks_A/*", "masks_B/*");
        assertThat(Layouts.fromFolders(data).stream().filter(sample -> sample.mask() != null))
                .hasSize(6);
    }

    @Test
    void otherWordsForPicturesAndMasksAreAnotherPair() {
        for (int i = 0; i < 4; i++) {
            picture(root.resolve("images/img_" + i + ".png"), 8, 6);
            mask(root.resolve("masks/img_" + i + ".png"), 8, 6, 0, 1);
            picture(root.resolve("photos/ph_" + i + ".png"), 8, 6);
            mask(root.resolve("labels/ph_" + i + ".png"), 8, 6, 0, 1);
        }
        Data data = recognised();
        assertThat(data.pictures()).containsExactly("images/*", "photos/*");
        assertThat(data.masks()).containsExactly("masks/*", "labels/*");
    }

    /** What a shell and --set make of the settings that a refusal proposes. */
    private Object proposed(String key) {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        assertThatThrownBy(this::recognised).message().satisfies(message -> {
            Matcher set = Pattern.compile("--set '((?:[^']|'\\\\'')*)'").matcher(message);
            while (set.find()) {
                ConfigYaml.set(layers, set.group(1).replace("'\\''", "'"));
            }
        });
        return ((Map<?, ?>) layers.get("data")).get(key);
    }

    @Test
    void whatIsProposedWorksAsItIsWritten() {
        files("left \"a\": b/#.png", "it's/#x.png");
        assertThat(proposed("pictures")).isEqualTo(List.of("left \"a\": b/*"));
        assertThat(proposed("masks")).isEqualTo(List.of("it's/*"));
    }

    @Test
    void aProposalForTheFolderItselfIsNoAlias() {
        files("#.png", "masks/#_x.png");
        files("#.png", "labels/#_y.png");
        assertThat(proposed("pictures")).isEqualTo(List.of("*"));
        assertThat(proposed("masks")).isEqualTo(List.of("labels/*_y"));
    }

    /** As many ways to name a mask as files: all are previews or the like. */
    @Test
    void aWayOfItsOwnForEveryFileBesideMasksIsNone() {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            paths.add("images/n" + i + ".png");
            paths.add("masks/n" + i + ".png");
            paths.add("masks/n" + i + "_" + Integer.toHexString(i * 7919) + "h.png");
        }
        paths.sort(null);
        FolderPatterns found = Recognition.of(new FolderTree(root, paths, List.of()));
        assertThat(found.masks()).containsExactly("masks/*");
    }

    @Test
    void whatAFoldersNameSaysIsReadOnce() {
        assertThat(FolderWords.of("train_images")).isSameAs(FolderWords.of("train_images"));
    }

    @Test
    void trainingPicturesInTwoPlacesAreRefused() {
        files("images/#.png", "masks/#.png");
        files("train/images/#.png", "train/masks/#.png");
        refused("train/images/* and images/* both have masks to learn from");
    }

    @Test
    void aFolderWithoutMasksSaysWhatItHolds() {
        files("left/#.png", "right/#.png");
        write(root.resolve("left/n0.json"), new byte[1]);
        refused(
                "holds pictures, but no masks were recognised",
                "left/ (6 pictures, such as n0.png), right/ (3 pictures, such as n0.png)",
                "annotations (1 .json) become masks by `imas import`",
                "--set 'data.pictures=[\"left/*\"]' --set 'data.masks=[\"right/*\"]'");
    }

    @Test
    void whichOfTwoFoldersHoldsMasksIsNotGuessedWhereNothingTells() {
        picture(root.resolve("left/a.png"), 8, 6);
        picture(root.resolve("right/a.png"), 8, 6);
        refused("--set 'data.pictures=[\"images/*\"]' --set 'data.masks=[\"masks/*\"]'");
    }

    @Test
    void annotationsThatNothingReadsAreNotSentToImport() {
        picture(root.resolve("images/a.png"), 8, 6);
        picture(root.resolve("images/b.png"), 8, 6);
        write(root.resolve("labels/a.txt"), new byte[1]);
        write(root.resolve("notes.txt"), new byte[1]);
        refused("files named as pictures (1 .txt) are not read, nor by `imas import`");
    }

    @Test
    void whatNamesHaveInCommonIsProposedWhereNoneMatch() {
        files("images/image_#.png", "masks/mask_#.png");
        refused(
                "holds masks, but none is named after a picture",
                "--set 'data.pictures=[\"images/image_n*\"]' --set 'data.masks=[\"masks/mask_n*\"]'");
    }

    @Test
    void aFolderOfOneAnnotatorIsProposedWhereSeveralDrew() {
        files("images/#.png", "masks/anna/#.png");
        files("images/#.png", "masks/bert/#.png");
        refused(
                "holds masks, but more than one folder of them fits the pictures",
                "--set 'data.pictures=[\"images/*\"]' --set 'data.masks=[\"masks/anna/*\"]'");
    }

    @Test
    void masksBesideTheirPicturesAreProposedByTheWordBehindTheirNames() {
        files("#.png", "#_1stHO.png");
        files("#.png", "#_2ndHO.png");
        refused("no masks were recognised", "--set 'data.pictures=[\"*.png\"]' --set 'data.masks=[\"*_1stHO.png\"]'");
    }

    @Test
    void numbersBehindNamesAreNoMasks() {
        files("a#.png", "a#0.png");
        files("a#.png", "a#_2.png");
        refused("no masks were recognised", "--set 'data.pictures=[\"images/*\"]' --set 'data.masks=[\"masks/*\"]'");
    }

    @Test
    void whoNamesTheFolderOfThePicturesIsToldTheOneAbove() {
        files("images/#.png", "masks/#.png");
        assertThatThrownBy(() -> DataFolder.resolved(
                        auto("data.root", root.resolve("images").toString()), told::add))
                .hasMessageContaining("beside it are masks: name the folder above, " + root);
    }

    @Test
    void besidePicturesAFolderThatSaysNothingIsLeftAlone() {
        files("#.png", "#_mask.png");
        picture(root.resolve("out/n0.png"), 8, 6);
        assertThat(recognised().pictures()).containsExactly("*");
    }

    @Test
    void masksOfOtherNamesAreToldFromNoMasks() {
        picture(root.resolve("images/a.png"), 8, 6);
        mask(root.resolve("masks/b.png"), 8, 6, 1);
        refused("holds masks, but none is named after a picture");
    }

    @Test
    void aFolderWithoutPicturesSaysWhatItHolds() {
        write(root.resolve("slide.czi"), new byte[1]);
        assertThatThrownBy(this::recognised)
                .hasMessage("no picture in " + root + " (it holds 1 .czi); name a folder of pictures (--data)");
    }

    @Test
    void oneLabelledPictureIsLearnedFromAndValidates() {
        picture(root.resolve("images/a.png"), 8, 6);
        picture(root.resolve("images/b.png"), 8, 6);
        mask(root.resolve("masks/a.png"), 8, 6, 1, 0);
        assertThat(recognised().setAside()).containsExactly("images/a.png");
        assertThat(told).anyMatch(line -> line.startsWith("validation: images/a.png, the only labelled picture"));
        Dataset set = Dataset.open(auto());
        assertThat(ids(set.labeled())).containsExactly("a");
        assertThat(ids(set.validation())).containsExactly("a");
        assertThat(ids(set.unlabeled())).containsExactly("b");
    }

    @Test
    void whereEveryPictureHasAMaskTheLabelledOnesAreUnlabelledToo() {
        for (String name : List.of("a", "b", "c")) {
            picture(root.resolve("images/" + name + ".png"), 8, 6);
            mask(root.resolve("masks/" + name + ".png"), 8, 6, 1, 0);
        }
        assertThat(recognised().sparse()).isEqualTo(Sparse.ON);
        assertThat(told).hasSize(3);
        Dataset set = Dataset.open(auto());
        assertThat(ids(set.unlabeled())).isEqualTo(ids(set.labeled())).hasSize(2);
    }

    @Test
    void whatIsRecognisedIsExactTheNextTime() {
        files("images/#.png", "masks/#.png");
        ImasConfig config = DataFolder.resolved(auto(), told::add);
        assertThat(DataFolder.resolved(config, told::add)).isEqualTo(config);
        Dataset before = Dataset.open(config);
        mask(root.resolve("masks/n3.png"), 8, 6, 1, 0);
        Dataset after = Dataset.open(config);
        assertThat(ids(after.validation())).isEqualTo(ids(before.validation()));
        assertThat(ids(after.labeled())).contains("n3");
    }

    @Test
    void givenPatternsGoBeforeRecognisedOnes() {
        files("left/#.png", "right/#.png");
        ImasConfig config = auto("data.pictures", List.of("left/*"), "data.masks", List.of("right/*"));
        assertThat(Dataset.open(config).labeled().size()).isEqualTo(2);
        assertThatThrownBy(() -> Dataset.open(auto("data.pictures", List.of("../left/*"))))
                .hasMessageStartingWith("data.pictures holds ../left/*; expected paths below data.root");
    }

    @Test
    void aFolderThatNothingWasTrainedWithIsMeasuredWithAllItsMasks() {
        files("images/#.png", "masks/#.png");
        assertThat(ids(Dataset.openValidation(auto()).validation())).containsExactly("n0", "n1", "n2");
        ImasConfig trained = DataFolder.resolved(auto(), told::add);
        assertThat(ids(Dataset.openValidation(trained).validation())).containsExactly("n2");
    }
}
