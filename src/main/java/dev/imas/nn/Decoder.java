package dev.imas.nn;

import dev.imas.device.Torch;
import java.util.List;
import java.util.function.BiConsumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** DeepLabV3+'s decoder: ASPP on the last stage, joined with the first stage's details, to class logits. */
final class Decoder {
    private final Layer lowConv;
    private final Aspp aspp;
    private final Layer head;
    private final Layer classifier;

    Decoder(StateBuilder state, Architecture architecture, List<Integer> dilations, int classes) {
        int planes = architecture.decoder();
        lowConv =
                ConvBlock.decoder(state, "decoder.low_conv", 0, architecture.planes(1), architecture.low(), 1, 1, true);
        aspp = new Aspp(state, "decoder.aspp", architecture.planes(4), architecture.aspp(), dilations);
        head = ConvBlock.decoder(state, "decoder.head", 0, 5L * architecture.aspp(), architecture.aspp(), 1, 1, false);
        classifier = Layer.sequence(List.of(
                ConvBlock.decoder(
                        state, "decoder.classifier", 0, architecture.low() + architecture.aspp(), planes, 3, 1, false),
                ConvBlock.decoder(state, "decoder.classifier", 3, planes, planes, 3, 1, false),
                new Convolution(
                        state, Convolution.Role.DECODER, "decoder.classifier.6", planes, classes, 1, 1, 1, true)));
    }

    /**
     * @param fine   first stage [B,C1,h,w]
     * @param coarse last stage [B,C4,h',w']
     * @return logits [B,classes,h,w]
     */
    Tensor forward(
            Tensor fine, Tensor coarse, boolean train, Surroundings surroundings, BiConsumer<String, Tensor> observer) {
        return Torch.scoped(() -> {
            Tensor joined = Torch.scoped(() -> {
                Tensor low = lowConv.forward(fine, train);
                observer.accept("decoder.low_conv", low);
                Tensor summary = Torch.scoped(() -> {
                    Tensor pyramid = aspp.forward(coarse, train, surroundings);
                    observer.accept("decoder.aspp", pyramid);
                    return head.forward(pyramid, train);
                });
                observer.accept("decoder.head", summary);
                Tensor enlarged = surroundings.enlarged(summary, fine);
                return torch.cat(new TensorVector(low, enlarged), 1);
            });
            Tensor logits = classifier.forward(joined, train);
            observer.accept("decoder.classifier", logits);
            return logits;
        });
    }

    /** As {@link Layer#freeze}. */
    void freeze(StateBuilder owner) {
        List.of(lowConv, aspp, head, classifier).forEach(part -> part.freeze(owner));
    }

    /** As {@link #forward}, by other operations. */
    <V> V describe(Operations<V> operations, V fine, V coarse) {
        V low = lowConv.describe(operations, fine);
        V summary = head.describe(operations, aspp.describe(operations, coarse));
        return classifier.describe(operations, operations.joined(List.of(low, operations.enlarged(summary, low))));
    }
}
