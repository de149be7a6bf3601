package dev.imas.data;

import dev.imas.common.FileNames;
import dev.imas.data.FileImages.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Pictures and masks as a list puts them together, which may have slipped by a line. */
final class ListedPairs {
    /** Of a list, and not of a folder. */
    private static final String LINE = ".*:\\d+";

    private final List<Sample> masked;

    ListedPairs(Collected files) {
        masked = Stream.concat(files.labeled().stream(), files.validation().stream())
                .filter(sample -> sample.mask() != null && sample.origin().matches(LINE))
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
                masked.stream().map(sample -> FileNames.stem(sample.picture())).collect(Collectors.toSet());
        return masked.stream()
                .filter(sample -> {
                    String own = FileNames.stem(sample.picture());
                    String mask = FileNames.stem(sample.mask());
                    String meant = names.contains(mask)
                            ? mask
                            : Naming.longestBeginning(mask, names)
                                    .map(rest -> mask.substring(0, mask.length() - rest.length()))
                                    .orElse(own);
                    return !meant.equals(own);
                })
                .map(sample -> sample.picture() + " with " + sample.mask())
                .distinct()
                .toList();
    }

    private List<String> shared() {
        Map<Path, Set<Path>> pictures = new LinkedHashMap<>();
        masked.forEach(sample -> pictures.computeIfAbsent(sample.mask(), mask -> new LinkedHashSet<>())
                .add(sample.picture()));
        return pictures.entrySet().stream()
                .filter(entry -> entry.getValue().size() > 1)
                .map(entry -> entry.getKey() + " (" + FoundValues.files(List.copyOf(entry.getValue())) + ")")
                .toList();
    }
}
