package dev.imas;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a program that depends on imas gets with it, by Maven's own resolution. */
class DependenciesTest {
    @Test
    void theLibraryBringsItsKernelsAndLibtorchWithNatives() throws Exception {
        assertThat(Files.readAllLines(Path.of("target/imas/dependencies.txt")))
                .anyMatch(line -> line.matches("\\+- dev\\.imas:imas-kernels:jar:.*:compile"))
                .anyMatch(line -> line.matches(".*- org\\.bytedeco:javacpp:jar:linux-x86_64:.*:compile"))
                .anyMatch(line -> line.matches("\\+- org\\.bytedeco:pytorch:jar:linux-x86_64(-gpu)?:.*:compile"))
                .noneMatch(line -> line.matches(".*(junit|assertj|jqwik|logback|archunit).*"));
    }
}
