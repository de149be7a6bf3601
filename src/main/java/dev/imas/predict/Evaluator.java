package dev.imas.predict;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.PictureInput;
import dev.imas.data.ImageSource;
import dev.imas.device.Compute;
import dev.imas.device.TensorKernels;
import dev.imas.device.Torch;
import dev.imas.image.LabelMap;
import dev.imas.nn.SegmentationNetwork;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Measures networks on pictures with masks (method 5), one picture at a time: as a whole, or in sliding windows.
 * A network is any function from normalised images [B,channels,H,W] to logits [B,C,h,w]. Belongs to the PointerScope
 * that it was made in.
 */
public final class Evaluator {
    private final Inference inference;

    /** Of networks for RGB. */
    public Evaluator(Compute compute, TensorKernels kernels, Evaluation settings, int classes) {
        this(compute, kernels, settings, classes, PictureInput.RGB);
    }

    /**
     * @param classes number of classes C; masks hold values below it or 255
     * @param input   what the networks see of a picture
     */
    public Evaluator(Compute compute, TensorKernels kernels, Evaluation settings, int classes, PictureInput input) {
        this(new Inference(compute, kernels, settings, classes, input));
    }

    Evaluator(Inference inference) {
        this.inference = inference;
    }

    /** The network in evaluation mode as a function of images. */
    public UnaryOperator<Tensor> predictor(SegmentationNetwork network) {
        return Inference.predictor(network, inference.compute(), inference.patchFit());
    }

    /** Sees what the last of the networks answers about every picture, while it is measured. */
    public interface Observer {
        /**
         * @param labels     height*width class indices
         * @param confidence their probabilities in [0,1]
         * @param truth      height*width, below C or 255
         */
        void answered(byte[] labels, float[] confidence, byte[] truth);
    }

    /** Counts over the whole source, one {@link Confusion} a network; each picture is decoded once. */
    public List<Confusion> evaluate(ImageSource source, List<UnaryOperator<Tensor>> networks) {
        return evaluate(source, networks, Optional.empty());
    }

    /** The same, observed. */
    public List<Confusion> evaluate(
            ImageSource source, List<UnaryOperator<Tensor>> networks, Optional<Observer> observer) {
        Counts found = counts(source, networks, observer);
        if (found.measured == 0 && source.size() > 0) {
            throw noneMeasured(source.size());
        }
        return found.networks;
    }

    /** @param pictures none of which can be read */
    public static UserException noneMeasured(int pictures) {
        return new UserException("none of the " + pictures + " pictures to measure on can be read");
    }

    /**
     * @param networks one a network
     * @param measured pictures that could be read
     */
    public record Counts(List<Confusion> networks, int measured) {}

    /** The same of a source that is a part of another, of which nothing may be readable. */
    public Counts counts(ImageSource source, List<UnaryOperator<Tensor>> networks, Optional<Observer> observer) {
        try (PointerScope scope = new PointerScope()) {
            return Torch.withoutGradient(() -> counted(source, networks, observer));
        }
    }

    private Counts counted(ImageSource source, List<UnaryOperator<Tensor>> networks, Optional<Observer> observer) {
        List<Tensor> counts =
                networks.stream().map(network -> inference.counts()).toList();
        int measured = ReadAhead.each(source.size(), i -> sample(source, i), (i, sample) -> {
            try (PointerScope scope = new PointerScope()) {
                Tensor image = inference.input(sample.seen);
                Tensor truth = inference.truth(sample.labels, sample.height, sample.width);
                Tensor scores = null;
                for (int n = 0; n < networks.size(); n++) {
                    scores = inference.count(image, truth, networks.get(n), counts.get(n));
                }
                if (observer.isPresent()) {
                    tell(observer.get(), scores, sample);
                }
            }
        });
        return new Counts(counts.stream().map(Evaluator::confusion).toList(), measured);
    }

    private void tell(Observer observer, Tensor scores, Sample sample) {
        Inference.Answer answer = inference.answer(scores, sample.height, sample.width);
        byte[] truth = new byte[sample.labels.capacity()];
        sample.labels.duplicate().rewind().get(truth);
        observer.answered(answer.labels(), answer.confidence().get(), truth);
    }

    /**
     * Adds images to counts.
     *
     * @param images [B,channels,H,W] normalised
     * @param truth  u8 [B,1,H,W]
     * @param counts i64 [1,1,3,C] of {@link TensorKernels#confusionCounts}
     */
    public void count(Tensor images, Tensor truth, UnaryOperator<Tensor> network, Tensor counts) {
        inference.count(images, truth, network, counts);
    }

    /**
     * What the prediction is the argmax of, after enlargement to the images' size: logits, or summed window
     * probabilities.
     */
    public Tensor scores(Tensor images, UnaryOperator<Tensor> network) {
        return inference.scores(images, network);
    }

    /** Reads counts i64 [1,1,3,C] from the device. */
    public static Confusion confusion(Tensor counts) {
        int classes = (int) counts.size(3);
        long[] flat = new long[3 * classes];
        counts.cpu().contiguous().data_ptr_long().get(flat);
        return new Confusion(
                Arrays.copyOfRange(flat, 0, classes),
                Arrays.copyOfRange(flat, classes, 2 * classes),
                Arrays.copyOfRange(flat, 2 * classes, 3 * classes));
    }

    /** A picture as the network sees it, and its mask in direct memory. */
    private record Sample(Inference.Seen seen, ByteBuffer labels, int height, int width) {}

    private Optional<Sample> sample(ImageSource source, int i) {
        return source.load(i, true).map(loaded -> {
            LabelMap mask = loaded.mask();
            ByteBuffer labels = Inference.direct(mask.labels());
            return new Sample(inference.seen(loaded.picture()), labels, mask.height(), mask.width());
        });
    }
}
