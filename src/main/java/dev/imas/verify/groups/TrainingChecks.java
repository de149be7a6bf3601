package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.floats;
import static dev.imas.verify.engine.GoldenData.ints;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.config.ImasConfig.GammaVersion;
import dev.imas.config.ImasConfig.Unsupervised;
import dev.imas.device.TensorKernels;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.semi.CutMix;
import dev.imas.semi.Schedule;
import dev.imas.semi.StepResult;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import dev.imas.weights.SafetensorsFile;
import java.util.BitSet;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Holds a replayed run against its recording. Training amplifies rounding, so the tolerances follow the drift that was
 * recorded between float32, float64 and two float32 libraries: five times that, and never less than the first step's.
 */
final class TrainingChecks {
    private static final double DRIFTS = 5;
    private static final double FIRST_LOSS = 1e-5;
    private static final double FIRST_GRADIENT = 5e-3;
    /** Single tensors: a flipped ReLU weighs more in one of them than in the whole. */
    private static final double TENSOR_GRADIENT = 2e-2;

    private static final double FIRST_MOVED = 1e-2;
    private static final double LATER_MOVED = 3e-2;
    private static final double SCHEDULE = 1e-12;
    private static final int FIRST_PIXELS = 2;

    private final RecordedRun recorded;
    private final Comparison compare;
    private final Place place;
    private final double pixels;

    TrainingChecks(RecordedRun recorded, Comparison compare, Place place) {
        this.recorded = recorded;
        this.compare = compare;
        this.place = place;
        this.pixels = recorded.height() * recorded.width();
    }

    /** The labels that both runs make from a formula. */
    void labels(SafetensorsFile tensors) {
        SafetensorsFile.Entry entry = tensors.get("labels.step0");
        compare.differing(recorded.name() + ".labels", entry.bytes(), recorded.labels((int) entry.shape()[0], 0));
    }

    void rates(int i, JsonNode row) {
        Schedule schedule = recorded.schedule();
        JsonNode groups = field(recorded.json(), "parameter_groups");
        double multiplier = recorded.config().training().headLrMultiplier();
        for (int g = 0; g < groups.size(); g++) {
            double found = schedule.lr(i) * (groups.get(g).asText().equals("encoder") ? 1 : multiplier);
            compare.relative(
                    name(i, "lr." + groups.get(g).asText()),
                    number(field(row, "lr").get(g)),
                    found,
                    SCHEDULE);
        }
        compare.relative(name(i, "ema_decay"), number(field(row, "ema_decay")), schedule.emaDecay(i), SCHEDULE);
    }

    void losses(int i, JsonNode row, StepResult result) {
        compare.relative(
                name(i, "sup_loss"),
                number(field(row, "sup_loss")),
                result.lossSup().item_float(),
                drift(i, "sup_loss", FIRST_LOSS));
        compare.relative(
                name(i, "total_loss"),
                number(field(row, "total_loss")),
                result.total().item_float(),
                Math.max(drift(i, "total_loss", FIRST_LOSS), drift(i, "sup_loss", FIRST_LOSS)));
        int views =
                result instanceof StepResult.SemiSupervised semi ? semi.views().size() : 0;
        compare.equal(name(i, "views"), field(row, "unsup_terms").size(), views);
    }

    void consistency(int i, JsonNode row, StepResult.SemiSupervised result) {
        JsonNode terms = field(row, "unsup_terms");
        double tolerance = drift(i, "unsup_loss", FIRST_LOSS);
        for (int k = 0; k < Math.min(terms.size(), result.views().size()); k++) {
            compare.relative(
                    name(i, "unsup_term" + k),
                    number(terms.get(k)),
                    result.views().get(k).item_float(),
                    tolerance);
        }
        compare.relative(
                name(i, "unsup_loss"),
                number(field(row, "unsup_loss")),
                result.lossUnsup().item_float(),
                tolerance);
    }

