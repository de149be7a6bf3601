package dev.imas.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Colours of classes where no picture of the run has them. */
class ClassColorTest {
    @TempDir
    Path run;

    @Test
    void aPaletteMayHoldTextOrNumbers() throws IOException {
        Files.writeString(run.resolve("config.yaml"), "data: {palette: [\"#808000\", 0x80FF00, 8421504, red]}\n");
        Run read = Run.read(run);
        assertThat(read.classColor(0)).contains("#808000");
        assertThat(read.classColor(1)).contains("#80ff00");
        assertThat(read.classColor(2)).contains("#808080");
        assertThat(read.classColor(3)).as("no colour").isEmpty();
        assertThat(read.classColor(4)).as("no such class").isEmpty();
    }
}
