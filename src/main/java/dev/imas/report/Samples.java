package dev.imas.report;

import dev.imas.common.FileProblem;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.run.SampleFile;
import dev.imas.run.SampleFile.View;
import dev.imas.run.SampleNames;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * The pictures of {@code samples/}, made small enough to travel inside the report: photographs become JPEG, label
 * maps stay palette PNGs; neither side exceeds {@link #MAX_SIDE} pixels.
 *
 * @param shown   the first {@link #MAX_SHOWN} samples
 * @param total   samples in the folder
 * @param colors  256 colours of the label maps, or null if there is none
 * @param classes labels that occur in the pictures shown
 */
record Samples(List<Sample> shown, int total, int[] colors, BitSet classes) {
    static final int MAX_SIDE = 480;
    static final int MAX_SHOWN = 12;
    static final Samples NONE = new Samples(List.of(), 0, null, new BitSet());
    private static final float JPEG_QUALITY = 0.85f;

    /**
     * @param number  as in the file names
     * @param name    of the picture, empty where it is not known
     * @param uris    data URI of each view that could be read
     * @param correct share of the labelled pixels that the student's or teacher's map has right; absent if unknown
     */
    record Sample(String number, String name, Map<View, String> uris, Map<View, Double> correct) {
        String title() {
            return name.isEmpty() ? "sample " + number : name;
        }
    }

    static Samples read(Path folder, List<String> notes) {
        SortedMap<Integer, Map<View, Path>> found = SampleFile.in(folder);
        SortedMap<Integer, String> names = SampleNames.read(folder, notes);
        List<Sample> shown = new ArrayList<>();
        int[][] colors = new int[1][];
        BitSet classes = new BitSet(256);
        for (Map.Entry<Integer, Map<View, Path>> sample : found.entrySet()) {
            Map<View, Path> files = sample.getValue();
            if (shown.size() == MAX_SHOWN) {
                break;
            }
            EnumMap<View, String> uris = new EnumMap<>(View.class);
            EnumMap<View, LabelMap> maps = new EnumMap<>(View.class);
            files.forEach((view, file) -> {
                BufferedImage picture = decode(file, notes);
                if (picture == null) {
                    return;
                }
                if (view != View.IMAGE && picture.getRaster().getNumBands() == 1) {
                    LabelMap map = labels(picture);
                    maps.put(view, map);
                    if (colors[0] == null) {
                        colors[0] = palette(picture);
                    }
                    for (byte label : map.labels()) {
                        classes.set(label & 255);
                    }
                    uris.put(view, uri(map, palette(picture)));
                } else {
                    uris.put(view, uri(picture));
                }
            });
            if (!uris.isEmpty()) {
                String file = files.values().iterator().next().getFileName().toString();
                shown.add(new Sample(
                        file.substring(0, file.indexOf('-')),
                        names.getOrDefault(sample.getKey(), ""),
                        uris,
                        correct(maps)));
            }
        }
        return new Samples(shown, found.size(), colors[0], classes);
    }

    /** The colours of the label maps; grey levels where there are none. */
    int[] colorsOrGreys() {
        return colors != null ? colors : greys();
    }

    private static int[] greys() {
        int[] greys = new int[256];
        Arrays.setAll(greys, level -> 0x010101 * level);
        return greys;
    }

    /** A photograph as a data URI, made small. */
    static String uri(BufferedImage picture) {
        return "data:image/jpeg;base64," + base64(jpeg(shrink(picture)));
    }

    /** A label map as a data URI, made small; 256 colours. */
    static String uri(LabelMap map, int[] colors) {
        return "data:image/png;base64," + base64(IndexPng.encode(shrink(map), colors));
    }

    /** A picture file of the run directory; null, with a note, where it is none. */
    static BufferedImage decode(Path file, List<String> notes) {
        try {
            BufferedImage picture = ImageIO.read(new java.io.ByteArrayInputStream(Files.readAllBytes(file)));
            if (picture != null) {
                return picture;
            }
            notes.add(place(file) + " is not a picture.");
        } catch (IOException e) {
            notes.add(place(file) + " cannot be read (" + FileProblem.of(e, file) + ").");
        } catch (RuntimeException e) { // the decoder's
            notes.add(place(file) + " is damaged (" + e.getMessage() + ").");
        }
        return null;
    }

    private static String place(Path file) {
        return file.getParent().getFileName() + "/" + file.getFileName();
    }

    /** The first band of a picture. */
    static LabelMap labels(BufferedImage picture) {
        int[] values = picture.getRaster().getSamples(0, 0, picture.getWidth(), picture.getHeight(), 0, (int[]) null);
        byte[] labels = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            labels[i] = (byte) values[i];
        }
        return new LabelMap(picture.getWidth(), picture.getHeight(), labels);
    }

    /** The 256 colours of the file; grey levels if it has none. */
    static int[] palette(BufferedImage picture) {
        int[] colors = greys();
        if (picture.getColorModel() instanceof IndexColorModel model) {
            for (int i = 0; i < model.getMapSize(); i++) {
                colors[i] = model.getRGB(i) & 0xFFFFFF;
            }
        }
        return colors;
    }

    private static Map<View, Double> correct(EnumMap<View, LabelMap> maps) {
        EnumMap<View, Double> correct = new EnumMap<>(View.class);
        LabelMap truth = maps.get(View.TRUTH);
        for (View view : List.of(View.STUDENT, View.TEACHER)) {
            LabelMap map = maps.get(view);
            if (truth == null || map == null || map.width() != truth.width() || map.height() != truth.height()) {
                continue;
            }
            long right = 0;
            long counted = 0;
            for (int i = 0; i < truth.labels().length; i++) {
                if ((truth.labels()[i] & 255) != LabelMap.IGNORE) {
                    counted++;
                    right += truth.labels()[i] == map.labels()[i] ? 1 : 0;
                }
            }
            if (counted > 0) {
                correct.put(view, (double) right / counted);
            }
        }
        return correct;
    }

    /** [width, height] within {@link #MAX_SIDE}, the ratio kept. */
    private static int[] target(int width, int height) {
        double scale = Math.min(1, (double) MAX_SIDE / Math.max(width, height));
        return new int[] {Math.max(1, (int) Math.round(width * scale)), Math.max(1, (int) Math.round(height * scale))};
    }

    /** Nearest pixel: labels cannot be averaged. */
    private static LabelMap shrink(LabelMap map) {
        int[] size = target(map.width(), map.height());
        byte[] labels = new byte[size[0] * size[1]];
        for (int y = 0; y < size[1]; y++) {
            int row = (int) ((y + 0.5) * map.height() / size[1]) * map.width();
            for (int x = 0; x < size[0]; x++) {
                labels[y * size[0] + x] = map.labels()[row + (int) ((x + 0.5) * map.width() / size[0])];
            }
        }
        return new LabelMap(size[0], size[1], labels);
    }

    /** Each pixel the mean of the pixels it covers. */
    private static BufferedImage shrink(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        int[] size = target(width, height);
        int[] pixels = picture.getRGB(0, 0, width, height, null, 0, width);
        BufferedImage small = new BufferedImage(size[0], size[1], BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < size[1]; y++) {
            int top = (int) ((long) y * height / size[1]);
            int bottom = Math.max(top + 1, (int) ((long) (y + 1) * height / size[1]));
            for (int x = 0; x < size[0]; x++) {
                int left = (int) ((long) x * width / size[0]);
                int right = Math.max(left + 1, (int) ((long) (x + 1) * width / size[0]));
                small.setRGB(x, y, mean(pixels, width, left, right, top, bottom));
            }
        }
        return small;
    }

    private static int mean(int[] pixels, int width, int left, int right, int top, int bottom) {
        long r = 0;
        long g = 0;
        long b = 0;
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                int pixel = pixels[y * width + x];
                r += pixel >> 16 & 255;
                g += pixel >> 8 & 255;
                b += pixel & 255;
            }
        }
        long n = (long) (right - left) * (bottom - top);
        return (int) ((r + n / 2) / n << 16 | (g + n / 2) / n << 8 | (b + n / 2) / n);
    }

    private static byte[] jpeg(BufferedImage picture) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(JPEG_QUALITY);
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture, null, null), param);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
