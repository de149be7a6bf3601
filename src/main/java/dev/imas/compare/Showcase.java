package dev.imas.compare;

import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.data.ImageSource;
import dev.imas.data.ImageSource.Loaded;
import dev.imas.device.OutOfMemory;
import dev.imas.image.Composite;
import dev.imas.image.LabelMap;
import dev.imas.measure.Overlap;
import dev.imas.predict.Segmenter;
import dev.imas.report.ComparedPicture;
import dev.imas.run.RunDirectory;
import dev.imas.run.ValidationCounts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The same validation pictures under each method: those on which the methods differ most, and some that chance chooses,
 * since the first are none that one would meet.
 */
final class Showcase {
    static final int DIFFERENT = 4;
    static final int RANDOM = 4;
    /** How they were chosen, for people. */
    static final String LEAD = "The " + DIFFERENT + " on which the methods differ most, then " + RANDOM
            + " chosen at random; of the first seed in which all methods have finished and differ";

    private Showcase() {}

    /** What stands under a picture. */
    private record Chosen(int index, String why) {}

    /**
     * Pictures of a group whose rows have a seed in common; none where there is none.
     *
     * @param pictures the validation pictures of a run
     * @param message  told why there are none, where something failed
     */
    static List<ComparedPicture> of(
            List<Entry> group, Function<Entry, ImageSource> pictures, Consumer<String> message) {
        List<Entry> shown = firstCommonSeed(group);
        if (shown.size() < 2) {
            return List.of();
        }
        try {
            return predicted(shown, pictures.apply(shown.get(0)));
        } catch (UserException e) {
            message.accept("no pictures on the page: "
                    + e.getMessage().lines().findFirst().orElse(""));
            return List.of();
        } catch (RuntimeException | OutOfMemoryError e) { // figures are worth having without pictures
            if (!(e instanceof OutOfMemoryError) && !OutOfMemory.is(e)) {
                throw e;
            }
            message.accept("no pictures on the page: they do not fit into memory");
            return List.of();
        }
    }

    /** Preferred is one in which the methods left different networks. */
    private static List<Entry> firstCommonSeed(List<Entry> group) {
        Map<Long, List<Entry>> bySeed = group.stream()
                .filter(entry -> entry.facts().counts().isPresent())
                .collect(Collectors.groupingBy(Entry::seed, LinkedHashMap::new, Collectors.toList()));
        long rows = group.stream().map(Entry::row).distinct().count();
        List<List<Entry>> whole = bySeed.values().stream()
                .filter(entries -> entries.size() == rows)
                .toList();
        return whole.stream()
                .filter(entries -> entries.stream()
                                .map(entry -> entry.facts().miou())
                                .distinct()
                                .count()
                        == rows)
                .findFirst()
                .or(() -> whole.stream().findFirst())
                .orElse(List.of());
    }

    private static List<ComparedPicture> predicted(List<Entry> shown, ImageSource source) {
        List<ValidationCounts> counts = shown.stream()
                .map(entry -> entry.facts().counts().orElseThrow())
                .toList();
        List<Chosen> chosen = chosen(counts);
        Map<String, Integer> places = IntStream.range(0, source.size())
                .boxed()
                .collect(Collectors.toMap(source::id, i -> i, (one, other) -> one));
        List<String> names = counts.get(0).pictures();
        List<Chosen> there = chosen.stream()
                .filter(c -> places.containsKey(names.get(c.index)))
                .toList();
        // One picture in memory at a time: of many channels they are large.
        IntFunction<Optional<Loaded>> load = i -> source.load(places.get(names.get(there.get(i).index)), true);
        List<Map<String, LabelMap>> predictions = new ArrayList<>();
        there.forEach(c -> predictions.add(new LinkedHashMap<>()));
        List<Integer> palette = List.of();
        for (Entry entry : shown) {
            RunDirectory run = entry.facts().directory();
            try (Segmenter segmenter = Measuring.open(run)) {
                palette = segmenter.palette();
                for (int i = 0; i < there.size(); i++) {
                    Map<String, LabelMap> maps = predictions.get(i);
                    load.apply(i)
                            .map(loaded -> segmenter.segment(loaded.picture()).labels())
                            .ifPresent(map -> maps.put(entry.row(), map));
                }
            }
        }
        List<ComparedPicture> pictures = new ArrayList<>();
        for (int i = 0; i < there.size(); i++) {
            Optional<Loaded> loaded = load.apply(i);
            if (loaded.isPresent()) {
                Loaded picture = loaded.get();
                pictures.add(ComparedPicture.of(
                        names.get(there.get(i).index),
                        there.get(i).why,
                        Composite.of(picture.picture()),
                        picture.mask(),
                        predictions.get(i),
                        palette));
            }
        }
        return pictures;
    }

    /** By how far the best and the worst method lie apart in a picture's own mIoU. */
    private static List<Chosen> chosen(List<ValidationCounts> counts) {
        int pictures = counts.get(0).pictures().size();
        double[] apart = new double[pictures];
        for (int i = 0; i < pictures; i++) {
            int which = i;
            double[] each = counts.stream().mapToDouble(c -> miou(c, which)).toArray();
            apart[i] = Arrays.stream(each).max().orElse(0)
                    - Arrays.stream(each).min().orElse(0);
        }
        List<Integer> order = IntStream.range(0, pictures)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -apart[i]))
                .toList();
        List<Chosen> chosen = new ArrayList<>();
        order.stream().limit(DIFFERENT).forEach(i -> chosen.add(new Chosen(i, "the methods differ most")));
        Arrays.stream(Rng.of(1, "showcase").permutation(pictures))
                .filter(i -> chosen.stream().noneMatch(c -> c.index == i))
                .limit(RANDOM)
                .forEach(i -> chosen.add(new Chosen(i, "at random")));
        return chosen;
    }

    /** Of one picture, over the classes that its truth or prediction holds, as {@code pictures.csv} has it. */
    private static double miou(ValidationCounts counts, int i) {
        int classes = counts.classes();
        long[] both = counts.both()[i];
        long[] either = IntStream.range(0, classes)
                .mapToLong(c -> counts.truth()[i][c] + counts.predicted()[i][c] - both[c])
                .toArray();
        double[] iou = IntStream.range(0, classes)
                .mapToDouble(c -> Overlap.iou(both[c], either[c]))
                .toArray();
        return Overlap.mean(iou, c -> either[c] > 0, AbsentClasses.SKIP);
    }
}
