package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.floats;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.common.UserException;
import dev.imas.nn.Bilinear;
import dev.imas.nn.DeepLabV3Plus;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import dev.imas.weights.SafetensorsFile;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** One recorded pass of a network, forward and backward: every number that the record holds is compared. */
final class NetworkPass {
    /** Input values and shape [N,3,H,W]. */
    record Image(float[] values, long[] shape) {}

    /**
     * What is honest to ask. Training passes normalise by the statistics of few values, which amplifies rounding;
     * gradients jump where a ReLU or a maximum is decided within rounding.
     */
    private record Tolerances(double logits, double auxiliary, double gradient, double gradientNorm) {
        static final Tolerances EVAL = new Tolerances(5e-5, 5e-5, 5e-3, 1e-3);
        static final Tolerances TRAIN = new Tolerances(5e-4, 2e-4, 5e-2, 1e-2);
    }

    private static final double LOSS = 1e-5;
    private static final double AUXILIARY_WEIGHT = 0.4;
    /** A gradient this much smaller than the whole one is rounding noise (a bias in front of a norm). */
    private static final double NOISE = 1e-6;

    private final Comparison compare;
    private final String prefix;
    private final JsonNode record;
    private final SafetensorsFile tensors;
    private final Place place;

    /** @param prefix variant and mode, as {@code A.eval} */
    NetworkPass(Comparison compare, String prefix, JsonNode record, SafetensorsFile tensors, Place place) {
        this.compare = compare;
        this.prefix = prefix;
        this.record = record;
        this.tensors = tensors;
        this.place = place;
    }

    void run(DeepLabV3Plus network, Image image, boolean train) {
        Tolerances tolerances = train ? Tolerances.TRAIN : Tolerances.EVAL;
        try (PointerScope scope = new PointerScope()) {
            Map<String, Statistics> stages = new LinkedHashMap<>();
            SegmentationNetwork.Output output = network.forward(
                    place.here(Tensors.of(image.values(), image.shape())),
                    train,
                    (stage, tensor) -> stages.put(stage, Statistics.of(tensor)));
            Map<String, Tensor> results = new HashMap<>();
            Tensor logits = enlarge(output.logits(), image);
            results.put("lowres", output.logits());
            results.put("logits", logits);
            Tensor loss = logits.pow(new Scalar(2)).mean();
            checkStatistics("logits", logits, tolerances.logits);
            if (output.auxiliary() != null) {
                Tensor auxiliary = enlarge(output.auxiliary(), image);
                results.put("aux_lowres", output.auxiliary());
                results.put("aux_logits", auxiliary);
                loss = loss.add(auxiliary.pow(new Scalar(2)).mean(), new Scalar(AUXILIARY_WEIGHT));
                if (record.has("aux_logits_mean")) {
                    checkStatistics("aux_logits", auxiliary, tolerances.auxiliary);
                }
            }
            checkTensors(results, tolerances);
            checkStages(stages, tolerances.logits);
            compare.relative(
                    prefix + ".loss_mean_square", number(field(record, "loss_mean_square")), loss.item_double(), LOSS);
            loss.backward();
            checkGradients(network, tolerances);
            network.parameters().values().forEach(p -> p.mutable_grad().put(new Tensor()));
        }
    }

    private static Tensor enlarge(Tensor lowres, Image image) {
        return Bilinear.enlarged(lowres, image.shape[2], image.shape[3]);
    }

    /** The recorded tensors of this pass; a record may hold the first images or classes only. */
    private void checkTensors(Map<String, Tensor> results, Tolerances tolerances) {
        tensors.entries().forEach((name, entry) -> {
            if (name.startsWith(prefix + ".")) {
                String result = name.substring(prefix.length() + 1).replaceFirst("_first\\d+$", "");
                Tensor found = results.get(result);
                if (found == null) {
                    compare.report(name, Double.NaN, Comparison.EXACT, "the network has no such output");
                    return;
                }
                Tensor part = found.narrow(0, 0, entry.shape()[0]).narrow(1, 0, entry.shape()[1]);
                compare.absolute(
                        name,
                        entry.floats(),
                        Tensors.floats(part),
                        result.startsWith("aux") ? tolerances.auxiliary : tolerances.logits);
            }
        });
    }

