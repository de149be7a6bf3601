package dev.imas.cli;

import static dev.imas.cli.Shell.imas;
import static dev.imas.image.TestFiles.mask;
import static dev.imas.image.TestFiles.picture;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.cli.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What `imas data` and `imas train` say of a folder. */
class DataCommandTest {
    @TempDir
    Path dir;

    private Path photos;
    private Path page;

    /** Six pictures, masks of four of them in black and white, and a hidden file. */
    @BeforeEach
    void folder() throws IOException {
        photos = dir.resolve("photos");
        page = dir.resolve("page.html");
        for (int i = 0; i < 6; i++) {
            picture(photos.resolve("imgs/leaf " + i + ".png"), 40, 30 + i);
            if (i < 4) {
                mask(photos.resolve("gt/leaf " + i + "_mask.png"), 40, 30 + i, 0, 0, 0, 1);
            }
        }
        Files.write(photos.resolve("imgs/._leaf 0.png"), new byte[3]);
    }

    @Test
    void theWholeAnswerOfAFolder() {
        Result result = imas("data", "--data", photos.toString(), "--out", page.toString());
        assertThat(result.err()).isEmpty();
        assertThat(result.status()).isZero();
        assertThat(result.out())
                .isEqualTo(String.format(
                        Locale.ROOT,
                        """
                        %1$s: pictures in imgs/, masks in gt/*_mask (4 of 6 labelled)
                        validation: 1 of 4 labelled pictures is set aside to validate, the last by name
                        pictures    3 labelled, 2 unlabelled, 1 for validation
                        sizes       40x30 (1), 40x31 (1), 40x32 (1) and 3 more; 8 bits, 3 channels
                        labelled    class 0 75.0 %% in 3 masks, class 1 25.0 %% in 3 masks
                        validation  class 0 75.0 %% in 1 mask, class 1 25.0 %% in 1 mask
                        note: 2 classes, by the values of the masks
                        page        %2$s
                        """,
                        photos,
                        page));
    }

    @Test
    void thePageHoldsEverythingInOneFile() throws IOException {
        mask(photos.resolve("gt/leaf 9_mask.png"), 8, 8, 1);
        imas("data", "--data", photos.toString(), "--out", page.toString());
        assertThat(Files.readString(page))
                .startsWith("<!DOCTYPE html>")
                .contains("ready for training", "1 warning", "leaf 9_mask.png", "class 1", "40x31")
                .contains("data:image/jpeg;base64,", "data:image/png;base64,", "gt/*_mask")
                .doesNotContain("<script", "http://", "https://", "src=\"/");
    }

    @Test
    void thePageCountsEveryPictureOnce() throws IOException {
        imas("data", "--data", photos.toString(), "--out", page.toString());
        assertThat(Files.readString(page)).contains("<b>6</b> <span>pictures, ready", "<dd>2</dd>");
        for (int i = 4; i < 6; i++) {
            mask(photos.resolve("gt/leaf " + i + "_mask.png"), 40, 30 + i, 0, 0, 0, 1);
        }
        imas("data", "--data", photos.toString(), "--out", page.toString());
        assertThat(Files.readString(page)).contains("<b>6</b> <span>pictures, ready", "<dd>5: the labelled ones</dd>");
    }

    @Test
    void faultsGiveStatus2AndAPage() throws IOException {
        Files.move(photos.resolve("gt/leaf 3_mask.png"), photos.resolve("gt/Leaf 3.png"));
        Files.write(photos.resolve("imgs/leaf 0.png"), new byte[] {1});
        Result result = imas("data", "--data", photos.toString(), "--out", page.toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.out())
                .contains("fault: " + photos.resolve("imgs/leaf 0.png"))
                .contains("fault: 1 mask matches no picture: " + photos.resolve("gt/Leaf 3.png"));
        assertThat(result.err()).isEqualTo("imas: 2 faults: training would not begin\n");
        assertThat(Files.readString(page)).contains("2 faults: training would not begin");
    }

    @Test
    void trainRefusesTheSameFaultsBeforeItTouchesAnything() throws IOException {
        Files.write(photos.resolve("imgs/leaf 0.png"), new byte[] {1});
        Files.write(photos.resolve("imgs/leaf 1.png"), new byte[] {1});
        Path out = dir.resolve("run");
        Result result = imas("train", "--data", photos.toString(), "--out", out.toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err().lines().filter(line -> line.startsWith("imas: ")))
                .hasSize(2)
                .allMatch(line -> line.startsWith("imas: " + photos.resolve("imgs")));
        assertThat(out).doesNotExist();
    }

    @Test
    void whatCannotBeRecognisedIsOneLine() {
        Result result = imas("data", "--data", dir.resolve("nowhere").toString(), "--out", page.toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err())
                .isEqualTo("imas: data.root: no folder at " + dir.resolve("nowhere")
                        + "; name the data set's folder (--data)\n");
        assertThat(page).doesNotExist();
    }
}
