package dev.imas.predict;

import com.sun.management.OperatingSystemMXBean;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.Network;
import dev.imas.device.Compute;
import dev.imas.device.Gpu;
import dev.imas.image.ImageFiles;
import dev.imas.image.ImageSize;
import dev.imas.weights.NetworkSpec;
import java.lang.management.ManagementFactory;

/**
 * How large tiles are, and how far they overlap.
 *
 * @param side    multiple of {@link Grid#UNIT}
 * @param overlap pixels, at least a quarter of the side
 */
record TileSize(int side, int overlap) {
    /** Larger ones save little of what is computed twice. */
    private static final int LARGEST = 1504;

    /** Smaller ones see too little around them; who lacks the memory names a smaller side. */
    private static final int SMALLEST = 1024;
    /** What a row of tiles may take in pixels, and as much in logits. */
    private static final long ROW_BYTES = 256L << 20;
    /** Bytes a pixel of labels, confidence and an overlay on their way into files. */
    private static final int HEAP_OF_RESULT = 14;
    /** No more of a tile than this is shared with a neighbour for the sake of what lies around. */
    private static final double MOST_SHARED = 1.0 / 3;

    /**
     * @param wanted what the user says of it
     * @param spec   of the network
     * @param seen   size of the reduced picture
     */
    static TileSize of(Tiles wanted, NetworkSpec spec, Compute compute, ImageSize seen) {
        int side = upTo(wanted.side().orElseGet(() -> fitting(spec, compute, seen)));
        double share = wanted.overlap().orElseGet(() -> share(spec.network(), side));
        return new TileSize(side, (int) Math.ceil(share * side));
    }

    /** For messages. */
    @Override
    public String toString() {
        return side + " pixels that overlap by " + overlap;
    }

    /** Whether the network's maps of a picture as a whole would take more than their share of memory. */
    static boolean needed(ImageSize picture, NetworkSpec spec, Evaluation evaluation, Compute compute) {
        if (evaluation.mode() == EvaluationMode.SLIDING) {
            return false;
        }
        ImageSize seen = picture.times(evaluation.scale());
        double maps = (double) seen.width() * seen.height() * bytesOfPixel(spec.network());
        return maps > (compute.cuda() ? 2 * budget(compute) : memory() / 4);
    }

    /** Whether a file's picture, or its result on its way into files, is too large to be in the heap as a whole. */
    static boolean exceedsHeap(ImageSize picture, NetworkSpec spec) {
        double pixels = (double) picture.width() * picture.height();
        int copies = 3 * spec.input().pixelBytes() + HEAP_OF_RESULT;
        return pixels > ImageFiles.MAX_PIXELS
                || pixels * copies > Runtime.getRuntime().maxMemory();
    }

    private static int upTo(int side) {
        return (side + Grid.UNIT - 1) / Grid.UNIT * Grid.UNIT;
    }

    private static int fitting(NetworkSpec spec, Compute compute, ImageSize seen) {
        long budget = budget(compute);
        double byNetwork = Math.sqrt((double) budget / bytesOfPixel(spec.network()));
        double rowBytes = (double) seen.width() * spec.input().pixelBytes();
        double logitBytes =
                (double) seen.width() * spec.classes() * Float.BYTES / (Grid.FINE_PIXELS * Grid.FINE_PIXELS);
        double byRows = ROW_BYTES / Math.max(rowBytes, logitBytes);
        int least = Math.min(LARGEST, Math.max(SMALLEST, spec.sight().tile().orElse(SMALLEST)));
        return (int) Math.max(least, Math.min(LARGEST, Math.min(byNetwork, byRows)));
    }

    /** What a pass over a tile may take. */
    private static long budget(Compute compute) {
        return compute.cuda() ? Gpu.of(compute.deviceIndex()).free() / 2 : memory() / 8;
    }

    /** Of the machine, or of the container that the program may use. */
    private static long memory() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    /** Bytes that a pass takes for each pixel at its largest, measured in float32 and rounded up. */
    private static long bytesOfPixel(Network network) {
        long strideFactor = network.outputStride() == 8 ? 2 : 1;
        return strideFactor
                * switch (network.backbone()) {
                    case TINY -> 120;
                    case RESNET18, RESNET34 -> 600;
                    case RESNET50, RESNET101 -> 1000;
                };
    }

    /** In the middle of what two tiles share, both see as far as the widest dilation of the pyramid reaches. */
    private static double share(Network network, int side) {
        int reach = network.aspp().stream().mapToInt(Integer::intValue).max().orElse(0) * network.outputStride();
        return Math.max(Tiles.LEAST_OVERLAP, Math.min(MOST_SHARED, 2.0 * reach / side));
    }
}
