package dev.imas.data;

import dev.imas.data.FileImages.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Pictures and masks as a list puts them together, which may have slipped by a line. */
final class ListedPairs {
    private final List<Sample> masked;

    ListedPairs(Collected files) {
        masked = Stream.concat(files.labeled().stream(), files.validation().stream())
                .filter(sample -> sample.mask() != null)
                .toList();
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        List<String> crossed = crossed();
        if (!crossed.isEmpty()) {
            findings.add(Finding.warning((crossed.size() == 1 ? "1 picture is" : crossed.size() + " pictures are")
                    + " listed with a mask that is named after another one: " + Finding.named(crossed)
                    + "; mend the list if its lines have slipped"));
        }
        List<String> shared = shared();
        if (!shared.isEmpty()) {
            findings.add(Finding.warning((shared.size() == 1 ? "1 mask is" : shared.size() + " masks are")
                    + " listed with several pictures: " + Finding.named(shared)));
        }
        return findings;
    }

    private List<String> crossed() {
        Set<String> names =
                masked.stream().map(sample -> stem(sample.picture())).collect(Collectors.toSet());
        return masked.stream()
                .filter(sample -> {
                    String mask = stem(sample.mask());
                    return !mask.equals(stem(sample.picture())) && names.contains(mask);
                })
                .map(sample -> sample.picture() + " with " + sample.mask())
                .distinct()
                .toList();
    }

    private List<String> shared() {
        Map<Path, Path> pictureOf = new HashMap<>();
        List<String> shared = new ArrayList<>();
        for (Sample sample : masked) {
            Path other = pictureOf.putIfAbsent(sample.mask(), sample.picture());
            if (other != null && !other.equals(sample.picture())) {
                shared.add(sample.mask() + " (" + other + " and " + sample.picture() + ")");
            }
        }
        return shared;
    }

    private static String stem(Path file) {
        return WrittenNames.stem(file.getFileName().toString());
    }
}
