package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.data.FileImages.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Turns lists and folders into samples, by the conventions of the data sets. */
final class Layouts {
    private static final List<String> PICTURE_ENDINGS = List.of(".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff");

    private Layouts() {
    }

    /** The samples of one list. {@code key} is the configuration key that named it. */
    static List<Sample> fromList(ImasConfig.Data data, String key, String list) {
        Path root = root(data);
        ListFile file = ListFile.read(key, list, root);
        List<Sample> samples = new ArrayList<>();
        for (ListFile.Line line : file.lines()) {
            String origin = file.path() + ":" + line.number();
            if (line.fields().length > 2) {
                throw new UserException(origin + " has " + line.fields().length + " columns; expected a picture and at most its mask (paths with spaces are not supported)");
            }
            samples.add(sample(data.layout(), root, line.fields(), origin));
        }
        return samples;
    }

    private static Sample sample(ImasConfig.Layout layout, Path root, String[] fields, String origin) {
        String first = relative(fields[0]);
        if (fields.length == 2 && layout != ImasConfig.Layout.FOLDERS) {
            return new Sample(stem(first), root.resolve(first), root.resolve(relative(fields[1])), origin);
        }
        return switch (layout) {
            case VOC -> first.contains("/") || hasPictureEnding(first)
                    ? new Sample(stem(first), root.resolve(first), null, origin)
                    : new Sample(first, root.resolve("JPEGImages/" + first + ".jpg"), root.resolve("SegmentationClassAug/" + first + ".png"), origin);
            case CITYSCAPES -> new Sample(stem(first), root.resolve(first), root.resolve(cityscapesMask(first, origin)), origin);
            case FOLDERS -> folderSample(root, stem(first), origin);
            default -> new Sample(stem(first), root.resolve(first), null, origin);
        };
    }

    private static String cityscapesMask(String picture, String origin) {
        String suffix = "_leftImg8bit.png";
        if (!picture.startsWith("leftImg8bit/") || !picture.endsWith(suffix)) {
            throw new UserException(origin + " is " + picture + "; expected leftImg8bit/..." + suffix);
        }
        return "gtFine/" + picture.substring("leftImg8bit/".length(), picture.length() - suffix.length()) + "_gtFine_labelTrainIds.png";
    }

    /** images/ and masks/ below a folder: stem to sample, sorted by stem; the mask is null where there is none. */
    static Map<String, Sample> folder(Path folder) {
        Map<String, Path> masks = stems(folder.resolve("masks"), false);
        Map<String, Sample> samples = new LinkedHashMap<>();
        stems(folder.resolve("images"), true).forEach((stem, path) -> samples.put(stem, new Sample(stem, path, masks.get(stem), folder.toString())));
        return samples;
    }

    private static Sample folderSample(Path root, String stem, String origin) {
        Map<String, Path> pictures = stems(root.resolve("images"), true);
        Path picture = pictures.get(stem);
        if (picture == null) {
            throw new UserException(origin + ": no picture named " + stem + " in " + root.resolve("images"));
        }
        return new Sample(stem, picture, stems(root.resolve("masks"), false).get(stem), origin);
    }

    private static Map<String, Path> stems(Path folder, boolean needed) {
        if (!Files.isDirectory(folder)) {
            if (needed) {
                throw new UserException("no folder at " + folder + "; the folders layout expects images/ and masks/ below data.root");
            }
            return Map.of();
        }
        Map<String, Path> files = new LinkedHashMap<>();
        try (Stream<Path> entries = Files.list(folder)) {
            entries.filter(path -> hasPictureEnding(path.getFileName().toString())).sorted().forEach(path -> {
                Path other = files.put(stem(path.getFileName().toString()), path);
                if (other != null) {
                    throw new UserException(other + " and " + path + " share one name; a picture and its mask are matched by the name before the ending");
                }
            });
        } catch (IOException e) {
            throw new UserException(folder + " cannot be listed (" + e.getMessage() + ")", e);
        }
        return files;
    }

    static Path root(ImasConfig.Data data) {
        if (data.root() == null || data.root().isBlank()) {
            throw new UserException("data.root is not set; name the data set's folder (--data)");
        }
        Path root = Path.of(data.root());
        if (!Files.isDirectory(root)) {
            throw new UserException("data.root: no folder at " + root);
        }
        return root;
    }

    /** Published lists write paths with a leading slash that means the root. */
    private static String relative(String path) {
        return path.startsWith("/") && !Files.exists(Path.of(path)) ? path.substring(1) : path;
    }

    private static boolean hasPictureEnding(String name) {
        String lower = name.toLowerCase(java.util.Locale.ROOT);
        return PICTURE_ENDINGS.stream().anyMatch(lower::endsWith);
    }

    private static String stem(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return hasPictureEnding(name) ? name.substring(0, name.lastIndexOf('.')) : name;
    }
}
