package dev.imas.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** By which a program knows files of labels that it may replace from those that a person drew. */
public final class ResultMark {
    /** Stands near the beginning of every such file, where the format has a place for what wrote it. */
    public static final String TEXT = "imas predict";

    private static final int NEAR = 256;

    private ResultMark() {}

    /** Whether a file has the mark; one that cannot be read has none. */
    public static boolean in(Path file) {
        try (InputStream bytes = Files.newInputStream(file)) {
            return new String(bytes.readNBytes(NEAR), StandardCharsets.ISO_8859_1).contains(TEXT);
        } catch (IOException e) {
            return false;
        }
    }
}
