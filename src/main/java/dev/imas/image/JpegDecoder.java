package dev.imas.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Java's own JPEG decoder, whatever others are on the class path. */
final class JpegDecoder {
    private static final ImageReaderSpi JAVAS_OWN = javasOwn();

    private JpegDecoder() {}

    private static ImageReaderSpi javasOwn() {
        Iterator<ImageReaderSpi> all =
                IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
        while (all.hasNext()) {
            ImageReaderSpi spi = all.next();
            boolean own = spi.getClass().getModule() == ImageIO.class.getModule();
            if (own && spi.getFormatNames()[0].equalsIgnoreCase("jpeg")) {
                return spi;
            }
        }
        throw new IllegalStateException("this Java runtime has no JPEG reader");
    }

    /**
     * Decodes a stream of {@link JpegHeader#plain}.
     *
     * @return 8-bit samples, 1 or 3 channels: grey or RGB
     */
    static byte[] rgb(byte[] plain) throws IOException {
        BufferedImage image = reading(plain, reader -> reader.read(0));
        byte[] samples = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        if (image.getType() == BufferedImage.TYPE_BYTE_GRAY) {
            return samples;
        }
        if (image.getType() != BufferedImage.TYPE_3BYTE_BGR) {
            throw ImageProblem.damaged("its colours make no sense");
        }
        byte[] rgb = new byte[samples.length];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = samples[i + 2];
            rgb[i + 1] = samples[i + 1];
            rgb[i + 2] = samples[i];
        }
        return rgb;
    }

    /** The components as stored, side by side. */
    static byte[] raw(byte[] plain, int components) throws IOException {
        Raster raster = reading(plain, reader -> reader.readRaster(0, null));
        if (raster.getNumBands() != components) {
            throw ImageProblem.damaged("its colours make no sense");
        }
        byte[] samples = new byte[raster.getWidth() * raster.getHeight() * components];
        raster.getDataElements(0, 0, raster.getWidth(), raster.getHeight(), samples);
        return samples;
    }

    private static <T> T reading(byte[] plain, LibraryDecoder.Reading<T> reading) throws IOException {
        return LibraryDecoder.read(
                JAVAS_OWN.createReaderInstance(),
                new MemoryCacheImageInputStream(new ByteArrayInputStream(plain)),
                reading);
    }
}
