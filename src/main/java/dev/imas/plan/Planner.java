package dev.imas.plan;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.image.ImageSize;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Fits a run to data, machine and time: network, scale, crop and batch from the facts and from the measured cost of a
 * step, then the number of steps from the time that is left. A setting that was given is never changed; the others are
 * chosen around it.
 *
 * <p>The same facts, costs and given settings make the same plan.
 */
public final class Planner {
    /** As UniMatch V2 published it. */
    private static final double TRANSFORMER_DECAY = 0.01;
    /** Of the GPU's or the machine's free memory. */
    private static final double MEMORY_SHARE = 0.7;

    private static final int SMALLEST_BATCH = 2;
    private static final int SMALLEST_CROP = 32;
    /** Of a ResNet, by which its crops are divisible. */
    private static final int STRIDE = 16;

    private static final Duration LONG = Duration.ofHours(1);

    private final DataFacts data;
    private final Machine machine;
    private final Duration budget;
    private final Set<String> given;
    private final StepClock clock;
    private final Aims aims;

    /** @param given keys that a person set: they stay */
    public Planner(DataFacts data, Machine machine, Duration budget, Set<String> given, StepClock clock) {
        this.data = data;
        this.machine = machine;
        this.budget = budget;
        this.given = Set.copyOf(given);
        this.clock = clock;
        this.aims = machine.gpu() ? Aims.GPU : Aims.CPU;
    }

    /**
     * What a plan reaches for on a kind of machine.
     *
     * @param longSide of the pictures as the network sees them
     * @param batches  largest first; a smaller one only where memory or time ask for it
     * @param steps    worth a smaller batch; below a third of them the crop becomes smaller, too
     */
    private record Aims(int longSide, int leastCrop, int crop, int mostCrop, List<Integer> batches, int steps) {
        static final Aims CPU = new Aims(512, 96, 160, 192, List.of(8, 6, 4), 400);
        static final Aims GPU = new Aims(1024, 128, 320, 512, List.of(32, 16, 8, 4), 3000);
    }

    /** The time that a person is willing to wait who says nothing. */
    public static Duration usualBudget(boolean gpu) {
        return Duration.ofHours(gpu ? 6 : 1);
    }

    /**
     * The plan.
     *
     * @param start    settings that the plan begins with; those not given may change
     * @param obstacle why there are no ImageNet weights of a backbone, empty when there are
     */
    public Proposal plan(ImasConfig start, Function<Backbone, Optional<String>> obstacle) {
        List<String> reasons = new ArrayList<>();
        Draft draft = new Draft(start, given);
        network(draft, obstacle, reasons);
        pictures(draft, reasons);
        StepCost cost = batch(draft);
        Lengths lengths = new Lengths(data, machine, budget, cost);
        lengths.decide(draft);
        return proposal(draft, lengths, reasons);
    }

    /**
     * A run that goes on, with as many epochs in all as the budget has room for; nothing else changes.
     *
     * @throws UserException when that is no more than it has
     */
    public Proposal longer(ImasConfig config) {
        Draft draft = new Draft(config, given);
        Lengths lengths = new Lengths(data, machine, budget, measured(draft));
        int epochs = lengths.epochs(config);
        if (epochs <= config.training().epochs()) {
            throw new UserException("--budget is " + Times.words(budget.toSeconds()) + ", but the run's "
                    + config.training().epochs() + " epochs take about " + Times.words(lengths.seconds(config))
                    + " in all; give it more time, or continue without --budget");
        }
        draft.set("training.epochs", epochs);
        return proposal(draft, lengths, List.of());
    }

    /** What a complete configuration takes, nothing of it being changed. */
    public Proposal estimate(ImasConfig config) {
        Draft draft = new Draft(config, given);
        StepCost cost = measured(draft);
        return proposal(draft, new Lengths(data, machine, budget, cost), List.of());
    }

    private Proposal proposal(Draft draft, Lengths lengths, List<String> reasons) {
        ImasConfig config = draft.config();
        return new Proposal(
                config,
                new LinkedHashSet<>(draft.planned()),
                lengths.steps(config),
                lengths.seconds(config),
                Wording.summary(config, lengths),
                List.copyOf(reasons),
                Wording.warning(config, lengths, given, budget));
    }

