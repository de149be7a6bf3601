package dev.imas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The formatter leaves comments and texts as long as they are; lines end at 120 columns all the same. */
class LineLengthTest {
    private static final int COLUMNS = 120;

    @Test
    void noLineOfTheProductIsLonger() throws IOException {
        List<String> longer = new ArrayList<>();
        for (String folder : List.of("src/main/java", "native/java/src/main/java", "benchmarks/src/main/java")) {
            for (Path file : files(folder, ".java")) {
                longer.addAll(longer(file, line -> true));
            }
        }
        assertThat(longer).isEmpty();
    }

    /** Tables and commands have lines of their own. */
    @Test
    void noLineOfAPageIsLonger() throws IOException {
        List<Path> pages = new ArrayList<>(files("docs", ".md"));
        pages.addAll(List.of(Path.of("README.md"), Path.of("CHANGELOG.md"), Path.of("CONTRIBUTING.md")));
        List<String> longer = new ArrayList<>();
        for (Path page : pages) {
            longer.addAll(longer(page, line -> !line.startsWith("|") && !line.startsWith("    ")));
        }
        assertThat(pages).hasSizeGreaterThan(10);
        assertThat(longer).isEmpty();
    }

    private static List<Path> files(String folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(folder))) {
            return files.filter(path -> path.toString().endsWith(ending)).toList();
        }
    }

    private static List<String> longer(Path file, Predicate<String> looked) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return IntStream.range(0, lines.size())
                .filter(i -> looked.test(lines.get(i)))
                .filter(i -> lines.get(i).codePointCount(0, lines.get(i).length()) > COLUMNS)
                .mapToObj(i -> file + ":" + (i + 1))
                .toList();
    }
}
