package dev.imas.annotations;

import dev.imas.image.ImageSize;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * COCO's run lengths: pixels of the whole picture, column after column, first a run without, then one with the object,
 * and so on.
 *
 * @param size the picture's
 * @param runs their lengths, together as many as the picture has pixels
 */
record RunLengths(ImageSize size, int[] runs) implements Region {
    private static final long MOST_PIXELS = 100_000_000;
    private static final int BITS = 5;

    /** Reads {@code {size: [height, width], counts: [...]}}, where counts may be COCO's text form. */
    static RunLengths of(Json segmentation) {
        List<Json> sides = segmentation.at("size").items();
        segmentation.at("size").require(sides.size() == 2, "[height, width]");
        int height = sides.get(0).whole(1, Integer.MAX_VALUE);
        int width = sides.get(1).whole(1, Integer.MAX_VALUE);
        long pixels = (long) width * height;
        segmentation.at("size").require(pixels <= MOST_PIXELS, "at most " + MOST_PIXELS + " pixels");
        Json counts = segmentation.at("counts");
        int[] runs = counts.isText()
                ? decode(counts)
                : counts.items().stream()
                        .mapToInt(count -> count.whole(0, Integer.MAX_VALUE))
                        .toArray();
        long sum = 0;
        for (int run : runs) {
            sum += run;
        }
        if (sum != pixels) {
            throw counts.problem(
                    "add up to " + sum + " pixels; expected " + pixels + ", " + height + " rows of " + width);
        }
        return new RunLengths(new ImageSize(width, height), runs);
    }

    /** Five bits a character, the lowest first; from the third run on each is a difference to the last but one. */
    private static int[] decode(Json counts) {
        String text = counts.text();
        int[] runs = new int[text.length()];
        int found = 0;
        for (int at = 0; at < text.length(); found++) {
            long value = 0;
            int shift = 0;
            boolean more = true;
            while (more) {
                int bits = at < text.length() ? text.charAt(at++) - '0' : -1;
                if (bits < 0 || bits >= 1 << (BITS + 1) || shift > 35) {
                    throw counts.problem("is no run lengths in COCO's text form");
                }
                value |= (long) (bits & 31) << shift;
                shift += BITS;
                more = (bits & 32) != 0;
                if (!more && (bits & 16) != 0) {
                    value |= -1L << shift;
                }
            }
            value += found > 2 ? runs[found - 2] : 0;
            if (value < 0 || value > MOST_PIXELS) {
                throw counts.problem("has a run of " + value + " pixels; it is damaged");
            }
            runs[found] = (int) value;
        }
        return Arrays.copyOf(runs, found);
    }

    @Override
    public Box box(Frame frame) {
        Box bounds = bounds();
        return frame.box(bounds.x(), bounds.y(), bounds.right(), bounds.bottom());
    }

    @Override
    public BitSet covered(Frame frame, Box box) {
        Box bounds = bounds();
        BitSet bits = new BitSet(bounds.width() * bounds.height());
        int height = size.height();
        int end = 0;
        for (int i = 0; i < runs.length; i++) {
            int start = end;
            end += runs[i];
            for (int pixel = start; i % 2 == 1 && pixel < end; pixel++) {
                bits.set(bounds.index(pixel / height, pixel % height));
            }
        }
        return new Bitmap(bounds.x(), bounds.y(), bounds.width(), bounds.height(), bits).covered(frame, box);
    }

    /** The pixels around the object; a run that goes on in the next column has both ends of one. */
    private Box bounds() {
        int height = size.height();
        int left = size.width();
        int right = 0;
        int top = height;
        int bottom = 0;
        int end = 0;
        for (int i = 0; i < runs.length; i++) {
            int start = end;
            end += runs[i];
            if (i % 2 == 1 && start < end) {
                boolean one = start / height == (end - 1) / height;
                left = Math.min(left, start / height);
                right = Math.max(right, (end - 1) / height + 1);
                top = Math.min(top, one ? start % height : 0);
                bottom = Math.max(bottom, one ? (end - 1) % height + 1 : height);
            }
        }
        return new Box(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
    }
}