    private void network(Draft draft, Function<Backbone, Optional<String>> obstacle, List<String> reasons) {
        if (data.unlabeled() == 0) {
            draft.set("method", "supervised");
            reasons.add("no unlabelled pictures: learns from the labelled ones alone");
        }
        draft.set("network.backbone", machine.gpu() && budget.compareTo(LONG) >= 0 ? "resnet50" : "resnet18");
        if (transformer(draft)) {
            draft.set("training.optimizer", "adamw")
                    .set("training.weight_decay", TRANSFORMER_DECAY)
                    .set("evaluation.last_window", "moved");
            return;
        }
        if (!draft.free("network.init_weights", "network.stem")) {
            return;
        }
        Optional<String> missing = obstacle.apply(draft.config().network().backbone());
        if (missing.isEmpty()) {
            draft.set("network.stem", "conv7").set("network.init_weights", ImasConfig.Network.IMAGENET);
            reasons.add("starts from torchvision's ImageNet weights (network.init_weights: none switches that off)");
        } else {
            draft.set("network.init_weights", ImasConfig.Network.NONE);
            reasons.add("starts from random weights, which takes longer and ends lower: no ImageNet weights ("
                    + missing.get() + ")");
        }
    }

    /** The scale of the pictures, the crop's size, and which way up they may be. */
    private void pictures(Draft draft, List<String> reasons) {
        if (draft.free("augment.resize", "augment.resize_min", "augment.resize_max", "augment.resize_base")) {
            draft.set("evaluation.scale", Scale.of(data.usual(), aims.longSide, data.thinnest()).factor);
            double scale = draft.config().evaluation().scale(); // a given one stays, and training follows it
            draft.set("augment.resize", "scale")
                    .set("augment.resize_min", rounded(0.75 * scale))
                    .set("augment.resize_max", rounded(1.33 * scale))
                    .set("augment.resize_base", List.of());
        }
        ImageSize seen = data.usual().times(draft.config().evaluation().scale());
        if ((double) seen.width() * seen.height() > (machine.gpu() ? 8e6 : 2e6)
                && draft.free("evaluation.mode", "evaluation.window")) {
            draft.set("evaluation.mode", "sliding").set("evaluation.window", transformer(draft) ? 770 : 769);
        }
        crop(draft, wantedCrop(scale(draft.config())));
        if (data.anyWayUp()) {
            draft.set("augment.flip_vertical", 0.5).set("augment.rotate90", 0.75);
            if (draft.free("augment.flip_vertical", "augment.rotate90")) {
                reasons.add(
                        "upper and lower halves of the masks look alike: pictures are turned and flipped both ways");
            }
        }
    }

    /** Room for some objects of the thickest class, within what the machine computes soon. */
    private int wantedCrop(double scale) {
        double objects = Double.isNaN(data.thickest()) ? aims.crop : 5 * data.thickest() * scale;
        return (int) Math.max(Math.min(aims.crop, aims.mostCrop), Math.min(objects, aims.mostCrop));
    }

    private void crop(Draft draft, int wanted) {
        double scale = scale(draft.config());
        int multiple = transformer(draft) ? Backbone.PATCH : STRIDE;
        int height = side(data.small().height() * scale, wanted, multiple);
        int width = side(data.small().width() * scale, wanted, multiple);
        draft.set("augment.crop", List.of(height, width));
    }

    private static boolean transformer(Draft draft) {
        return draft.config().network().backbone().transformer();
    }

    /** A multiple of the network's stride or patch, not larger than the pictures unless they are tiny. */
    private static int side(double picture, int wanted, int multiple) {
        int smallest = (SMALLEST_CROP + multiple - 1) / multiple * multiple;
        return Math.max(smallest, (int) Math.min(picture, wanted) / multiple * multiple);
    }

    /** How large the network sees a picture in training, relative to its own size. */
    private double scale(ImasConfig config) {
        ImasConfig.Augment augment = config.augment();
        return switch (augment.resize()) {
            case NONE -> 1;
            case SCALE ->
                augment.resizeBase().isEmpty()
                        ? (augment.resizeMin() + augment.resizeMax()) / 2
                        : augment.resizeBase().get(1)
                                * (augment.resizeMin() + augment.resizeMax())
                                / 2
                                / data.usual().width();
            case LONG_SIDE ->
                (augment.resizeMin() + augment.resizeMax())
                        / 2
                        / Math.max(data.usual().width(), data.usual().height());
        };
    }

