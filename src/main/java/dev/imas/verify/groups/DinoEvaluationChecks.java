package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.ints;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.LastWindow;
import dev.imas.config.ImasConfig.PatchFit;
import dev.imas.device.TensorKernels;
import dev.imas.nn.Bilinear;
import dev.imas.predict.Confusion;
import dev.imas.predict.Evaluator;
import dev.imas.predict.SlidingWindows;
import dev.imas.predict.WholePatches;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import dev.imas.weights.SafetensorsFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** How UniMatch V2 measures: pictures resized to whole patches, or windows that are moved back into the picture. */
final class DinoEvaluationChecks {
    private static final double SCORES = 6e-5;
    /** The published program adds 1e-10 to a union, which is 1 at least. */
    private static final double IOU = 2e-10;

    private static final double PERCENT = 100;

    private final Comparison compare;
    private final Place place;

    DinoEvaluationChecks(Comparison compare, Place place) {
        this.compare = compare;
        this.place = place;
    }

    void run(JsonNode json, SafetensorsFile tensors) {
        int classes = field(json, "classes").asInt();
        for (JsonNode recorded : field(json, "cases")) {
            try (PointerScope scope = new PointerScope()) {
                measured(recorded, tensors, classes);
            }
        }
        for (Map.Entry<String, JsonNode> side :
                field(json, "sizes_multiple_of_14").properties()) {
            compare.equal(
                    "sizes_multiple_of_14." + side.getKey(),
                    side.getValue().asLong(),
                    WholePatches.rounded(Long.parseLong(side.getKey()), Backbone.PATCH));
        }
        starts(field(json, "cityscapes_window_starts"));
    }

    /** Keys rows_H and columns_W hold where windows begin on a side of so many pixels. */
    private void starts(JsonNode recorded) {
        SlidingWindows windows = new SlidingWindows(field(recorded, "crop").asInt(), LastWindow.MOVED);
        recorded.properties().forEach(side -> {
            if (side.getValue().isArray()) {
                int pixels = Integer.parseInt(side.getKey().replaceFirst("^.*_", ""));
                compare.differing(
                        "window_starts." + side.getKey(),
                        ints(side.getValue()),
                        windows.windows(windows.side(), pixels).stream()
                                .mapToInt(SlidingWindows.Window::left)
                                .toArray());
            }
        });
    }

    private void measured(JsonNode recorded, SafetensorsFile tensors, int classes) {
        String name = field(recorded, "name").asText();
        boolean sliding = sliding(field(recorded, "mode").asText());
        int window = sliding ? field(recorded, "crop").asInt() : 2;
        Evaluation settings = ConfigYaml.defaults().evaluation().with(e -> e.mode(
                        sliding ? EvaluationMode.SLIDING : EvaluationMode.WHOLE)
                .window(window)
                .lastWindow(LastWindow.MOVED)
                .patchFit(PatchFit.RESIZE));
        Evaluator evaluator = new Evaluator(place.compute(), new TensorKernels(place.compute()), settings, classes);
        List<Tensor> inputs = new ArrayList<>();
        UnaryOperator<Tensor> inner = network(tensors);
        UnaryOperator<Tensor> network = WholePatches.around(
                images -> {
                    Tensor kept = images.clone();
                    kept.retainReference();
                    inputs.add(kept);
                    return inner.apply(images);
                },
                Backbone.PATCH,
                PatchFit.RESIZE);
        Tensor images = place.here(Tensors.floats(tensors.get(name + ".image")));
        Tensor scores = evaluator.scores(images, network);
        inputs(name, recorded, tensors, inputs);
        Tensor enlarged = Bilinear.enlarged(scores, images.size(2), images.size(3));
        String kept = name + (sliding ? ".accumulated_first4" : ".logits_first4");
        SafetensorsFile.Entry first = tensors.get(kept);
        compare.absolute(kept, first.floats(), Tensors.floats(enlarged.narrow(1, 0, first.shape()[1])), SCORES);
        compare.differing(
                name + ".argmax",
                tensors.get(name + ".argmax").bytes(),
                Tensors.bytes(enlarged.argmax(new LongOptional(1), false)));
        SafetensorsFile.Entry labels = tensors.get(name + ".labels");
        long[] s = labels.shape();
        Tensor truth = place.here(Tensors.of(labels.bytes(), s[0], 1, s[1], s[2]));
        Tensor counts = new TensorKernels(place.compute()).confusionCounts(classes);
        evaluator.count(images, truth, network, counts);
        counted(name, recorded, Evaluator.confusion(counts));
        inputs.forEach(Tensor::close);
    }

    private static boolean sliding(String mode) {
        return switch (mode) {
            case "sliding_window" -> true;
            case "original" -> false;
            default ->
                throw new UserException("the recorded data measure by the mode '" + mode + "', which is not known");
        };
    }

    private void inputs(String name, JsonNode recorded, SafetensorsFile tensors, List<Tensor> inputs) {
        compare.differing(
                name + ".network_inputs",
                ints(field(recorded, "network_inputs_in_order")),
                inputs.stream()
                        .flatMapToInt(x -> Arrays.stream(new int[] {(int) x.size(2), (int) x.size(3)}))
                        .toArray());
        if (tensors.entries().containsKey(name + ".resized_image")) {
            compare.absolute(
                    name + ".resized_image",
                    tensors.get(name + ".resized_image").floats(),
                    Tensors.floats(inputs.get(0)),
                    SCORES);
        }
    }

    private void counted(String name, JsonNode recorded, Confusion found) {
        int classes = found.classes();
        int[] union = new int[classes];
        int[] intersection = new int[classes];
        for (int c = 0; c < classes; c++) {
            union[c] = Math.toIntExact(found.union(c));
            intersection[c] = Math.toIntExact(found.intersection()[c]);
        }
        compare.differing(name + ".intersection", ints(field(recorded, "intersection")), intersection);
        compare.differing(name + ".union", ints(field(recorded, "union")), union);
        JsonNode percent = field(recorded, "iou_percent");
        for (int c = 0; c < classes; c++) {
            compare.relative(name + ".iou" + c, number(percent.get(c)), PERCENT * found.iou()[c], IOU);
        }
        compare.relative(
                name + ".miou",
                number(field(recorded, "miou_percent")),
                PERCENT * found.meanIou(AbsentClasses.ZERO),
                IOU);
    }

    /** logits(k) = sum over c of W[k,c] x[c] + b[k] + V[k,c] times the mean of x[c] over what the network is given. */
    private UnaryOperator<Tensor> network(SafetensorsFile tensors) {
        Tensor w = pointwise(tensors.get("W"));
        Tensor v = pointwise(tensors.get("V"));
        TensorOptional b = new TensorOptional(place.here(Tensors.floats(tensors.get("b"))));
        return x -> {
            Tensor mean = torch.mean(x, new long[] {2, 3}, true, new ScalarTypeOptional());
            return convolved(x, w, b).add(convolved(mean, v, new TensorOptional()));
        };
    }

    private static Tensor convolved(Tensor x, Tensor weight, TensorOptional bias) {
        return torch.conv2d(x, weight, bias, new long[] {1, 1}, new long[] {0, 0}, new long[] {1, 1}, 1);
    }

    private Tensor pointwise(SafetensorsFile.Entry matrix) {
        return place.here(Tensors.of(matrix.floats(), matrix.shape()[0], matrix.shape()[1], 1, 1));
    }
}
