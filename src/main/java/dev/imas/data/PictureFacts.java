package dev.imas.data;

import dev.imas.data.FileImages.Sample;
import dev.imas.image.PictureHeader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the pictures of a data set are.
 *
 * @param labeled    how many are labelled
 * @param unlabeled  how many are unlabelled
 * @param validation how many validate
 * @param both       how many of the unlabelled ones are labelled, too
 * @param pictures   how many there are, each counted once
 * @param sizes      how many have each size as shown, such as 480x360, most frequent first
 * @param kinds      how many have each kind, such as "8 bits, 3 channels", most frequent first
 * @param decoded    how many were decoded to the end; the others were looked at by header and end
 * @param findings   sizes that stand out
 */
public record PictureFacts(
        int labeled,
        int unlabeled,
        int validation,
        int both,
        int pictures,
        Map<String, Integer> sizes,
        Map<String, Integer> kinds,
        int decoded,
        List<Finding> findings) {
    static final PictureFacts NONE = new PictureFacts(0, 0, 0, 0, 0, Map.of(), Map.of(), 0, List.of());

    /** A side this many times smaller or larger than the median is worth a word. */
    private static final int ODD = 4;
    /** So many kinds have a place in a line. */
    private static final int TOLD = 3;

    static PictureFacts of(Collected files, PictureCheck check) {
        Map<String, Integer> sizes = new TreeMap<>();
        Map<String, Integer> kinds = new TreeMap<>();
        check.headers().values().forEach(header -> {
            sizes.merge(size(header), 1, Integer::sum);
            kinds.merge(kind(header), 1, Integer::sum);
        });
        Set<Path> labeled = files.labeled().stream().map(Sample::picture).collect(Collectors.toSet());
        return new PictureFacts(
                files.labeled().size(),
                files.unlabeled().size(),
                files.validation().size(),
                (int) files.unlabeled().stream()
                        .filter(sample -> labeled.contains(sample.picture()))
                        .count(),
                (int) files.all().map(Sample::picture).distinct().count(),
                frequentFirst(sizes),
                frequentFirst(kinds),
                check.decoded(),
                odd(check.headers()));
    }

    private static Map<String, Integer> frequentFirst(Map<String, Integer> counts) {
        Map<String, Integer> sorted = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }

    private static String size(PictureHeader header) {
        return header.shown().width() + "x" + header.shown().height();
    }

    private static String kind(PictureHeader header) {
        String channels = header.channels() == 1 ? "1 channel" : header.channels() + " channels";
        return header.bits() + (header.bits() == 1 ? " bit, " : " bits, ") + channels;
    }

    private static List<Finding> odd(Map<Path, PictureHeader> headers) {
        if (headers.isEmpty()) {
            return List.of();
        }
        int[] sides =
                headers.values().stream().mapToInt(PictureFacts::side).sorted().toArray();
        int median = sides[sides.length / 2];
        List<String> odd = new ArrayList<>();
        headers.forEach((picture, header) -> {
            int side = side(header);
            if (side * ODD < median || side > median * ODD) {
                odd.add(picture + " (" + size(header) + ")");
            }
        });
        return odd.isEmpty()
                ? List.of()
                : List.of(Finding.warning(odd.size() + (odd.size() == 1 ? " picture is" : " pictures are")
                        + " far smaller or larger than most (whose short side is about " + median + " pixels): "
                        + Finding.named(odd)));
    }

    private static int side(PictureHeader header) {
        return Math.min(header.shown().width(), header.shown().height());
    }

    /** Counts, and sizes with kinds, in a line each. */
    List<String> summary() {
        if (labeled + unlabeled + validation == 0) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        lines.add("pictures    " + labeled + " labelled, " + unlabeled + " unlabelled, " + validation
                + " for validation");
        lines.add("sizes       " + most(sizes) + "; " + most(kinds));
        return lines;
    }

    private static String most(Map<String, Integer> counts) {
        if (counts.size() == 1) {
            return counts.keySet().iterator().next();
        }
        String told = counts.entrySet().stream()
                .limit(TOLD)
                .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                .collect(Collectors.joining(", "));
        return told + (counts.size() > TOLD ? " and " + (counts.size() - TOLD) + " more" : "");
    }
}
