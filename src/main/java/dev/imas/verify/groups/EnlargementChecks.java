package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.device.Torch;
import dev.imas.kernels.Enlargement;
import dev.imas.nn.Bilinear;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.verify.memory.ArrayKernels.Loss;
import dev.imas.verify.memory.KernelMemory;
import dev.imas.verify.memory.Logits;
import dev.imas.verify.memory.Tensors;
import dev.imas.weights.SafetensorsFile;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/**
 * The enlargement alone, in its three forms: the network's (libtorch, with autograd), the plain definition, and the
 * one fused into the kernels. The kernels hand out no enlarged logits, so theirs is seen through two classes with
 * logits (x, 0): the confidence is then sigmoid(|y|), the loss of label 0 log(1 + exp(-y)) and its gradient the
 * transpose applied to (sigmoid(y) - 1) / pixels.
 */
final class EnlargementChecks {
    /** Bilinear means of float32. */
    private static final double FORWARD = 3e-6;
    /** Sums of up to some hundred products in float32. */
    private static final double BACKWARD = 1e-5;
    /** What the fused kernels are asked for elsewhere in this group: a sigmoid, a loss, a gradient. */
    private static final double FUSED_CONFIDENCE = 5e-6;

    private static final double FUSED_LOSS = 2e-6;
    private static final double FUSED_GRADIENT = 3e-6;

    private final Comparison compare;
    private final ArrayKernels kernels;

    EnlargementChecks(Comparison compare, ArrayKernels kernels) {
        this.compare = compare;
        this.kernels = kernels;
    }

    void run(JsonNode cases, SafetensorsFile tensors) {
        for (JsonNode c : cases) {
            Logits x = Logits.of(tensors, field(c, "x").asText());
            float[] y = tensors.get(field(c, "y").asText()).floats();
            float[] gradY = tensors.get(field(c, "grad_y").asText()).floats();
            float[] gradX = tensors.get(field(c, "grad_x").asText()).floats();
            int[] size = GoldenData.size(field(c, "output"));
            String name = field(c, "name").asText();
            KernelMemory.elements(y.length, x.images(), x.classes(), size[0], size[1]);
            KernelMemory.elements(gradY.length, x.images(), x.classes(), size[0], size[1]);
            plain(name, x, size, y, gradY, gradX);
            libtorch(name, x, size, y, gradY, gradX);
            fused(name, x, size, y);
        }
    }

    private void plain(String name, Logits x, int[] size, float[] y, float[] gradY, float[] gradX) {
        Enlargement enlargement = new Enlargement(x.height(), x.width(), size[0], size[1]);
        int planes = x.images() * x.classes();
        compare.absolute(
                name + ".definition.interpolation_forward",
                y,
                eachPlane(x.values(), planes, enlargement::forward),
                FORWARD);
        compare.absolute(
                name + ".definition.interpolation_backward",
                gradX,
                eachPlane(gradY, planes, enlargement::transpose),
                BACKWARD);
    }

    private void libtorch(String name, Logits x, int[] size, float[] y, float[] gradY, float[] gradX) {
        Torch.load();
        try (PointerScope scope = new PointerScope()) {
            Tensor input = Tensors.of(x.values(), x.shape());
            input.set_requires_grad(true);
            Tensor output = Bilinear.enlarged(input, size[0], size[1]);
            output.backward(
                    Tensors.of(gradY, x.images(), x.classes(), size[0], size[1]),
                    new BoolOptional(),
                    false,
                    new TensorArrayRefOptional());
            compare.absolute(name + ".libtorch.interpolation_forward", y, Tensors.floats(output), FORWARD);
            compare.absolute(name + ".libtorch.interpolation_backward", gradX, Tensors.floats(input.grad()), BACKWARD);
        }
    }

    /** Every plane of x becomes an image with two classes, the second all zeros. */
    private void fused(String name, Logits x, int[] size, float[] y) {
        int planes = x.images() * x.classes();
        int inPixels = x.height() * x.width();
        int outPixels = size[0] * size[1];
        float[] pair = new float[planes * 2 * inPixels];
        for (int p = 0; p < planes; p++) {
            System.arraycopy(x.values(), p * inPixels, pair, p * 2 * inPixels, inPixels);
        }
        Logits logits = new Logits(pair, planes, 2, x.height(), x.width());

        float[] confidence = new float[y.length];
        for (int i = 0; i < y.length; i++) {
            confidence[i] = (float) sigmoid(Math.abs(y[i]));
        }
        compare.absolute(
                name + ".kernels.interpolation_confidence",
                confidence,
                kernels.pseudoLabel(logits, logits, size[0], size[1], 0.5f).confidence(),
                FUSED_CONFIDENCE);

        byte[] labels = new byte[y.length];
        float[] certain = new float[y.length];
        java.util.Arrays.fill(certain, 1f);
        Loss found = kernels.consistencyLoss(logits, labels, certain, size[0], size[1], 0.5f, null);
        compare.relative(name + ".kernels.interpolation_loss", meanLossOfLabelZero(y), found.loss(), FUSED_LOSS);

        Enlargement enlargement = new Enlargement(x.height(), x.width(), size[0], size[1]);
        float[] expected = new float[pair.length];
        for (int p = 0; p < planes; p++) {
            double[] gradY = new double[outPixels];
            for (int i = 0; i < outPixels; i++) {
                gradY[i] = (sigmoid(y[p * outPixels + i]) - 1) / y.length;
            }
            double[] gradX = enlargement.transpose(gradY);
            for (int i = 0; i < inPixels; i++) {
                expected[p * 2 * inPixels + i] = (float) gradX[i];
                expected[(p * 2 + 1) * inPixels + i] = (float) -gradX[i];
            }
        }
        compare.relativeToMax(name + ".kernels.interpolation_grad", expected, found.grad(), FUSED_GRADIENT);
    }

    private static double meanLossOfLabelZero(float[] y) {
        double sum = 0;
        for (float value : y) {
            sum += Math.log1p(Math.exp(-value));
        }
        return sum / y.length;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private interface PlaneOperation {
        double[] apply(double[] plane);
    }

    private static float[] eachPlane(float[] values, int planes, PlaneOperation operation) {
        int length = values.length / planes;
        float[] result = null;
        for (int p = 0; p < planes; p++) {
            double[] plane = new double[length];
            for (int i = 0; i < length; i++) {
                plane[i] = values[p * length + i];
            }
            double[] out = operation.apply(plane);
            if (result == null) {
                result = new float[planes * out.length];
            }
            for (int i = 0; i < out.length; i++) {
                result[p * out.length + i] = (float) out[i];
            }
        }
        return result;
    }
}
