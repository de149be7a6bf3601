package dev.imas.annotations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.image.ImageSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegionsTest {
    private static final ImageSize SIZE = new ImageSize(10, 8);
    private static final Frame FRAME = Frame.of(SIZE);

    @Test
    void holesAreNoPartOfAPolygonHoweverTheyOverlapOrReachOut() {
        Polygon ring = new Polygon(
                Outline.rectangle(0, 0, 6, 6),
                List.of(Outline.rectangle(2, 2, 4, 4), Outline.rectangle(3, 3, 5, 5), Outline.rectangle(5, 0, 9, 1)));
        assertThat(drawn(ring))
                .isEqualTo(
                        """
                        #####.....
                        ######....
                        ##..##....
                        ##...#....
                        ###..#....
                        ######....
                        ..........
                        ..........
                        """);
    }

    @Test
    void anEllipseCoversTheCentresWithinIt() {
        assertThat(drawn(new Ellipse(4, 3, 3, 2)))
                .isEqualTo(
                        """
                        ..........
                        ..####....
                        .######...
                        .######...
                        ..####....
                        ..........
                        ..........
                        ..........
                        """);
        assertThat(drawn(new Ellipse(4.5, 3.5, 0.1, 0.1))).containsOnlyOnce("#");
        assertThat(drawn(new Ellipse(4.5, 3.5, 0, 0))).doesNotContain("#");
    }

    @Test
    void aBitmapMayReachBeyondThePicture() {
        BitSet bits = new BitSet();
        bits.set(0, 6);
        assertThat(drawn(new Bitmap(-1, -1, 3, 2, bits))).isEqualTo("##........\n" + "..........\n".repeat(7));
    }

    @Test
    void runLengthsGoDownTheColumns() {
        String expected =
                """
                ..........
                .#........
                .##.......
                .##.......
                .##.......
                .##.......
                .##.......
                .#........
                """;
        assertThat(drawn(runs("[9, 7, 2, 5, 57]"))).isEqualTo(expected);
        assertThat(drawn(runs("\"972Ng1\""))).isEqualTo(expected);
    }

    @Test
    void aLaterRegionLiesOverAnEarlierOne() {
        Canvas canvas = new Canvas(new ImageSize(3, 1), 255);
        assertThat(canvas.lay(Outline.rectangle(0, 0, 2, 1), 1, Frame.of(new ImageSize(3, 1))))
                .isEqualTo(2);
        assertThat(canvas.lay(Outline.rectangle(1, 0, 2, 1), 2, Frame.of(new ImageSize(3, 1))))
                .isEqualTo(1);
        assertThat(canvas.mask().labels()).containsExactly(1, 2, -1);
        assertThat(canvas.covered()).isEqualTo(1);
    }

    private static RunLengths runs(String counts) {
        try {
            return RunLengths.of(
                    new Json("f", "$", new ObjectMapper().readTree("{\"size\": [8, 10], \"counts\": " + counts + "}")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String drawn(Region region) {
        Canvas canvas = new Canvas(SIZE, 0);
        canvas.lay(region, 1, FRAME);
        StringBuilder text = new StringBuilder();
        byte[] labels = canvas.mask().labels();
        for (int row = 0; row < SIZE.height(); row++) {
            for (byte label : Arrays.copyOfRange(labels, row * SIZE.width(), (row + 1) * SIZE.width())) {
                text.append(label == 0 ? '.' : '#');
            }
            text.append('\n');
        }
        return text.toString();
    }
}
