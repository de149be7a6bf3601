package dev.imas.annotations;

import dev.imas.image.LabelMap;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The outlines of a label map's parts: pixels of one label that are joined by their sides. Lines run between pixels,
 * on whole numbers; pixel (x,y) lies between the corners (x,y) and (x+1,y+1). No ring meets itself: where pixels touch
 * at a corner alone there are two rings.
 */
final class Contours {
    /**
     * A part: what its outline surrounds, less its holes.
     *
     * @param rings the outline, then the holes; corners x, y, x, y... without the first again at the end
     */
    record Part(int label, List<int[]> rings) {}

    /** Right, down, left, up: a turn to the right is the next. */
    private static final int[][] STEPS = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};

    private final LabelMap map;
    private final Runs runs;
    /** Pixels whose upper side lies on a ring that was followed. */
    private final BitSet followed = new BitSet();

    private final Map<Integer, Part> parts = new LinkedHashMap<>();

    private Contours(LabelMap map) {
        this.map = map;
        this.runs = Runs.of(map);
    }

    /** The parts in the order of their first pixels, row by row; ignored pixels are in none. */
    static List<Part> of(LabelMap map) {
        Contours contours = new Contours(map);
        for (int y = 0; y < map.height(); y++) {
            for (int x = 0; x < map.width(); x++) {
                boolean upperSide = contours.label(x, y) != contours.label(x, y - 1);
                if (upperSide && contours.label(x, y) != LabelMap.IGNORE && !contours.followed.get(contours.at(x, y))) {
                    contours.follow(x, y);
                }
            }
        }
        return List.copyOf(contours.parts.values());
    }

    private int at(int x, int y) {
        return y * map.width() + x;
    }

    /** -1 outside. */
    private int label(int x, int y) {
        boolean inside = x >= 0 && y >= 0 && x < map.width() && y < map.height();
        return inside ? map.labels()[at(x, y)] & 255 : -1;
    }

    /** Walks with the part on the right, beginning along the upper side of a pixel. */
    private void follow(int column, int row) {
        int label = label(column, row);
        Part part = parts.computeIfAbsent(runs.part(column, row), first -> new Part(label, new ArrayList<>()));
        Corners corners = new Corners(part.rings);
        int x = column;
        int y = row;
        int direction = 0;
        do {
            if (direction == 0) {
                followed.set(at(x, y));
            }
            x += STEPS[direction][0];
            y += STEPS[direction][1];
            int turn = turn(x, y, direction, label);
            if (turn != direction) {
                corners.add(x, y);
            }
            direction = turn;
        } while (x != column || y != row || direction != 0);
        corners.close();
    }

    /** Around the part's own pixel first, never across a corner to another one. */
    private int turn(int x, int y, int direction, int label) {
        if (ahead(x, y, direction, true) != label) {
            return (direction + 1) % 4;
        }
        return ahead(x, y, direction, false) != label ? direction : (direction + 3) % 4;
    }

    /** Label of the pixel in front of a corner, on the right or the left. */
    private int ahead(int x, int y, int direction, boolean right) {
        return switch (direction) {
            case 0 -> label(x, right ? y : y - 1);
            case 1 -> label(right ? x - 1 : x, y);
            case 2 -> label(x - 1, right ? y - 1 : y);
            default -> label(right ? x : x - 1, y - 1);
        };
    }

    /** Cuts a walk into rings where it comes to a corner again. */
    private static final class Corners {
        private final List<int[]> rings;
        private final List<int[]> open = new ArrayList<>();
        private final Map<Long, Integer> places = new HashMap<>();

        Corners(List<int[]> rings) {
            this.rings = rings;
        }

        void add(int x, int y) {
            Integer before = places.get(key(x, y));
            if (before != null) {
                cut(before);
            } else {
                places.put(key(x, y), open.size());
                open.add(new int[] {x, y});
            }
        }

        /** What was walked since a corner is a ring of its own; the corner stays. */
        private void cut(int from) {
            List<int[]> loop = open.subList(from, open.size());
            ring(loop);
            loop.subList(1, loop.size()).forEach(corner -> places.remove(key(corner[0], corner[1])));
            loop.subList(1, loop.size()).clear();
        }

        void close() {
            ring(open);
        }

        /** The outline comes first, whatever was found first. */
        private void ring(List<int[]> corners) {
            int[] ring = new int[2 * corners.size()];
            for (int i = 0; i < corners.size(); i++) {
                ring[2 * i] = corners.get(i)[0];
                ring[2 * i + 1] = corners.get(i)[1];
            }
            boolean outline = area(ring) > 0;
            rings.add(outline ? 0 : rings.size(), ring);
        }

        private static long key(int x, int y) {
            return (long) y << 32 | x;
        }
    }

    /** Twice the area, positive for what runs clockwise on a screen: outlines, not holes. */
    static long area(int[] ring) {
        long sum = 0;
        for (int i = 0, last = ring.length - 2; i < ring.length; last = i, i += 2) {
            sum += (long) ring[last] * ring[i + 1] - (long) ring[i] * ring[last + 1];
        }
        return sum;
    }
}
