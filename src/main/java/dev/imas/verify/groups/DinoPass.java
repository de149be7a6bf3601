package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.floats;
import static dev.imas.verify.engine.GoldenData.ints;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.nn.Bilinear;
import dev.imas.nn.DinoDpt;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import dev.imas.weights.SafetensorsFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** One recorded pass of DPT on DINOv2, forward and, where it is recorded, back: every recorded number is compared. */
final class DinoPass {
    private static final double LOGITS = 5e-5;
    /** Of a pass whose gradient is not recorded, as its picture is large: sums are longer. */
    private static final double LOGITS_OF_LARGE = 8e-5;

    private static final double FEATURES = 4e-5;
    private static final double STAGE = 2e-5;
    private static final double NORM = 2e-6;
    private static final double TOTAL_GRADIENT = 5e-5;
    /** A decision of the head's ReLUs that falls within rounding changes as much. */
    private static final double GRADIENT_NORM = 2e-4;

    private static final double GRADIENT = 5e-3;

    /** The recorded part of a tensor: an image, the first classes or one, every so manyth pixel. */
    private static final Pattern PART = Pattern.compile(
            "(lowres|logits)(?:_image(\\d+))?(?:_first(\\d+))?(?:_class(\\d+))?(?:_every(\\d+)(?:st|nd|rd|th))?");

    private static final Pattern TOKENS = Pattern.compile("(features\\.\\d+)\\.tokens");

    private final Comparison compare;
    private final String prefix;
    private final JsonNode record;
    private final SafetensorsFile tensors;
    private final Place place;
    private final double logits;

    /** An intermediate result: of tokens [B,T,width] the first one and the others apart. */
    private record Stage(Statistics all, Statistics first, double others, float[] sampled) {
        static Stage of(Tensor tensor, int[] sampled) {
            if (tensor.dim() != 3 || tensor.size(1) < 2) {
                return new Stage(Statistics.of(tensor), null, 0, new float[0]);
            }
            Tensor rest = tensor.narrow(1, 1, tensor.size(1) - 1);
            List<float[]> rows = new ArrayList<>();
            for (long image = 0; image < tensor.size(0); image++) {
                for (int token : sampled) {
                    rows.add(
                            token < tensor.size(1)
                                    ? Tensors.floats(tensor.select(0, image).select(0, token))
                                    : new float[0]);
                }
            }
            return new Stage(
                    Statistics.of(tensor),
                    Statistics.of(tensor.narrow(1, 0, 1)),
                    Statistics.of(rest).norm(),
                    joined(rows));
        }

        private static float[] joined(List<float[]> rows) {
            float[] all = new float[rows.stream().mapToInt(row -> row.length).sum()];
            int at = 0;
            for (float[] row : rows) {
                System.arraycopy(row, 0, all, at, row.length);
                at += row.length;
            }
            return all;
        }
    }

    /** @param prefix variant and run, as {@code S.wide} */
    DinoPass(Comparison compare, String prefix, JsonNode record, SafetensorsFile tensors, Place place) {
        this.compare = compare;
        this.prefix = prefix;
        this.record = record;
        this.tensors = tensors;
        this.place = place;
        this.logits = record.has("grads") ? LOGITS : LOGITS_OF_LARGE;
    }

    static Tensor enlarged(Tensor lowres, NetworkPass.Image image) {
        return Bilinear.enlarged(lowres, image.shape()[2], image.shape()[3]);
    }

    /**
     * @param factors of the channels of the features, or null
     * @return the enlarged logits, in the caller's PointerScope
     */
    Tensor run(DinoDpt network, NetworkPass.Image image, Tensor factors) {
        int[] sampled = record.has("sampled_tokens") ? ints(record.get("sampled_tokens")) : new int[0];
        Map<String, Stage> stages = new LinkedHashMap<>();
        Tensor images = place.here(Tensors.of(image.values(), image.shape()));
        Tensor lowres = network.forward(
                        images, factors, (stage, tensor) -> stages.put(stage, Stage.of(tensor, sampled)))
                .logits();
        Tensor enlarged = enlarged(lowres, image);
        result("lowres", lowres);
        result("logits", enlarged);
        tensors(Map.of("lowres", lowres, "logits", enlarged), stages);
        stages(stages);
        if (record.has("grads")) {
            Tensor loss = enlarged.pow(new Scalar(2)).mean();
            compare.relative(
                    prefix + ".loss_mean_square",
                    number(field(record, "loss_mean_square_float64")),
                    loss.item_double(),
                    NORM);
            loss.backward();
            gradients(network);
            network.parameters().values().forEach(p -> p.mutable_grad().put(new Tensor()));
        }
        return enlarged.detach();
    }

    private void result(String name, Tensor tensor) {
        Statistics found = Statistics.of(tensor);
        String key = prefix + "." + name;
        compare.differing(key + "_shape", ints(field(record, name + "_shape")), found.shape());
        single(key + "_mean", number(field(record, name + "_mean")), found.mean(), logits);
        single(key + "_std", number(field(record, name + "_std")), found.deviation(), logits);
        compare.relative(key + "_l2", number(field(record, name + "_l2_float64")), found.norm(), NORM);
        compare.absolute(key + "_samples", floats(field(record, name + "_samples")), found.samples(), logits);
    }

    private void single(String name, double recorded, double found, double tolerance) {
        compare.absolute(name, new double[] {recorded}, new float[] {(float) found}, tolerance);
    }

