package dev.imas.predict;

import static org.bytedeco.pytorch.global.torch.softmax;

import dev.imas.augment.FloatResize;
import dev.imas.augment.Resize;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.PatchFit;
import dev.imas.config.PictureInput;
import dev.imas.data.PictureBands;
import dev.imas.data.PictureBytes;
import dev.imas.device.Compute;
import dev.imas.device.ImageTensors;
import dev.imas.device.TensorKernels;
import dev.imas.image.FloatImage;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import dev.imas.image.RgbImage;
import dev.imas.nn.Bilinear;
import dev.imas.nn.SegmentationNetwork;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How a network is asked about a picture (method 5): reduced by evaluation.scale or not, as a whole or in sliding
 * windows, and the answer enlarged to the picture's size. A network is any function from normalised images
 * [B,channels,H,W] to logits [B,C,h,w]. Belongs to the PointerScope that it was made in; gradients are off around its
 * calls.
 */
final class Inference {
    private final Compute compute;
    private final TensorKernels kernels;
    private final PictureInput input;
    private final ImageTensors tensors;
    private final Evaluation settings;
    private final int classes;

    Inference(Compute compute, TensorKernels kernels, Evaluation settings, int classes, PictureInput input) {
        this.compute = compute;
        this.kernels = kernels;
        this.input = input;
        this.tensors = new ImageTensors(compute, input);
        this.settings = settings;
        this.classes = classes;
    }

    /** A picture as the network sees it, in direct memory as {@link PictureBytes} has it. */
    record Seen(ByteBuffer bytes, int height, int width) {}

    /** A network in evaluation mode as a function of normalised images [B,channels,H,W] of any size. */
    static UnaryOperator<Tensor> predictor(SegmentationNetwork network, Compute compute, PatchFit fit) {
        return WholePatches.around(
                images -> compute.forward(false, () -> network.forward(images, false))
                        .logits(),
                network.sideMultiple(),
                fit);
    }

    /** How pictures are brought to sizes that the network takes. */
    PatchFit patchFit() {
        return settings.patchFit();
    }

    /**
     * Reduces a picture by evaluation.scale.
     *
     * @throws UserException for a picture of other channels than the network sees
     */
    Seen seen(Picture picture) {
        checked(picture);
        ImageSize size = seen(new ImageSize(picture.width(), picture.height()));
        Picture reduced = picture instanceof FloatImage image
                ? FloatResize.bilinear(image, size.width(), size.height())
                : Resize.bilinear((RgbImage) picture, size.width(), size.height());
        return new Seen(PictureBytes.direct(reduced), size.height(), size.width());
    }

    /** The size of a picture of some size when it is reduced. */
    ImageSize seen(ImageSize picture) {
        return picture.times(settings.scale());
    }

    /** A reduced picture by rows of tiles, in the caller's scope. */
    SeenBand band(PictureBands picture, ImageSize seen, TileMap tiles) {
        int tallest = tiles.rows().stream().mapToInt(Span::length).max().orElseThrow();
        int widest = tiles.columns().stream().mapToInt(Span::length).max().orElseThrow();
        return new SeenBand(picture, seen, input.pixelBytes(), tallest, widest);
    }

    Compute compute() {
        return compute;
    }

    /**
     * What the network answers about a picture or some rows of it, as far as it is asked for: inside the PointerScope
     * that this was made in.
     *
     * @param labels        height*width class indices
     * @param confidence    height*width probabilities of those classes
     * @param probabilities C*height*width, of every class
     */
    record Answer(byte[] labels, Supplier<float[]> confidence, Supplier<float[]> probabilities) {
        /** Of the whole picture; every class's probability too, if {@code detailed}. */
        Segmentation segmentation(ImageSize size, boolean detailed) {
            return new Segmentation(
                    new LabelMap(size.width(), size.height(), labels),
                    confidence.get(),
                    detailed ? Optional.of(probabilities.get()) : Optional.empty());
        }
    }

