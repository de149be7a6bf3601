package dev.imas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The formatter leaves comments and texts as long as they are; lines end at 120 columns all the same. */
class LineLengthTest {
    private static final int COLUMNS = 120;

    @Test
    void noLineOfTheProductIsLonger() throws IOException {
        List<String> longer = new ArrayList<>();
        for (String folder : List.of("src/main/java", "native/java/src/main/java", "benchmarks/src/main/java")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    List<String> lines = Files.readAllLines(file);
                    for (int i = 0; i < lines.size(); i++) {
                        if (lines.get(i).codePointCount(0, lines.get(i).length()) > COLUMNS) {
                            longer.add(file + ":" + (i + 1));
                        }
                    }
                }
            }
        }
        assertThat(longer).isEmpty();
    }
}
