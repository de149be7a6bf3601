package dev.imas.verify.groups;

import dev.imas.common.UserException;
import dev.imas.image.LabelMap;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;

/** Recorded PNG files of one channel as stored samples: any bytes, where the loader's masks hold classes. */
final class LabelPictures {
    private LabelPictures() {}

    /** A file of one 8-bit channel: grey values or palette indices. */
    static LabelMap read(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        var image = ImageIO.read(file.toFile());
        if (image == null) {
            throw new UserException(file + " is not a picture; fetch the recorded data again");
        }
        Raster raster = image.getRaster();
        if (raster.getNumBands() != 1
                || Arrays.stream(raster.getSampleModel().getSampleSize()).anyMatch(bits -> bits > 8)) {
            throw new UserException(file + " has " + raster.getNumBands() + " channels of up to "
                    + raster.getSampleModel().getSampleSize(0)
                    + " bits, expected 1 of 8; fetch the recorded data again");
        }
        int[] values = raster.getPixels(0, 0, raster.getWidth(), raster.getHeight(), (int[]) null);
        byte[] samples = new byte[values.length];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) values[i];
        }
        return new LabelMap(raster.getWidth(), raster.getHeight(), samples);
    }
}
