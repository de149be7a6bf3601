package dev.imas.benchmarks;

/** The sizes of the published settings: a crop at full size and the network's logits at a quarter of it. */
public enum ProblemSize {
    VOC(4, 21, 129, 513),
    CITYSCAPES(2, 19, 193, 769);

    final int images;
    final int classes;
    final int low;
    final int full;

    ProblemSize(int images, int classes, int low, int full) {
        this.images = images;
        this.classes = classes;
        this.low = low;
        this.full = full;
    }

    long pixels() {
        return (long) images * full * full;
    }
}
