package dev.imas.annotations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.image.ImageSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Which pixels an outline covers, against a plain reference in whole numbers. */
class OutlineTest {
    private static final int WIDTH = 13;
    private static final int HEIGHT = 9;
    private static final Frame FRAME = Frame.of(new ImageSize(WIDTH, HEIGHT));
    private static final Box ALL = new Box(0, 0, WIDTH, HEIGHT);

    /** Corners in eighths of a pixel, in and around the picture: many lie on centres and on one line with them. */
    @Provide
    Arbitrary<List<int[]>> rings() {
        Arbitrary<Integer> fine = Arbitraries.integers().between(-40, 8 * WIDTH + 40);
        Arbitrary<Integer> coarse =
                Arbitraries.integers().between(-3, WIDTH + 3).map(x -> 8 * x + 4);
        Arbitrary<int[]> ring = Arbitraries.oneOf(fine, coarse)
                .array(int[].class)
                .ofMinSize(2)
                .ofMaxSize(24)
                .map(corners -> corners.length % 2 == 0 ? corners : Arrays.copyOf(corners, corners.length - 1));
        return ring.list().ofMinSize(1).ofMaxSize(3);
    }

    @Property(tries = 1000)
    void aPixelBelongsToItWhenItsCentreDoes(@ForAll("rings") List<int[]> rings) {
        assertThat(outline(rings).covered(FRAME, ALL)).isEqualTo(reference(rings));
    }

    @Property(tries = 200)
    void itsBoxHoldsAllOfIt(@ForAll("rings") List<int[]> rings) {
        Box box = outline(rings).box(FRAME);
        BitSet reference = reference(rings);
        for (int i = reference.nextSetBit(0); i >= 0; i = reference.nextSetBit(i + 1)) {
            assertThat(i % WIDTH).isBetween(box.x(), box.right() - 1);
            assertThat(i / WIDTH).isBetween(box.y(), box.bottom() - 1);
        }
        if (!box.isEmpty()) {
            assertThat(outline(rings).covered(FRAME, box).cardinality()).isEqualTo(reference.cardinality());
        }
    }

    /** A zigzag cuts the picture; both halves are given their corners from different ends. */
    @Property(tries = 1000)
    void neighboursShareNoPixelAndLeaveNoneOut(@ForAll("cuts") List<Double> cut) {
        List<Double> left = new ArrayList<>(List.of(0.0, 0.0));
        List<Double> right = new ArrayList<>(List.of((double) WIDTH, (double) HEIGHT));
        for (int i = 0; i < cut.size(); i++) {
            double y = (double) HEIGHT * i / (cut.size() - 1);
            left.addAll(List.of(cut.get(i), y));
            right.addAll(
                    List.of(cut.get(cut.size() - 1 - i), (double) HEIGHT * (cut.size() - 1 - i) / (cut.size() - 1)));
        }
        left.addAll(List.of(0.0, (double) HEIGHT));
        right.addAll(List.of((double) WIDTH, 0.0));
        BitSet one = outline(left).covered(FRAME, ALL);
        BitSet other = outline(right).covered(FRAME, ALL);
        assertThat(one.intersects(other)).isFalse();
        one.or(other);
        assertThat(one.cardinality()).isEqualTo(WIDTH * HEIGHT);
    }

    @Provide
    Arbitrary<List<Double>> cuts() {
        return Arbitraries.doubles().between(0, WIDTH).list().ofMinSize(2).ofMaxSize(9);
    }

    @Test
    void aCentreOnALeftOrUpperLineBelongsToItAndOnARightOrLowerLineNot() {
        BitSet covered = Outline.rectangle(1.5, 2.5, 4.5, 5.5).covered(FRAME, ALL);
        BitSet expected = new BitSet();
        for (int row = 2; row < 5; row++) {
            expected.set(row * WIDTH + 1, row * WIDTH + 4);
        }
        assertThat(covered).isEqualTo(expected);
    }

    @Test
    void farCornersAreCutAtThePicture() {
        assertThat(Outline.rectangle(-1e9, -1e9, 1e9, 1e9).covered(FRAME, ALL).cardinality())
                .isEqualTo(WIDTH * HEIGHT);
        assertThat(Outline.rectangle(1e8, 1e8, 1e9, 1e9).box(FRAME).isEmpty()).isTrue();
        assertThat(Outline.rectangle(-1e9, -1e9, -1e8, -1e8).box(FRAME).isEmpty())
                .isTrue();
    }

    @Test
    void itIsSeenThroughTheFrameOfATile() {
        Frame tile = new Frame(100, 200, 2, WIDTH, HEIGHT);
        BitSet covered = Outline.rectangle(104, 202, 110, 206).covered(tile, ALL);
        BitSet expected = new BitSet();
        expected.set(WIDTH + 2, WIDTH + 5);
        expected.set(2 * WIDTH + 2, 2 * WIDTH + 5);
        assertThat(covered).isEqualTo(expected);
    }

    private static Outline outline(List<?> rings) {
        if (rings.get(0) instanceof Double) {
            return Outline.of(rings.stream().mapToDouble(x -> (Double) x).toArray());
        }
        List<double[]> corners = new ArrayList<>();
        for (Object ring : rings) {
            corners.add(Arrays.stream((int[]) ring).mapToDouble(x -> x / 8.0).toArray());
        }
        return new Outline(corners);
    }

    /** For every centre the lines on its left or under it, counted, in sixteenths of a pixel without rounding. */
    private static BitSet reference(List<int[]> rings) {
        BitSet inside = new BitSet();
        for (int row = 0; row < HEIGHT; row++) {
            for (int column = 0; column < WIDTH; column++) {
                long x = 16L * column + 8;
                long y = 16L * row + 8;
                int crossings = 0;
                for (int[] ring : rings) {
                    for (int i = 0; i < ring.length; i += 2) {
                        int next = (i + 2) % ring.length;
                        crossings +=
                                crosses(x, y, 2L * ring[i], 2L * ring[i + 1], 2L * ring[next], 2L * ring[next + 1]);
                    }
                }
                inside.set(row * WIDTH + column, crossings % 2 == 1);
            }
        }
        return inside;
    }

    private static int crosses(long x, long y, long x1, long y1, long x2, long y2) {
        if (y1 <= y && y < y2) {
            return (x - x1) * (y2 - y1) >= (y - y1) * (x2 - x1) ? 1 : 0;
        }
        if (y2 <= y && y < y1) {
            return (x - x2) * (y1 - y2) >= (y - y2) * (x1 - x2) ? 1 : 0;
        }
        return 0;
    }
}
