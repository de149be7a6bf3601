package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.item;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.common.UserException;
import dev.imas.kernels.SupervisedLoss.Kind;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.verify.memory.ArrayKernels.Loss;
import dev.imas.verify.memory.Logits;
import dev.imas.weights.SafetensorsFile;

/** Cross-entropy and OHEM with the auxiliary term (method 3.6) and their gradients, at full resolution. */
final class SupervisedLossGolden extends KernelGroup {
    /** A float32 log-softmax a pixel, summed in a different order. */
    private static final double LOSS = 1e-6;
    /** Softmax minus one-hot in float32, relative to the largest element; also for the norm of it. */
    private static final double GRADIENT = 3e-6;

    SupervisedLossGolden(ArrayKernels kernels) {
        super("06_sup_loss", kernels);
    }

    @Override
    void check(JsonNode json, SafetensorsFile tensors, Comparison compare) {
        Logits main = Logits.of(tensors, "logits");
        Logits auxiliary = Logits.of(tensors, "aux_logits");
        float auxiliaryWeight = (float) number(field(json, "aux_weight"));
        for (JsonNode c : field(json, "cases")) {
            String name = field(c, "name").asText();
            byte[] labels = tensors.get(field(c, "labels").asText()).bytes();
            Loss ofMain = loss(c, main, labels, 1f);
            term(compare, name, c, 0, ofMain);
            gradient(compare, name + ".grad", c.get("grad"), tensors, ofMain);
            compare.relative(name + ".grad_l2", number(field(c, "grad_l2")), Comparison.norm(ofMain.grad()), GRADIENT);
            compare.equal(
                    name + ".grad_nonzero",
                    field(c, "grad_nonzero").asLong(),
                    PixelMask.count(PixelMask.nonZero(
                            ofMain.grad(), main.images(), main.classes(), main.height() * main.width())));
            double total = ofMain.loss();
            if (field(c, "aux").asBoolean()) {
                Loss ofAuxiliary = loss(c, auxiliary, labels, auxiliaryWeight);
                term(compare, name, c, 1, ofAuxiliary);
                gradient(compare, name + ".grad_aux", c.get("grad_aux"), tensors, ofAuxiliary);
                total += (double) auxiliaryWeight * ofAuxiliary.loss();
            }
            compare.relative(name + ".loss", zeroForNaN(number(field(c, "loss"))), total, LOSS);
        }
    }

    private Loss loss(JsonNode c, Logits logits, byte[] labels, float gradScale) {
        String type = field(c, "type").asText();
        if (c.path("use_weight").asBoolean(false)) {
            throw new UserException("case '" + c.path("name").asText()
                    + "' weighs the classes, which the method does not do; take it out of the recorded data");
        }
        return switch (type) {
            case "CELoss" ->
                kernels.supervisedLoss(logits, labels, logits.height(), logits.width(), Kind.CE, 0, 0, gradScale);
            case "ohem" ->
                kernels.supervisedLoss(
                        logits,
                        labels,
                        logits.height(),
                        logits.width(),
                        Kind.OHEM,
                        (float) number(field(c, "thresh")),
                        field(c, "min_kept").asLong(),
                        gradScale);
            default ->
                throw new UserException(
                        "case '" + c.path("name").asText() + "' has type '" + type + "', expected CELoss or ohem");
        };
    }

    private static void term(Comparison compare, String name, JsonNode c, int index, Loss found) {
        compare.relative(
                name + ".term" + index, zeroForNaN(number(item(field(c, "terms"), index))), found.loss(), LOSS);
        compare.equal(
                name + ".kept_pixels" + index,
                item(field(c, "kept_pixels"), index).asLong(),
                found.kept());
    }

    private static void gradient(
            Comparison compare, String name, JsonNode tensor, SafetensorsFile tensors, Loss found) {
        if (tensor != null && tensors.entries().containsKey(tensor.asText())) {
            compare.relativeToMax(name, tensors.get(tensor.asText()).floats(), found.grad(), GRADIENT);
        }
    }

    /** The published loss is 0/0 without a labelled pixel; here it is 0 (method 4, documented difference). */
    private static double zeroForNaN(double recorded) {
        return Double.isNaN(recorded) ? 0 : recorded;
    }
}
