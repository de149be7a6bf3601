package dev.imas.plan;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A plan in words. */
final class Wording {
    /** What makes a run long, most telling first. */
    private static final List<String> LENGTHENING = List.of(
            "training.epochs",
            "data.epoch_length",
            "augment.crop",
            "training.batch_labeled",
            "training.batch_unlabeled",
            "network.backbone",
            "network.output_stride",
            "evaluation.every_epochs",
            "evaluation.scale");
    /** A run that takes that much more than the budget is told of. */
    private static final double TOLERANCE = 1.25;

    private Wording() {}

    /** Such as "about 42 min: 2,400 steps of 0.9 s, 8+8 crops of 128x128 at half size, ResNet-18". */
    static String summary(ImasConfig config, Lengths lengths) {
        ImasConfig.Training training = config.training();
        List<Integer> crop = config.augment().crop();
        String batch = config.method() == Method.SUPERVISED
                ? String.valueOf(training.batchLabeled())
                : training.batchLabeled() + "+" + training.batchUnlabeled();
        return String.format(
                Locale.ROOT,
                "about %s: %,d steps of %s, %s crops of %d\u00d7%d%s, %s",
                Times.words(lengths.seconds(config)),
                lengths.steps(config),
                Times.ofStep(lengths.meanStep(config)),
                batch,
                crop.get(1),
                crop.get(0),
                Scale.words(config.evaluation().scale()),
                config.network().backbone().title());
    }

    /** Why a run takes longer than it may. */
    static Optional<String> warning(ImasConfig config, Lengths lengths, Set<String> given, Duration budget) {
        double seconds = lengths.seconds(config);
        if (seconds <= TOLERANCE * budget.toMillis() / 1000) {
            return Optional.empty();
        }
        List<String> causes = LENGTHENING.stream()
                .filter(key -> given.stream().anyMatch(name -> key.equals(name) || key.startsWith(name + ".")))
                .limit(3)
                .toList();
        String much =
                "this run will take about " + Times.words(seconds) + ", longer than " + Times.words(budget.toSeconds());
        return Optional.of(
                causes.isEmpty()
                        ? much + ": so little time has no room for less; raise --budget"
                        : much + ", as " + String.join(", ", causes) + (causes.size() > 1 ? " are" : " is")
                                + " given; leave " + (causes.size() > 1 ? "them" : "it") + " to the plan, or raise"
                                + " --budget");
    }
}
