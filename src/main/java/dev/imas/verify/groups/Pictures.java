package dev.imas.verify.groups;

import dev.imas.augment.LabelMap;
import dev.imas.augment.RgbImage;
import dev.imas.common.UserException;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;

/** Recorded PNG files as stored samples, without any conversion of colours. */
final class Pictures {
    private Pictures() {
    }

    /** A file of three 8-bit channels. */
    static RgbImage rgb(Path file) throws IOException {
        Raster raster = raster(file, 3);
        return new RgbImage(raster.getWidth(), raster.getHeight(), samples(raster));
    }

    /** A file of one 8-bit channel: grey values or palette indices. */
    static LabelMap labels(Path file) throws IOException {
        Raster raster = raster(file, 1);
        return new LabelMap(raster.getWidth(), raster.getHeight(), samples(raster));
    }

    private static Raster raster(Path file, int bands) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        var image = ImageIO.read(file.toFile());
        if (image == null) {
            throw new UserException(file + " is not a picture; fetch the recorded data again");
        }
        Raster raster = image.getRaster();
        if (raster.getNumBands() != bands || Arrays.stream(raster.getSampleModel().getSampleSize()).anyMatch(bits -> bits > 8)) {
            throw new UserException(file + " has " + raster.getNumBands() + " channels of up to " + raster.getSampleModel().getSampleSize(0)
                    + " bits, expected " + bands + " of 8; fetch the recorded data again");
        }
        return raster;
    }

    private static byte[] samples(Raster raster) {
        int[] values = raster.getPixels(0, 0, raster.getWidth(), raster.getHeight(), (int[]) null);
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
