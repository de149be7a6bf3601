package dev.imas.image;

import dev.imas.common.UserException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes label maps as 8-bit palette PNGs: the pixel values are the class indices, so the file is a picture for people
 * and a mask for programs at once.
 */
public final class IndexPng {
    /** Colour of {@link LabelMap#IGNORE}, the off-white that PASCAL VOC uses for its void label. */
    public static final int VOID_COLOR = 0xE0E0C0;

    private IndexPng() {}

    /**
     * Writes the map; missing folders are created, an existing file is replaced.
     *
     * @param palette one 0xRRGGBB a class, at most 255; indices beyond it up to 254 are black, 255 is {@link
     * #VOID_COLOR}
     * @throws UserException for an unusable palette or a file that cannot be written
     */
    public static void write(Path file, LabelMap map, List<Integer> palette) {
        Pngs.save(file, encode(map, colors(palette)));
    }

    public static byte[] encode(LabelMap map, int[] colors) {
        IndexColorModel model = new IndexColorModel(8, 256, colors, 0, false, -1, java.awt.image.DataBuffer.TYPE_BYTE);
        BufferedImage picture = new BufferedImage(map.width(), map.height(), BufferedImage.TYPE_BYTE_INDEXED, model);
        picture.getRaster().setDataElements(0, 0, map.width(), map.height(), map.labels());
        return Pngs.encode(picture);
    }

    /** All 256 colours, after checking the palette. */
    public static int[] colors(List<Integer> palette) {
        if (palette.isEmpty() || palette.size() > 255) {
            throw new UserException("data.palette: " + palette.size() + " colours, expected 1 to 255, one a class");
        }
        int[] colors = new int[256];
        for (int i = 0; i < palette.size(); i++) {
            Integer color = palette.get(i);
            if (color == null || color < 0 || color > 0xFFFFFF) {
                throw new UserException(
                        "data.palette: colour " + i + " is " + color + ", expected 0 to 0xFFFFFF (0xRRGGBB)");
            }
            colors[i] = color;
        }
        colors[LabelMap.IGNORE] = VOID_COLOR;
        return colors;
    }
}
