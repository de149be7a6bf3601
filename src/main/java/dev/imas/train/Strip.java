package dev.imas.train;

import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import java.util.Arrays;
import java.util.List;

/** A picture and label maps of its size in their colours, side by side, made small. */
final class Strip {
    private static final int LARGEST_SIDE = 320;
    private static final int GAP = 4;

    private Strip() {}

    static RgbImage of(RgbImage image, List<LabelMap> maps, List<Integer> palette) {
        int step = (Math.max(image.width(), image.height()) + LARGEST_SIDE - 1) / LARGEST_SIDE;
        int width = (image.width() + step - 1) / step;
        int height = (image.height() + step - 1) / step;
        int[] colors = IndexPng.colors(palette);
        int stride = (maps.size() + 1) * (width + GAP) - GAP;
        byte[] rgb = new byte[3 * stride * height];
        Arrays.fill(rgb, (byte) 255);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int from = y * step * image.width() + x * step;
                int to = y * stride + x;
                System.arraycopy(image.rgb(), 3 * from, rgb, 3 * to, 3);
                for (LabelMap map : maps) {
                    to += width + GAP;
                    put(rgb, to, colors[map.labels()[from] & 255]);
                }
            }
        }
        return new RgbImage(stride, height, rgb);
    }

    private static void put(byte[] rgb, int pixel, int color) {
        for (int channel = 0; channel < 3; channel++) {
            rgb[3 * pixel + channel] = (byte) (color >> (16 - 8 * channel));
        }
    }
}
