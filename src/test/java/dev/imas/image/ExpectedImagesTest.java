package dev.imas.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A folder of files with what each must give, which lies beside the checkout or where {@code -Dimas.images} says. Its
 * {@code expected.tsv} has a line a file: name, what it is read as, the first values or the size.
 */
class ExpectedImagesTest {
    private static final Path FOLDER = Path.of(System.getProperty("imas.images", "../shared/cases/images"));
    /** Needs more memory than a test has. */
    private static final String HUGE = "png_oom";

    @TestFactory
    Stream<DynamicTest> everyFileGivesWhatIsExpected() throws IOException {
        Path list = FOLDER.resolve("expected.tsv");
        if (!Files.exists(list)) {
            return Stream.of(DynamicTest.dynamicTest(
                    "no expected files", () -> assumeTrue(false, list + " is not there: not compared")));
        }
        return Files.readAllLines(list).stream()
                .skip(1)
                .map(line -> line.split("\t"))
                .filter(cells -> !cells[0].startsWith(HUGE))
                .map(cells -> DynamicTest.dynamicTest(
                        cells[0] + " as " + cells[1], () -> check(FOLDER.resolve(cells[0]), cells[1], cells[2])));
    }

    private static void check(Path file, String kind, String expected) {
        switch (kind) {
            case "picture" -> assertThat(firstPixels(file, count(expected) / 3)).isEqualTo(expected);
            case "mask" -> assertThat(firstLabels(file, count(expected))).isEqualTo(expected);
            case "size" -> {
                ImageSize size = ImageFiles.size(file);
                assertThat(List.of(size.width(), size.height())).hasToString(expected);
            }
            default -> assertRefused(file);
        }
    }

    private static int count(String numbers) {
        return numbers.split(",").length;
    }

    private static String firstPixels(Path file, int count) {
        byte[] rgb = ImageFiles.picture(file).rgb();
        int[][] pixels = new int[count][3];
        for (int i = 0; i < 3 * count; i++) {
            pixels[i / 3][i % 3] = rgb[i] & 255;
        }
        return Arrays.deepToString(pixels);
    }

    private static String firstLabels(Path file, int count) {
        byte[] labels = labels(file).labels();
        int[] first = new int[count];
        for (int i = 0; i < count; i++) {
            first[i] = labels[i] & 255;
        }
        return Arrays.toString(first);
    }

    private static LabelMap labels(Path file) {
        return MaskMeaning.indices(256, Set.of()).read(file, ImageFiles.storedMask(file));
    }

    private static void assertRefused(Path file) {
        assertThatThrownBy(() -> ImageFiles.picture(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file + " ")
                .satisfies(e -> Messages.assertClear(e.getMessage()));
        if (file.getFileName().toString().startsWith("mask")) {
            assertThatThrownBy(() -> labels(file))
                    .isInstanceOf(UserException.class)
                    .satisfies(e -> Messages.assertClear(e.getMessage()));
        }
    }
}
