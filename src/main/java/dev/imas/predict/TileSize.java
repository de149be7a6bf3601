package dev.imas.predict;

import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.Network;
import dev.imas.image.ImageFiles;
import dev.imas.image.ImageSize;
import dev.imas.weights.NetworkSpec;
import java.util.List;
import java.util.function.ToIntFunction;

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
    /** Of pictures so wide that a row of larger ones would not fit into memory. */
    private static final int SMALLEST_OF_WIDE = 256;
    /** What a row of tiles may take in pixels, and as much in logits. */
    private static final long ROW_BYTES = 256L << 20;
    /** What no row of tiles may take in pixels. */
    private static final long MOST_ROW_BYTES = 1L << 30;
    /** Bytes a pixel of labels, confidence and an overlay on their way into files. */
    private static final int HEAP_OF_RESULT = 14;
    /** No more of a tile than this is shared with a neighbour for the sake of what lies around. */
    private static final double MOST_SHARED = 1.0 / 3;

    /**
     * @param wanted what the user says of it
     * @param specs  of the networks, which all see the same tiles
     * @param seen   size of the reduced picture
     */
    static TileSize of(Tiles wanted, List<NetworkSpec> specs, DeviceMemory memory, ImageSize seen) {
        int side = upTo(wanted.side().orElseGet(() -> fitting(specs, memory, seen)));
        double share = wanted.overlap().orElseGet(() -> share(most(specs, TileSize::reach), side));
        return new TileSize(side, (int) Math.ceil(share * side));
    }

    /** For messages. */
    @Override
    public String toString() {
        return side + " pixels that overlap by " + overlap;
    }

    /**
     * Bytes that a picture which is not cut takes at its largest: the networks' maps of it, or, where it is seen in
     * windows, the sums of their probabilities, once more in its own size and once more as shares.
     */
    static double ofWhole(ImageSize picture, List<NetworkSpec> specs, Evaluation evaluation) {
        ImageSize seen = picture.times(evaluation.scale());
        double pixels = (double) seen.width() * seen.height();
        if (evaluation.mode() == EvaluationMode.SLIDING) {
            double own = (double) picture.width() * picture.height();
            return (pixels + 2 * own) * specs.get(0).classes() * Float.BYTES;
        }
        return pixels * most(specs, TileSize::bytesOfPixel);
    }

    /** Whether a file's picture, or its result on its way into files, is too large to be in the heap as a whole. */
    static boolean exceedsHeap(ImageSize picture, NetworkSpec spec) {
        double pixels = (double) picture.width() * picture.height();
        return pixels > ImageFiles.MAX_PIXELS || heapShare(picture, spec) > 1;
    }

    /** The part of the heap that a picture takes, and its result on its way into files. */
    static double heapShare(ImageSize picture, NetworkSpec spec) {
        double pixels = (double) picture.width() * picture.height();
        int copies = 3 * spec.input().pixelBytes() + HEAP_OF_RESULT;
        return pixels * copies / Runtime.getRuntime().maxMemory();
    }

    private static int upTo(int side) {
        return (side + Grid.UNIT - 1) / Grid.UNIT * Grid.UNIT;
    }

    private static int most(List<NetworkSpec> specs, ToIntFunction<NetworkSpec> figure) {
        return specs.stream().mapToInt(figure).max().orElseThrow();
    }

    private static int fitting(List<NetworkSpec> specs, DeviceMemory memory, ImageSize seen) {
        NetworkSpec spec = specs.get(0);
        double byNetwork = Math.sqrt((double) memory.forTile() / most(specs, TileSize::bytesOfPixel));
        double rowBytes = (double) seen.width() * spec.input().pixelBytes();
        double logitBytes =
                (double) seen.width() * spec.classes() * Float.BYTES / (Grid.FINE_PIXELS * Grid.FINE_PIXELS);
        double byRows = ROW_BYTES / Math.max(rowBytes, logitBytes);
        int learned = most(specs, one -> one.sight().tile().orElse(SMALLEST));
        double side = Math.max(Math.max(SMALLEST, learned), Math.min(byNetwork, byRows));
        double possible = Math.max(SMALLEST_OF_WIDE, MOST_ROW_BYTES / rowBytes);
        return (int) Math.min(LARGEST, Math.min(side, possible));
    }

    /** Bytes that a pass takes for each pixel at its largest, measured in float32 and rounded up. */
    private static int bytesOfPixel(NetworkSpec spec) {
        Network network = spec.network();
        int strideFactor = network.outputStride() == 8 && !network.backbone().transformer() ? 2 : 1;
        return strideFactor
                * switch (network.backbone()) {
                    case TINY -> 120;
                    case RESNET18, RESNET34 -> 600;
                    case RESNET50, RESNET101 -> 1000;
                    case VIT_TINY -> 200;
                    case DINOV2_SMALL -> 600;
                    case DINOV2_BASE -> 1200;
                    case DINOV2_LARGE -> 2400;
                };
    }

    /** How far the widest dilation of the pyramid reaches. */
    private static int reach(NetworkSpec spec) {
        Network network = spec.network();
        return network.aspp().stream().mapToInt(Integer::intValue).max().orElse(0) * network.outputStride();
    }

    /** In the middle of what two tiles share, both see that far. */
    private static double share(int reach, int side) {
        return Math.max(Tiles.LEAST_OVERLAP, Math.min(MOST_SHARED, 2.0 * reach / side));
    }
}
