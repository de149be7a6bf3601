package dev.imas.annotations;

import dev.imas.common.Interrupts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Outlines of fewer corners, none farther from the given lines than a tolerance (Douglas and Peucker). Where lines
 * would cross each other, or a hole leave its outline, the part is tried again with half the tolerance, and at last
 * stays as it is.
 */
final class Simplification {
    /** Below it steps between pixels stay, so there is nothing to gain. */
    private static final double LEAST = 0.25;

    private Simplification() {}

    /**
     * @param rings     outline and holes, as {@link Contours.Part} has them
     * @param tolerance in pixels; 0 changes nothing
     */
    static List<int[]> of(List<int[]> rings, double tolerance) {
        Interrupts.check(); // a picture may have ten thousands of parts
        Set<Long> shared = shared(rings);
        for (double limit = tolerance; limit >= LEAST; limit /= 2) {
            double within = limit;
            List<int[]> simple =
                    rings.stream().map(ring -> simplified(ring, within, shared)).toList();
            List<int[]> left = simple.stream().filter(ring -> ring.length >= 6).toList();
            if (simple.get(0).length >= 6 && isSound(left)) {
                return left;
            }
        }
        return rings;
    }

    /** Corners at which rings touch: were they moved in one of them alone, the two would cross. */
    private static Set<Long> shared(List<int[]> rings) {
        Set<Long> once = new HashSet<>();
        Set<Long> shared = new HashSet<>();
        for (int[] ring : rings) {
            for (int i = 0; i < ring.length; i += 2) {
                long corner = corner(ring[i], ring[i + 1]);
                if (!once.add(corner)) {
                    shared.add(corner);
                }
            }
        }
        return shared;
    }

    private static long corner(int x, int y) {
        return (long) y << 32 | x;
    }

