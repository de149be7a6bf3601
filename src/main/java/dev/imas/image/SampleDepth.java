package dev.imas.image;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a picture file holds more than 8-bit whole numbers, told from as little of it as possible. */
public final class SampleDepth {
    private static final int PNG_DEPTH_AT = 24;

    private SampleDepth() {}

    /** True for samples of more than 8 bits, signed or fractional ones. Only TIFF files are decoded for that. */
    public static boolean exceedsBytes(Path path) {
        byte[] start = start(path);
        if (PngChunks.isPng(start)) {
            return start.length > PNG_DEPTH_AT && start[PNG_DEPTH_AT] > 8;
        }
        if (!isTiff(start)) {
            return false;
        }
        Samples samples = ImageFiles.samples(path);
        return samples.bits() > 8 || samples.kind() != Samples.Kind.UNSIGNED;
    }

    private static boolean isTiff(byte[] start) {
        return start.length > 3 && (start[0] == 'I' && start[1] == 'I' || start[0] == 'M' && start[1] == 'M');
    }

    private static byte[] start(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(PNG_DEPTH_AT + 1);
        } catch (IOException e) {
            throw new UserException(path + " cannot be read (" + FileProblem.of(e, path) + ")", e);
        }
    }
}
