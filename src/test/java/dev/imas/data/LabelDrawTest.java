package dev.imas.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Method;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelDrawTest {
    @TempDir
    Path dir;

    private MaskFolder folder;

    /** Ten masks of classes 0 and 1; class 2 is in one alone. */
    @BeforeEach
    void pictures() {
        folder = new MaskFolder(dir.resolve("data"));
        for (int i = 0; i < 10; i++) {
            folder.grey("m" + i, 0, 1, i == 3 ? 2 : 0);
        }
    }

    private ImasConfig settled(String... more) {
        Map<String, Object> layers = ConfigYaml.preset("own");
        ConfigYaml.set(layers, "data.root", folder.root().toString());
        for (String assignment : more) {
            ConfigYaml.set(layers, assignment);
        }
        Inspection inspection = Inspection.of(ConfigYaml.resolve(layers).withMethod(Method.SUPERVISED));
        inspection.usable();
        return inspection.config();
    }

    private Dataset drawn(ImasConfig settled, LabelDraw draw, int count, long seed) throws IOException {
        LabelDraw.Lists lists = draw.lists(count, seed);
        Path labeled = Files.writeString(dir.resolve("labeled.txt"), lists.labeled());
        Path unlabeled = Files.writeString(dir.resolve("unlabeled.txt"), lists.unlabeled());
        return Dataset.open(draw.with(settled.withMethod(Method.IMAS), count, labeled, unlabeled));
    }

    private static Set<String> ids(ImageSource source) {
        return IntStream.range(0, source.size()).mapToObj(source::id).collect(Collectors.toSet());
    }

    private void nested(ImasConfig settled, int all, int validation) throws IOException {
        LabelDraw draw = LabelDraw.of(settled);
        assertThat(draw.labeled()).isEqualTo(all);
        Set<String> validated = ids(Dataset.open(settled).validation());
        assertThat(validated).hasSize(validation);
        Set<String> before = Set.of();
        for (int count : List.of(2, 5)) {
            Dataset data = drawn(settled, draw, count, 4);
            Set<String> labeled = ids(data.labeled());
            assertThat(labeled).hasSize(count).containsAll(before);
            assertThat(ids(data.validation())).isEqualTo(validated);
            Set<String> others = new HashSet<>(ids(data.unlabeled()));
            assertThat(others).hasSize(all + 1 - count).contains("unlabelled").doesNotContainAnyElementsOf(labeled);
            assertThat(others).doesNotContainAnyElementsOf(validated);
            before = labeled;
        }
        assertThat(draw.lists(2, 5)).isNotEqualTo(draw.lists(2, 4));
        assertThat(draw.lists(2, 4)).isEqualTo(LabelDraw.of(settled).lists(2, 4));
    }

    @Test
    void drawsAreNestedAndPicturesThatWereSetAsideStillValidate() throws IOException {
        nested(settled(), 8, 2);
    }

    @Test
    void everyFifthValidatesWhereTheLayoutIsGiven() throws IOException {
        nested(settled("data.layout=folders", "data.classes=3"), 8, 2);
    }

    @Test
    void aValidationFolderStaysAsItIs() throws IOException {
        folder.grey("v0", 0, 1, 2, 0);
        nested(settled(), 10, 1);
    }

    @Test
    void listsNameMasksOfTheirOwn() throws IOException {
        String lines = IntStream.range(0, 8)
                .mapToObj(i -> "images/m" + i + ".png masks/m" + i + ".png\n")
                .collect(Collectors.joining());
        Path labeled = Files.writeString(dir.resolve("own.txt"), lines);
        Path rest = Files.writeString(dir.resolve("rest.txt"), "images/unlabelled.png\n");
        Path validation =
                Files.writeString(dir.resolve("val.txt"), "images/m8.png masks/m8.png\nimages/m9.png masks/m9.png\n");
        nested(settled("data.labeled=" + labeled, "data.unlabeled=" + rest, "data.validation=" + validation), 8, 2);
    }

    /** As file managers number copies: the first word is the name of another picture. */
    @Test
    void aSpaceInANameIsNotTheOneBetweenColumns() throws IOException {
        for (int i = 0; i < 10; i++) {
            folder.grey("m" + i + " (1)", 0, 1, 2);
        }
        for (String layout : List.of("auto", "folders")) {
            ImasConfig settled = settled("data.layout=" + layout, "data.classes=3");
            LabelDraw draw = LabelDraw.of(settled);
            Dataset data = drawn(settled, draw, 5, 1);
            Set<String> all = new HashSet<>(ids(data.labeled()));
            all.addAll(ids(data.unlabeled()));
            all.addAll(ids(data.validation()));
            assertThat(all).hasSize(21).contains("m1", "m1 (1)", "m9 (1)");
            assertThat(data.unlabeled().size()).isEqualTo(draw.labeled() - 5 + 1);
        }
    }

    /** Such lists may be written by hand, too. */
    @Test
    void aPictureWhoseNameHoldsASpaceIsNotAnotherWithAMask() throws IOException {
        folder.grey("m1 (1)", 0, 1, 2);
        Path rest = dir.resolve("rest.txt");
        Path labeled = Files.writeString(dir.resolve("own.txt"), "images/m1.png masks/m1.png\n");
        Path validation = Files.writeString(dir.resolve("val.txt"), "images/m8.png masks/m8.png\n");
        Files.writeString(rest, "images/unlabelled.png\n");
        String[] lists = {"data.labeled=" + labeled, "data.unlabeled=" + rest, "data.validation=" + validation};
        ImasConfig settled = settled(lists).withMethod(Method.IMAS);
        ImasConfig folders = settled.withData(settled.data().withLayout(Layout.FOLDERS));
        String paths = "images/m1 (1).png\nimages/unlabelled.png\n";
        String withMasks = "images/m1 (1).png masks/m1.png\nimages/unlabelled.png masks/m1.png\n";
        String withOthers = "images/m1 (1).png gone/m1.png\nimages/unlabelled.png gone/m1.png\n";
        for (String lines : List.of(paths, withMasks, withOthers)) {
            assertUnlabelled(rest, lines, settled);
            assertUnlabelled(rest, lines, folders);
        }
        assertUnlabelled(rest, "m1 (1)\nunlabelled\n", folders);
    }

    private static void assertUnlabelled(Path list, String lines, ImasConfig config) throws IOException {
        Files.writeString(list, lines);
        assertThat(ids(Dataset.open(config).unlabeled())).as(lines).containsExactlyInAnyOrder("m1 (1)", "unlabelled");
    }

    @Test
    void whatIsBrokenAndLeftOutIsNotDrawn() throws IOException {
        Files.writeString(folder.mask("m4"), "no mask");
        LabelDraw draw = LabelDraw.of(settled("data.skip_broken=true"));
        assertThat(draw.labeled()).isEqualTo(7);
        assertThat(draw.lists(7, 1).labeled()).doesNotContain("m4");
    }

    @Test
    void aClassThatNoMaskDrawnShowsIsNamed() {
        folder.grey("v0", 0, 1, 2, 0);
        LabelDraw draw = LabelDraw.of(settled());
        assertThat(draw.missing(10, 1)).isEmpty();
        long without = IntStream.range(0, 20)
                .filter(seed -> draw.missing(1, seed).equals(List.of("class 2")))
                .count();
        assertThat(without).isBetween(10L, 20L);
        assertThat(draw.missing(1, 0).isEmpty())
                .isEqualTo(draw.lists(1, 0).labeled().contains("m3"));
    }
}
