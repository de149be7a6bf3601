package dev.imas.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a program that depends on imas-kernels gets with it, by Maven's own resolution. */
class DependenciesTest {
    @Test
    void theKernelsNeedJavaCppAlone() throws Exception {
        List<String> tree = Files.readAllLines(Path.of("target/kernels/dependencies.txt"));
        assertThat(tree.get(0)).startsWith("dev.imas:imas-kernels:jar:");
        assertThat(tree.subList(1, tree.size()))
                .hasSize(2)
                .allMatch(line -> line.matches("[+\\\\]- org\\.bytedeco:javacpp:jar:.*:compile"));
    }
}