    private void checkStatistics(String name, Tensor tensor, double tolerance) {
        Statistics found = Statistics.of(tensor);
        checkSample(name + "_mean", field(record, name + "_mean"), found.mean(), tolerance);
        checkSample(name + "_std", field(record, name + "_std"), found.deviation(), tolerance);
        compare.absolute(
                prefix + "." + name + "_samples", floats(field(record, name + "_samples")), found.samples(), tolerance);
        if (record.has(name + "_l2_float64")) {
            compare.relative(prefix + "." + name + "_l2", number(record.get(name + "_l2_float64")), found.norm(), LOSS);
        }
    }

    private void checkStages(Map<String, Statistics> found, double tolerance) {
        for (Map.Entry<String, JsonNode> stage : field(record, "stages").properties()) {
            Statistics statistics = found.get(stage.getKey());
            String name = "stages." + stage.getKey();
            if (statistics == null) {
                compare.report(
                        prefix + "." + name,
                        Double.NaN,
                        Comparison.EXACT,
                        "the network has no such intermediate result");
                continue;
            }
            JsonNode recorded = stage.getValue();
            compare.differing(
                    prefix + "." + name + ".shape", GoldenData.ints(field(recorded, "shape")), statistics.shape());
            checkSample(name + ".mean", field(recorded, "mean"), statistics.mean(), tolerance);
            checkSample(name + ".std", field(recorded, "std"), statistics.deviation(), tolerance);
            compare.relative(prefix + "." + name + ".l2", number(field(recorded, "l2")), statistics.norm(), tolerance);
            compare.absolute(
                    prefix + "." + name + ".samples",
                    floats(field(recorded, "samples")),
                    statistics.samples(),
                    tolerance);
        }
    }

    private void checkGradients(DeepLabV3Plus network, Tolerances tolerances) {
        double squares = 0;
        for (Tensor parameter : network.parameters().values()) {
            squares += Math.pow(parameter.grad().norm().item_double(), 2);
        }
        double total = number(field(record, "total_grad_norm"));
        compare.relative(prefix + ".total_grad_norm", total, Math.sqrt(squares), tolerances.gradientNorm);
        for (Map.Entry<String, JsonNode> gradient : field(record, "grads").properties()) {
            String name = prefix + ".grads." + gradient.getKey();
            JsonNode recorded = gradient.getValue();
            Statistics found = Statistics.of(gradient(network, gradient.getKey()));
            double norm = number(field(recorded, "l2"));
            compare.report(
                    name + ".l2",
                    Math.abs(found.norm() - norm) / Math.max(norm, NOISE * total),
                    tolerances.gradientNorm,
                    "");
            double scale = Math.max(number(field(recorded, "max_abs_float64")), NOISE * total);
            compare.report(
                    name + ".samples",
                    found.furthest(floats(field(recorded, "samples"))) / scale,
                    tolerances.gradient,
                    "");
        }
        for (Map.Entry<String, JsonNode> taps :
                record.path("kernel_tap_grad_l2").properties()) {
            Tensor gradient = gradient(network, taps.getKey());
            double worst = 0;
            for (int tap = 0; tap < taps.getValue().size(); tap++) {
                Tensor plane = gradient.select(2, tap / 3).select(2, tap % 3);
                double norm = number(taps.getValue().get(tap));
                worst = Math.max(worst, Math.abs(plane.norm().item_double() - norm) / Math.max(norm, NOISE * total));
            }
            compare.report(prefix + ".kernel_tap_grad_l2." + taps.getKey(), worst, tolerances.gradientNorm, "");
        }
    }

    private static Tensor gradient(DeepLabV3Plus network, String key) {
        Tensor parameter = network.parameters().get(key);
        if (parameter == null) {
            throw new UserException(
                    "the recorded data hold a gradient of " + key + ", which the network does not have");
        }
        return parameter.grad();
    }

    private void checkSample(String name, JsonNode recorded, double found, double tolerance) {
        compare.absolute(
                prefix + "." + name, new float[] {(float) number(recorded)}, new float[] {(float) found}, tolerance);
    }
}
