package dev.imas.data;

import dev.imas.common.Sha256;
import dev.imas.data.FileImages.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Pictures that are the same file under two names, by their bytes; and lists that share pictures. */
final class Duplicates {
    /** What tells a picture from others: its file, without links, or the first file of the same bytes. */
    private final Map<Path, Path> originals = new HashMap<>();

    private final Collected files;

    private Duplicates(Collected files) {
        this.files = files;
    }

    /** Only files of equal length are read. */
    static Duplicates of(Collected files) {
        Duplicates duplicates = new Duplicates(files);
        Map<Long, Set<Path>> bySize = new LinkedHashMap<>();
        files.all().forEach(sample -> {
            Path real = real(sample.picture());
            duplicates.originals.put(sample.picture(), real);
            bySize.computeIfAbsent(size(real), key -> new LinkedHashSet<>()).add(real);
        });
        Map<Path, Path> first = new HashMap<>();
        bySize.forEach((size, equal) -> {
            if (size > 0 && equal.size() > 1) {
                Map<String, Path> byContent = new HashMap<>();
                equal.forEach(file -> first.put(file, byContent.computeIfAbsent(checksum(file), key -> file)));
            }
        });
        duplicates.originals.replaceAll((picture, real) -> first.getOrDefault(real, real));
        return duplicates;
    }

    private static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file.toAbsolutePath().normalize();
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return -1; // told elsewhere
        }
    }

    private static String checksum(Path file) {
        try {
            return Sha256.of(file);
        } catch (IOException e) {
            return file.toString(); // told elsewhere
        }
    }

    /**
     * What is worth telling of the three lists.
     *
     * @param both labelled pictures are meant to be unlabelled ones too
     */
    List<Finding> findings(boolean both) {
        List<Finding> findings = new ArrayList<>();
        leakage(findings);
        if (!both) {
            List<Sample> shared = shared(files.labeled(), files.unlabeled());
            if (!shared.isEmpty()) {
                findings.add(Finding.note(shared.size() + " of "
                        + files.labeled().size()
                        + " labelled pictures also among the unlabelled ones" + in(files.unlabeled()) + ", such as "
                        + first(shared)));
            }
        }
        within("labelled", files.labeled(), findings);
        within("validation", files.validation(), findings);
        within("unlabelled", files.unlabeled(), findings);
        return findings;
    }

    private void leakage(List<Finding> findings) {
        List<Sample> learned = shared(files.validation(), files.labeled());
        List<Sample> watched = shared(files.validation(), files.unlabeled());
        String of = " of " + files.validation().size() + " validation pictures also ";
        if (!learned.isEmpty()) {
            findings.add(Finding.warning(learned.size() + of + "among the labelled ones" + in(files.labeled())
                    + ", such as " + first(learned)
                    + "; the measured mIoU is not that of unseen pictures"));
        }
        if (!watched.isEmpty()) {
            findings.add(Finding.warning(watched.size() + of + "among the unlabelled ones" + in(files.unlabeled())
                    + ", such as " + first(watched)
                    + "; the measured mIoU is not that of unseen pictures"));
        }
        if (learned.isEmpty()) {
            PartedPictures.of(files).ifPresent(findings::add);
        }
    }

    /** Those of a list that another list has too, under whatever name. */
    private List<Sample> shared(List<Sample> list, List<Sample> other) {
        Set<Path> known = new LinkedHashSet<>();
        other.forEach(sample -> known.add(originals.get(sample.picture())));
        return list.stream()
                .filter(sample -> known.contains(originals.get(sample.picture())))
                .toList();
    }

    private void within(String what, List<Sample> list, List<Finding> findings) {
        Map<Path, Sample> seen = new HashMap<>();
        List<String> pairs = new ArrayList<>();
        for (Sample sample : list) {
            Sample other = seen.putIfAbsent(originals.get(sample.picture()), sample);
            if (other != null) {
                pairs.add(sample.picture() + " (as " + other.picture() + ")");
            }
        }
        if (!pairs.isEmpty()) {
            findings.add(Finding.warning(pairs.size() + " of " + list.size() + " " + what
                    + (pairs.size() == 1 ? " pictures is a copy of another: " : " pictures are copies of others: ")
                    + Finding.named(pairs)));
        }
    }

    /** The list's name, where a list it is. */
    private static String in(List<Sample> samples) {
        String origin = samples.get(0).origin();
        return origin.matches(".*:\\d+") ? " (" + origin.replaceFirst(":\\d+$", "") + ")" : "";
    }

    private static String first(List<Sample> samples) {
        return samples.get(0).picture().toString();
    }
}
