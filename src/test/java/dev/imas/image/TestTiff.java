package dev.imas.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Writes TIFF files tag by tag, for kinds that ImageIO does not write. A page is one strip unless said otherwise. */
final class TestTiff {
    private static final int SHORT = 3;
    private static final int LONG = 4;
    private static final int ASCII = 2;
    private static final int LONG8 = 16;

    private record Tag(int type, long[] values) {}

    private static final class Page {
        private final TreeMap<Integer, Tag> tags = new TreeMap<>();
        private final List<byte[]> parts = new ArrayList<>();
        private boolean tiled;
    }

    private final ByteOrder order;
    private final boolean big;
    private final List<Page> pages = new ArrayList<>();
    private Page page;

    private TestTiff(ByteOrder order, boolean big) {
        this.order = order;
        this.big = big;
    }

    static TestTiff little() {
        return new TestTiff(ByteOrder.LITTLE_ENDIAN, false);
    }

    static TestTiff of(ByteOrder order, boolean big) {
        return new TestTiff(order, big);
    }

    /** Begins a page; of several channels the first three are RGB where there are that many. */
    TestTiff page(int width, int height, int channels, int bits) {
        page = new Page();
        pages.add(page);
        long[] depths = new long[channels];
        java.util.Arrays.fill(depths, bits);
        return tag(256, width)
                .tag(257, height)
                .shorts(258, depths)
                .tag(259, 1)
                .tag(262, channels >= 3 ? 2 : 1)
                .tag(277, channels)
                .tag(278, height);
    }

    TestTiff tag(int tag, long value) {
        page.tags.put(tag, new Tag(value > 0xFFFF ? LONG : SHORT, new long[] {value}));
        return this;
    }

    TestTiff shorts(int tag, long... values) {
        page.tags.put(tag, new Tag(SHORT, values));
        return this;
    }

    TestTiff text(int tag, String text) {
        byte[] bytes = (text + "\0").getBytes(StandardCharsets.UTF_8);
        long[] values = new long[bytes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes[i] & 255;
        }
        page.tags.put(tag, new Tag(ASCII, values));
        return this;
    }

    TestTiff without(int tag) {
        page.tags.remove(tag);
        return this;
    }

    /** The page's strips, as they are to be in the file. */
    TestTiff strips(byte[]... parts) {
        page.parts.addAll(List.of(parts));
        return this;
    }

    TestTiff tiles(int width, int height, byte[]... parts) {
        page.tiled = true;
        return without(278).tag(322, width).tag(323, height).strips(parts);
    }

    /** Samples of 16 bits in the file's byte order. */
    byte[] wide(int... samples) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * samples.length).order(order);
        for (int sample : samples) {
            bytes.putShort((short) sample);
        }
        return bytes.array();
    }

    byte[] floats(float... samples) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * samples.length).order(order);
        for (float sample : samples) {
            bytes.putFloat(sample);
        }
        return bytes.array();
    }

    byte[] ints(int... samples) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * samples.length).order(order);
        for (int sample : samples) {
            bytes.putInt(sample);
        }
        return bytes.array();
    }

    byte[] bytes() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(header(0));
        List<Integer> directories = new ArrayList<>();
        for (Page each : pages) {
            placeParts(each, body);
        }
        List<byte[]> written = new ArrayList<>();
        int at = body.size();
        for (Page each : pages) {
            byte[] directory = directory(each, at);
            directories.add(at);
            at += directory.length;
            written.add(directory);
        }
        for (int i = 0; i < written.size(); i++) {
            ByteBuffer directory = ByteBuffer.wrap(written.get(i)).order(order);
            int next = i + 1 < directories.size() ? directories.get(i + 1) : 0;
            int link = (big ? 8 : 2) + pages.get(i).tags.size() * (big ? 20 : 12);
            if (big) {
                directory.putLong(link, next);
            } else {
                directory.putInt(link, next);
            }
            body.writeBytes(directory.array());
        }
        byte[] file = body.toByteArray();
        byte[] header = header(directories.get(0));
        System.arraycopy(header, 0, file, 0, header.length);
        return file;
    }

    private byte[] header(int first) {
        ByteBuffer header = ByteBuffer.allocate(big ? 16 : 8).order(order);
        byte mark = (byte) (order == ByteOrder.LITTLE_ENDIAN ? 'I' : 'M');
        header.put(mark).put(mark);
        if (big) {
            header.putShort((short) 43).putShort((short) 8).putShort((short) 0).putLong(first);
        } else {
            header.putShort((short) 42).putInt(first);
        }
        return header.array();
    }

    private static void placeParts(Page page, ByteArrayOutputStream body) {
        long[] offsets = new long[page.parts.size()];
        long[] counts = new long[offsets.length];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = body.size();
            counts[i] = page.parts.get(i).length;
            body.writeBytes(page.parts.get(i));
        }
        page.tags.put(page.tiled ? 324 : 273, new Tag(LONG, offsets));
        page.tags.put(page.tiled ? 325 : 279, new Tag(LONG, counts));
    }

    private byte[] directory(Page page, int at) {
        int inline = big ? 8 : 4;
        int entries = (big ? 16 : 6) + page.tags.size() * (big ? 20 : 12);
        ByteBuffer out = ByteBuffer.allocate(entries).order(order);
        ByteArrayOutputStream values = new ByteArrayOutputStream();
        if (big) {
            out.putLong(page.tags.size());
        } else {
            out.putShort((short) page.tags.size());
        }
        page.tags.forEach((number, tag) -> {
            byte[] packed = packed(tag);
            out.putShort((short) (int) number).putShort((short) tag.type);
            if (big) {
                out.putLong(tag.values.length);
            } else {
                out.putInt(tag.values.length);
            }
            if (packed.length <= inline) {
                out.put(packed).put(new byte[inline - packed.length]);
            } else if (big) {
                out.putLong(at + entries + values.size());
                values.writeBytes(packed);
            } else {
                out.putInt(at + entries + values.size());
                values.writeBytes(packed);
            }
        });
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(out.array());
        all.writeBytes(values.toByteArray());
        return all.toByteArray();
    }

    private byte[] packed(Tag tag) {
        int size = tag.type == SHORT ? 2 : tag.type == ASCII ? 1 : tag.type == LONG8 ? 8 : 4;
        ByteBuffer bytes = ByteBuffer.allocate(size * tag.values.length).order(order);
        for (long value : tag.values) {
            switch (size) {
                case 1 -> bytes.put((byte) value);
                case 2 -> bytes.putShort((short) value);
                case 4 -> bytes.putInt((int) value);
                default -> bytes.putLong(value);
            }
        }
        return bytes.array();
    }
}
