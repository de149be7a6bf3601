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
        ImageSize size = new ImageSize(image.width(), image.height());
        byte[] turned = new byte[image.rgb().length];
        turn(size, turns, (from, to) -> System.arraycopy(image.rgb(), 3 * from, turned, 3 * to, 3));
        return new RgbImage(of(size, turns).width(), of(size, turns).height(), turned);
    }

    static FloatImage of(FloatImage image, int turns) {
        ImageSize size = new ImageSize(image.width(), image.height());
        int channels = image.channels();
        float[] turned = new float[image.values().length];
        turn(
                size,
                turns,
                (from, to) -> System.arraycopy(image.values(), channels * from, turned, channels * to, channels));
        return new FloatImage(of(size, turns).width(), of(size, turns).height(), channels, turned);
    }

    static LabelMap of(LabelMap map, int turns) {
        ImageSize size = new ImageSize(map.width(), map.height());
        byte[] turned = new byte[map.labels().length];
        turn(size, turns, (from, to) -> turned[to] = map.labels()[from]);
        return new LabelMap(of(size, turns).width(), of(size, turns).height(), turned);
    }

    /** Takes a pixel of the picture to a place of the turned one, both as row-major indices. */
    private interface Move {
        void pixel(int from, int to);
    }

    /** The result's pixel (x, y) is the one at {@code first + x * right + y * down}. */
    private static void turn(ImageSize size, int turns, Move move) {
        int width = size.width();
        int height = size.height();
        int first = new int[] {0, (height - 1) * width, width * height - 1, width - 1}[turns];
        int right = new int[] {1, -width, -1, width}[turns];
        int down = new int[] {width, 1, -width, -1}[turns];
        int columns = turns % 2 == 0 ? width : height;
        for (int to = 0; to < width * height; to++) {
            move.pixel(first + to % columns * right + to / columns * down, to);
        }
    }
}
