package dev.imas.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import dev.imas.image.Stored.Meaning;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A WebP file of one frame. Only its colours are handed to the decoder, which would apply a profile. */
final class WebpFile implements PictureFile {
    private static final int FIRST = 12;
    private static final int ANIMATION = 2;

    private final FileBytes file;
    private final long end;
    private long dataAt = -1;
    private boolean lossless;
    private int width;
    private int height;
    private Orientation orientation = Orientation.AS_STORED;

    private WebpFile(FileBytes file) throws IOException {
        this.file = file;
        end = 8 + file.u32(4, true);
        if (end > file.length()) {
            throw ImageProblem.endsEarly();
        }
        for (long at = FIRST; at + 8 <= end; ) {
            long length = file.u32(at + 4, true);
            if (length > end - at - 8) {
                throw ImageProblem.endsEarly();
            }
            note(at, (int) length);
            at += 8 + length + length % 2;
        }
        if (dataAt < 0) {
            throw ImageProblem.damaged("it has no frame");
        }
    }

    static WebpFile of(FileBytes file) throws IOException {
        return new WebpFile(file);
    }

    private void note(long at, int length) throws IOException {
        String type = new String(file.bytes(at, 4), StandardCharsets.ISO_8859_1);
        switch (type) {
            case "VP8X" -> {
                if ((file.u8(at + 8) & ANIMATION) != 0) {
                    throw ImageProblem.unread("is an animation; save the frame that is meant as PNG");
                }
            }
            case "VP8 " -> {
                if (!file.has(at + 11, "\u009D\1*")) {
                    throw ImageProblem.damaged("its frame makes no sense");
                }
                noteFrame(at, file.u16(at + 14, true) & 0x3FFF, file.u16(at + 16, true) & 0x3FFF);
            }
            case "VP8L" -> {
                long sizes = file.u32(at + 9, true);
                lossless = true;
                noteFrame(at, (int) (sizes & 0x3FFF) + 1, (int) (sizes >> 14 & 0x3FFF) + 1);
            }
            case "EXIF" -> orientation = Orientation.ofExif(file.bytes(at + 8, length));
            default -> {}
        }
    }

    private void noteFrame(long at, int columns, int rows) throws IOException {
        if (dataAt >= 0 || columns == 0 || rows == 0) {
            throw ImageProblem.damaged("its frame makes no sense");
        }
        dataAt = at;
        width = columns;
        height = rows;
    }

    @Override
    public Optional<String> lossy() {
        return lossless ? Optional.empty() : Optional.of("lossy WebP");
    }

    @Override
    public ImageSize size() {
        return new ImageSize(width, height);
    }

    @Override
    public Orientation orientation() {
        return orientation;
    }

    @Override
    public int channels() {
        return 3;
    }

    @Override
    public int bits() {
        return 8;
    }

    @Override
    public long memory() {
        return 8L * width * height;
    }

    @Override
    public Stored decode() throws IOException {
        BufferedImage image = LibraryDecoder.read(
                new WebPImageReaderSpi().createReaderInstance(null),
                new PaddedInput(simpleFile()),
                reader -> reader.read(0));
        if (image.getWidth() != width || image.getHeight() != height) {
            throw ImageProblem.damaged("its frame makes no sense");
        }
        boolean alpha = image.getColorModel().hasAlpha();
        int channels = alpha ? 4 : 3;
        byte[] values = new byte[width * height * channels];
        int[] row = new int[width];
        for (int y = 0, to = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++, to += channels) {
                values[to] = (byte) (row[x] >> 16);
                values[to + 1] = (byte) (row[x] >> 8);
                values[to + 2] = (byte) row[x];
                if (alpha) {
                    values[to + 3] = (byte) (row[x] >> 24);
                }
            }
        }
        return Stored.bytes(width, height, channels, Meaning.RGB, alpha ? 3 : -1, values);
    }

    /** The frame alone: no profile, no alpha beside a lossy frame. */
    private byte[] simpleFile() throws IOException {
        int length = 8 + (int) file.u32(dataAt + 4, true);
        ByteBuffer simple = ByteBuffer.allocate(FIRST + length + length % 2).order(ByteOrder.LITTLE_ENDIAN);
        simple.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(simple.capacity() - 8);
        simple.put("WEBP".getBytes(StandardCharsets.US_ASCII)).put(file.bytes(dataAt, length));
        return simple.array();
    }
}
