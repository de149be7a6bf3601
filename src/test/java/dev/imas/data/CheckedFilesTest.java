package dev.imas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.PictureInput;
import dev.imas.image.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckedFilesTest {
    private static final long MANY_PIXELS = 1L << 30;

    @TempDir
    Path folder;

    private Path picture;

    @BeforeEach
    void onePicture() throws IOException {
        CheckedFiles.forgetThisProcess();
        picture = TestFiles.picture(folder.resolve("data/images/ä b.png"), 8, 6);
        Files.setLastModifiedTime(picture, FileTime.from(Instant.parse("2020-01-02T03:04:05Z")));
    }

    private CheckedFiles known() {
        ImasConfig.Data data = TestFiles.config(
                        "data.layout",
                        "folders",
                        "data.root",
                        folder.resolve("data").toString())
                .data();
        return CheckedFiles.in(folder.resolve("cache"), data, new PictureReader(PictureInput.of(data)));
    }

    private CheckedFiles ofTheNextProcess() {
        CheckedFiles.forgetThisProcess();
        return known();
    }

    @Test
    void whatWasFoundSoundIsKnownToTheNextStartUntilItChanges() throws IOException {
        CheckedFiles known = known();
        assertThat(known.holds(picture)).isFalse();
        known.check(picture, () -> MANY_PIXELS);
        known.save();
        assertThat(known.holds(picture)).isTrue();
        assertThat(ofTheNextProcess().holds(picture)).isTrue();
        Files.setLastModifiedTime(picture, FileTime.from(Instant.parse("2020-01-02T03:04:06Z")));
        assertThat(ofTheNextProcess().holds(picture)).isFalse();
        Files.delete(picture);
        assertThat(ofTheNextProcess().holds(picture)).isFalse();
    }

    @Test
    void whatIsBrokenOrJustChangedOrQuicklyOpenedIsOpenedAgain() throws IOException {
        assertThatThrownBy(() -> known().check(picture, () -> {
                    throw new UserException("broken");
                }))
                .hasMessage("broken");
        assertThat(known().holds(picture)).isFalse();
        known().check(picture, () -> 48);
        known().save();
        assertThat(known().holds(picture)).isTrue();
        assertThat(folder.resolve("cache")).doesNotExist();
        Files.setLastModifiedTime(picture, FileTime.from(Instant.now().plusSeconds(60)));
        known().check(picture, () -> MANY_PIXELS);
        known().save();
        assertThat(ofTheNextProcess().holds(picture)).isFalse();
    }

    @Test
    void aDamagedFileIsAsNone() throws IOException {
        known().check(picture, () -> MANY_PIXELS);
        known().save();
        Path file = Files.list(folder.resolve("cache")).findFirst().orElseThrow();
        List<String> lines = Files.readAllLines(file);
        Files.writeString(file, lines.get(0) + "\nnonsense\n");
        assertThat(ofTheNextProcess().holds(picture)).isFalse();
    }
}
