package dev.imas.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A picture in samples/: {@code 000-image.png}, {@code 000-truth.png}, {@code 000-student.png},
 * {@code 000-teacher.png}. An image is an RGB PNG, the others are index PNGs with the classes' colours.
 *
 * @param number from 0: in samples/ of those that are shown, in worst/ of all validation images
 */
public record SampleFile(int number, View view) {
    private static final Pattern NAME = Pattern.compile("(\\d{1,9})-(image|truth|student|teacher)\\.png");

    /** What is seen, in the order in which it is shown. */
    public enum View {
        IMAGE,
        TRUTH,
        STUDENT,
        TEACHER
    }

    /** The file's name. */
    public String name() {
        return String.format(Locale.ROOT, "%03d-%s.png", number, view.name().toLowerCase(Locale.ROOT));
    }

    /** What a name says; empty for files that are none of these. */
    public static Optional<SampleFile> of(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        return name.matches()
                ? Optional.of(new SampleFile(
                        Integer.parseInt(name.group(1)),
                        View.valueOf(name.group(2).toUpperCase(Locale.ROOT))))
                : Optional.empty();
    }

    /** The samples of a folder by number; none if it cannot be read. */
    public static SortedMap<Integer, Map<View, Path>> in(Path folder) {
        SortedMap<Integer, Map<View, Path>> found = new TreeMap<>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (Stream<Path> files = Files.list(folder)) {
            files.sorted().forEach(file -> of(file).ifPresent(
                            sample -> found.computeIfAbsent(sample.number, n -> new EnumMap<>(View.class))
                                    .put(sample.view, file)));
            return found;
        } catch (IOException e) {
            return new TreeMap<>();
        }
    }
}
