package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.floats;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.verify.memory.ArrayKernels.Loss;
import dev.imas.verify.memory.Logits;
import dev.imas.weights.SafetensorsFile;

/** The consistency loss with threshold and weights (method 3.7) and its gradient, at full resolution. */
final class UnsupervisedLossGolden extends KernelGroup {
    /** A float32 log-softmax a pixel, summed in a different order. */
    private static final double LOSS = 1e-6;
    /** Softmax minus one-hot in float32, relative to the largest element; also for the norm of it. */
    private static final double GRADIENT = 2e-6;

    private static final int IGNORE = 255;

    UnsupervisedLossGolden(ArrayKernels kernels) {
        super("02_unsup_loss", kernels);
    }

    @Override
    void check(JsonNode json, SafetensorsFile tensors, Comparison compare) {
        for (JsonNode c : field(json, "cases")) {
            String name = field(c, "name").asText() + ".";
            Logits logits = Logits.of(tensors, field(c, "logits").asText());
            byte[] labels = tensors.get(field(c, "labels").asText()).bytes();
            float[] confidence = tensors.get(field(c, "confidence").asText()).floats();
            float threshold = (float) number(field(c, "threshold"));
            float[] weight = field(c, "hardness").isNull() ? null : floats(c.get("hardness"));
            Loss found = kernels.consistencyLoss(
                    logits, labels, confidence, logits.height(), logits.width(), threshold, weight);
            compare.relative(name + "loss", number(field(c, "loss")), found.loss(), LOSS);
            byte[] labelsAfter = labelsAfter(labels, keptByKernel(logits, labels, confidence, threshold));
            gradient(compare, name, c, tensors, found.grad(), logits, labelsAfter);
            compare.equal(name + "kept_pixels", field(c, "kept_pixels").asLong(), count(labelsAfter));
            if (tensors.entries().containsKey(name + "labels_after")) {
                compare.differing(
                        name + "labels_after",
                        tensors.get(name + "labels_after").bytes(),
                        labelsAfter);
            }
        }
    }

    private static void gradient(
            Comparison compare,
            String name,
            JsonNode c,
            SafetensorsFile tensors,
            float[] found,
            Logits logits,
            byte[] labelsAfter) {
        String recorded = field(c, "grad").asText();
        if (tensors.entries().containsKey(recorded)) {
            compare.relativeToMax(name + "grad", tensors.get(recorded).floats(), found, GRADIENT);
        } else if (recorded.startsWith("all zeros")) {
            compare.absolute(name + "grad", new float[found.length], found, Comparison.EXACT);
        }
        compare.relative(name + "grad_l2", number(field(c, "grad_l2")), Comparison.norm(found), GRADIENT);
        compare.equal(name + "grad_nan_elements", field(c, "grad_nan_elements").asLong(), nanElements(found));
        compare.equal(name + "grad_elsewhere", 0, nonZeroElsewhere(found, logits, labelsAfter));
    }

    /**
     * Pixels that the kernel keeps. Equal logits for two or more classes have a gradient at every kept pixel, so what
     * is non-zero there was kept, whatever the case's own logits and weights are.
     */
    private boolean[] keptByKernel(Logits logits, byte[] labels, float[] confidence, float threshold) {
        int classes = Math.max(2, logits.classes());
        int plane = logits.height() * logits.width();
        Logits equal = new Logits(
                new float[logits.images() * classes * plane],
                logits.images(),
                classes,
                logits.height(),
                logits.width());
        float[] grad = kernels.consistencyLoss(
                        equal, labels, confidence, logits.height(), logits.width(), threshold, null)
                .grad();
        return PixelMask.nonZero(grad, logits.images(), classes, plane);
    }

    private static byte[] labelsAfter(byte[] labels, boolean[] kept) {
        byte[] after = labels.clone();
        for (int i = 0; i < after.length; i++) {
            after[i] = kept[i] ? after[i] : (byte) IGNORE;
        }
        return after;
    }

    private static int count(byte[] labels) {
        int kept = 0;
        for (byte label : labels) {
            kept += (label & 0xff) == IGNORE ? 0 : 1;
        }
        return kept;
    }

    private static long nanElements(float[] values) {
        long count = 0;
        for (float value : values) {
            count += Float.isNaN(value) ? 1 : 0;
        }
        return count;
    }

    /** Pixels outside the kept ones with anything but an exact zero. */
    private static long nonZeroElsewhere(float[] grad, Logits logits, byte[] labelsAfter) {
        boolean[] touched =
                PixelMask.nonZero(grad, logits.images(), logits.classes(), logits.height() * logits.width());
        long count = 0;
        for (int i = 0; i < touched.length; i++) {
            count += touched[i] && (labelsAfter[i] & 0xff) == IGNORE ? 1 : 0;
        }
        return count;
    }
}