    void agreement(int i, JsonNode row, StepResult.SemiSupervised result) {
        double tolerance = drift(i, "hardness_v1", FIRST_PIXELS / pixels);
        Tensor parts = result.agreement().parts();
        compare.absolute(
                name(i, "hardness_v1"),
                floats(field(row, "hardness_v1")),
                Tensors.floats(result.agreement().gamma()),
                tolerance);
        compare.absolute(
                name(i, "ratio_student"),
                floats(field(row, "ratio_student")),
                Tensors.floats(parts.select(3, 2)),
                tolerance);
        compare.absolute(
                name(i, "ratio_teacher"),
                floats(field(row, "ratio_teacher")),
                Tensors.floats(parts.select(3, 3)),
                tolerance);
        // v2 divides by the confident shares: an error of the numerator grows as they shrink.
        Unsupervised rules = recorded.config().unsupervised().withGammaVersion(GammaVersion.V2);
        float[] v2 = Tensors.floats(new TensorKernels(place.compute())
                .agreement(result.pseudo(), rules)
                .gamma());
        double smallest = Float.MAX_VALUE;
        for (float ratio : floats(field(row, "ratio_teacher"))) {
            smallest = Math.min(smallest, ratio);
        }
        compare.absolute(
                name(i, "hardness_v2"), floats(field(row, "hardness_v2")), v2, tolerance * Math.max(1, 1 / smallest));
        compare.equal(
                name(i, "cutmix_fired"),
                field(row, "cutmix_fired").asBoolean() ? 1 : 0,
                result.cutmix() instanceof CutMix.Fired ? 1 : 0);
        if (row.has("pairing")) {
            int[] pairing = new int[(int) result.agreement().pairing().numel()];
            result.agreement().pairing().cpu().data_ptr_int().get(pairing);
            compare.differing(name(i, "pairing"), ints(row.get("pairing")), pairing);
        }
    }

    /** Label maps, label agreement and confidences. */
    void maps(int i, SafetensorsFile tensors, StepResult.SemiSupervised result) {
        JsonNode row = field(recorded.json(), "steps").get(i);
        double differing = labelDrift(i);
        byte[] teacher = Tensors.bytes(result.pseudo().labels());
        int images = (int) result.pseudo().labels().size(0);
        for (int b = 0; b < images; b++) {
            double error = Math.abs(field(row, "classes_teacher").get(b).asInt() - classes(teacher, b, images));
            compare.count(name(i, "classes_teacher" + b), error, Math.min(differing, 1));
        }
        compare.report(
                name(i, "label_agreement"),
                Math.abs(number(field(row, "label_agreement")) - agreement(result)),
                2 * differing / (images * pixels) + 1e-9,
                "");
        SafetensorsFile.Entry labels = tensors.entries().get("step" + i + ".teacher_labels");
        if (labels != null) {
            byte[] expected = labels.bytes();
            int count = 0;
            for (int p = 0; p < expected.length; p++) {
                count += expected[p] == teacher[p] ? 0 : 1;
            }
            compare.report(name(i, "teacher_labels"), count, differing, "");
        }
        SafetensorsFile.Entry confidence = tensors.entries().get("step" + i + ".teacher_max_prob");
        if (confidence != null) {
            // A probability moves at most half as much as the logits, whose drift was recorded at the end of the run.
            compare.absolute(
                    name(i, "teacher_max_prob"),
                    confidence.floats(),
                    Tensors.floats(result.pseudo().confidence()),
                    number(field(finalDrift(), "final eval logits: max |f32-f64|")));
        }
    }

    void gradients(int i, JsonNode row, Map<String, Tensor> parameters) {
        double square = 0;
        for (Tensor parameter : parameters.values()) {
            double norm = norm(parameter.grad());
            square += norm * norm;
        }
        double tolerance = drift(i, "grad_l2_total", FIRST_GRADIENT);
        compare.relative(name(i, "grad_l2_total"), number(field(row, "grad_l2_total")), Math.sqrt(square), tolerance);
        JsonNode exact = field(recorded.json(), "steps_float64").get(i).get("grad_l2");
        field(row, "grad_l2").properties().forEach(entry -> {
            double own = DRIFTS * Math.abs(number(entry.getValue()) / number(exact.get(entry.getKey())) - 1);
            compare.relative(
                    name(i, "grad_l2." + entry.getKey()),
                    number(entry.getValue()),
                    norm(parameters.get(entry.getKey()).grad()),
                    Math.max(TENSOR_GRADIENT, Math.max(tolerance, own)));
        });
    }

    /** Norms after the step, and of the distance to the start: the sharper test, since weights move little. */
    void weights(int i, JsonNode row, Map<String, Tensor> student, Map<String, Tensor> teacher) {
        JsonNode after = field(row, "after");
        weights(i, "student", after, student);
        weights(i, "teacher", after, teacher);
    }

    private void weights(int i, String who, JsonNode after, Map<String, Tensor> state) {
        double moved = i == 0 ? FIRST_MOVED : LATER_MOVED;
        field(after, who + "_l2")
                .properties()
                .forEach(entry -> compare.relative(
                        name(i, who + "_l2." + entry.getKey()),
                        number(entry.getValue()),
                        norm(state.get(entry.getKey())),
                        DRIFTS * Math.max(1e-6, number(field(driftRow(i), "worst parameter l2 relative")))));
        field(after, who + "_moved_l2")
                .properties()
                .forEach(entry -> compare.relative(
                        name(i, who + "_moved_l2." + entry.getKey()),
                        number(entry.getValue()),
                        moved(entry.getKey(), state.get(entry.getKey())),
                        moved));
    }

