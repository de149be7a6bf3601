package dev.imas.data;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.config.Channels;
import dev.imas.config.ImasConfig;
import dev.imas.data.FileImages.Sample;
import dev.imas.image.PictureNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Turns lists and folders into samples, by the conventions of the data sets. In every layout a second column of a
 * line, if there is one, is the mask's path relative to the root.
 */
final class Layouts {
    private Layouts() {}

    /** Where the files of an entry of a list are. */
    private interface Convention {
        Path picture(String entry, String origin);

        /** Called only where a mask is needed and the line does not name one; null where there is none. */
        Path mask(String entry, String origin);

        /** Whether the picture exists. */
        default boolean has(String entry, String origin) {
            return Files.isRegularFile(picture(entry, origin));
        }
    }

    /**
     * The samples of one list.
     *
     * @param key       the configuration key that named it
     * @param withMasks false: the samples have no mask, whatever the list says
     */
    static List<Sample> fromList(ImasConfig.Data data, String key, String list, boolean withMasks) {
        Path root = root(data);
        ListFile file = ListFile.read(key, list, root);
        Convention convention =
                switch (data.layout()) {
                    case VOC -> new Voc(root);
                    case CITYSCAPES -> new Cityscapes(root);
                    case FOLDERS ->
                        data.pictures().isEmpty()
                                ? Folders.of(root, withMasks, data.channels())
                                : Named.of(data, root, key.equals("data.validation"));
                    default -> new Plain(root);
                };
        boolean objects = FolderPatterns.of(data).objects();
        List<Sample> samples = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        for (ListFile.Line line : file.lines()) {
            try {
                samples.add(sample(line, convention, root, withMasks, objects));
            } catch (UserException e) {
                faults.add(e.getMessage());
            }
        }
        // Here, before some are set aside: what is there twice would part.
        faults.addAll(FileImages.repeated(samples));
        if (!faults.isEmpty()) {
            throw new UserException(String.join("\n", Finding.limited(faults)));
        }
        return samples;
    }

    private static Sample sample(
            ListFile.Line line, Convention convention, Path root, boolean withMasks, boolean objects) {
        ListFile.Columns columns = meant(line, convention, root, withMasks);
        Path picture = convention.picture(columns.picture(), line.origin());
        Path mask = !withMasks
                ? null
                : columns.mask() != null
                        ? resolve(root, columns.mask(), line.origin())
                        : convention.mask(columns.picture(), line.origin());
        // Where nothing is found, a message shows the line as it was written.
        String entry = Files.exists(picture)
                ? columns.picture()
                : line.readings().get(0).picture();
        return new Sample(entry, picture, mask, line.origin(), objects && mask != null && Files.isDirectory(mask));
    }

    /** The first reading of a line whose files exist; if there is none, the simplest, which messages are about. */
    private static ListFile.Columns meant(ListFile.Line line, Convention convention, Path root, boolean withMasks) {
        List<ListFile.Columns> readings = line.readings();
        if (readings.size() == 1) {
            return readings.get(0);
        }
        Optional<ListFile.Columns> found = withMasks
                ? readings.stream()
                        .filter(columns -> (columns.mask() == null || masked(columns, line, root))
                                && convention.has(columns.picture(), line.origin()))
                        .findFirst()
                : pictureOf(line, convention, root);
        if (found.isPresent()) {
            return found.get();
        }
        int words = line.words();
        if (words > 2) {
            throw ListFile.tooMany(line.origin(), words);
        }
        return readings.stream()
                .filter(columns -> words == 1 || columns.mask() != null)
                .reduce((first, last) -> last) // of those with slashes, if there are any
                .orElseThrow();
    }

