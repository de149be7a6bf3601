package dev.imas.image;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Writes planes of float32 values as a TIFF file of one page a plane, compressed without loss (Deflate). The first
 * page's description is OME-XML, from which Fiji, QuPath and others take the planes for channels, with their names.
 */
public final class FloatTiff {
    private static final int STRIP_BYTES = 1 << 18;
    /** Offsets of an ordinary TIFF file end at 4 GiB; what is beside the values takes less than this. */
    private static final long BIG_FROM = (1L << 32) - (1L << 26);

    private final RandomAccessFile file;
    private final boolean big;
    private final int width;
    private final int height;
    private final List<String> names;
    /** Where the offset of the next page is to be written. */
    private long link;

    private FloatTiff(RandomAccessFile file, boolean big, int width, int height, List<String> names) {
        this.file = file;
        this.big = big;
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
                Files.deleteIfExists(beside);
                try (RandomAccessFile out = new RandomAccessFile(beside.toFile(), "rw")) {
                    new FloatTiff(out, big, width, height, names).write(values);
                }
            });
        } catch (IOException e) {
            throw new UserException(
                    "cannot write " + file + " (" + FileProblem.of(e, file) + "); name a folder that can be written to",
                    e);
        }
    }

    private void write(float[] values) throws IOException {
        header();
        for (int plane = 0; plane < names.size(); plane++) {
            page(values, plane);
        }
    }

    private void header() throws IOException {
        ByteBuffer head = ByteBuffer.allocate(big ? 16 : 8);
        head.put((byte) 'M').put((byte) 'M').putShort((short) (big ? 43 : 42));
        if (big) {
            head.putShort((short) 8).putShort((short) 0);
        }
        link = head.position();
        file.write(head.array());
    }

    private void page(float[] values, int plane) throws IOException {
        int rows = Math.max(1, Math.min(height, STRIP_BYTES / (Float.BYTES * width)));
        List<Long> offsets = new ArrayList<>();
        List<Long> lengths = new ArrayList<>();
        for (int top = 0; top < height; top += rows) {
            byte[] strip = deflated(values, (plane * height + top) * width, Math.min(rows, height - top) * width);
            offsets.add(file.getFilePointer());
            lengths.add((long) strip.length);
            file.write(strip);
        }
        List<Tag> tags = new ArrayList<>();
        tags.add(number(256, width));
        tags.add(number(257, height));
        tags.add(small(258, Float.SIZE));
        tags.add(small(259, 8)); // Deflate
        tags.add(small(262, 1)); // 0 is black
        if (plane == 0) {
            tags.add(text(270, description()));
        }
        tags.add(places(273, offsets));
        tags.add(small(277, 1));
        tags.add(number(278, rows));
        tags.add(places(279, lengths));
        tags.add(small(339, 3)); // floating point
        directory(tags);
    }

    /**
     * @param number tags follow each other by their numbers
     * @param value  where it is longer than an offset, the tag holds its offset instead
     */
    private record Tag(int number, int type, int count, byte[] value) {}

    private static Tag number(int tag, int value) {
        return new Tag(
                tag, 4, 1, ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    }

    private static Tag small(int tag, int value) {
        return new Tag(
                tag,
                3,
                1,
                ByteBuffer.allocate(Short.BYTES).putShort((short) value).array());
    }

    private static Tag text(int tag, String text) {
        byte[] value = (text + "\0").getBytes(StandardCharsets.US_ASCII);
        return new Tag(tag, 2, value.length, value);
    }

    private Tag places(int tag, List<Long> places) {
        ByteBuffer value = ByteBuffer.allocate(places.size() * placeBytes());
        places.forEach(place -> value.put(place(place)));
        return new Tag(tag, big ? 16 : 4, places.size(), value.array());
    }

    private byte[] place(long place) {
        ByteBuffer value = ByteBuffer.allocate(placeBytes());
        return (big ? value.putLong(place) : value.putInt((int) place)).array();
    }

    private int placeBytes() {
        return big ? Long.BYTES : Integer.BYTES;
    }

    /** Writes the long values, then the directory behind them, and links to it. */
    private void directory(List<Tag> tags) throws IOException {
        ByteBuffer entries = ByteBuffer.allocate((big ? 8 : 2) + tags.size() * (big ? 20 : 12) + placeBytes());
        if (big) {
            entries.putLong(tags.size());
        } else {
            entries.putShort((short) tags.size());
        }
        for (Tag tag : tags) {
            entries.putShort((short) tag.number).putShort((short) tag.type);
            if (big) {
                entries.putLong(tag.count);
            } else {
                entries.putInt(tag.count);
            }
            boolean fits = tag.value.length <= placeBytes();
            entries.put(Arrays.copyOf(fits ? tag.value : place(outside(tag.value)), placeBytes()));
        }
        long at = atEven();
        file.write(entries.array());
        long next = file.getFilePointer() - placeBytes();
        file.seek(link);
        file.write(place(at));
        link = next;
        file.seek(next + placeBytes());
    }

    private long outside(byte[] value) throws IOException {
        long at = atEven();
        file.write(value);
        return at;
    }

    private long atEven() throws IOException {
        file.seek(file.getFilePointer() + (file.getFilePointer() & 1));
        return file.getFilePointer();
    }

    private static byte[] deflated(float[] values, int from, int count) throws IOException {
        ByteBuffer raw = ByteBuffer.allocate(count * Float.BYTES);
        raw.asFloatBuffer().put(values, from, count);
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.capacity() / 2);
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, deflater)) {
            out.write(raw.array());
        } finally {
            deflater.end();
        }
        return bytes.toByteArray();
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
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><OME xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\">"
                + "<Image ID=\"Image:0\"><Pixels ID=\"Pixels:0\" DimensionOrder=\"XYCZT\" Type=\"float\" BigEndian=\"true\""
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
