package dev.imas.kernels;

/**
 * Bilinear enlargement with aligned corners, and its transpose, in double precision: the plain definition of what the
 * kernels contain in a fused form, and what tests and {@code imas verify} hold them against. Not for speed. Planes are
 * row-major.
 */
public final class Enlargement {
    private final int inRows;
    private final int inColumns;
    private final int outRows;
    private final int outColumns;

    /** From planes [inRows, inColumns] to planes [outRows, outColumns], all at least 1. */
    public Enlargement(int inRows, int inColumns, int outRows, int outColumns) {
        this.inRows = inRows;
        this.inColumns = inColumns;
        this.outRows = outRows;
        this.outColumns = outColumns;
    }

    /** [inRows, inColumns] to [outRows, outColumns]. */
    public double[] forward(double[] x) {
        double[] y = new double[outRows * outColumns];
        visit((out, in, weight) -> y[out] += weight * x[in]);
        return y;
    }

    /** [outRows, outColumns] to [inRows, inColumns]: the gradient of the input from that of the output. */
    public double[] transpose(double[] gradY) {
        double[] gradX = new double[inRows * inColumns];
        visit((out, in, weight) -> gradX[in] += weight * gradY[out]);
        return gradX;
    }

    private interface Term {
        void add(int out, int in, double weight);
    }

    private void visit(Term term) {
        for (int i = 0; i < outRows; i++) {
            double y = source(i, inRows, outRows);
            int y0 = Math.min((int) y, inRows - 1);
            int y1 = Math.min(y0 + 1, inRows - 1);
            for (int j = 0; j < outColumns; j++) {
                double x = source(j, inColumns, outColumns);
                int x0 = Math.min((int) x, inColumns - 1);
                int x1 = Math.min(x0 + 1, inColumns - 1);
                int out = i * outColumns + j;
                term.add(out, y0 * inColumns + x0, (1 - (y - y0)) * (1 - (x - x0)));
                term.add(out, y0 * inColumns + x1, (1 - (y - y0)) * (x - x0));
                term.add(out, y1 * inColumns + x0, (y - y0) * (1 - (x - x0)));
                term.add(out, y1 * inColumns + x1, (y - y0) * (x - x0));
            }
        }
    }

    private static double source(int index, int in, int out) {
        return out == 1 ? 0 : index * (double) (in - 1) / (out - 1);
    }
}
