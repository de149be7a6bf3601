package dev.imas.semi;

import static org.bytedeco.pytorch.global.torch.zeros_like;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Student and teacher as a step uses them, in the order of the methods. {@link StudentAndTeacher} is what they are; who
 * wants to know how long each part takes puts something around it.
 */
public interface Networks {
    /** Forgets what the step before learned. */
    void forgetGradients();

    /** What both say to the weak views [B,3,H,W], in evaluation mode and without gradient (docs/method.md 3.1). */
    Predictions predict(Tensor weak);

    /** The student's pass over its batch [N,3,H,W], in training mode and with gradient (3.5). */
    Pass learn(Tensor batch);

    /**
     * As {@link #learn(Tensor)}, with the features' channels multiplied.
     *
     * @param factors f32 [N,channels], {@link dev.imas.nn.SegmentationNetwork#featureChannels} of them
     */
    default Pass learn(Tensor batch, Tensor factors) {
        throw new IllegalArgumentException("these networks drop no channels");
    }

    /** Sends the gradients that the losses left at the logits back through the student. */
    void backpropagate(Pass pass);

    /**
     * Moves the student along its gradients, and the teacher after the student (3.8).
     *
     * @param lr       learning rate of the encoder (3.9)
     * @param emaDecay decay of the teacher, 0 copies the student
     */
    void update(double lr, double emaDecay);

    /** Logits, f32 or bf16 [B,C,h,w]; the same tensor twice where one pass served both. */
    record Predictions(Tensor student, Tensor teacher) {}

    /**
     * Logits of a pass and the gradient that losses write beside them: autograd begins here.
     *
     * @param logits   f32 or bf16 [N,C,h,w]
     * @param gradient of the same shape and type; 0 at first
     */
    record Head(Tensor logits, Tensor gradient) {
        static Head of(Tensor logits) {
            return new Head(logits, zeros_like(logits));
        }
    }

    /**
     * @param main      the head whose classes count
     * @param auxiliary the head on an inner layer, where the network has one
     */
    record Pass(Head main, Optional<Head> auxiliary) {
        List<Head> heads() {
            return Stream.concat(Stream.of(main), auxiliary.stream()).toList();
        }
    }
}
