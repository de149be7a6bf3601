package dev.imas.cli;

import static dev.imas.cli.Shell.imas;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.cli.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
    @TempDir
    Path dir;

    /** The page would be looked for where it is not. */
    @Test
    void outIsRefusedWhereThePageHasItsPlace() throws IOException {
        Path run = Files.createDirectories(dir.resolve("run"));
        Path comparison = Files.createDirectories(dir.resolve("comparison"));
        Files.writeString(comparison.resolve("setup.json"), "{}");
        Files.writeString(comparison.resolve("plan.yaml"), "");
        for (Path folder : new Path[] {run, comparison}) {
            Result result = imas(
                    "report",
                    folder.toString(),
                    "--out",
                    dir.resolve("page.html").toString());
            assertThat(result.status()).isEqualTo(Main.USER_ERROR);
            assertThat(result.err())
                    .startsWith("imas: --out names the page of several runs; that of one, or of the folder of a"
                            + " comparison, is written into " + folder + ": leave --out out");
        }
    }
}