    private static int[] simplified(int[] ring, double tolerance, Set<Long> shared) {
        int corners = ring.length / 2;
        BitSet kept = new BitSet(corners);
        kept.set(0);
        kept.set(farthest(ring));
        for (int i = 0; i < corners; i++) {
            if (shared.contains(corner(ring[2 * i], ring[2 * i + 1]))) {
                kept.set(i);
            }
        }
        for (int[] span : spans(kept, corners)) {
            keep(ring, span[0], span[1], tolerance, kept);
        }
        int[] simple = new int[2 * kept.cardinality()];
        int n = 0;
        for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit(i + 1)) {
            simple[n++] = ring[2 * i];
            simple[n++] = ring[2 * i + 1];
        }
        return simple;
    }

    /** The stretches between corners that stay; the last one ends at the first corner. */
    private static List<int[]> spans(BitSet kept, int corners) {
        List<int[]> spans = new ArrayList<>();
        for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit(i + 1)) {
            int next = kept.nextSetBit(i + 1);
            spans.add(new int[] {i, next < 0 ? corners : next});
        }
        return spans;
    }

    /** From the first corner. */
    private static int farthest(int[] ring) {
        int far = 1;
        double distance = 0;
        for (int i = 1; i < ring.length / 2; i++) {
            double here = Math.hypot(ring[2 * i] - ring[0], ring[2 * i + 1] - ring[1]);
            if (here > distance) {
                distance = here;
                far = i;
            }
        }
        return far;
    }

    /** Marks what must stay between two corners; {@code to} may be the first again. No recursion: rings are long. */
    private static void keep(int[] ring, int from, int to, double tolerance, BitSet kept) {
        List<int[]> spans = new ArrayList<>(List.of(new int[] {from, to}));
        while (!spans.isEmpty()) {
            int[] span = spans.remove(spans.size() - 1);
            int worst = -1;
            double distance = tolerance;
            for (int i = span[0] + 1; i < span[1]; i++) {
                double here = distance(ring, i, span[0], span[1]);
                if (here > distance) {
                    distance = here;
                    worst = i;
                }
            }
            if (worst >= 0) {
                kept.set(worst);
                spans.add(new int[] {span[0], worst});
                spans.add(new int[] {worst, span[1]});
            }
        }
    }

    /** Of corner i from the stretch between two others. */
    private static double distance(int[] ring, int i, int from, int to) {
        int end = 2 * to % ring.length;
        double ax = ring[2 * from];
        double ay = ring[2 * from + 1];
        double dx = ring[end] - ax;
        double dy = ring[end + 1] - ay;
        double px = ring[2 * i] - ax;
        double py = ring[2 * i + 1] - ay;
        double length = dx * dx + dy * dy;
        double along = length == 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / length));
        return Math.hypot(px - along * dx, py - along * dy);
    }

    /** A line, and where in which ring it is. */
    private record Line(int x1, int y1, int x2, int y2, int ring, int index, int count) {
        int left() {
            return Math.min(x1, x2);
        }

        int right() {
            return Math.max(x1, x2);
        }

        boolean touches(Line other) {
            return isCorner(other.x1, other.y1) || isCorner(other.x2, other.y2);
        }

        private boolean isCorner(int x, int y) {
            return x == x1 && y == y1 || x == x2 && y == y2;
        }

        boolean follows(Line other) {
            return ring == other.ring && index == (other.index + 1) % count;
        }
    }

    private static boolean isSound(List<int[]> rings) {
        return !anyCross(lines(rings)) && rings.stream().skip(1).allMatch(hole -> contains(rings.get(0), hole));
    }

    private static Line[] lines(List<int[]> rings) {
        List<Line> lines = new ArrayList<>();
        for (int r = 0; r < rings.size(); r++) {
            int[] ring = rings.get(r);
            int count = ring.length / 2;
            for (int i = 0; i < count; i++) {
                int next = 2 * ((i + 1) % count);
                lines.add(new Line(ring[2 * i], ring[2 * i + 1], ring[next], ring[next + 1], r, i, count));
            }
        }
        return lines.toArray(Line[]::new);
    }

    /** Looks at pairs alone that lie beside each other. */
    private static boolean anyCross(Line[] lines) {
        Arrays.sort(lines, Comparator.comparingInt(Line::left));
        List<Line> near = new ArrayList<>();
        for (Line line : lines) {
            near.removeIf(other -> other.right() < line.left());
            for (Line other : near) {
                if (meet(line, other)) {
                    return true;
                }
            }
            near.add(line);
        }
        return false;
    }

    /** Whether two lines have a point in common that is no corner of both. */
    private static boolean meet(Line a, Line b) {
        if (a.follows(b) || b.follows(a)) {
            return folded(a, b);
        }
        if (a.ring != b.ring && a.touches(b)) {
            return false;
        }
        long d1 = side(a, b.x1, b.y1);
        long d2 = side(a, b.x2, b.y2);
        long d3 = side(b, a.x1, a.y1);
        long d4 = side(b, a.x2, a.y2);
        boolean apart = Math.max(a.y1, a.y2) < Math.min(b.y1, b.y2) || Math.max(b.y1, b.y2) < Math.min(a.y1, a.y2);
        return !apart && Long.signum(d1) * Long.signum(d2) <= 0 && Long.signum(d3) * Long.signum(d4) <= 0;
    }

    /** Neighbours that lie upon each other. */
    private static boolean folded(Line a, Line b) {
        long ax = (long) a.x2 - a.x1;
        long ay = (long) a.y2 - a.y1;
        long bx = (long) b.x2 - b.x1;
        long by = (long) b.y2 - b.y1;
        return ax * by == ay * bx && ax * bx + ay * by < 0;
    }

    private static long side(Line line, int x, int y) {
        return ((long) line.x2 - line.x1) * (y - line.y1) - ((long) line.y2 - line.y1) * (x - line.x1);
    }

    /** No line crosses another, so one corner tells of the whole hole. */
    private static boolean contains(int[] ring, int[] hole) {
        boolean inside = false;
        double x = hole[0] + 1e-3;
        double y = hole[1] + 1e-3;
        for (int i = 0, last = ring.length - 2; i < ring.length; last = i, i += 2) {
            boolean spans = ring[i + 1] > y != ring[last + 1] > y;
            if (spans && x < ring[i] + (y - ring[i + 1]) * (ring[last] - ring[i]) / (ring[last + 1] - ring[i + 1])) {
                inside = !inside;
            }
        }
        return inside;
    }
}
