package dev.imas.image;

import static dev.imas.image.TestFiles.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.Mutations;
import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is done to a file, it is read or refused in words. How many are made says the system property imas.corpus;
 * the profile full makes many.
 */
class CorpusTest {
    private static final int COUNT = Integer.getInteger("imas.corpus", 1500);
    private static final List<Consumer<Path>> READINGS = List.of(
            ImageFiles::picture,
            ImageFiles::samples,
            ImageFiles::storedMask,
            ImageFiles::size,
            PictureHeader::of,
            PictureRowsTest::samples);

    @TempDir
    Path folder;

    @Test
    void noDamageEscapes() throws IOException {
        List<byte[]> whole = Corpus.whole();
        for (int i = 0; i < COUNT; i++) {
            Random random = new Random(i);
            byte[] damaged = Mutations.bytes(whole.get(i % whole.size()), random);
            Path path = write(folder.resolve("damaged.bin"), damaged);
            for (Consumer<Path> reading : READINGS) {
                check(reading, path, i);
            }
        }
    }

    private static void check(Consumer<Path> reading, Path path, int number) {
        try {
            reading.accept(path);
        } catch (UserException e) {
            assertThat(e.getMessage()).as("file %d", number).startsWith(path + " ");
            Messages.assertClear(e.getMessage());
        } catch (RuntimeException | Error e) {
            throw new AssertionError("file " + number, e);
        }
    }
}
