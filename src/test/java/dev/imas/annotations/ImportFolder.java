package dev.imas.annotations;

import dev.imas.image.ImageFiles;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import dev.imas.image.StoredMask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;

/** A folder of pictures and annotations, and what their import leaves. */
final class ImportFolder {
    private final Path root;
    private final AnnotationFormat format;
    private boolean sparse;
    private boolean emptyIsBackground;
    private RoiClass roiClass = RoiClass.ALL;
    private String classes;
    private Path images;

    ImportFolder(Path root, AnnotationFormat format) {
        this.root = root;
        this.format = format;
        images = root.resolve("images");
    }

    Path images() {
        return images;
    }

    /** Imports the pictures of another folder, such as a part of that one. */
    ImportFolder from(Path folder) {
        images = folder;
        return this;
    }

    Path annotations() {
        return root.resolve("annotations");
    }

    Path out() {
        return root.resolve("out");
    }

    ImportFolder sparse() {
        sparse = true;
        return this;
    }

    ImportFolder emptyIsBackground() {
        emptyIsBackground = true;
        return this;
    }

    ImportFolder classFrom(RoiClass from) {
        roiClass = from;
        return this;
    }

    ImportFolder classes(String lines) {
        classes = lines;
        return this;
    }

    /** Adds a black picture; its format is that of its ending. */
    ImportFolder picture(String name, int width, int height) {
        try {
            Path file = images().resolve(name);
            Files.createDirectories(file.getParent());
            String ending = name.substring(name.lastIndexOf('.') + 1);
            RgbImage black = new RgbImage(width, height, new byte[3 * width * height]);
            if (!ImageIO.write(black.toBufferedImage(), ending, file.toFile())) {
                throw new IllegalArgumentException(name);
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ImportFolder text(String name, String text) {
        return bytes(name, text.getBytes(StandardCharsets.UTF_8));
    }

    ImportFolder bytes(String name, byte[] bytes) {
        try {
            Path file = annotations().resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Imports the folder of annotations and returns the report as one text. */
    String run() {
        return run(annotations());
    }

    String run(Path annotations) {
        try {
            Optional<Path> list = Optional.empty();
            if (classes != null) {
                list = Optional.of(Files.writeString(root.resolve("classes.txt"), classes));
            }
            return String.join(
                    "\n",
                    Importer.run(new ImportRequest(
                            format, images(), annotations, out(), list, sparse, emptyIsBackground, roiClass, false)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A mask as rows of digits; ignored pixels are x. */
    String mask(String name) {
        Path file = out().resolve("masks").resolve(name);
        StoredMask mask = ImageFiles.storedMask(file);
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < mask.values().length; i++) {
            int label = mask.values()[i];
            rows.append(label == LabelMap.IGNORE ? "x" : Integer.toString(label));
            if (i % mask.width() == mask.width() - 1) {
                rows.append('\n');
            }
        }
        return rows.toString();
    }

    /** Writes a mask of palette indices among the annotations. */
    ImportFolder indexMask(String name, int width, int height, List<Integer> palette, int... values) {
        byte[] labels = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            labels[i] = (byte) values[i];
        }
        IndexPng.write(annotations().resolve(name).normalize(), new LabelMap(width, height, labels), palette);
        return this;
    }

    /** Writes a mask of colours among the annotations, as PNG. */
    ImportFolder colourMask(String name, int width, int height, int... colours) {
        byte[] rgb = new byte[3 * colours.length];
        for (int i = 0; i < colours.length; i++) {
            rgb[3 * i] = (byte) (colours[i] >> 16);
            rgb[3 * i + 1] = (byte) (colours[i] >> 8);
            rgb[3 * i + 2] = (byte) colours[i];
        }
        Pngs.write(annotations().resolve(name), new RgbImage(width, height, rgb));
        return this;
    }

    String written(String name) {
        try {
            return Files.readString(out().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
