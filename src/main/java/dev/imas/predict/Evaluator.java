package dev.imas.predict;

import dev.imas.augment.Resize;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.data.ImageSource;
import dev.imas.device.Compute;
import dev.imas.device.ImageTensors;
import dev.imas.device.TensorKernels;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import dev.imas.nn.SegmentationNetwork;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Measures networks on pictures with masks (method 5), one picture at a time: as a whole, or in sliding windows.
 * A network is any function from normalised images [B,3,H,W] to logits [B,C,h,w].
 */
public final class Evaluator {
    private final Compute compute;
    private final TensorKernels kernels;
    private final ImageTensors tensors;
    private final Evaluation settings;
    private final int classes;

    public Evaluator(Compute compute, TensorKernels kernels, Evaluation settings, int classes) {
        this.compute = compute;
        this.kernels = kernels;
        this.tensors = new ImageTensors(compute);
        this.settings = settings;
        this.classes = classes;
    }

    /** The network in evaluation mode as a function of images. */
    public UnaryOperator<Tensor> predictor(SegmentationNetwork network) {
        return images -> compute.forward(false, () -> network.forward(images, false)).logits();
    }

    /** Counts over the whole source, one {@link Confusion} a network; each picture is decoded once. */
    public List<Confusion> evaluate(ImageSource source, List<UnaryOperator<Tensor>> networks) {
        boolean gradients = GradMode.is_enabled();
        GradMode.set_enabled(false);
        try (PointerScope run = new PointerScope()) {
            List<Tensor> counts = new ArrayList<>();
            networks.forEach(network -> counts.add(kernels.confusionCounts(classes)));
            CompletableFuture<Sample> next = load(source, 0);
            for (int i = 0; i < source.size(); i++) {
                Sample sample = await(next);
                next = i + 1 < source.size() ? load(source, i + 1) : null;
                try (PointerScope scope = new PointerScope()) {
                    Tensor image = input(sample.seen);
                    Tensor truth = tensors.labels(sample.labels, 1, sample.height, sample.width);
                    for (int n = 0; n < networks.size(); n++) {
                        count(image, truth, networks.get(n), counts.get(n));
                    }
                }
            }
            return counts.stream().map(Evaluator::confusion).toList();
        } finally {
            GradMode.set_enabled(gradients);
        }
    }

    /**
     * Adds images to counts.
     *
     * @param images [B,3,H,W] normalised
     * @param truth  u8 [B,1,H,W]
     * @param counts i64 [1,1,3,C] of {@link TensorKernels#confusionCounts}
     */
    public void count(Tensor images, Tensor truth, UnaryOperator<Tensor> network, Tensor counts) {
        kernels.confusion(scores(images, network), truth, counts);
    }

    /** What the prediction is the argmax of, after enlargement to the images' size: logits, or summed window probabilities. */
    public Tensor scores(Tensor images, UnaryOperator<Tensor> network) {
        return settings.mode() == EvaluationMode.WHOLE ? network.apply(images)
            : new SlidingWindows(settings.window()).accumulate(images, classes, network);
    }

    /** What the network sees of a picture: normalised [1,3,h,w], reduced by evaluation.scale. */
    public Tensor input(RgbImage image) {
        return input(Seen.of(image, settings.scale()));
    }

    private Tensor input(Seen seen) {
        return tensors.normalized(seen.rgb, 1, seen.height, seen.width);
    }

    /** Reads counts i64 [1,1,3,C] from the device. */
    public static Confusion confusion(Tensor counts) {
        int classes = (int) counts.size(3);
        long[] flat = new long[3 * classes];
        counts.cpu().contiguous().data_ptr_long().get(flat);
        return new Confusion(java.util.Arrays.copyOfRange(flat, 0, classes), java.util.Arrays.copyOfRange(flat, classes, 2 * classes),
            java.util.Arrays.copyOfRange(flat, 2 * classes, 3 * classes));
    }

    /** A picture for the network, RGB in direct memory. */
    private record Seen(ByteBuffer rgb, int height, int width) {
        static Seen of(RgbImage image, double scale) {
            ImageSize size = new ImageSize(image.width(), image.height()).times(scale);
            RgbImage reduced = Resize.bilinear(image, size.width(), size.height());
            return new Seen(direct(reduced.rgb()), reduced.height(), reduced.width());
        }
    }

    /** A picture for the network and its mask in direct memory. */
    private record Sample(Seen seen, ByteBuffer labels, int height, int width) {
    }

    /** Decodes beside the evaluation of the picture before. */
    private CompletableFuture<Sample> load(ImageSource source, int i) {
        return CompletableFuture.supplyAsync(() -> {
            RgbImage image = source.image(i);
            LabelMap mask = source.mask(i);
            return new Sample(Seen.of(image, settings.scale()), direct(mask.labels()), mask.height(), mask.width());
        });
    }

    private static Sample await(CompletableFuture<Sample> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
