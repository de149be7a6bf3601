package dev.imas.annotations;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.BitSet;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** A mask as LabelMe keeps it inside its JSON: a PNG in base64, whose pixels other than 0 belong to the shape. */
final class EncodedMask {
    private static final long MOST_PIXELS = 100_000_000;

    private EncodedMask() {}

    /**
     * @param text where it stands
     * @param x    column of its first pixel in the picture
     * @param y    row of its first pixel in the picture
     */
    static Bitmap read(Json text, int x, int y) {
        byte[] png;
        try {
            png = Base64.getMimeDecoder().decode(text.text());
        } catch (IllegalArgumentException e) {
            throw text.problem("is no base64; expected a PNG");
        }
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(png))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext() || png.length == 0 || (png[0] & 255) != 0x89) {
                throw text.problem("is no PNG");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream, true, true);
                if ((long) reader.getWidth(0) * reader.getHeight(0) > MOST_PIXELS) {
                    throw text.problem("is " + reader.getWidth(0) + "x" + reader.getHeight(0) + "; a mask may have "
                            + MOST_PIXELS + " pixels at most");
                }
                return bitmap(reader.read(0).getRaster(), x, y);
            } finally {
                reader.dispose();
            }
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException | NullPointerException e) {
            throw text.problem("is a damaged PNG");
        }
    }

    private static Bitmap bitmap(Raster raster, int x, int y) {
        BitSet bits = new BitSet(raster.getWidth() * raster.getHeight());
        for (int row = 0; row < raster.getHeight(); row++) {
            for (int column = 0; column < raster.getWidth(); column++) {
                bits.set(row * raster.getWidth() + column, raster.getSample(column, row, 0) != 0);
            }
        }
        return new Bitmap(x, y, raster.getWidth(), raster.getHeight(), bits);
    }
}
