package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.verify.memory.ArrayKernels.PseudoLabels;
import dev.imas.verify.memory.Logits;
import dev.imas.weights.SafetensorsFile;
import java.util.HashMap;
import java.util.Map;

/** Labels, confidences, agreement and gamma (method 4) from logits at full resolution. */
final class HardnessGolden extends KernelGroup {
    /** Softmax of float32 logits: rounding of exp and of a sum of some twenty terms. */
    private static final double MAX_PROBABILITY = 3e-6;
    /** Quotients of counts, rounded to float32 a few times. */
    private static final double RATIO = 1e-6;

    HardnessGolden(ArrayKernels kernels) {
        super("01_hardness", kernels);
    }

    @Override
    void check(JsonNode json, SafetensorsFile tensors, Comparison compare) {
        for (JsonNode c : field(json, "cases")) {
            String caseName = field(c, "name").asText();
            Logits student = Logits.of(tensors, field(c, "student_logits").asText());
            Logits teacher = Logits.of(tensors, field(c, "teacher_logits").asText());
            Map<Float, int[]> counts = new HashMap<>();
            for (JsonNode run : field(c, "runs")) {
                float threshold = (float) number(field(run, "threshold"));
                if (!counts.containsKey(threshold)) {
                    String name = caseName + ".t" + threshold;
                    PseudoLabels ofTeacher = labels(
                            compare, name + ".teacher_", student, teacher, threshold, tensors, caseName + ".teacher_");
                    labels(compare, name + ".student_", teacher, student, threshold, tensors, caseName + ".student_");
                    counts.put(threshold, ofTeacher.counts());
                }
                GammaChecks.run(
                        compare,
                        caseName + ".t" + threshold,
                        run,
                        kernels,
                        counts.get(threshold),
                        student.images(),
                        (long) student.height() * student.width(),
                        RATIO);
            }
        }
    }

    /** Labels and confidences of the second network, where they are recorded. */
    private PseudoLabels labels(
            Comparison compare,
            String name,
            Logits first,
            Logits second,
            float threshold,
            SafetensorsFile tensors,
            String recorded) {
        PseudoLabels found = kernels.pseudoLabel(first, second, second.height(), second.width(), threshold);
        if (tensors.entries().containsKey(recorded + "labels")) {
            compare.differing(name + "labels", tensors.get(recorded + "labels").bytes(), found.labels());
        }
        if (tensors.entries().containsKey(recorded + "max_prob")) {
            compare.absolute(
                    name + "max_prob",
                    tensors.get(recorded + "max_prob").floats(),
                    found.confidence(),
                    MAX_PROBABILITY);
        }
        return found;
    }
}