    /** The final tensors, and what both networks predict. */
    void end(SegmentationNetwork student, SegmentationNetwork teacher, SafetensorsFile tensors) {
        JsonNode last = field(recorded.json(), "final");
        int steps = field(recorded.json(), "steps").size() - 1;
        end("student", student, last, tensors, steps);
        end("teacher", teacher, last, tensors, steps);
    }

    private void end(String who, SegmentationNetwork network, JsonNode last, SafetensorsFile tensors, int step) {
        String prefix = recorded.name() + ".final." + who + ".";
        double l2 = DRIFTS * number(field(driftRow(step), "worst parameter l2 relative"));
        double samples = DRIFTS * number(field(finalDrift(), who + ": worst sample |f32-f64| / max|sample|"));
        field(last, who).properties().forEach(entry -> {
            float[] values = Tensors.floats(network.state().get(entry.getKey()));
            compare.relative(
                    prefix + entry.getKey() + ".l2",
                    number(field(entry.getValue(), "l2")),
                    Comparison.norm(values),
                    l2);
            compare.relativeToMax(
                    prefix + entry.getKey() + ".samples",
                    floats(field(entry.getValue(), "samples")),
                    Samples.of(values),
                    samples);
        });
        double square = 0;
        for (Tensor parameter : network.parameters().values()) {
            double norm = norm(parameter);
            square += norm * norm;
        }
        compare.relative(prefix + "all_l2", number(field(last, "all_" + who + "_l2")), Math.sqrt(square), l2);
        network.buffers().forEach((key, buffer) -> {
            if (key.equals("encoder.bn1.num_batches_tracked")) {
                compare.relative(
                        prefix + "num_batches_tracked",
                        number(field(field(last, "num_batches_tracked"), who)),
                        Tensors.floats(buffer)[0],
                        1e-6);
            }
        });
        SafetensorsFile.Entry logits = tensors.get("final." + who + "_eval_lowres");
        try (PointerScope scope = new PointerScope()) {
            int n = (int) logits.shape()[0];
            Tensor input = place.here(Tensors.of(
                    recorded.filler().image("input", n, 3, recorded.height(), recorded.width()),
                    n,
                    3,
                    recorded.height(),
                    recorded.width()));
            Tensor found = place.compute()
                    .forward(false, () -> network.forward(input, false))
                    .logits();
            compare.absolute(
                    prefix + "eval_lowres",
                    logits.floats(),
                    Tensors.floats(found),
                    DRIFTS * number(field(finalDrift(), "final eval logits: max |f32-f64|")));
        }
    }

    private double moved(String key, Tensor now) {
        float[] start = recorded.filler().state(key, now.shape());
        float[] values = Tensors.floats(now);
        double square = 0;
        for (int k = 0; k < values.length; k++) {
            double d = (double) values[k] - start[k];
            square += d * d;
        }
        return Math.sqrt(square);
    }

    private static double norm(Tensor t) {
        return Comparison.norm(Tensors.floats(t));
    }

    private int classes(byte[] labels, int image, int images) {
        BitSet present = new BitSet();
        int size = labels.length / images;
        for (int p = image * size; p < (image + 1) * size; p++) {
            present.set(labels[p] & 255);
        }
        return present.cardinality();
    }

    /** Share of pixels with equal labels of student and teacher, from the counts of the hardness kernel. */
    private double agreement(StepResult.SemiSupervised result) {
        Tensor counts = result.pseudo().counts();
        int classes = recorded.classes();
        float[] both = Tensors.floats(counts.narrow(3, 2L * classes, classes));
        double sum = 0;
        for (float n : both) {
            sum += n;
        }
        return sum / (counts.size(0) * pixels);
    }

    /** Pixels that may have another label; on a GPU some in the first step, too. */
    private double labelDrift(int i) {
        double recordedDrift =
                driftRow(i).path("pseudo labels differing (f32 vs f64)").asDouble(0);
        return i > 0 ? DRIFTS * Math.max(1, recordedDrift) : place.compute().cuda() ? 1 : 0;
    }

    /** Five times the worst recorded drift of a quantity, and at least {@code floor}. */
    private double drift(int i, String quantity, double floor) {
        double worst = 0;
        for (Map.Entry<String, JsonNode> entry : driftRow(i).properties()) {
            if (entry.getKey().startsWith(quantity + ":") && entry.getValue().isNumber()) {
                worst = Math.max(worst, entry.getValue().doubleValue());
            }
        }
        return i == 0 ? floor : Math.max(floor, DRIFTS * worst);
    }

    private JsonNode driftRow(int i) {
        return field(recorded.json(), "drift").get(i);
    }

    private JsonNode finalDrift() {
        return field(recorded.json(), "final_drift");
    }

    private String name(int i, String quantity) {
        return recorded.name() + ".step" + i + "." + quantity;
    }
}
