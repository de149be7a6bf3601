package dev.imas.image;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.image.TiffWriter.Tag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;

/**
 * Writes planes of float32 values as a TIFF file of one page a plane, compressed without loss (Deflate). The first
 * page's description is OME-XML, from which Fiji, QuPath and others take the planes for channels, with their names.
 */
public final class FloatTiff {
    private static final int STRIP_BYTES = 1 << 18;
    private static final int BLACK_IS_ZERO = 1;
    private static final int FLOATING_POINT = 3;
    /** Offsets of an ordinary TIFF file end at 4 GiB; what is beside the values takes less than this. */
    private static final long BIG_FROM = (1L << 32) - (1L << 26);

    private final TiffWriter file;
    private final int width;
    private final int height;
    private final List<String> names;

    private FloatTiff(TiffWriter file, int width, int height, List<String> names) {
        this.file = file;
        this.width = width;
        this.height = height;
        this.names = names;
    }

    /**
     * Writes a file; missing folders are created, an existing file is replaced. Above 4 GiB it is a BigTIFF.
     *
     * @param values [planes,H,W] row-major, as many planes as names
     * @throws UserException naming the file when it cannot be written
     */
    public static void write(Path file, int width, int height, List<String> names, float[] values) {
        long bytes = (long) values.length * Float.BYTES;
        write(file, bytes >= BIG_FROM, width, height, names, values);
    }

    static void write(Path file, boolean big, int width, int height, List<String> names, float[] values) {
        if (values.length != Math.multiplyExact(Math.multiplyExact(width, height), names.size())) {
            throw new IllegalArgumentException(
                    values.length + " values for " + names.size() + " planes of " + width + "x" + height);
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            DurableFiles.whole(file, beside -> {
                try (TiffWriter out = new TiffWriter(beside, big, "")) {
                    new FloatTiff(out, width, height, names).write(values);
                }
            });
        } catch (IOException e) {
            throw new UserException(
                    "cannot write " + file + " (" + FileProblem.of(e, file) + "); name a folder that can be written to",
                    e);
        }
    }

    private void write(float[] values) throws IOException {
        for (int plane = 0; plane < names.size(); plane++) {
            page(values, plane);
        }
    }

    private void page(float[] values, int plane) throws IOException {
        int rows = Math.max(1, Math.min(height, STRIP_BYTES / (Float.BYTES * width)));
        List<Long> offsets = new ArrayList<>();
        List<Long> lengths = new ArrayList<>();
        for (int top = 0; top < height; top += rows) {
            byte[] strip = deflated(values, (plane * height + top) * width, Math.min(rows, height - top) * width);
            offsets.add(file.write(strip));
            lengths.add((long) strip.length);
        }
        List<Tag> tags = new ArrayList<>();
        tags.add(file.number(TiffDirectory.WIDTH, width));
        tags.add(file.number(TiffDirectory.HEIGHT, height));
        tags.add(file.small(TiffDirectory.BITS, Float.SIZE));
        tags.add(file.small(TiffDirectory.COMPRESSION, TiffWriter.DEFLATE));
        tags.add(file.small(TiffDirectory.PHOTOMETRIC, BLACK_IS_ZERO));
        if (plane == 0) {
            tags.add(file.text(TiffDirectory.DESCRIPTION, description()));
        }
        tags.add(file.places(TiffDirectory.STRIP_OFFSETS, offsets));
        tags.add(file.small(TiffDirectory.SAMPLES, 1));
        tags.add(file.number(TiffDirectory.ROWS_PER_STRIP, rows));
        tags.add(file.places(TiffDirectory.STRIP_COUNTS, lengths));
        tags.add(file.small(TiffDirectory.SAMPLE_FORMAT, FLOATING_POINT));
        file.page(tags);
    }

    private static byte[] deflated(float[] values, int from, int count) throws IOException {
        ByteBuffer raw = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values, from, count);
        return TiffWriter.deflated(raw.array(), Deflater.BEST_SPEED);
    }

    private String description() {
        StringBuilder channels = new StringBuilder();
        for (int c = 0; c < names.size(); c++) {
            channels.append("<Channel ID=\"Channel:0:")
                    .append(c)
                    .append("\" SamplesPerPixel=\"1\" Name=\"")
                    .append(escaped(names.get(c)))
                    .append("\"/>");
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                + "<OME xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\"><Image ID=\"Image:0\">"
                + "<Pixels ID=\"Pixels:0\" DimensionOrder=\"XYCZT\" Type=\"float\" BigEndian=\"false\""
                + " SizeX=\"" + width + "\" SizeY=\"" + height + "\" SizeC=\"" + names.size()
                + "\" SizeZ=\"1\" SizeT=\"1\">" + channels + "<TiffData/></Pixels></Image></OME>";
    }

    /** In ASCII, as a TIFF's texts are. */
    private static String escaped(String name) {
        StringBuilder escaped = new StringBuilder();
        name.codePoints().forEach(letter -> {
            boolean plain = letter >= ' ' && letter < 127 && "<>&\"".indexOf(letter) < 0;
            escaped.append(plain ? Character.toString(letter) : "&#" + Math.max(letter, ' ') + ";");
        });
        return escaped.toString();
    }
}
