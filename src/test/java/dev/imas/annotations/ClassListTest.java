package dev.imas.annotations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassListTest {
    @TempDir
    Path dir;

    private ClassList read(String text) throws IOException {
        return ClassList.read(Files.writeString(dir.resolve("classes.txt"), text));
    }

    private static Map<String, Integer> found(String... names) {
        Map<String, Integer> found = new LinkedHashMap<>();
        for (String name : names) {
            found.put(name, null);
        }
        return found;
    }

    @Test
    void linesAreNamesColoursAndRules() throws IOException {
        ClassList classes =
                read("\uFEFF# a list\r\n__ignore__\r\n\r\n tumour \r\n#00ff00 blood cell\r\n10,20,30 fat\r\n"
                        + "fat #0a141f\r\nnecrosis = tumour\r\n* = skip\r\n");
        assertThat(classes.names()).containsExactly("tumour", "blood cell", "fat");
        assertThat(classes.colours())
                .isEqualTo(Map.of("blood cell", List.of(0x00ff00), "fat", List.of(0x0a141e, 0x0a141f)));
        assertThat(classes.renamed()).isEqualTo(Map.of("necrosis", "tumour", "*", "skip"));
    }

    @Test
    void threeNumbersAreAColourOnEitherSide() throws IOException {
        assertThat(read("cell 255 0 0\n0;0;255;blood cell\nfat;1;2;3\n").colours())
                .isEqualTo(Map.of("cell", List.of(0xff0000), "blood cell", List.of(0xff), "fat", List.of(0x010203)));
    }

    @Test
    void faultsAreToldAtOnceWithTheirLines() {
        assertThatThrownBy(() -> read("a\nb #ff0000\nc #ff0000\na\n300 0 0 d\ne = f\n"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("line 3 gives #ff0000 to c, which is the colour of b")
                .hasMessageContaining("line 4 names a a second time")
                .hasMessageContaining("line 5 has the colour channel 300; expected 0 to 255")
                .hasMessageContaining("e = f, which is no class of the list");
        assertThatThrownBy(() -> read("\n"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("names no class; expected one a line");
        assertThatThrownBy(() -> ClassList.read(dir.resolve("none.txt")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("none.txt does not exist; expected a text file, one class a line");
    }

    @Test
    void namesMeanWhatTheListSays() throws IOException {
        ClassList classes = read("stroma\ntumour\nnecrosis = ignore\nbad = skip\nTumor = tumour\n");
        ClassTable table = ClassTable.listed(
                classes, found("tumour", "Tumor", "necrosis", "bad", "Background", "Ignore*"), false, "list");
        assertThat(table.names()).containsExactly("background", "stroma", "tumour");
        assertThat(table.labels())
                .isEqualTo(Map.of("tumour", 2, "Tumor", 2, "necrosis", 255, "Background", 0, "Ignore*", 255));
    }

    @Test
    void aNameThatTheListLacksIsRefusedWithTheNearest() throws IOException {
        ClassList classes = read("stroma\ntumour\n");
        assertThatThrownBy(() -> ClassTable.listed(classes, found("Tumour", "zzzzzz"), false, "list"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("list lacks 2 annotated classes: Tumour; did you mean tumour?, zzzzzz; add");
    }

    @Test
    void aColourIsGivenToOneClassAlone() {
        Map<String, Integer> found = found("a", "b", "c");
        found.put("a", 0x112233);
        found.put("c", 0x112233);
        assertThat(ClassTable.asFound(found, false).palette())
                .doesNotHaveDuplicates()
                .startsWith(0, 0x112233);
    }

    @Test
    void moreClassesThanAMaskHoldsAreRefused() {
        Map<String, Integer> found = new LinkedHashMap<>();
        for (int i = 0; i < 255; i++) {
            found.put("class " + i, null);
        }
        assertThatThrownBy(() -> ClassTable.asFound(found, false))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("256 classes were found; a mask holds 255 at most");
        found.remove("class 7");
        assertThat(ClassTable.asFound(found, false).palette()).hasSize(255).doesNotHaveDuplicates();
    }
}
