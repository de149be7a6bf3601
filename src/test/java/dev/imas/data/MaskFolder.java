package dev.imas.data;

import static dev.imas.image.TestFiles.encode;
import static dev.imas.image.TestFiles.picture;
import static dev.imas.image.TestFiles.write;

import dev.imas.config.ImasConfig;
import dev.imas.image.TestFiles;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A person's folder with masks of every kind, 4x4 each; a mask's values are repeated over its pixels. */
public final class MaskFolder {
    private static final int SIDE = 4;

    private final Path root;

    public MaskFolder(Path root) {
        this.root = root;
        picture(root.resolve("images/unlabelled.png"), SIDE, SIDE);
    }

    public Path root() {
        return root;
    }

    public Path mask(String name) {
        return root.resolve(name.startsWith("v") ? "val/masks" : "masks").resolve(name + ".png");
    }

    private MaskFolder add(String name, BufferedImage mask) {
        Path folder = root.resolve(name.startsWith("v") ? "val/images" : "images");
        picture(folder.resolve(name + ".png"), mask.getWidth(), mask.getHeight());
        write(mask(name), encode(mask, "png"));
        return this;
    }

    private static BufferedImage filled(BufferedImage image, int... values) {
        for (int i = 0; i < SIDE * SIDE; i++) {
            image.getRaster().setSample(i % SIDE, i / SIDE, 0, values[i % values.length]);
        }
        return image;
    }

    /** Names that begin with v validate. */
    public MaskFolder grey(String name, int... values) {
        boolean wide = IntStream.of(values).anyMatch(value -> value > 255);
        return add(
                name,
                filled(
                        new BufferedImage(
                                SIDE, SIDE, wide ? BufferedImage.TYPE_USHORT_GRAY : BufferedImage.TYPE_BYTE_GRAY),
                        values));
    }

    /** Rows of 16 pixels. */
    MaskFolder wide(String name, int... values) {
        BufferedImage image = new BufferedImage(16, values.length / 16, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setPixels(0, 0, image.getWidth(), image.getHeight(), values);
        return add(name, image);
    }

    MaskFolder palette(String name, List<Integer> palette, int... values) {
        byte[][] bytes = new byte[3][palette.size()];
        for (int i = 0; i < palette.size(); i++) {
            bytes[0][i] = (byte) (palette.get(i) >> 16);
            bytes[1][i] = (byte) (palette.get(i) >> 8);
            bytes[2][i] = (byte) (int) palette.get(i);
        }
        IndexColorModel model = new IndexColorModel(8, palette.size(), bytes[0], bytes[1], bytes[2]);
        return add(name, filled(new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_INDEXED, model), values));
    }

    MaskFolder colours(String name, int... colours) {
        return painted(name, BufferedImage.TYPE_INT_RGB, colours);
    }

    /** 0xAARRGGBB. */
    MaskFolder transparent(String name, int... colours) {
        return painted(name, BufferedImage.TYPE_INT_ARGB, colours);
    }

    private MaskFolder painted(String name, int type, int... colours) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, type);
        for (int i = 0; i < SIDE * SIDE; i++) {
            image.setRGB(i % SIDE, i / SIDE, colours[i % colours.length]);
        }
        return add(name, image);
    }

    /** The embedded preset's settings with this folder, classes auto, and what is given as key, value, key, value... */
    public ImasConfig config(Object... more) {
        List<Object> keys = new ArrayList<>(List.of(
                "data.layout",
                "folders",
                "data.root",
                root.toString(),
                "data.classes",
                "auto",
                "data.class_names",
                List.of(),
                "data.palette",
                List.of()));
        keys.addAll(Arrays.asList(more));
        return TestFiles.config(keys.toArray());
    }

    MaskSurvey survey(Object... more) {
        ImasConfig asked = config(more);
        return MaskSurvey.of(asked, Dataset.open(asked));
    }
}
