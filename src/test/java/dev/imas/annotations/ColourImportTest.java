package dev.imas.annotations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ColourImportTest {
    private static final int BLACK = 0;
    private static final int RED = 0xff0000;
    private static final int BLUE = 0x0000ff;
    private static final int VOID = 0xe0e0c0;

    @TempDir
    Path dir;

    private ImportFolder folder() {
        return new ImportFolder(dir, AnnotationFormat.COLOUR);
    }

    @Test
    void blackIsTheBackgroundAndEveryOtherColourAClass() {
        String report = folder().picture("a.png", 4, 1)
                .picture("b.png", 4, 1)
                .colourMask("a.png", 4, 1, RED, BLACK, BLUE, VOID)
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("201x\n");
        assertThat(folder().written("classes.yaml"))
                .contains("[\"background\", \"#0000ff\", \"#ff0000\"]")
                .contains("[\"#000000\", \"#0000ff\", \"#ff0000\"]");
        assertThat(report).contains("masks    1 of 2 pictures");
    }

    @Test
    void aListNamesTheColoursAndTheirOrder() {
        folder().picture("a.png", 4, 1)
                .colourMask("a_mask.png", 4, 1, RED, BLACK, BLUE, VOID)
                .classes("# the atlas\n#ff0000 red one\r\n0 0 255\tblue\nIgnore* #e0e0c0\nbackground #000000\n")
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("102x\n");
        assertThat(folder().written("classes.yaml"))
                .contains("[\"background\", \"red one\", \"blue\"]")
                .contains("[\"#000000\", \"#ff0000\", \"#0000ff\"]");
    }

    @Test
    void withoutABackgroundTheFirstClassIsZero() {
        folder().picture("a.png", 2, 1)
                .colourMask("a.png", 2, 1, RED, BLUE)
                .classes("sky #0000ff\nroad #ff0000\n")
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("10\n");
        assertThat(folder().written("classes.yaml")).contains("classes: 2").contains("[\"sky\", \"road\"]");
    }

    @Test
    void severalColoursMayBeOneClassAndOthersAreLeftOut() {
        String report = folder().picture("a.png", 4, 1)
                .colourMask("a.png", 4, 1, RED, BLACK, BLUE, 0x00ff00)
                .classes("background #000000\ncell #ff0000\ncell #0000ff\n#00ff00 = skip\n")
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("1010\n");
        assertThat(report).contains("annotations of #00ff00, which is left out: 1 (");
    }

    @Test
    void aColourThatTheListLacksIsRefused() {
        ImportFolder folder = folder().picture("a.png", 2, 1)
                .colourMask("a.png", 2, 1, RED, 0x123456)
                .classes("cell #ff0000\n");
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("classes.txt lacks an annotated class: #123456; add a line for each (NAME,");
    }

    @Test
    void masksOfQuPathAndInOneFolderWithThePicturesAreFound() {
        ImportFolder folder = folder().picture("s [x=0,y=0,w=2,h=1].png", 2, 1)
                .indexMask("../images/s [x=0,y=0,w=2,h=1]-labelled.png", 2, 1, List.of(BLACK, RED), 0, 1);
        String report = folder.run(folder.images());
        assertThat(folder.mask("s [x=0,y=0,w=2,h=1].png")).isEqualTo("01\n");
        assertThat(report).contains("masks    1 of 1 picture");
    }

    /** As data sets are laid out that keep their pictures on another disk. */
    @Test
    void linkedFoldersAreFollowedAndNoneIsReadTwice() throws IOException {
        ImportFolder folder = folder().picture("a.png", 2, 1).colourMask("masks/a.png", 2, 1, BLACK, RED);
        Path pool = Files.createDirectories(dir.resolve("pool"));
        Files.createSymbolicLink(pool.resolve("pictures"), folder.images());
        Files.createSymbolicLink(pool.resolve("again"), folder.images());
        Files.createSymbolicLink(pool.resolve("back"), pool);
        Files.createSymbolicLink(pool.resolve("gone.png"), pool.resolve("nothing.png"));
        Path linked = Files.createSymbolicLink(dir.resolve("linked"), pool);
        Files.createSymbolicLink(dir.resolve("drawn"), folder.annotations());
        String report = folder.from(linked).run(dir.resolve("drawn"));
        assertThat(folder.mask("a.png")).isEqualTo("01\n");
        assertThat(report)
                .contains("masks    1 of 1 picture;")
                .contains("left out links that lead back to a folder they lie in: 1 (" + linked.resolve("back") + ")")
                .contains("left out links that lead nowhere: 1 (" + linked.resolve("gone.png") + ")");
    }

    @Test
    void picturesInALinkedFolderAmongTheMasksAreNone() throws IOException {
        ImportFolder folder = folder().picture("a.png", 2, 1).colourMask("a_mask.png", 2, 1, BLACK, RED);
        Files.createSymbolicLink(folder.annotations().resolve("pictures"), folder.images());
        folder.run();
        assertThat(folder.mask("a.png")).isEqualTo("01\n");
    }

    @Test
    void smoothEdgesAndOtherSizesAreRefused() {
        int[] shades = new int[300];
        for (int i = 0; i < shades.length; i++) {
            shades[i] = i * 257;
        }
        ImportFolder folder = folder().picture("a.png", 300, 1)
                .picture("b.png", 4, 4)
                .colourMask("a.png", 300, 1, shades)
                .colourMask("b.png", 2, 2, RED, RED, RED, BLACK);
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a.png has more than 255 colours; expected one a class")
                .hasMessageContaining("b.png is 2x2, its picture is 4x4");
    }

    @Test
    void smoothedEdgesAreNoClasses() {
        int[] row = {0, 0, 0x404040, 0xbfbfbf, 0xffffff, 0xffffff};
        int[] pixels = new int[18];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = row[i % row.length];
        }
        ImportFolder folder = folder().picture("a.png", 6, 3).colourMask("a.png", 6, 3, pixels);
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a.png has 2 of 4 colours between others, such as #bfbfbf between #000000 and"
                        + " #ffffff, so its edges were smoothed")
                .hasMessageContaining("(--classes), with * = ignore");
        folder.classes("background #000000\ncell #ffffff\n* = ignore\n").run();
        assertThat(folder.mask("a.png")).isEqualTo("00xx11\n".repeat(3));
    }

    /** One grey of three lies along an edge, which may be meant. */
    @Test
    void anOutlineBetweenClassesThatFillPlacesIsAClass() {
        int[] row = {0, 0, 0, 0x555555, 0x555555, 0x555555, 0xaaaaaa, 0xffffff, 0xffffff, 0xffffff};
        int[] pixels = new int[40];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = row[i % row.length];
        }
        folder().picture("a.png", 10, 4).colourMask("a.png", 10, 4, pixels).run();
        assertThat(folder().mask("a.png")).isEqualTo("0001112333\n".repeat(4));
    }

    @Test
    void greysThatFillPlacesAreClasses() {
        int[] pixels = new int[36];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = 0x555555 * (i % 12 / 3);
        }
        folder().picture("a.png", 12, 3).colourMask("a.png", 12, 3, pixels).run();
        assertThat(folder().mask("a.png")).isEqualTo("000111222333\n".repeat(3));
    }
}
