package dev.imas.predict;

import static org.bytedeco.pytorch.global.torch.softmax;

import dev.imas.augment.FloatResize;
import dev.imas.augment.Resize;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
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
    private static final long LARGEST_ARRAY = Integer.MAX_VALUE - 8L;

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

    /** The network in evaluation mode as a function of images. */
    UnaryOperator<Tensor> predictor(SegmentationNetwork network) {
        return images ->
                compute.forward(false, () -> network.forward(images, false)).logits();
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

    /** The class of each pixel, and its probability if the scores are logits. */
    record Labelled(byte[] labels, float[] confidence) {}

    /** Of scores [1,C,h,w] in the picture's size. */
    Labelled labelled(Tensor scores) {
        TensorKernels.PseudoLabels found = kernels.pseudoLabel(scores, scores, 0, scores.size(2), scores.size(3));
        return new Labelled(bytes(found.labels()), floats(found.confidence()));
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

    /** Adds images [B,channels,H,W] and their truth u8 [B,1,H,W] to counts i64 [1,1,3,C]. */
    void count(Tensor images, Tensor truth, UnaryOperator<Tensor> network, Tensor counts) {
        kernels.confusion(scores(images, network), truth, counts);
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
            return new SlidingWindows(settings.window()).accumulate(images, classes, network, progress);
        }
        Pieces pieces = new Pieces(progress, 1);
        Tensor logits = network.apply(images);
        pieces.done();
        return logits;
    }

    /** What the network sees in a picture; every class's probability too, if {@code detailed}. */
    Segmentation segment(Picture image, UnaryOperator<Tensor> network, boolean detailed, Progress progress) {
        if (detailed && (long) classes * image.height() * image.width() > LARGEST_ARRAY) {
            throw new UserException("the probabilities of " + classes + " classes at " + image.width() + "x"
                    + image.height() + " pixels are more than one array holds; segment a smaller picture");
        }
        Tensor scores = scores(input(seen(image)), network, progress);
        TensorKernels.PseudoLabels found = kernels.pseudoLabel(scores, scores, 0, image.height(), image.width());
        LabelMap labels = new LabelMap(image.width(), image.height(), bytes(found.labels()));
        if (whole() && !detailed) {
            return new Segmentation(labels, floats(found.confidence()), Optional.empty());
        }
        Tensor enlarged = enlarged(scores.to(ScalarType.Float), image.height(), image.width());
        if (whole()) {
            return new Segmentation(labels, floats(found.confidence()), Optional.of(floats(softmax(enlarged, 1))));
        }
        Tensor total = enlarged.sum(new long[] {1}, true, new ScalarTypeOptional()); // a pixel lies in many windows
        float[] confidence = floats(enlarged.amax(new long[] {1}, true).div_(total));
        return new Segmentation(
                labels, confidence, detailed ? Optional.of(floats(enlarged.div_(total))) : Optional.empty());
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

    static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.numel())];
        tensor.cpu().contiguous().data_ptr_float().get(values);
        return values;
    }
}
