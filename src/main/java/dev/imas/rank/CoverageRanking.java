package dev.imas.rank;

import dev.imas.common.NewFolder;
import dev.imas.common.UserException;
import dev.imas.data.Coverage;
import dev.imas.data.ImageSource;
import dev.imas.image.Appearance;
import dev.imas.image.Composite;
import dev.imas.report.CoveragePage;
import dev.imas.report.RankPage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Chooses pictures that stand for all by their looks, beside those that are annotated. No network is needed, so that
 * it can say which pictures to annotate first.
 */
public final class CoverageRanking {
    /** A picture is opened where it takes no more than this part of the heap. */
    private static final int PART_OF_HEAP = 2;

    private final RankRequest request;
    private final Optional<NetworkPair> pair;
    private final ImageSource source;
    private final Readable readable;
    private final Readable known;
    /** For the networks, which may be too large for a picture that can be looked at without them. */
    private final Readable answered;

    private final Consumer<String> notes;

    /** Numbers of the pictures that could be looked at, in order, and what they look like. */
    private final List<Integer> numbers = new ArrayList<>();

    private final List<Appearance> looks = new ArrayList<>();
    private final List<Appearance> annotated = new ArrayList<>();
    private final List<Coverage.Step> steps = new ArrayList<>();
    /** By place in {@link #numbers}, once the choice is made. */
    private Nearest[] nearest;

    private int looked;

    private CoverageRanking(
            RankRequest request, Optional<NetworkPair> pair, Consumer<String> notes, IntConsumer progress) {
        this.request = request;
        this.pair = pair;
        this.notes = notes;
        source = request.pictures().pictures();
        ImageSource learned = request.pictures().learned();
        IntConsumer counting = done -> progress.accept(++looked);
        readable = new Readable(source, tooLarge(source), counting);
        known = new Readable(learned, tooLarge(learned), counting);
        answered = new Readable(
                source,
                i -> source.files(i).stream()
                        .anyMatch(file -> pair.orElseThrow().network().exceedsMemory(file)),
                counting);
    }

    private static Predicate<Integer> tooLarge(ImageSource source) {
        return i -> source.memory(i) > Runtime.getRuntime().maxMemory() / PART_OF_HEAP;
    }

    /**
     * As {@link Ranking#make}.
     *
     * @param pair of the run whose pictures they are: what they see in the chosen pictures is shown, and has no part in
     *             the choice
     */
    public static Ranking make(
            RankRequest request, Optional<NetworkPair> pair, Consumer<String> notes, IntConsumer progress) {
        return new CoverageRanking(request, pair, notes, progress).made();
    }

    /** How many pictures will be looked at, counting one anew for each time. */
    public static int looks(RankRequest request, Optional<NetworkPair> pair) {
        int all = request.pictures().pictures().size();
        int chosen = Math.min(all, request.count());
        int shown = Math.min(CoveragePage.SHOWN, chosen);
        return all
                + request.pictures().learned().size()
                + CoveragePage.PICTURES * shown
                + (pair.isPresent() ? chosen : 0);
    }

    private Ranking made() {
        readable.each(all(source), (i, picture) -> {
            numbers.add(i);
            looks.add(Appearance.of(picture));
        });
        known.each(all(request.pictures().learned()), (i, picture) -> annotated.add(Appearance.of(picture)));
        if (numbers.isEmpty()) {
            throw new UserException("no picture can be looked at:\n" + String.join("\n", failed()));
        }
        if (request.count() > numbers.size()) {
            notes.accept("--count is " + request.count() + ", but there are " + numbers.size()
                    + " pictures to choose from: all of them are in the list");
        }
        List<Scored> ordered = ordered();
        List<Scored> chosen = ordered.subList(0, steps.size());
        try (NewFolder folder = NewFolder.open(request.out(), "ranking", ".ranking")) {
            RankingFiles files =
                    new RankingFiles(folder, source, request.settings().data().root());
            files.lists(ordered, chosen);
            if (request.copy()) {
                chosen.forEach(files::copy);
            }
            Path file = folder.beside().resolve(RankingFiles.PAGE);
            CoveragePage page = page(chosen, pair.map(networks -> new Shown(networks, files)));
            page.write(file, head(ordered, chosen), !annotated.isEmpty());
            folder.finish();
        }
        return new Ranking(ordered, chosen, failed());
    }

    private static List<Integer> all(ImageSource source) {
        return IntStream.range(0, source.size()).boxed().toList();
    }

