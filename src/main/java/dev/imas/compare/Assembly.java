package dev.imas.compare;

import dev.imas.config.Colors;
import dev.imas.image.Palette;
import dev.imas.report.Compared;
import dev.imas.report.Compared.ClassName;
import dev.imas.report.Compared.Group;
import dev.imas.report.ComparedPicture;
import dev.imas.run.ClassIou;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Puts together what a page of a comparison shows. */
final class Assembly {
    private static final String METHOD = String.format(
            Locale.ROOT,
            """
            mIoU is computed over all validation pictures at once, of the network that a run leaves, and ± in \
            the tables is the standard deviation over the seeds. A difference is the mean over the seeds, \
            paired: both methods have the same seed and, where nothing else is noted, the same labels and steps. \
            Its ± is half of a 95 %% interval from a bootstrap of %d draws with replacement, of seeds and of \
            validation pictures together, the same for both methods; what seeds contribute is widened by \
            Student's factor, since few seeds tell little of their spread. A difference is claimed where this \
            interval leaves 0 out. Intervals are of single comparisons: of twenty, one may be wrong.\
            """,
            Bootstrap.DRAWS);
    private static final String SEEDS_ALONE =
            """
            mIoU is that of the network that a run leaves, and ± in the tables is the standard deviation over \
            the seeds. A difference is the mean over the seeds that both have; its ± is half of a 95 % interval \
            by Student's distribution over these seeds. A difference is claimed where this interval leaves 0 \
            out. Intervals are of single comparisons: of twenty, one may be wrong.\
            """;

    private Assembly() {}

    /** @param entries in the order in which groups and rows are shown; the ceiling may be anywhere */
    static Compared compared(
            String title,
            Map<String, String> facts,
            List<Entry> entries,
            List<ComparedPicture> pictures,
            String lead,
            String settings) {
        Optional<Entry> ceiling = entries.stream().filter(Entry::ceiling).findFirst();
        List<Entry> others = entries.stream().filter(entry -> !entry.ceiling()).toList();
        List<String> places = others.stream().map(Entry::row).distinct().toList();
        List<String> titles = others.stream().map(Entry::group).distinct().toList();
        MatchedClasses classes = MatchedClasses.of(entries);
        List<Group> groups = new ArrayList<>();
        for (String group : titles) {
            List<Entry> members =
                    others.stream().filter(entry -> entry.group().equals(group)).toList();
            groups.add(new GroupFigures(group, members, ceiling, places, classes).figures());
        }
        boolean counted =
                entries.stream().anyMatch(entry -> entry.facts().counts().isPresent());
        return new Compared(
                title,
                facts,
                Stream.concat(
                                entries.stream().flatMap(entry -> entry.facts().notes().stream()),
                                classes.note().stream())
                        .distinct()
                        .toList(),
                List.copyOf(groups),
                named(classes),
                pictures,
                pictures.isEmpty() ? "" : lead,
                counted ? METHOD : SEEDS_ALONE,
                settings);
    }

    /** With the colours of the run whose order they have. */
    private static List<ClassName> named(MatchedClasses classes) {
        List<ClassName> names = new ArrayList<>();
        for (ClassIou c : classes.shown()) {
            OptionalInt colour = classes.reference()
                    .orElseThrow()
                    .config()
                    .element("data.palette", c.index())
                    .map(written -> Colors.parse(written.toString()))
                    .orElse(OptionalInt.empty());
            names.add(new ClassName(c.name(), colour.orElse(voc(c.index()))));
        }
        return List.copyOf(names);
    }

    private static int voc(int index) {
        return Palette.voc(index + 1).get(index);
    }
}
