package dev.imas.augment;

/** Left-right flips. Method section 2. */
public final class Flip {
    private Flip() {
    }

    public static RgbImage horizontal(RgbImage image) {
        byte[] source = image.rgb();
        byte[] rgb = new byte[source.length];
        int bytes = image.width() * 3;
        for (int row = 0; row < source.length; row += bytes) {
            for (int from = row, to = row + bytes - 3; from < row + bytes; from += 3, to -= 3) {
                rgb[to] = source[from];
                rgb[to + 1] = source[from + 1];
                rgb[to + 2] = source[from + 2];
            }
        }
        return new RgbImage(image.width(), image.height(), rgb);
    }

    public static LabelMap horizontal(LabelMap map) {
        byte[] source = map.labels();
        byte[] labels = new byte[source.length];
        for (int row = 0; row < source.length; row += map.width()) {
            for (int from = row, to = row + map.width() - 1; from < row + map.width(); from++, to--) {
                labels[to] = source[from];
            }
        }
        return new LabelMap(map.width(), map.height(), labels);
    }
}
