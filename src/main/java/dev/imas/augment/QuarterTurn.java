package dev.imas.augment;

import dev.imas.image.FloatImage;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;

/** Turns by quarters of a circle, clockwise; {@code turns} is 0 to 3. Method section 2. */
final class QuarterTurn {
    private QuarterTurn() {}

    /** The size of a turned picture. */
    static ImageSize of(ImageSize size, int turns) {
        return turns % 2 == 0 ? size : new ImageSize(size.height(), size.width());
    }

    /** Where a window of a picture of that size is when the picture is turned. */
    static Window of(Window window, ImageSize size, int turns) {
        if (turns == 0) {
            return window;
        }
        Window once =
                new Window(size.height() - window.y() - window.height(), window.x(), window.height(), window.width());
        return of(once, of(size, 1), turns - 1);
    }

    /** Where a window of the turned picture was in the picture of that size. */
    static Window before(Window window, ImageSize size, int turns) {
        return of(window, of(size, turns), (4 - turns) % 4);
    }

    static RgbImage of(RgbImage image, int turns) {
        ImageSize size = of(new ImageSize(image.width(), image.height()), turns);
        byte[] rgb = new byte[image.rgb().length];
        turn(image.rgb(), image.width(), image.height(), 3, turns, rgb);
        return new RgbImage(size.width(), size.height(), rgb);
    }

    static FloatImage of(FloatImage image, int turns) {
        ImageSize size = of(new ImageSize(image.width(), image.height()), turns);
        float[] values = new float[image.values().length];
        turn(image.values(), image.width(), image.height(), image.channels(), turns, values);
        return new FloatImage(size.width(), size.height(), image.channels(), values);
    }

    static LabelMap of(LabelMap map, int turns) {
        ImageSize size = of(new ImageSize(map.width(), map.height()), turns);
        byte[] labels = new byte[map.labels().length];
        turn(map.labels(), map.width(), map.height(), 1, turns, labels);
        return new LabelMap(size.width(), size.height(), labels);
    }

    /**
     * Pixels of so many elements each: the result's pixel (x, y) is the one at {@code first + x * right + y * down}.
     *
     * @param source an array, of the type of {@code target}
     */
    private static void turn(Object source, int width, int height, int elements, int turns, Object target) {
        int first = new int[] {0, (height - 1) * width, width * height - 1, width - 1}[turns];
        int right = new int[] {1, -width, -1, width}[turns];
        int down = new int[] {width, 1, -width, -1}[turns];
        int columns = turns % 2 == 0 ? width : height;
        for (int pixel = 0; pixel < width * height; pixel++) {
            int from = first + pixel % columns * right + pixel / columns * down;
            System.arraycopy(source, from * elements, target, pixel * elements, elements);
        }
    }
}
