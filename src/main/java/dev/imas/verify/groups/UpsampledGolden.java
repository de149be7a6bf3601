package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.number;
import static dev.imas.verify.engine.GoldenData.size;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.verify.memory.ArrayKernels.Loss;
import dev.imas.verify.memory.ArrayKernels.PseudoLabels;
import dev.imas.verify.memory.Logits;
import dev.imas.weights.SafetensorsFile;

/**
 * Pseudo-labels, gamma and consistency loss through the fused enlargement of low-resolution logits, and that
 * enlargement alone.
 */
final class UpsampledGolden extends KernelGroup {
    /** Softmax of bilinear means in float32. */
    private static final double MAX_PROBABILITY = 5e-6;
    /** Quotients of counts, rounded to float32 a few times. */
    private static final double RATIO = 1e-6;
    /** Log-softmax of bilinear means, summed in a different order. */
    private static final double LOSS = 2e-6;
    /** Relative to the largest element; each sums the contributions of up to some sixty pixels. Also for the norm. */
    private static final double GRADIENT = 3e-6;

    UpsampledGolden(ArrayKernels kernels) {
        super("03_upsampled", kernels);
    }

    @Override
    void check(JsonNode json, SafetensorsFile tensors, Comparison compare) {
        for (JsonNode c : field(json, "cases")) {
            Case recorded = new Case(
                    field(c, "name").asText(),
                    Logits.of(tensors, field(c, "student").asText()),
                    Logits.of(tensors, field(c, "teacher").asText()),
                    Logits.of(tensors, field(c, "strong").asText()),
                    size(field(c, "size")));
            for (JsonNode run : field(c, "runs")) {
                run(compare, tensors, recorded, run);
            }
        }
        new EnlargementChecks(compare, kernels).run(field(json, "interpolation"), tensors);
    }

    /** @param size rows and columns of the images */
    private record Case(String name, Logits student, Logits teacher, Logits strong, int[] size) {}

    private void run(Comparison compare, SafetensorsFile tensors, Case c, JsonNode run) {
        float threshold = (float) number(field(run, "threshold"));
        boolean weighted = field(run, "weighted_by_v1").asBoolean();
        int height = c.size[0];
        int width = c.size[1];
        String name = c.name + ".t" + threshold + (weighted ? ".by_v1" : ".unweighted");

        PseudoLabels student = kernels.pseudoLabel(c.teacher, c.student, height, width, threshold);
        PseudoLabels teacher = kernels.pseudoLabel(c.student, c.teacher, height, width, threshold);
        compare.differing(
                name + ".student_labels",
                tensors.get(c.name + ".student_labels").bytes(),
                student.labels());
        compare.differing(
                name + ".teacher_labels",
                tensors.get(c.name + ".teacher_labels").bytes(),
                teacher.labels());
        compare.absolute(
                name + ".teacher_max_prob",
                tensors.get(c.name + ".teacher_max_prob").floats(),
                teacher.confidence(),
                MAX_PROBABILITY);
        float[] gamma = GammaChecks.run(
                compare, name, run, kernels, teacher.counts(), c.student.images(), (long) height * width, RATIO);

        Loss found = kernels.consistencyLoss(
                c.strong, teacher.labels(), teacher.confidence(), height, width, threshold, weighted ? gamma : null);
        compare.relative(name + ".loss", number(field(run, "loss")), found.loss(), LOSS);
        compare.relative(name + ".grad_l2", number(field(run, "grad_l2")), Comparison.norm(found.grad()), GRADIENT);
        String grad = field(run, "grad").asText();
        if (tensors.entries().containsKey(grad)) {
            compare.relativeToMax(name + ".grad", tensors.get(grad).floats(), found.grad(), GRADIENT);
        }
    }
}
