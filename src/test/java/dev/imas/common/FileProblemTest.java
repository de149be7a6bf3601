package dev.imas.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the system refuses is told in words: no class name, no bare path. */
class FileProblemTest {
    @TempDir
    Path folder;

    private String told(Path named, ThrowingCallable action) {
        return FileProblem.of(catchThrowableOfType(action, IOException.class), named);
    }

    @Test
    void whatThisSystemRefuses() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "text");
        Path none = folder.resolve("none");
        assertThat(told(none, () -> Files.readString(none))).isEqualTo("no such file or folder");
        assertThat(told(folder, () -> Files.readString(none))).isEqualTo("no such file or folder: " + none);
        assertThat(told(file, () -> Files.createDirectories(file))).isEqualTo("a file is in the way");
        assertThat(told(file.resolve("x"), () -> Files.createDirectories(file.resolve("x"))))
                .isEqualTo("a part of the path is a file");
        assertThat(told(file, () -> Files.list(file).close())).isEqualTo("it is no folder");
        assertThat(told(folder, () -> Files.delete(folder))).isEqualTo("the folder is not empty");
        assertThat(told(folder, () -> Files.readAllBytes(folder))).isEqualTo("it is a folder");
        assertThat(told(folder, () -> new FileOutputStream(folder.toFile()).close()))
                .isEqualTo("it is a folder");
        assertThat(told(folder, () -> new FileOutputStream(none.resolve("x").toFile()).close()))
                .isEqualTo("no such file or folder: " + none.resolve("x"));
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xFF, (byte) 0xFE});
        assertThat(told(binary, () -> Files.readString(binary))).isEqualTo("it is no text in UTF-8");
        assertThat(told(Path.of("/dev/full"), () -> Files.writeString(Path.of("/dev/full"), "text")))
                .isEqualTo("the disk is full");
    }

    @Test
    void whatOtherSystemsRefuse() {
        Path path = Path.of("/a/b");
        assertThat(FileProblem.of(new AccessDeniedException("/a/b"), path)).isEqualTo("permission denied");
        assertThat(FileProblem.of(new FileSystemException("/a/b", null, "Read-only file system"), path))
                .isEqualTo("the file system is read-only");
        assertThat(FileProblem.of(new FileSystemException("/a/c", null, "Something new"), path))
                .isEqualTo("Something new: /a/c");
        assertThat(FileProblem.of(new UncheckedIOException(new IOException("No space left on device")), path))
                .isEqualTo("the disk is full");
        assertThat(FileProblem.of(new EOFException(), path)).isEqualTo("its data end early");
        assertThat(FileProblem.of(new EOFException("its pickle ends early"), path))
                .isEqualTo("its pickle ends early");
        for (Exception bare :
                List.of(new IOException(), new FileSystemException("/a/b"), new MalformedInputException(1))) {
            assertThat(FileProblem.of(bare, path)).doesNotContain("Exception").isNotBlank();
        }
    }

    @Test
    void whyAPathIsNoInput() throws IOException {
        assertThat(FileProblem.ofInput(folder.resolve("none"))).isEqualTo("does not exist");
        assertThat(FileProblem.ofInput(folder)).isEqualTo("is a folder");
        assertThat(FileProblem.ofInput(Path.of("/dev/null"))).isEqualTo("is a device or pipe");
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(FileProblem.ofInput(file)).isEqualTo("is empty");
        assertThat(FileProblem.ofInput(file.resolve("x")))
                .isEqualTo("cannot be looked at (a part of the path is a file)");
        assertThat(FileProblem.ofInput(Files.writeString(file, "text"))).isNull();
    }
}
