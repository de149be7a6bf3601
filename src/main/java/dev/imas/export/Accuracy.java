package dev.imas.export;

import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.PictureInput;
import dev.imas.weights.NetworkSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What is known of a model's accuracy. The weight file's holds for pictures seen as its run saw them, so it is not
 * claimed for a model that sees them otherwise.
 *
 * @param miou      mean IoU on the run's validation pictures; empty: not measured of this model
 * @param otherwise settings in which the model differs from what was measured
 */
record Accuracy(OptionalDouble miou, List<String> otherwise) {
    /** @param model the network under the settings that it is exported with */
    static Accuracy of(ModelCard card, NetworkSpec model) {
        OptionalDouble measured = card.provenance().miou();
        List<String> otherwise = measured.isEmpty() ? List.of() : otherwise(card, model);
        return new Accuracy(otherwise.isEmpty() ? measured : OptionalDouble.empty(), otherwise);
    }

    private static List<String> otherwise(ModelCard card, NetworkSpec model) {
        NetworkSpec trained = card.trained().orElse(model);
        PictureInput before = trained.input();
        PictureInput now = model.input();
        List<String> keys = new ArrayList<>();
        add(keys, "data.channels", before.channels().equals(now.channels()));
        add(keys, "data.range", before.range().equals(now.range()));
        add(keys, "data.mean", before.mean().equals(now.mean()));
        add(keys, "data.std", before.std().equals(now.std()));
        add(
                keys,
                "evaluation.scale",
                trained.sight().scale().equals(model.sight().scale()));
        boolean patches = trained.network().backbone().transformer();
        add(
                keys,
                "evaluation.patch_fit",
                !patches || trained.sight().fit().equals(model.sight().fit()));
        boolean inWindows =
                trained.sight().mode().filter(EvaluationMode.SLIDING::equals).isPresent();
        add(keys, "evaluation.mode", !inWindows); // a model sees pictures as a whole
        return keys;
    }

    private static void add(List<String> keys, String key, boolean same) {
        if (!same) {
            keys.add(key);
        }
    }

    /** In a sentence. */
    String told() {
        if (miou.isPresent()) {
            return String.format(
                    Locale.ROOT,
                    "Mean intersection over union on the validation pictures of its run: %.4f.",
                    miou.getAsDouble());
        }
        String why = otherwise.isEmpty()
                ? "Nothing is known of its accuracy"
                : "Not measured: the model sees pictures otherwise than its run measured ("
                        + String.join(", ", otherwise) + ")";
        return why + "; measure it before you use it.";
    }
}