    /**
     * Reads scores, enlarged to a size.
     *
     * @param scores [1,C,h,w]
     * @param sums   whether they are sums of probabilities, for a pixel lies in many windows, and not logits
     */
    Answer answer(Tensor scores, int height, int width, boolean sums) {
        TensorKernels.PseudoLabels found = kernels.pseudoLabel(scores, scores, 0, height, width);
        Supplier<Tensor> enlarged = once(() -> enlarged(scores.to(ScalarType.Float), height, width));
        return new Answer(
                bytes(found.labels()),
                () -> floats(sums ? largestShare(enlarged.get()) : found.confidence()),
                () -> floats(sums ? shares(enlarged.get()) : softmax(enlarged.get(), 1)));
    }

    /** What is asked for twice is computed once. */
    private static <T> Supplier<T> once(Supplier<T> computed) {
        return new Supplier<>() {
            private T found;

            @Override
            public T get() {
                found = found == null ? computed.get() : found;
                return found;
            }
        };
    }

    private static Tensor largestShare(Tensor sums) {
        return sums.amax(new long[] {1}, true).div_(total(sums));
    }

    private static Tensor shares(Tensor sums) {
        return sums.div(total(sums));
    }

    private static Tensor total(Tensor sums) {
        return sums.sum(new long[] {1}, true, new ScalarTypeOptional());
    }

    /** The picture itself, which has the channels that the network sees. */
    Picture checked(Picture picture) {
        boolean colours = picture instanceof RgbImage;
        if (colours != input.channels().rgb()
                || picture.channels() != input.channels().count()) {
            throw new UserException("the picture has " + described(colours, picture.channels()) + "; the network sees "
                    + described(input.channels().rgb(), input.channels().count()));
        }
        return picture;
    }

    private static String described(boolean colours, int channels) {
        return colours ? "RGB colours" : channels + (channels == 1 ? " channel" : " channels");
    }

    /** Normalised f32 [1,channels,h,w]. */
    Tensor input(Seen seen) {
        return tensors.normalized(seen.bytes, 1, seen.height, seen.width);
    }

    /** u8 [1,1,H,W] of a direct buffer's labels. */
    Tensor truth(ByteBuffer labels, int height, int width) {
        return tensors.labels(labels, 1, height, width);
    }

    /** Adds images [B,channels,H,W] and their truth u8 [B,1,H,W] to counts i64 [1,1,3,C]; returns {@link #scores}. */
    Tensor count(Tensor images, Tensor truth, UnaryOperator<Tensor> network, Tensor counts) {
        Tensor scores = scores(images, network);
        kernels.confusion(scores, truth, counts);
        return scores;
    }

    /** Zeroed i64 [1,1,3,C]. */
    Tensor counts() {
        return kernels.confusionCounts(classes);
    }

    /** What the prediction is the argmax of, after enlargement to the images' size: logits, or summed probabilities. */
    Tensor scores(Tensor images, UnaryOperator<Tensor> network) {
        return scores(images, network, Progress.NONE);
    }

    private Tensor scores(Tensor images, UnaryOperator<Tensor> network, Progress progress) {
        if (!whole()) {
            return new SlidingWindows(settings.window(), settings.lastWindow())
                    .accumulate(images, classes, network, progress);
        }
        Pieces pieces = new Pieces(progress, 1);
        Tensor logits = network.apply(images);
        pieces.done();
        return logits;
    }

    /** What the network sees in a picture. */
    Answer answer(Picture image, UnaryOperator<Tensor> network, Progress progress) {
        return answer(scores(input(seen(image)), network, progress), image.height(), image.width());
    }

    /** Reads what {@link #scores} gave for one picture. */
    Answer answer(Tensor scores, int height, int width) {
        return answer(scores, height, width, !whole());
    }

    private static Tensor enlarged(Tensor x, int height, int width) {
        return x.size(2) == height && x.size(3) == width ? x : Bilinear.enlarged(x, height, width);
    }

    private boolean whole() {
        return settings.mode() == EvaluationMode.WHOLE;
    }

    static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static byte[] bytes(Tensor tensor) {
        byte[] values = new byte[Math.toIntExact(tensor.numel())];
        tensor.cpu().contiguous().data_ptr_byte().get(values);
        return values;
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.numel())];
        tensor.cpu().contiguous().data_ptr_float().get(values);
        return values;
    }
}