    /** The recorded tensors of this pass. */
    private void tensors(Map<String, Tensor> results, Map<String, Stage> stages) {
        tensors.entries().forEach((name, entry) -> {
            if (!name.startsWith(prefix + ".") || !entry.dtype().equals("F32")) {
                return;
            }
            String what = name.substring(prefix.length() + 1);
            Matcher part = PART.matcher(what);
            Matcher tokens = TOKENS.matcher(what);
            if (part.matches()) {
                compare.absolute(name, entry.floats(), Tensors.floats(cut(results.get(part.group(1)), part)), logits);
            } else if (tokens.matches() && stages.containsKey(tokens.group(1))) {
                compare.absolute(name, entry.floats(), stages.get(tokens.group(1)).sampled, FEATURES);
            } else {
                compare.report(name, Double.NaN, Comparison.EXACT, "the network has no such result");
            }
        });
    }

    private static Tensor cut(Tensor whole, Matcher part) {
        Tensor cut = whole;
        if (part.group(2) != null) {
            cut = cut.narrow(0, Long.parseLong(part.group(2)), 1);
        }
        if (part.group(3) != null) {
            cut = cut.narrow(1, 0, Long.parseLong(part.group(3)));
        }
        if (part.group(4) != null) {
            cut = cut.narrow(1, Long.parseLong(part.group(4)), 1);
        }
        if (part.group(5) != null) {
            long step = Long.parseLong(part.group(5));
            cut = every(every(cut, 2, step), 3, step);
        }
        return cut;
    }

    private static Tensor every(Tensor tensor, long dimension, long step) {
        Tensor places = torch.arange(new Scalar(0), new Scalar(tensor.size(dimension)), new Scalar(step));
        return tensor.index_select(dimension, places.to(tensor.device(), torch.ScalarType.Long));
    }

    private void stages(Map<String, Stage> found) {
        for (Map.Entry<String, JsonNode> recorded : field(record, "stages").properties()) {
            String name = prefix + ".stages." + recorded.getKey();
            Stage stage = found.get(recorded.getKey());
            if (stage == null) {
                compare.report(name, Double.NaN, Comparison.EXACT, "the network has no such intermediate result");
            } else {
                stage(name, recorded.getValue(), stage, recorded.getKey().startsWith("features."));
            }
        }
    }

    private void stage(String name, JsonNode recorded, Stage stage, boolean features) {
        Statistics all = stage.all;
        compare.differing(name + ".shape", ints(field(recorded, "shape")), all.shape());
        samples(name + ".samples", field(recorded, "samples"), all, features);
        double scale = all.largest();
        compare.report(name + ".mean", Math.abs(number(field(recorded, "mean")) - all.mean()) / scale, STAGE, "");
        compare.report(name + ".std", Math.abs(number(field(recorded, "std")) - all.deviation()) / scale, STAGE, "");
        compare.relative(
                name + ".l2",
                number(recorded.has("l2_float64") ? recorded.get("l2_float64") : recorded.get("l2")),
                all.norm(),
                NORM);
        if (recorded.has("class_token_samples") && stage.first != null) {
            samples(name + ".class_token_samples", recorded.get("class_token_samples"), stage.first, features);
            compare.relative(
                    name + ".class_token_l2",
                    number(field(recorded, "class_token_l2_float64")),
                    stage.first.norm(),
                    NORM);
            compare.relative(
                    name + ".patch_tokens_l2", number(field(recorded, "patch_tokens_l2_float64")), stage.others, NORM);
        }
    }

    private void samples(String name, JsonNode recorded, Statistics found, boolean features) {
        if (features) {
            compare.absolute(name, floats(recorded), found.samples(), FEATURES);
        } else {
            compare.report(name, found.furthest(floats(recorded)) / found.largest(), STAGE, "");
        }
    }

    private void gradients(DinoDpt network) {
        Map<String, Statistics> found = new HashMap<>();
        List<String> without = new ArrayList<>();
        double squares = 0;
        for (Map.Entry<String, Tensor> parameter : network.parameters().entrySet()) {
            Tensor gradient = parameter.getValue().grad();
            if (gradient.defined()) {
                Statistics statistics = Statistics.of(gradient);
                found.put(parameter.getKey(), statistics);
                squares += statistics.norm() * statistics.norm();
            } else {
                without.add(parameter.getKey());
            }
        }
        compare.relative(
                prefix + ".total_grad_norm",
                number(field(record, "total_grad_norm_float64")),
                Math.sqrt(squares),
                TOTAL_GRADIENT);
        List<String> expected = new ArrayList<>();
        field(record, "parameters_without_gradient").forEach(key -> expected.add(key.asText()));
        compare.equal(prefix + ".parameters_without_gradient", 0, expected.equals(without) ? 0 : 1);
        for (Map.Entry<String, JsonNode> gradient : field(record, "grads").properties()) {
            JsonNode recorded = gradient.getValue();
            Statistics statistics = found.get(gradient.getKey());
            String name = prefix + ".grads." + gradient.getKey();
            norm(name + ".l2", field(recorded, "l2_float64"), statistics);
            if (statistics != null) {
                compare.report(
                        name + ".samples",
                        statistics.furthest(floats(field(recorded, "samples")))
                                / number(field(recorded, "max_abs_float64")),
                        GRADIENT,
                        "");
            }
        }
        record.path("grad_l2_all_float64")
                .properties()
                .forEach(norm ->
                        norm(prefix + ".grad_l2_all." + norm.getKey(), norm.getValue(), found.get(norm.getKey())));
    }

    private void norm(String name, JsonNode recorded, Statistics found) {
        if (found == null) {
            compare.report(name, Double.NaN, Comparison.EXACT, "the network has no such gradient");
        } else {
            compare.relative(name, number(recorded), found.norm(), GRADIENT_NORM);
        }
    }
}
