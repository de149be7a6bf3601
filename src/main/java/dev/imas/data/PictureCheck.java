package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.data.FileImages.Sample;
import dev.imas.image.PictureHeader;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Looks at the pictures of a data set before it is used. Every header is read and every end looked for; as many
 * pictures as are decoded within seconds are decoded too, those with masks first.
 *
 * @param headers  of the pictures that seem sound
 * @param problems what is wrong with the others, in words that name the file
 * @param decoded  how many were decoded to the end
 */
record PictureCheck(Map<Path, PictureHeader> headers, Map<Path, String> problems, int decoded) {
    /** Some seconds of work on two cores. */
    private static final long DECODED_PIXELS = 300_000_000;

    /** What came of one picture: a value, or a problem in words. */
    private record Outcome<T>(T value, String problem) {}

    /**
     * @param samples those with masks first; a file that occurs twice is looked at once
     * @param reader  how they will be read
     */
    static PictureCheck of(Collection<Sample> samples, PictureReader reader) {
        List<Path> pictures = samples.stream().map(Sample::picture).distinct().toList();
        Map<Path, PictureHeader> headers = new LinkedHashMap<>();
        Map<Path, String> problems = new LinkedHashMap<>();
        sort(each(pictures, PictureHeader::of), headers, problems);
        List<Path> within = withinBudget(headers);
        Map<Path, Boolean> sound = new LinkedHashMap<>();
        sort(each(within, picture -> decoded(picture, reader)), sound, problems);
        headers.keySet().removeAll(problems.keySet());
        return new PictureCheck(headers, problems, within.size());
    }

    private static Boolean decoded(Path picture, PictureReader reader) {
        reader.require(picture);
        return true;
    }

    private static List<Path> withinBudget(Map<Path, PictureHeader> headers) {
        long[] pixels = new long[1];
        return headers.entrySet().stream()
                .takeWhile(entry -> {
                    pixels[0] += (long) entry.getValue().stored().width()
                            * entry.getValue().stored().height();
                    return pixels[0] <= DECODED_PIXELS;
                })
                .map(Map.Entry::getKey)
                .toList();
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