    /** The largest batch that memory and time allow; where even a small one is slow, a smaller crop. */
    private StepCost batch(Draft draft) {
        if (!draft.free("training.batch_labeled") && !draft.free("training.batch_unlabeled")) {
            return measured(draft);
        }
        Optional<StepCost> probe = probe(draft);
        int smallest = smallest(draft);
        List<Integer> batches = batches(draft);
        for (int batch : batches) {
            double more = (double) batch / smallest;
            boolean last = batch == batches.get(batches.size() - 1);
            boolean fits = probe.isPresent() && probe.get().bytes() * more < MEMORY_SHARE * machine.memory();
            boolean soon = last || machine.gpu() || fits && steps(draft, probe.get(), more) >= aims.steps;
            Optional<StepCost> cost =
                    fits && soon ? clock.measure(with(draft, batch).config()) : Optional.empty();
            if (cost.isPresent() && (last || steps(draft, cost.get(), 1) >= aims.steps)) {
                take(draft, batch);
                return cost.get();
            }
        }
        take(draft, smallest);
        return probe.orElseGet(() -> measured(draft));
    }

    /** Largest first. */
    private List<Integer> batches(Draft draft) {
        return aims.batches.stream()
                .map(batch -> shared(draft, batch, smallest(draft)))
                .distinct()
                .toList();
    }

    private int smallest(Draft draft) {
        ImasConfig config = draft.config();
        // Where labels are learned from alone, what is normalised together has a variance from two pictures on.
        int normalised = config.network().backbone().transformer()
                ? 1
                : SMALLEST_BATCH * config.training().normalizedParts(machine.processes());
        return Math.max(Math.max(SMALLEST_BATCH, parts(draft)), normalised);
    }

    /** So many, or some fewer, that all processes and pieces have equal parts of. */
    private int shared(Draft draft, int batch, int least) {
        return Math.max(least, batch - batch % parts(draft));
    }

    private int parts(Draft draft) {
        return machine.processes() * draft.config().training().accumulate();
    }

    /** What the smallest batch costs, with a crop that lets the next larger one have its steps. */
    private Optional<StepCost> probe(Draft draft) {
        int side = Math.max(
                draft.config().augment().crop().get(0),
                draft.config().augment().crop().get(1));
        int smallest = smallest(draft);
        Optional<StepCost> cost = clock.measure(with(draft, smallest).config());
        while (cost.map(c -> steps(draft, c, 2) < aims.steps / 3).orElse(true)
                && side > aims.leastCrop
                && draft.free("augment.crop")) {
            side = Math.max(aims.leastCrop, side * 3 / 4 / STRIDE * STRIDE);
            crop(draft, side);
            cost = clock.measure(with(draft, smallest).config());
        }
        return cost;
    }

    private Draft with(Draft draft, int batch) {
        Draft candidate = draft.copy();
        take(candidate, batch);
        return candidate;
    }

    /** A picture may come twice in a batch, but a single one more often teaches little. */
    private void take(Draft draft, int batch) {
        int unlabeled = data.unlabeled() == 0 ? batch : Math.min(batch, data.unlabeled());
        draft.set(
                "training.batch_labeled", shared(draft, Math.min(batch, Math.max(4, data.labeled())), smallest(draft)));
        draft.set("training.batch_unlabeled", shared(draft, unlabeled, parts(draft)));
    }

    /** Steps that the budget has room for when each costs so many times as much. */
    private long steps(Draft draft, StepCost cost, double times) {
        StepCost scaled =
                new StepCost(cost.supervised() * times, cost.semiSupervised() * times, cost.pixel(), cost.bytes());
        return new Lengths(data, machine, budget, scaled).affordable(draft.config());
    }

    private StepCost measured(Draft draft) {
        ImasConfig config = draft.config();
        return clock.measure(config)
                .orElseThrow(() -> new UserException("a step with crops of "
                        + config.augment().crop() + " in a batch of "
                        + config.training().batchLabeled() + "+"
                        + config.training().batchUnlabeled() + " does not fit into the memory; lower"
                        + " training.batch_labeled, training.batch_unlabeled or augment.crop"));
    }

    static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
