package dev.imas.kernels;

import dev.imas.kernels.Tensors.Tensor;

/** The formulas of the method in double precision, one pixel at a time: what the kernels answer to in these tests. */
final class Reference {
    /** Enlarged logits of one image: [H*W][C]. */
    static double[][] enlarge(Tensor logits, long image, int height, int width) {
        int classes = (int) logits.extent(1);
        int rows = (int) logits.extent(2);
        int columns = (int) logits.extent(3);
        Enlargement enlargement = new Enlargement(rows, columns, height, width);
        double[][] pixels = new double[height * width][classes];
        for (int c = 0; c < classes; c++) {
            double[] plane = new double[rows * columns];
            for (int p = 0; p < plane.length; p++) {
                plane[p] = logits.get(image, c, p / columns, p % columns);
            }
            double[] enlarged = enlargement.forward(plane);
            for (int p = 0; p < pixels.length; p++) {
                pixels[p][c] = enlarged[p];
            }
        }
        return pixels;
    }

    static double[] softmax(double[] x) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double v : x) {
            largest = Math.max(largest, v);
        }
        double sum = 0;
        double[] p = new double[x.length];
        for (int c = 0; c < x.length; c++) {
            p[c] = Math.exp(x[c] - largest);
            sum += p[c];
        }
        for (int c = 0; c < x.length; c++) {
            p[c] /= sum;
        }
        return p;
    }

    static int best(double[] values) {
        int best = 0;
        for (int c = 1; c < values.length; c++) {
            if (values[c] > values[best]) {
                best = c;
            }
        }
        return best;
    }

    /** Sum over pixels of factor * -log softmax[label]; factor [B*H*W], 0 leaves a pixel out. */
    static double loss(Tensor logits, Tensor labels, double[] factor) {
        int height = (int) labels.extent(2);
        int width = (int) labels.extent(3);
        double sum = 0;
        for (int b = 0; b < logits.extent(0); b++) {
            double[][] pixels = enlarge(logits, b, height, width);
            for (int p = 0; p < pixels.length; p++) {
                double f = factor[b * pixels.length + p];
                if (f != 0) {
                    sum -= f * Math.log(softmax(pixels[p])[(int) labels.get(b, 0, p / width, p % width)]);
                }
            }
        }
        return sum;
    }

    /** Central difference of {@link #loss} with respect to one logit. */
    static double slope(Tensor logits, Tensor labels, double[] factor, long n, long c, long h, long w) {
        double x = logits.get(n, c, h, w);
        logits.set(n, c, h, w, x + 0.01);
        double upper = logits.get(n, c, h, w);
        double above = loss(logits, labels, factor);
        logits.set(n, c, h, w, x - 0.01);
        double lower = logits.get(n, c, h, w);
        double below = loss(logits, labels, factor);
        logits.set(n, c, h, w, x);
        return (above - below) / (upper - lower);
    }

    private Reference() {}
}
