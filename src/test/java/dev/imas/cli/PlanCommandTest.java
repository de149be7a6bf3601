package dev.imas.cli;

import static dev.imas.cli.Shell.imas;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.cli.Shell.Result;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans for a folder of pictures; the weights are given, so that nobody asks a network. */
class PlanCommandTest {
    @TempDir
    static Path dir;

    @BeforeAll
    static void pictures() throws IOException {
        for (int i = 0; i < 9; i++) {
            write("images/p" + i, i, BufferedImage.TYPE_INT_RGB);
            if (i < 5) {
                write("masks/p" + i, i, BufferedImage.TYPE_BYTE_GRAY);
            }
        }
    }

    /** A picture of 48x40 with a square, or its mask. */
    private static void write(String name, int seed, int type) throws IOException {
        BufferedImage image = new BufferedImage(48, 40, type);
        for (int y = 0; y < 40; y++) {
            for (int x = 0; x < 48; x++) {
                boolean inside = x > 5 + seed && x < 25 + seed && y > 8 && y < 30;
                if (type == BufferedImage.TYPE_BYTE_GRAY) {
                    image.getRaster().setSample(x, y, 0, inside ? 1 : 0);
                } else {
                    image.setRGB(x, y, inside ? 0xc04020 + x * 7 + seed : 0x203040 + y * 5 + seed);
                }
            }
        }
        Path file = dir.resolve(name + ".png");
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }

    private static Result plan(String... more) {
        String[] first = {
            "plan",
            "--data",
            dir.toString(),
            "--device",
            "cpu",
            "--precision",
            "fp32",
            "--set",
            "network.backbone=tiny",
            "--set",
            "network.init_weights=none"
        };
        String[] all = new String[first.length + more.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return imas(all);
    }

    @Test
    void itTellsTimeAndSettingsAndLeavesNothing() throws IOException {
        Result result = plan("--budget", "2m", "--set", "training.batch_labeled=3", "--set", "training.lr=0.01");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out())
                .containsPattern("about .+: [\\d,]+ steps of .+, 3\\+\\d crops of 48×32, the tiny network")
                .contains("training.epochs: ")
                .contains("augment.crop: [32, 48]")
                .doesNotContain("training.lr:")
                .doesNotContain("network.backbone:")
                .doesNotContain("training.batch_labeled:");
        try (var files = Files.list(dir)) {
            assertThat(files.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("images", "masks");
        }
    }

    /** Batches of 8 and 6 where one process plans, or fewer. */
    @Test
    void processesShareTheBatches() {
        Result result = plan("--budget", "2m", "--processes", "5");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out()).containsPattern(", 5\\+5 crops of 48×32");
        assertThat(result.err()).contains("without what 5 processes exchange");
        Result given = plan("--processes", "2", "--set", "training.batch_labeled=3");
        assertThat(given.status()).isEqualTo(2);
        assertThat(given.err()).contains("training.batch_labeled is 3").containsPattern("\\b2 or 4\\b");
    }

    @Test
    void givenSettingsThatTakeTooLongAreNamed() {
        Result result = plan("--budget", "10s", "--set", "training={epochs: 1000000}", "--set", "data.epoch_length=9");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("this run will take about ")
                .contains("longer than 10 s, as training.epochs, data.epoch_length");
    }

    @Test
    void aTimeWithoutAUnitIsRefused() {
        Result result = plan("--budget", "30");
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("--budget is 30; expected a time").contains("30m");
    }
}
