package dev.imas.semi;

import dev.imas.device.Compute;
import dev.imas.device.TensorKernels;
import dev.imas.nn.SegmentationNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The exponential moving average of the student (docs/method.md 3.8): parameters and buffers alike. Integer buffers
 * (num_batches_tracked) are float32 in the teacher, as in the published program.
 *
 * <p>Keeps data addresses of both networks: build it after they were moved, relaid or loaded, and load values in
 * place afterwards.
 */
public final class Teacher {
    private final SegmentationNetwork network;
    private final TensorKernels kernels;
    private final PointerPointer<Pointer> teacherData;
    private final PointerPointer<Pointer> studentData;
    private final LongPointer numel;
    private final Tensor workspace;
    private final long workspaceBytes;
    private final Tensor counters;
    private final Tensor studentCounters;
    private boolean mirrorsStudent;

    /** Turns {@code network} into the teacher of {@code student}: a copy that takes no gradient. */
    public Teacher(SegmentationNetwork network, SegmentationNetwork student, TensorKernels kernels, Compute compute) {
        this.network = network;
        this.kernels = kernels;
        network.floatCounters();
        this.counters = network.counters();
        this.studentCounters = student.counters();
        Map<String, Tensor> averaged = network.state();
        List<Tensor[]> pairs = new ArrayList<>();
        for (Map.Entry<String, Tensor> entry : student.state().entrySet()) {
            Tensor from = entry.getValue();
            Tensor to = averaged.get(entry.getKey());
            to.requires_grad_(false);
            if (from.scalar_type().intern() == ScalarType.Float) {
                requireSameLayout(entry.getKey(), to, from);
                pairs.add(new Tensor[] {to, from});
            }
        }
        teacherData = new PointerPointer<>(pairs.size());
        studentData = new PointerPointer<>(pairs.size());
        numel = new LongPointer(pairs.size());
        long[] sizes = new long[pairs.size()];
        for (int i = 0; i < sizes.length; i++) {
            teacherData.put(i, pairs.get(i)[0].data_ptr());
            studentData.put(i, pairs.get(i)[1].data_ptr());
            sizes[i] = pairs.get(i)[0].numel();
        }
        numel.put(sizes);
        workspaceBytes = kernels.inOrder().emaUpdateWorkspace(sizes);
        workspace = workspaceBytes == 0 ? null
            : torch.empty(new long[] {workspaceBytes}, new TensorOptions(ScalarType.Byte)
                .device(new DeviceOptional(compute.torchDevice())), new MemoryFormatOptional());
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
        kernels.inOrder().emaUpdate(teacherData, studentData, numel, (float) decay,
            workspace == null ? null : workspace.data_ptr(), workspaceBytes);
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
