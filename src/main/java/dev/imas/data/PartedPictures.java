package dev.imas.data;

import dev.imas.data.FileImages.Sample;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Pictures of which parts or changed copies are learned from and measured on, as far as {@link SourceNames} tell. */
final class PartedPictures {
    private PartedPictures() {}

    /** What is worth telling of the labelled and the validation pictures. */
    static Optional<Finding> of(Collected files) {
        List<Sample> validation = files.validation();
        if (files.labeled().isEmpty() || validation.isEmpty()) {
            return Optional.empty();
        }
        Map<Sample, String> called = called(files);
        SourceNames names = new SourceNames(List.copyOf(called.values()));
        Map<String, Sample> sources = new HashMap<>();
        Map<String, Sample> parts = new HashMap<>();
        for (Sample sample : files.labeled()) {
            String source = names.source(called.get(sample));
            sources.putIfAbsent(source, sample);
            if (names.isPart(called.get(sample))) {
                parts.putIfAbsent(source, sample);
            }
        }
        Map<Sample, Sample> alike = new LinkedHashMap<>();
        for (Sample sample : validation) {
            Sample other = (names.isPart(called.get(sample)) ? sources : parts).get(names.source(called.get(sample)));
            if (other != null) {
                alike.put(sample, other);
            }
        }
        return alike.entrySet().stream()
                .findFirst()
                .map(first -> Finding.warning(alike.size() + " of " + validation.size()
                        + " validation pictures are parts or changed copies of what labelled ones show, by their names,"
                        + " such as " + first.getKey().picture() + " ("
                        + first.getValue().picture()
                        + "); the measured mIoU is not that of unseen pictures"));
    }

    /**
     * Names with folders, since one folder's tile_1 is not another's: below the folder of both lists where one lies
     * within the other's, else each below its own, as in train/ and val/.
     */
    private static Map<Sample, String> called(Collected files) {
        UnaryOperator<Path> below = below(common(files.labeled()), common(files.validation()));
        Map<Sample, String> called = new HashMap<>();
        files.masked().forEach(sample -> called.put(sample, WrittenNames.slashes(below.apply(absolute(sample)))));
        return called;
    }

    private static UnaryOperator<Path> below(Path labeled, Path validation) {
        if (labeled.startsWith(validation)) {
            return validation::relativize;
        }
        return validation.startsWith(labeled)
                ? labeled::relativize
                : picture -> (picture.startsWith(validation) ? validation : labeled).relativize(picture);
    }

    /** The folder that holds all of them. */
    private static Path common(List<Sample> samples) {
        Path common = absolute(samples.get(0)).getParent();
        for (Sample sample : samples) {
            while (!absolute(sample).startsWith(common)) {
                common = common.getParent();
            }
        }
        return common;
    }

    private static Path absolute(Sample sample) {
        return sample.picture().toAbsolutePath();
    }
}
