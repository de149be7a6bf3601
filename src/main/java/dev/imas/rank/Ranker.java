package dev.imas.rank;

import dev.imas.common.UserException;
import dev.imas.data.ImageSource;
import dev.imas.image.Picture;
import dev.imas.measure.ConfusionMatrix;
import dev.imas.predict.Segmentation;
import dev.imas.rank.NetworkPair.Answers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Orders pictures, chooses among them, and looks at those that are chosen. Memory does not go with their number: of a
 * picture that was looked at a few figures are kept, and of candidates for a spread choice what their encoder says.
 */
final class Ranker {
    /** A spread choice is made among so many times as many of the hardest, */
    private static final int CANDIDATES = 5;
    /** but among no more than this part of all, or easy pictures would be chosen for being different. */
    private static final double LARGEST_PART = 0.5;

    private final ImageSource source;
    private final NetworkPair pair;
    private final Agreement agreement;
    private final Readable readable;

    /** Told of every chosen picture, in the order of the choice. */
    interface Look {
        void at(Scored scored, Picture picture, Answers answers, ConfusionMatrix maps);
    }

    Ranker(ImageSource source, NetworkPair pair, Agreement agreement, IntConsumer progress) {
        this.source = source;
        this.pair = pair;
        this.agreement = agreement;
        this.readable =
                new Readable(source, i -> source.files(i).stream().anyMatch(pair.network()::exceedsMemory), progress);
    }

    /** By what a run measured; pictures that it never drew are left out. */
    List<Scored> byRun(RunHardness hardness, List<List<String>> names) {
        List<Scored> scored = new ArrayList<>();
        for (int i = 0; i < source.size(); i++) {
            Optional<RunHardness.Value> found = names.get(i).stream()
                    .filter(hardness.byName()::containsKey)
                    .findFirst()
                    .map(hardness.byName()::get);
            if (found.isPresent()) {
                RunHardness.Value value = found.get();
                Map<String, Double> parts = new LinkedHashMap<>();
                parts.put("gamma_mean", 1 - value.mean());
                parts.put("gamma_last", 1 - value.last());
                parts.put("epochs", (double) value.epochs());
                scored.add(new Scored(i, source.id(i), value.mean(), parts));
            }
        }
        return Scored.ordered(scored);
    }

    /** By how far the pair disagrees about each. */
    List<Scored> byDisagreement() {
        return looked((i, picture) -> {
            Answers answers = pair.answers(picture);
            double agreed = agreement.of(pair.maps(answers));
            Map<String, Double> parts = new LinkedHashMap<>();
            parts.put("weighted_iou", agreed);
            parts.put("different_pixels", different(answers));
            parts.put("mean_confidence", mean(answers.own().confidence()));
            return new Scored(i, source.id(i), 1 - agreed, parts);
        });
    }

    /** By how unsure the network is. */
    List<Scored> byEntropy() {
        return looked((i, picture) -> {
            Segmentation seen = pair.network().segmentWithProbabilities(picture);
            double entropy = entropy(seen.probabilities(), pair.network().classes());
            Map<String, Double> parts = new LinkedHashMap<>();
            parts.put("mean_entropy", entropy);
            parts.put("mean_confidence", mean(seen.confidence()));
            return new Scored(i, source.id(i), entropy, parts);
        });
    }

    private interface Scoring {
        Scored of(int picture, Picture pixels);
    }

    private List<Scored> looked(Scoring scoring) {
        List<Scored> scored = new ArrayList<>();
        List<Integer> all = IntStream.range(0, source.size()).boxed().toList();
        readable.each(all, (i, picture) -> scored.add(scoring.of(i, picture)));
        return Scored.ordered(scored);
    }

    private static double different(Answers answers) {
        byte[] own = answers.own().labels().labels();
        byte[] other = answers.other().labels();
        long different =
                IntStream.range(0, own.length).filter(p -> own[p] != other[p]).count();
        return (double) different / own.length;
    }

    private static double mean(float[] values) {
        return IntStream.range(0, values.length)
                .mapToDouble(i -> values[i])
                .average()
                .orElseThrow();
    }

    /** @param probabilities [C,H,W]; the mean over the pixels, as a share of that of equally likely classes */
    static double entropy(float[] probabilities, int classes) {
        double sum = 0;
        for (float p : probabilities) {
            sum -= p > 0 ? p * Math.log(p) : 0;
        }
        return classes == 1 ? 0 : sum / (probabilities.length / classes) / Math.log(classes);
    }

    /** @throws UserException when no picture is harder than another, so that any order would be made up */
    static void requireDifferences(List<Scored> ordered, String why) {
        if (ordered.size() > 1
                && ordered.get(0).score() == ordered.get(ordered.size() - 1).score()) {
            throw new UserException("all " + ordered.size() + " pictures have the same "
                    + why + " ("
                    + String.format(Locale.ROOT, "%.4f", ordered.get(0).score())
                    + "): there is nothing to order them by; choose another --criterion, or --tta flip");
        }
    }

    /** Of the hardest pictures those that lie farthest from one another, by what the encoder makes of them. */
    List<Scored> spread(List<Scored> ordered, int count) {
        List<Scored> hardest = ordered.subList(0, candidates(ordered.size(), count));
        Map<Integer, float[]> features = new HashMap<>();
        readable.each(
                numbers(hardest), (i, picture) -> features.put(i, pair.network().features(picture)));
        List<Scored> candidates = hardest.stream()
                .filter(one -> features.containsKey(one.picture()))
                .toList();
        List<float[]> points =
                candidates.stream().map(one -> features.get(one.picture())).toList();
        int[] order = KCentre.of(points, Math.min(count, candidates.size()));
        return IntStream.of(order).mapToObj(candidates::get).toList();
    }

    /** How many of the hardest of all pictures a spread choice of so many is made among. */
    static int candidates(int all, int count) {
        long most = Math.min((long) CANDIDATES * count, (long) Math.ceil(LARGEST_PART * all));
        return (int) Math.min(all, Math.max(count, most));
    }

    private static List<Integer> numbers(List<Scored> scored) {
        return scored.stream().map(Scored::picture).toList();
    }

    /**
     * Looks at the first pictures of an order; one that cannot be read is replaced by the next.
     *
     * @return those that were looked at
     */
    List<Scored> look(List<Scored> order, int count, Look look) {
        List<Scored> chosen = new ArrayList<>();
        int from = 0;
        while (chosen.size() < count && from < order.size()) {
            List<Scored> next = order.subList(from, Math.min(order.size(), from + count - chosen.size()));
            Map<Integer, Scored> byNumber = new HashMap<>();
            next.forEach(scored -> byNumber.put(scored.picture(), scored));
            readable.each(numbers(next), (i, picture) -> {
                Answers answers = pair.answers(picture);
                look.at(byNumber.get(i), picture, answers, pair.maps(answers));
                chosen.add(byNumber.get(i));
            });
            from += next.size();
        }
        return chosen;
    }

    /** Why pictures were left out, a line each. */
    List<String> failed() {
        return readable.failed();
    }
}
