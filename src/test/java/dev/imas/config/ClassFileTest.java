package dev.imas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassFileTest {
    @TempDir
    Path folder;

    private ClassFile read(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
        return ClassFile.in(folder).orElseThrow();
    }

    @Test
    void noneIsNoFault() {
        assertThat(ClassFile.in(folder)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[sky, no, 5]",
                "- sky\n- no\n- 5\n",
                "names: [sky, no, 5]",
                "classes: [sky, no, 5]",
                "class_names: [sky, no, 5]\nclasses: 3\n",
                "2: 5\n0: sky\n1: no\n",
                "nc: 3\nnames: {0: sky, 1: no, 2: 5}\n",
                "data: {layout: folders, classes: 3, class_names: [sky, no, 5]}"
            })
    void namesAsYaml(String text) throws IOException {
        assertThat(read("classes.yaml", text).names()).containsExactly("sky", "no", "5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sky\nred car\n",
                "\uFEFFsky\r\nred car\r\n\r\n",
                "# ids\n0 sky\n1: red car\n",
                "0,sky\n1,red car\n"
            })
    void namesAsText(String text) throws IOException {
        assertThat(read("classes.txt", text).names()).containsExactly("sky", "red car");
    }

    /** A number in front is the class's, in whatever order they stand; so is what is written as a colour behind. */
    @Test
    void numbersCount() throws IOException {
        assertThat(read("classes.txt", "2 debris\n1 cell\n0 background\n").names())
                .containsExactly("background", "cell", "debris");
        ClassFile coloured = read("classes.txt", "1: cell 255 0 0\n0: background 0 0 0\n");
        assertThat(coloured.names()).containsExactly("background", "cell");
        assertThat(coloured.palette()).containsExactly(0, 0xff0000);
        assertThat(read("classes.txt", "background;0;0;0\ncell;255;0;0\n").names())
                .containsExactly("background", "cell");
        ClassFile hex = read("classes.txt", "background #000000\ncell\t#FF0000\n");
        assertThat(hex.names()).containsExactly("background", "cell");
        assertThat(hex.palette()).containsExactly(0, 0xff0000);
        assertThatThrownBy(() -> read("classes.txt", "1 cell\n2 debris\n"))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve("classes.txt") + " names no class 0; expected one name for each number from"
                        + " 0 on, the background's first, or names in data.class_names");
        ClassFile before = read("classes.txt", "0 0 0 0 background\n1 255 0 0 cell\n");
        assertThat(before.names()).containsExactly("background", "cell");
        assertThat(before.palette()).containsExactly(0, 0xff0000);
        assertThat(read("classes.txt", "128 64 128 2 wheeler\n0 0 0 sky\n").palette())
                .containsExactly(0x804080, 0);
        assertThatThrownBy(() -> read("classes.txt", "0 background\n1 cell\n255 ignore\n"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("names no class 2; expected one name for each number from 0 on");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2 cell stage\n4 cell stage\n8 cell stage\n",
                "background\n1 cell stage\n2 cell stage\n4 cell stage\n",
                "background\n10x\n"
            })
    void namesThatBeginWithOtherNumbersStay(String text) throws IOException {
        assertThat(read("classes.txt", text).names()).isEqualTo(text.lines().toList());
    }

    @Test
    void colours() throws IOException {
        assertThat(read("label_colors.txt", "64 128 64\tAnimal\n192 0 128\tRed Car\n"))
                .isEqualTo(new ClassFile(
                        folder.resolve("label_colors.txt"), List.of("Animal", "Red Car"), List.of(0x408040, 0xc00080)));
        assertThat(read("classes.txt", "sky 0 0 0\nred car 255, 0, 0\n").palette())
                .containsExactly(0, 0xff0000);
        assertThat(read("classes.yaml", "names: [a, b]\ncolors: [\"#000000\", \"#00ff00\"]\n")
                        .palette())
                .containsExactly(0, 0x00ff00);
    }

    @Test
    void whatCannotBeUnderstood() {
        for (String text : List.of(
                "[one]",
                "[]",
                "5",
                "[a, a]",
                "{0: a, 2: b}",
                "[a, '']",
                "{names: [a, b], palette: [7]}",
                "{names: [a, b], palette: [red, blue]}")) {
            assertThatThrownBy(() -> read("classes.yaml", text))
                    .describedAs(text)
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(folder.resolve("classes.yaml") + " ")
                    .hasMessageContaining("expected");
        }
    }

    @Test
    void noColour() {
        assertThatThrownBy(() -> read("classes.txt", "1 2 300 a\n3 4 5 b\n"))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve("classes.txt")
                        + " has the line '1 2 300 a'; expected colour values of 0 to 255");
    }
}
