package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.data.FileImages.Sample;
import dev.imas.image.PictureHeader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Looks at the pictures of a data set before it is used. Every header is read and every end looked for. Pictures with
 * masks are decoded too, and of the others as many as are decoded within seconds; the rest is for {@link LateCheck}.
 *
 * @param headers  of the pictures that seem sound
 * @param problems what is wrong with the others, in words that name the file
 * @param decoded  how many were decoded to the end, now or when they were last looked at
 */
record PictureCheck(Map<Path, PictureHeader> headers, Map<Path, String> problems, int decoded) {
    /** Some seconds of work on two cores. */
    private static final long DECODED_PIXELS = 300_000_000;

    /** What came of one picture: a value, or a problem in words. */
    private record Outcome<T>(T value, String problem) {}

    /**
     * @param masked those that a run needs from its first step, or to measure itself
     * @param others the others; a file that occurs twice is looked at once
     * @param reader how they will be read
     * @param known  what was found before; told what is found now
     */
    static PictureCheck of(List<Sample> masked, List<Sample> others, PictureReader reader, CheckedFiles known) {
        Set<Path> needed = pictures(masked);
        Set<Path> all = new LinkedHashSet<>(needed);
        all.addAll(pictures(others));
        Map<Path, PictureHeader> headers = new LinkedHashMap<>();
        Map<Path, String> problems = new LinkedHashMap<>();
        sort(each(List.copyOf(all), PictureHeader::of), headers, problems);
        List<Path> unknown = headers.keySet().parallelStream()
                .filter(picture -> !known.holds(picture))
                .toList();
        List<Path> opened = opened(unknown, needed, headers);
        Map<Path, Boolean> sound = new LinkedHashMap<>();
        sort(each(opened, picture -> decoded(picture, headers.get(picture), reader, known)), sound, problems);
        known.save();
        int decoded = headers.size() - unknown.size() + opened.size();
        headers.keySet().removeAll(problems.keySet());
        return new PictureCheck(headers, problems, decoded);
    }

    private static Set<Path> pictures(List<Sample> samples) {
        return samples.stream().map(Sample::picture).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Boolean decoded(Path picture, PictureHeader header, PictureReader reader, CheckedFiles known) {
        known.check(picture, () -> {
            reader.require(picture);
            return pixels(header);
        });
        return true;
    }

    private static long pixels(PictureHeader header) {
        return (long) header.stored().width() * header.stored().height();
    }

    /** All that are needed, and others for some seconds. */
    private static List<Path> opened(List<Path> unknown, Set<Path> needed, Map<Path, PictureHeader> headers) {
        List<Path> opened = new ArrayList<>();
        long pixels = 0;
        for (Path picture : unknown) {
            pixels += pixels(headers.get(picture));
            if (needed.contains(picture) || pixels <= DECODED_PIXELS) {
                opened.add(picture);
            }
        }
        return opened;
    }

    private static <T> Map<Path, Outcome<T>> each(List<Path> pictures, Function<Path, T> look) {
        List<Outcome<T>> outcomes =
                pictures.parallelStream().map(picture -> outcome(picture, look)).collect(Collectors.toList());
        Map<Path, Outcome<T>> found = new LinkedHashMap<>();
        for (int i = 0; i < pictures.size(); i++) {
            found.put(pictures.get(i), outcomes.get(i));
        }
        return found;
    }

    private static <T> Outcome<T> outcome(Path picture, Function<Path, T> look) {
        try {
            return new Outcome<>(look.apply(picture), null);
        } catch (UserException e) {
            return new Outcome<>(null, e.getMessage());
        }
    }

    private static <T> void sort(Map<Path, Outcome<T>> outcomes, Map<Path, T> sound, Map<Path, String> problems) {
        outcomes.forEach((picture, outcome) -> {
            if (outcome.problem() == null) {
                sound.put(picture, outcome.value());
            } else {
                problems.put(picture, outcome.problem());
            }
        });
    }
}
