package dev.imas.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurableFilesTest {
    @TempDir
    Path folder;

    private static void write(boolean durable, Path target, DurableFiles.Writer writer) throws IOException {
        if (durable) {
            DurableFiles.replace(target, writer);
        } else {
            DurableFiles.whole(target, writer);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWriteThatFailsLeavesTheOldFileNothingBesideAndTheNameInTheMessage(boolean durable) throws IOException {
        Path target = folder.resolve("a.csv");
        write(durable, target, file -> Files.writeString(file, "old"));
        assertThatThrownBy(() -> write(durable, target, file -> {
                    Files.writeString(file, "ne");
                    throw new IOException("No space left on device"); // as Java has it, without the file
                }))
                .isInstanceOfSatisfying(FileSystemException.class, e -> {
                    assertThat(e.getFile()).isEqualTo(target.toString());
                    assertThat(FileProblem.of(e, folder)).isEqualTo("the disk is full: " + target);
                    assertThat(FileProblem.of(e, target)).isEqualTo("the disk is full");
                });
        assertThat(target).hasContent("old");
        assertThat(folder).isDirectoryNotContaining(file -> !file.equals(target));
    }
}
