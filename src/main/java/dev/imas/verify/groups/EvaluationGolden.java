package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.ints;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.device.TensorKernels;
import dev.imas.device.Torch;
import dev.imas.predict.Confusion;
import dev.imas.predict.Evaluator;
import dev.imas.predict.SlidingWindows;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import dev.imas.weights.SafetensorsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Counts, mIoU and sliding windows (method 5). */
final class EvaluationGolden extends PlacedGroup {
    private static final double SOFTMAX_SUM = 5e-6;
    private static final double DOUBLE = 1e-12;

    EvaluationGolden(Place place) {
        super("11_evaluation", place);
    }

    @Override
    public void run(GoldenData data, Consumer<Check> report) throws IOException {
        Torch.load();
        JsonNode json = data.json(name() + "/evaluation.json");
        SafetensorsFile tensors = data.tensors(name() + "/evaluation.safetensors");
        Comparison compare = new Comparison(name(), report, place.slack());
        for (JsonNode recorded : field(json, "iou")) {
            try (PointerScope scope = new PointerScope()) {
                iou(recorded, tensors, compare);
            }
        }
        for (JsonNode recorded : field(json, "sliding")) {
            try (PointerScope scope = new PointerScope()) {
                sliding(recorded, tensors, compare);
            }
        }
    }

    /** Recorded predictions go in as logits that are 1 for the predicted class and 0 for the others. */
    private void iou(JsonNode recorded, SafetensorsFile tensors, Comparison compare) {
        int classes = field(recorded, "classes").asInt();
        Tensor predicted = labels(tensors.get(field(recorded, "pred").asText()));
        Tensor truth = labels(tensors.get(field(recorded, "target").asText()));
        Tensor logits = torch.cat(new org.bytedeco.pytorch.TensorVector(oneHot(predicted, classes)), 1);
        Evaluator evaluator = evaluator(EvaluationMode.WHOLE, 2, classes);
        Tensor counts = new TensorKernels(place.compute()).confusionCounts(classes);
        evaluator.count(logits, truth, UnaryOperator.identity(), counts);
        Confusion found = Evaluator.confusion(counts);
        String name = "iou." + field(recorded, "name").asText();
        compareCounts(name, recorded, found, compare);
        compare.differing(name + ".target_area", ints(field(recorded, "target_area")), narrow(found.truth()));
    }

    private static Tensor[] oneHot(Tensor labels, int classes) {
        Tensor[] planes = new Tensor[classes];
        for (int c = 0; c < classes; c++) {
            planes[c] = labels.eq(new org.bytedeco.pytorch.Scalar(c)).to(torch.ScalarType.Float);
        }
        return planes;
    }

    private void sliding(JsonNode recorded, SafetensorsFile tensors, Comparison compare) {
        int classes = field(recorded, "classes").asInt();
        int side = field(recorded, "crop").asInt();
        String name = "sliding." + field(recorded, "name").asText();
        Evaluator evaluator = evaluator(EvaluationMode.SLIDING, side, classes);
        UnaryOperator<Tensor> network =
                network(tensors, field(recorded, "uses_window_mean").asBoolean());
        Tensor counts = new TensorKernels(place.compute()).confusionCounts(classes);
        List<Integer> windows = new ArrayList<>();
        for (int batch = 0; batch < field(recorded, "batches").asInt(); batch++) {
            String prefix = name + "." + batch;
            Tensor images = place.here(Tensors.floats(tensors.get(prefix + ".image")));
            Tensor scores = evaluator.scores(images, network);
            new SlidingWindows(side)
                    .windows((int) images.size(2), (int) images.size(3))
                    .forEach(w -> {
                        windows.add(w.height());
                        windows.add(w.width());
                    });
            if (tensors.entries().containsKey(prefix + ".accumulated_image0")) {
                compare.absolute(
                        prefix + ".accumulated",
                        tensors.get(prefix + ".accumulated_image0").floats(),
                        Tensors.floats(scores.narrow(0, 0, 1)),
                        SOFTMAX_SUM);
            }
            compare.differing(
                    prefix + ".argmax",
                    tensors.get(prefix + ".argmax").bytes(),
                    Tensors.bytes(scores.argmax(new LongOptional(1), false)));
            evaluator.count(images, labels(tensors.get(prefix + ".labels")), network, counts);
        }
        compare.differing(
                name + ".windows",
                ints(field(recorded, "windows_in_order")),
                windows.stream().mapToInt(Integer::intValue).toArray());
        compareCounts(name, recorded, Evaluator.confusion(counts), compare);
    }

    /** logits(k) = sum over c of W[k,c] x[c] + b[k], and V[k,c] times the mean of x[c] over the window. */
    private UnaryOperator<Tensor> network(SafetensorsFile tensors, boolean windowMean) {
        Tensor w = pointwise(tensors.get("sliding.W"));
        Tensor v = pointwise(tensors.get("sliding.V"));
        TensorOptional b = new TensorOptional(place.here(Tensors.floats(tensors.get("sliding.b"))));
        return x -> {
            Tensor logits = torch.conv2d(x, w, b, new long[] {1, 1}, new long[] {0, 0}, new long[] {1, 1}, 1);
            if (!windowMean) {
                return logits;
            }
            Tensor mean = torch.mean(x, new long[] {2, 3}, true, new ScalarTypeOptional());
            return logits.add(torch.conv2d(
                    mean, v, new TensorOptional(), new long[] {1, 1}, new long[] {0, 0}, new long[] {1, 1}, 1));
        };
    }

    private Tensor pointwise(SafetensorsFile.Entry matrix) {
        return place.here(Tensors.of(matrix.floats(), matrix.shape()[0], matrix.shape()[1], 1, 1));
    }

    private static void compareCounts(String name, JsonNode recorded, Confusion found, Comparison compare) {
        int[] union = new int[found.classes()];
        for (int c = 0; c < union.length; c++) {
            union[c] = Math.toIntExact(found.union(c));
        }
        compare.differing(name + ".intersection", ints(field(recorded, "intersection")), narrow(found.intersection()));
        compare.differing(name + ".union", ints(field(recorded, "union")), union);
        JsonNode iou = field(recorded, "iou");
        for (int c = 0; c < iou.size(); c++) {
            compare.relative(name + ".iou" + c, number(iou.get(c)), found.iou()[c], DOUBLE);
        }
        compare.relative(name + ".miou", number(field(recorded, "miou")), found.meanIou(AbsentClasses.ZERO), DOUBLE);
    }

    private Evaluator evaluator(EvaluationMode mode, int window, int classes) {
        Evaluation settings = ConfigYaml.defaults().evaluation().withMode(mode).withWindow(window);
        return new Evaluator(place.compute(), new TensorKernels(place.compute()), settings, classes);
    }

    /** Recorded maps [N,H,W] or [H,W] as u8 [N,1,H,W]. */
    private Tensor labels(SafetensorsFile.Entry entry) {
        long[] s = entry.shape();
        return place.here(
                s.length == 2
                        ? Tensors.of(entry.bytes(), 1, 1, s[0], s[1])
                        : Tensors.of(entry.bytes(), s[0], 1, s[1], s[2]));
    }

    private static int[] narrow(long[] values) {
        return java.util.Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }
}
