package dev.imas.semi;

import dev.imas.device.MovingAverage;
import dev.imas.device.TensorKernels;
import dev.imas.nn.SegmentationNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The exponential moving average of the student (docs/method.md 3.8): parameters and buffers alike. Integer buffers
 * (num_batches_tracked) are float32 in the teacher, as in the published program. A frozen encoder is its own average:
 * both networks then hold the same memory.
 *
 * <p>Keeps data addresses of both networks: build it after they were moved, relaid or loaded, and load values in
 * place afterwards.
 */
public final class Teacher {
    private final SegmentationNetwork network;
    private final MovingAverage movingAverage;
    private final Tensor counters;
    private final Tensor studentCounters;
    private boolean mirrorsStudent;

    /** Turns {@code network} into the teacher of {@code student}: a copy that takes no gradient. */
    public Teacher(SegmentationNetwork network, SegmentationNetwork student, TensorKernels kernels) {
        this.network = network;
        network.floatCounters();
        this.counters = network.counters();
        this.studentCounters = student.counters();
        Map<String, Tensor> averaged = network.state();
        List<Tensor> values = new ArrayList<>();
        List<Tensor> averages = new ArrayList<>();
        for (Map.Entry<String, Tensor> entry : student.state().entrySet()) {
            Tensor value = entry.getValue();
            Tensor average = averaged.get(entry.getKey());
            average.requires_grad_(false);
            if (student.frozen(entry.getKey())) {
                requireSameLayout(entry.getKey(), average, value);
                average.set_data(value);
            } else if (value.scalar_type().intern() == ScalarType.Float) {
                requireSameLayout(entry.getKey(), average, value);
                values.add(value);
                averages.add(average);
            }
        }
        movingAverage = kernels.movingAverage(averages, values);
        update(0);
    }

    public SegmentationNetwork network() {
        return network;
    }

    /** True after an update with decay 0: student and teacher then predict the same, one forward pass serves both. */
    public boolean mirrorsStudent() {
        return mirrorsStudent;
    }

    /** To be said after values were loaded in place. */
    public void mirrorsStudent(boolean value) {
        mirrorsStudent = value;
    }

    /** teacher = decay * teacher + (1 - decay) * student; 0 copies. */
    public void update(double decay) {
        movingAverage.update(decay);
        if (decay == 0) {
            counters.copy_(studentCounters);
        } else {
            counters.mul_(new Scalar(decay)).add_(studentCounters, new Scalar(1 - decay));
        }
        mirrorsStudent = decay == 0;
    }

    private static void requireSameLayout(String key, Tensor to, Tensor from) {
        for (int axis = 0; axis < from.dim(); axis++) {
            if (to.size(axis) != from.size(axis) || to.stride(axis) != from.stride(axis)) {
                throw new IllegalArgumentException("teacher and student store " + key + " differently");
            }
        }
    }
}