    /**
     * Of a line whose mask is not looked at: the whole line where that is a picture ("shot (1).png" beside "shot.png"
     * is none with a mask), else one beside a mask that is there, else the longest name that is a picture's.
     */
    private static Optional<ListFile.Columns> pictureOf(ListFile.Line line, Convention convention, Path root) {
        List<ListFile.Columns> pictures = line.readings().stream()
                .filter(columns -> columns.mask() == null
                        ? isPicture(columns.picture(), line, convention, root)
                        : convention.has(columns.picture(), line.origin()))
                .toList();
        return Stream.of(
                        pictures.stream().filter(columns -> columns.mask() == null),
                        pictures.stream().filter(columns -> columns.mask() != null && masked(columns, line, root)),
                        pictures.stream())
                .map(some -> some.reduce((first, last) -> last))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static boolean masked(ListFile.Columns columns, ListFile.Line line, Path root) {
        return Files.exists(resolve(root, columns.mask(), line.origin()));
    }

    /** Whether a whole line is a picture; what follows a space with a path of its own is another column, not a name. */
    private static boolean isPicture(String entry, ListFile.Line line, Convention convention, Path root) {
        return Files.isRegularFile(resolve(root, entry, line.origin()))
                || !entry.matches(".*\\s.*/.*") && convention.has(entry, line.origin());
    }

    /** Paths relative to the root. */
    private record Plain(Path root) implements Convention {
        @Override
        public Path picture(String entry, String origin) {
            return resolve(root, entry, origin);
        }

        @Override
        public Path mask(String entry, String origin) {
            throw new UserException(origin + " names the picture " + entry
                    + " alone; expected its mask in a second column"
                    + (ListFile.partedByCommas(entry) ? ", behind a blank or a tab, not a comma" : ""));
        }
    }

    /** Identifiers, or paths of pictures; masks in SegmentationClassAug or, without that folder, SegmentationClass. */
    private record Voc(Path root) implements Convention {
        @Override
        public Path picture(String entry, String origin) {
            boolean identifier = !entry.contains("/") && !PictureNames.isPicture(entry);
            return resolve(root, identifier ? "JPEGImages/" + entry + ".jpg" : entry, origin);
        }

        @Override
        public Path mask(String entry, String origin) {
            String augmented = "SegmentationClassAug";
            String folder =
                    Files.isDirectory(root.resolve(augmented)) || !Files.isDirectory(root.resolve("SegmentationClass"))
                            ? augmented
                            : "SegmentationClass";
            return resolve(root, folder + "/" + PictureNames.stem(entry) + ".png", origin);
        }
    }

    /** Paths below leftImg8bit; masks below gtFine. */
    private record Cityscapes(Path root) implements Convention {
        private static final String FOLDER = "leftImg8bit/";
        private static final String ENDING = "_leftImg8bit.png";

        @Override
        public Path picture(String entry, String origin) {
            return resolve(root, entry, origin);
        }

        @Override
        public Path mask(String entry, String origin) {
            String path = withoutLeadingSlashes(entry);
            if (!path.startsWith(FOLDER) || !path.endsWith(ENDING)) {
                throw new UserException(origin + " is " + entry + "; expected " + FOLDER + "..." + ENDING);
            }
            return resolve(
                    root,
                    "gtFine/" + path.substring(FOLDER.length(), path.length() - ENDING.length())
                            + "_gtFine_labelTrainIds.png",
                    origin);
        }
    }

    /** Names without ending, in images/ and masks/; both folders are read once a list. */
    private record Folders(Path root, Map<String, Path> pictures, Map<String, Path> masks) implements Convention {
        static Folders of(Path root, boolean withMasks, Channels channels) {
            Map<String, Path> pictures = picturesIn(root.resolve("images"), channels);
            return new Folders(
                    root, pictures, withMasks ? masksIn(root.resolve("masks"), pictures.keySet()) : Map.of());
        }

        @Override
        public Path picture(String entry, String origin) {
            return find(pictures, "picture", "images", entry, origin);
        }

        @Override
        public Path mask(String entry, String origin) {
            return find(masks, "mask", "masks", entry, origin);
        }

        @Override
        public boolean has(String entry, String origin) {
            return pictures.containsKey(name(entry));
        }

        /** A picture's whole name, where it keeps that. */
        private String name(String entry) {
            String whole = WrittenNames.key(PictureNames.stem(entry));
            return pictures.containsKey(whole) ? whole : WrittenNames.matched(whole);
        }

        private Path find(Map<String, Path> files, String what, String folder, String entry, String origin) {
            Path file = files.get(name(entry));
            if (file == null) {
                throw new UserException(
                        origin + ": no " + what + " named " + PictureNames.stem(entry) + " in " + root.resolve(folder));
            }
            return file;
        }
    }

    /**
     * Pictures that patterns find, by their path below the root, its part without ending, or their name alone.
     *
     * @param own     those of the part of the data set that a list is about: meant where a name alone fits others too
     * @param samples all
     * @param files   where entries of the list lead
     */
    private record Named(
            Path root, Map<String, Set<Sample>> own, Map<String, Set<Sample>> samples, Map<String, Path> files)
            implements Convention {
        static Named of(ImasConfig.Data data, Path root, boolean validation) {
            FolderTree tree = FolderTree.of(root);
            FolderPatterns patterns = FolderPatterns.of(data);
            List<Sample> toLearn = patterns.training(tree);
            List<Sample> toValidate = patterns.validation(tree);
            return new Named(
                    root,
                    byName(validation ? toValidate : toLearn),
                    byName(concat(toLearn, toValidate)),
                    new HashMap<>());
        }

        private static Map<String, Set<Sample>> byName(List<Sample> samples) {
            Map<String, Set<Sample>> byName = new HashMap<>();
            Map<String, Set<Sample>> plain = new HashMap<>();
            for (Sample sample : samples) {
                String path = WrittenNames.withoutEnding(sample.entry());
                for (String name : List.of(sample.entry(), path, WrittenNames.last(path))) {
                    byName.computeIfAbsent(WrittenNames.key(name), key -> new LinkedHashSet<>())
                            .add(sample);
                    plain.computeIfAbsent(WrittenNames.matched(name), key -> new LinkedHashSet<>())
                            .add(sample);
                }
            }
            plain.forEach(byName::putIfAbsent);
            return byName;
        }

        private Set<Sample> called(String entry, String origin) {
            Path file = file(entry, origin);
            String path = file.startsWith(root) ? WrittenNames.slashes(root.relativize(file)) : file.toString();
            return Stream.of(path, WrittenNames.withoutEnding(path))
                    .flatMap(name -> Stream.of(WrittenNames.key(name), WrittenNames.matched(name)))
                    .map(name -> own.getOrDefault(name, samples.getOrDefault(name, Set.of())))
                    .filter(found -> !found.isEmpty())
                    .findFirst()
                    .orElse(Set.of());
        }

        /** Looked for on the disk once an entry, however often a line is asked about. */
        private Path file(String entry, String origin) {
            return files.computeIfAbsent(entry, unknown -> resolve(root, entry, origin));
        }

        /** @throws UserException for a name of several pictures */
        private Optional<Sample> find(String entry, String origin) {
            Set<Sample> found = called(entry, origin);
            if (found.size() > 1) {
                throw new UserException(origin + ": " + entry + " is the name of "
                        + Finding.named(found.stream().map(Sample::entry).toList())
                        + "; write the path of the one that is meant");
            }
            return found.stream().findFirst();
        }

        @Override
        public Path picture(String entry, String origin) {
            return find(entry, origin).map(Sample::picture).orElseGet(() -> file(entry, origin));
        }

        /** Whoever looks for the files tells of a mask that is not there, or of its picture. */
        @Override
        public Path mask(String entry, String origin) {
            return find(entry, origin).map(Sample::mask).orElse(null);
        }

        @Override
        public boolean has(String entry, String origin) {
            return !called(entry, origin).isEmpty() || Files.isRegularFile(file(entry, origin));
        }
    }

    private static <T> List<T> concat(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** All pictures of the folders layout that are not for validation, with their masks or null. */
    static List<Sample> fromFolders(ImasConfig.Data data) {
        return data.pictures().isEmpty()
                ? fromFolder(root(data), data.channels())
                : FolderPatterns.of(data).training(FolderTree.of(root(data)));
    }

    /** All pictures of images/ below a folder, by name, with the mask of the same name in masks/ or null. */
    static List<Sample> fromFolder(Path folder, Channels channels) {
        Map<String, Path> pictures = picturesIn(folder.resolve("images"), channels);
        Map<String, Path> masks = masksIn(folder.resolve("masks"), pictures.keySet());
        ChannelFiles family = new ChannelFiles(channels);
        List<Sample> samples = new ArrayList<>();
        pictures.forEach(
                (key, path) -> samples.add(new Sample(family.name(path), path, masks.get(key), folder.toString())));
        return samples;
    }

    private static Map<String, Path> picturesIn(Path folder, Channels channels) {
        if (!Files.isDirectory(folder)) {
            throw new UserException(
                    "no folder at " + folder + "; the folders layout expects images/ and masks/ below data.root");
        }
        ChannelFiles family = new ChannelFiles(channels);
        return paths(
                folder,
                named(folder, family.pictures(files(folder)), family::name).files());
    }

    private static Map<String, Path> masksIn(Path folder, Set<String> pictures) {
        if (!Files.isDirectory(folder)) {
            return Map.of();
        }
        Function<Path, String> name =
                path -> PictureNames.stem(path.getFileName().toString());
        return paths(folder, named(folder, files(folder), name).masks(pictures));
    }

    private static MatchedNames named(Path folder, List<Path> paths, Function<Path, String> name) {
        MatchedNames names = new MatchedNames(folder);
        paths.forEach(path -> names.add(name.apply(path), path.getFileName().toString()));
        return names;
    }

    /** In the order of the files. */
    private static Map<String, Path> paths(Path folder, Map<String, String> files) {
        Map<String, Path> paths = new LinkedHashMap<>();
        files.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .forEach(entry -> paths.put(entry.getKey(), folder.resolve(entry.getValue())));
        return paths;
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(
                            path -> PictureNames.isPicture(path.getFileName().toString()) && !FolderTree.ignored(path))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UserException(folder + " cannot be listed (" + FileProblem.of(e, folder) + ")", e);
        }
    }

    static Path root(ImasConfig.Data data) {
        if (data.root() == null || data.root().isBlank()) {
            throw new UserException("data.root is not set; name the data set's folder (--data)");
        }
        try {
            Path root = WrittenPath.of(data.root());
            if (!Files.isDirectory(root)) {
                throw new UserException("data.root: no folder at " + root + "; name the data set's folder (--data)");
            }
            return root;
        } catch (InvalidPathException e) {
            throw new UserException("data.root is no valid path (" + e.getReason() + ")", e);
        }
    }

    /**
     * A file that a list names, the same however its path is written. Published lists write paths with a leading slash
     * that means the root; an absolute path that exists stays one.
     */
    private static Path resolve(Path root, String entry, String origin) {
        try {
            Path given = Path.of(entry);
            Path found = WrittenPath.inItsForm(root.resolve(given));
            Path meant = given.isAbsolute() && !Files.exists(found)
                    ? WrittenPath.inItsForm(root.resolve(withoutLeadingSlashes(entry)))
                    : found;
            return plain(root, meant);
        } catch (InvalidPathException e) {
            throw new UserException(origin + " holds no valid path (" + e.getReason() + ")", e);
        }
    }

    /** Without steps back and forth, and below the root where it is there, unless links make that another file. */
    private static Path plain(Path root, Path file) {
        Path top = root.toAbsolutePath().normalize();
        Path normal = file.toAbsolutePath().normalize();
        Path plain = normal.startsWith(top) ? root.resolve(top.relativize(normal)) : file;
        try {
            boolean same = plain.equals(file) || !Files.exists(file) || Files.isSameFile(file, plain);
            return same ? plain : file;
        } catch (IOException e) {
            return file; // whoever opens it tells what is wrong
        }
    }

    private static String withoutLeadingSlashes(String path) {
        return path.replaceFirst("^/+", "");
    }
}