    /** Those that are chosen, in their order, and behind them what each of the others would gain. */
    private List<Scored> ordered() {
        Coverage coverage = new Coverage(looks, annotated);
        int count = Math.min(request.count(), looks.size());
        while (steps.size() < count) {
            steps.add(coverage.next());
        }
        nearest = IntStream.range(0, looks.size())
                .parallel()
                .mapToObj(i -> nearest(looks.get(i)))
                .toArray(Nearest[]::new);
        for (int k = 0; k < count; k++) { // each stands for itself, whatever looks the same
            nearest[steps.get(k).picture()] = new Nearest(0, k + 1);
        }
        int[] standsFor = new int[count + 1];
        for (Nearest one : nearest) {
            standsFor[one.place()]++;
        }
        List<Scored> ordered = new ArrayList<>();
        Set<Integer> chosen = new HashSet<>();
        for (int k = 0; k < count; k++) {
            int i = steps.get(k).picture();
            chosen.add(i);
            ordered.add(scored(i, steps.get(k).gain(), nearest[i], standsFor[k + 1]));
        }
        List<Scored> others = IntStream.range(0, looks.size())
                .parallel()
                .filter(i -> !chosen.contains(i))
                .mapToObj(i -> scored(i, coverage.gain(i), nearest[i], 0))
                .toList();
        ordered.addAll(Scored.ordered(others));
        return ordered;
    }

    /** What stands for a picture: its place in the choice, 0 for one that was annotated before. */
    private record Nearest(double distance, int place) {}

    private Nearest nearest(Appearance picture) {
        double least = annotated.stream().mapToDouble(picture::distance).min().orElse(Double.POSITIVE_INFINITY);
        int place = 0;
        for (int k = 0; k < steps.size(); k++) {
            double distance = picture.distance(looks.get(steps.get(k).picture()));
            if (distance < least) {
                least = distance;
                place = k + 1;
            }
        }
        return new Nearest(least, place);
    }

    private Scored scored(int i, double gain, Nearest nearest, int standsFor) {
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("distance", nearest.distance());
        parts.put("represented_by", (double) nearest.place());
        parts.put("stands_for", (double) standsFor);
        return new Scored(numbers.get(i), source.id(numbers.get(i)), gain, parts);
    }

    /**
     * Opens the pictures anew that the page shows: each chosen one, and some of those that it stands for. The networks
     * look at every chosen one.
     */
    private CoveragePage page(List<Scored> chosen, Optional<Shown> networks) {
        CoveragePage page = pair.map(both -> new CoveragePage(
                        both.network().classNames(), both.network().palette(), both.compared()))
                .orElseGet(CoveragePage::new);
        Map<Integer, List<Integer>> others = IntStream.range(0, looks.size())
                .boxed()
                .filter(i -> nearest[i].place() > 0
                        && steps.get(nearest[i].place() - 1).picture() != i)
                .collect(Collectors.groupingBy(i -> nearest[i].place()));
        for (int k = 0; k < chosen.size(); k++) {
            Scored scored = chosen.get(k);
            Optional<RankPage.Entry> answers = networks.flatMap(shown -> answers(shown, scored));
            if (k >= CoveragePage.SHOWN) {
                continue;
            }
            List<Integer> nearestFirst = others.getOrDefault(k + 1, List.of()).stream()
                    .sorted(Comparator.comparingDouble(i -> nearest[i].distance()))
                    .map(numbers::get)
                    .toList();
            List<Integer> wanted = new ArrayList<>(List.of(scored.picture()));
            wanted.addAll(CoveragePage.some(nearestFirst));
            List<CoveragePage.Shown> shown = new ArrayList<>();
            readable.each(wanted, (i, picture) -> shown.add(CoveragePage.shown(source.id(i), Composite.of(picture))));
            page.add(new CoveragePage.Entry(scored.name(), scored.score(), 1 + nearestFirst.size(), shown, answers));
        }
        answered.failed().forEach(why -> notes.accept("chosen, but the run's networks cannot look at it: " + why));
        return page;
    }

    private Optional<RankPage.Entry> answers(Shown networks, Scored scored) {
        AtomicReference<RankPage.Entry> found = new AtomicReference<>();
        answered.each(List.of(scored.picture()), (i, picture) -> found.set(networks.of(scored, picture)));
        return Optional.ofNullable(found.get());
    }

    private RankPage.Head head(List<Scored> ordered, List<Scored> chosen) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("ranked by", "coverage: how near the pictures' looks come to an annotated one");
        facts.put("shown", pair.map(NetworkPair::compared).orElse(""));
        facts.put("annotated before", annotated.isEmpty() ? "none" : annotated.size() + " pictures");
        String root = request.settings().data().root();
        facts.put("data", root == null ? "" : root);
        return new RankPage.Head(
                request.title(),
                facts,
                ordered.stream().mapToDouble(Scored::score).toArray(),
                chosen.stream().mapToDouble(Scored::score).toArray(),
                List.of(),
                failed());
    }

    private List<String> failed() {
        List<String> failed = new ArrayList<>(request.pictures().missing());
        failed.addAll(readable.failed());
        failed.addAll(known.failed());
        return failed;
    }
}
