package dev.imas.compare;

import dev.imas.common.UserException;
import dev.imas.config.Colors;
import dev.imas.image.ImageFiles;
import dev.imas.image.LabelMap;
import dev.imas.image.Palette;
import dev.imas.image.StoredMask;
import dev.imas.report.ComparedPicture;
import dev.imas.run.SampleFile;
import dev.imas.run.SampleFile.View;
import dev.imas.run.SampleNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** The validation pictures that finished runs keep in samples/, where several runs kept the same. */
final class KeptSamples {
    static final String LEAD =
            "Validation pictures that the runs kept, spread evenly over all; of the first seed that the rows share.";
    private static final int MOST = 8;

    private KeptSamples() {}

    /** None where no two rows have a seed and pictures in common. */
    static List<ComparedPicture> of(List<Entry> entries) {
        Map<String, Map<String, Entry>> bySeed = new LinkedHashMap<>();
        for (Entry entry : entries) {
            if (entry.facts().finished()) {
                bySeed.computeIfAbsent(entry.group() + " " + entry.seed(), key -> new LinkedHashMap<>())
                        .putIfAbsent(entry.row(), entry);
            }
        }
        int most = bySeed.values().stream().mapToInt(Map::size).max().orElse(0);
        if (most < 2) {
            return List.of();
        }
        Map<String, Entry> rows = bySeed.values().stream()
                .filter(row -> row.size() == most)
                .findFirst()
                .orElseThrow();
        return pictures(rows);
    }

    private static List<ComparedPicture> pictures(Map<String, Entry> rows) {
        Map<String, Map<Integer, Map<View, Path>>> samples = rows.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        row -> SampleFile.in(row.getValue().facts().directory().samples()),
                        (one, other) -> one,
                        LinkedHashMap::new));
        Map<Integer, Map<View, Path>> first = samples.values().iterator().next();
        Map<String, View> results = new LinkedHashMap<>();
        rows.forEach((row, entry) ->
                results.put(row, View.valueOf(entry.facts().result().name())));
        List<Integer> palette = palette(rows.values().iterator().next());
        Map<Integer, String> names = names(rows.values());
        List<ComparedPicture> pictures = new ArrayList<>();
        for (int number : first.keySet()) {
            if (pictures.size() < MOST) {
                try {
                    String name = names.getOrDefault(number, "sample " + number);
                    picture(number, name, first.get(number), samples, results, palette)
                            .ifPresent(pictures::add);
                } catch (UserException | IOException e) {
                    continue; // a damaged picture is told on its run's own page
                }
            }
        }
        return pictures;
    }

    /** Runs of older versions kept none. What is damaged is told on a run's own page. */
    private static Map<Integer, String> names(Collection<Entry> entries) {
        Map<Integer, String> names = new HashMap<>();
        entries.forEach(entry -> SampleNames.read(entry.facts().directory().samples(), new ArrayList<>())
                .forEach(names::putIfAbsent));
        return names;
    }

    private static Optional<ComparedPicture> picture(
            int number,
            String name,
            Map<View, Path> first,
            Map<String, Map<Integer, Map<View, Path>>> samples,
            Map<String, View> results,
            List<Integer> palette)
            throws IOException {
        Map<String, LabelMap> predictions = new LinkedHashMap<>();
        for (Map.Entry<String, Map<Integer, Map<View, Path>>> row : samples.entrySet()) {
            View result = results.get(row.getKey());
            Map<View, Path> files = row.getValue().getOrDefault(number, Map.of());
            boolean same = same(first, files, View.IMAGE) && same(first, files, View.TRUTH);
            if (!same || !files.containsKey(result)) {
                return Optional.empty();
            }
            predictions.put(row.getKey(), labels(files.get(result)));
        }
        return Optional.of(ComparedPicture.of(
                name,
                "",
                ImageFiles.picture(first.get(View.IMAGE)),
                labels(first.get(View.TRUTH)),
                predictions,
                palette));
    }

    private static boolean same(Map<View, Path> first, Map<View, Path> files, View view) throws IOException {
        return first.containsKey(view)
                && files.containsKey(view)
                && Files.mismatch(first.get(view), files.get(view)) < 0;
    }

    private static LabelMap labels(Path file) {
        StoredMask mask = ImageFiles.storedMask(file);
        byte[] labels = new byte[mask.values().length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) mask.values()[i];
        }
        return new LabelMap(mask.width(), mask.height(), labels);
    }

    private static List<Integer> palette(Entry entry) {
        List<Integer> colours = new ArrayList<>(Palette.voc(255));
        for (int c = 0; c < colours.size(); c++) {
            OptionalInt own = entry.facts()
                    .config()
                    .element("data.palette", c)
                    .map(written -> Colors.parse(written.toString()))
                    .orElse(OptionalInt.empty());
            colours.set(c, own.orElse(colours.get(c)));
        }
        return colours;
    }
}
