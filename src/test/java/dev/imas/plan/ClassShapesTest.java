package dev.imas.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.image.LabelMap;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;

class ClassShapesTest {
    private static ClassShapes of(int classes, int width, int height, IntBinaryOperator label) {
        byte[] labels = new byte[width * height];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) label.applyAsInt(i % width, i / width);
        }
        ClassShapes shapes = new ClassShapes(classes);
        shapes.add(new LabelMap(width, height, labels));
        return shapes;
    }

    @Test
    void aLineIsAsThickAsItIs() {
        for (int thickness : new int[] {1, 2, 5}) {
            ClassShapes shapes = of(2, 200, 60, (x, y) -> y >= 20 && y < 20 + thickness ? 1 : 0);
            assertThat(shapes.thinnest()).isCloseTo(thickness, within(0.05));
            assertThat(shapes.thickest()).isEqualTo(shapes.thinnest());
        }
    }

    @Test
    void theThinnestAndTheThickestClassAreTold() {
        ClassShapes shapes = of(4, 100, 100, (x, y) -> y == 50 ? 1 : x < 40 && y < 40 ? 2 : 0);
        assertThat(shapes.thinnest()).isCloseTo(1, within(0.05));
        assertThat(shapes.thickest()).isBetween(20.0, 41.0);
    }

    @Test
    void whatIsIgnoredOrAlmostAbsentSaysNothing() {
        assertThat(of(2, 50, 50, (x, y) -> y < 25 ? 255 : 0).thinnest()).isNaN();
        assertThat(of(2, 50, 50, (x, y) -> x == 3 && y < 9 ? 1 : 0).thinnest()).isNaN();
        assertThat(of(2, 50, 50, (x, y) -> 1).thinnest()).isNaN();
        assertThat(of(2, 50, 50, (x, y) -> 255).anyWayUp()).isFalse();
    }

    @Test
    void aStreetHasAnUpAndCellsHaveNone() {
        assertThat(of(3, 80, 61, (x, y) -> y < 20 ? 1 : y < 40 ? 0 : 2).anyWayUp())
                .isFalse();
        assertThat(of(3, 80, 61, (x, y) -> x / 7 % 3 == 1 ? y / 9 % 2 : 0).anyWayUp())
                .isTrue();
    }
}
