package dev.imas.image;

import dev.imas.image.JpegHeader.Colours;
import dev.imas.image.Stored.Meaning;
import java.io.IOException;
import java.util.Optional;

/** A JPEG file. */
record JpegFile(JpegHeader header) implements PictureFile {
    static JpegFile of(FileBytes file) throws IOException {
        return new JpegFile(JpegHeader.of(file));
    }

    @Override
    public ImageSize size() {
        return header.size();
    }

    @Override
    public Orientation orientation() {
        return header.orientation();
    }

    @Override
    public int channels() {
        return header.components();
    }

    @Override
    public int bits() {
        return 8;
    }

    @Override
    public void requireEnd() throws IOException {
        header.requireEnd();
    }

    @Override
    public long memory() {
        return 2L * size().width() * size().height() * header.components();
    }

    @Override
    public Optional<String> lossy() {
        return Optional.of("JPEG");
    }

    @Override
    public Stored decode() throws IOException {
        int width = size().width();
        int height = size().height();
        Colours colours = header.colours();
        byte[] plain = header.plain(colours);
        return switch (colours) {
            case GREY -> Stored.bytes(width, height, 1, Meaning.GREY, -1, JpegDecoder.rgb(plain));
            case RGB, YCBCR -> Stored.rgb(width, height, JpegDecoder.rgb(plain));
            case RAW, CMYK, YCCK -> {
                byte[] inks = JpegDecoder.raw(plain, 4);
                fromAdobe(inks, colours == Colours.YCCK);
                yield Stored.bytes(width, height, 4, Meaning.CMYK, -1, inks);
            }
        };
    }

    /** Adobe stores inks inverted, or as the YCbCr of what the inks leave. */
    private static void fromAdobe(byte[] samples, boolean ycck) {
        for (int i = 0; i < samples.length; i += 4) {
            if (ycck) {
                toInks(samples, i);
            } else {
                for (int c = 0; c < 3; c++) {
                    samples[i + c] = (byte) ~samples[i + c];
                }
            }
            samples[i + 3] = (byte) ~samples[i + 3];
        }
    }

    private static void toInks(byte[] samples, int at) {
        double y = samples[at] & 255;
        double cb = (samples[at + 1] & 255) - 128;
        double cr = (samples[at + 2] & 255) - 128;
        samples[at] = clipped(y + 1.402 * cr);
        samples[at + 1] = clipped(y - 0.344136 * cb - 0.714136 * cr);
        samples[at + 2] = clipped(y + 1.772 * cb);
    }

    private static byte clipped(double value) {
        return (byte) Math.max(0, Math.min(255, Math.round(value)));
    }
}
