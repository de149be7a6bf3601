package dev.imas.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One directory of a TIFF or BigTIFF file: the tags of one page. */
final class TiffDirectory {
    static final int SUBFILE = 254;
    static final int WIDTH = 256;
    static final int HEIGHT = 257;
    static final int BITS = 258;
    static final int COMPRESSION = 259;
    static final int PHOTOMETRIC = 262;
    static final int FILL_ORDER = 266;
    static final int DESCRIPTION = 270;
    static final int STRIP_OFFSETS = 273;
    static final int ORIENTATION = 274;
    static final int SAMPLES = 277;
    static final int ROWS_PER_STRIP = 278;
    static final int STRIP_COUNTS = 279;
    static final int PLANAR = 284;
    static final int T4_OPTIONS = 292;
    static final int T6_OPTIONS = 293;
    static final int SOFTWARE = 305;
    static final int PREDICTOR = 317;
    static final int COLOUR_MAP = 320;
    static final int TILE_WIDTH = 322;
    static final int TILE_HEIGHT = 323;
    static final int TILE_OFFSETS = 324;
    static final int TILE_COUNTS = 325;
    static final int INK_SET = 332;
    static final int EXTRA_SAMPLES = 338;
    static final int SAMPLE_FORMAT = 339;
    static final int JPEG_TABLES = 347;
    static final int NO_DATA = 42113;

    private static final int MAX_PAGES = 1 << 16;
    private static final int MAX_NUMBERS = 1 << 24;
    private static final int SMALLEST_ENTRY = 12;
    /** Bytes of a value by its type; 0 for unknown types. */
    private static final int[] TYPE_BYTES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

    private static final int ASCII = 2;

    private record Entry(int type, long count, long at) {}

    private final FileBytes file;
    private final boolean little;
    private final Map<Integer, Entry> entries = new HashMap<>();
    private long listed;

    private TiffDirectory(FileBytes file, boolean little) {
        this.file = file;
        this.little = little;
    }

    /** All directories of the main chain, in the file's order. */
    static List<TiffDirectory> chain(FileBytes file) throws IOException {
        boolean little = file.u8(0) == 'I';
        boolean big = file.u16(2, little) == 43;
        if (big && (file.u16(4, little) != 8 || file.u16(6, little) != 0)) {
            throw ImageProblem.damaged("its BigTIFF header makes no sense");
        }
        long at = big ? file.u64(8, little) : file.u32(4, little);
        List<TiffDirectory> pages = new ArrayList<>();
        Set<Long> seen = new HashSet<>();
        long entries = 0;
        while (at != 0) {
            if (!seen.add(at)) {
                throw ImageProblem.damaged("its pages go round in a circle");
            }
            if (pages.size() == MAX_PAGES) {
                throw ImageProblem.unread("has more than " + MAX_PAGES + " pages");
            }
            TiffDirectory page = new TiffDirectory(file, little);
            at = page.read(at, big);
            entries += page.listed;
            if (entries > file.length() / SMALLEST_ENTRY) { // they lie over each other
                throw ImageProblem.damaged("its directories make no sense");
            }
            pages.add(page);
        }
        if (pages.isEmpty()) {
            throw ImageProblem.damaged("it has no page");
        }
        return pages;
    }

    /** The place of the next directory, or 0. */
    private long read(long at, boolean big) throws IOException {
        long count = big ? file.u64(at, little) : file.u16(at, little);
        int size = big ? 20 : 12;
        if (count < 1 || count > file.length() / size) {
            throw ImageProblem.damaged("its directory at byte " + at + " makes no sense");
        }
        listed = count;
        long entry = at + (big ? 8 : 2);
        for (long i = 0; i < count; i++, entry += size) {
            int type = file.u16(entry + 2, little);
            long values = big ? file.u64(entry + 4, little) : file.u32(entry + 4, little);
            long inside = entry + (big ? 12 : 8);
            if (type >= TYPE_BYTES.length || TYPE_BYTES[type] == 0 || values < 0 || values > file.length()) {
                continue;
            }
            boolean fits = values * TYPE_BYTES[type] <= (big ? 8 : 4);
            long place = fits ? inside : big ? file.u64(inside, little) : file.u32(inside, little);
            entries.put(file.u16(entry, little), new Entry(type, values, place));
        }
        return big ? file.u64(entry, little) : file.u32(entry, little);
    }

    boolean little() {
        return little;
    }

    boolean has(int tag) {
        return entries.containsKey(tag);
    }

    /** The first number of a tag. */
    long number(int tag, long missing) throws IOException {
        Entry entry = entries.get(tag);
        return entry == null || entry.count == 0 ? missing : number(entry, 0);
    }

    /** A number that must be there and lie in 1 to 2^31-1. */
    int size(int tag, String name) throws IOException {
        long value = number(tag, 0);
        if (value < 1 || value > Integer.MAX_VALUE) {
            throw ImageProblem.damaged(has(tag) ? "its " + name + " is " + value : "it does not say its " + name);
        }
        return (int) value;
    }

    /** All numbers of a tag; none where it is missing. */
    long[] numbers(int tag) throws IOException {
        return numbers(tag, MAX_NUMBERS);
    }

    /** As {@link #numbers(int)}, of which no more than so many. */
    long[] numbers(int tag, int most) throws IOException {
        Entry entry = entries.get(tag);
        if (entry == null) {
            return new long[0];
        }
        if (entry.count > MAX_NUMBERS || entry.at > file.length() - entry.count * TYPE_BYTES[entry.type]) {
            throw ImageProblem.endsEarly();
        }
        long[] numbers = new long[(int) Math.min(most, entry.count)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(entry, i);
        }
        return numbers;
    }

    private long number(Entry entry, long i) throws IOException {
        long at = entry.at + i * TYPE_BYTES[entry.type];
        return switch (TYPE_BYTES[entry.type]) {
            case 1 -> file.u8(at);
            case 2 -> file.u16(at, little);
            case 4 -> file.u32(at, little);
            default -> file.u64(at, little);
        };
    }

    /** A tag's bytes as they are; none where it is missing. */
    byte[] bytes(int tag) throws IOException {
        Entry entry = entries.get(tag);
        return entry == null ? new byte[0] : file.bytes(entry.at, (int) (entry.count * TYPE_BYTES[entry.type]));
    }

    /** A tag's text, empty where it is missing. */
    String text(int tag) throws IOException {
        Entry entry = entries.get(tag);
        if (entry == null || entry.type != ASCII) {
            return "";
        }
        String text = new String(bytes(tag), StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }
}
