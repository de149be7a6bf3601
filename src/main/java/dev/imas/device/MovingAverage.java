package dev.imas.device;

import dev.imas.kernels.EmaUpdate;
import java.util.List;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.pytorch.Tensor;

/**
 * average = decay * average + (1 - decay) * value, for many tensors in one kernel call (docs/method.md 3.8). Keeps
 * their addresses, and them reachable; lives in the scope it was made in.
 */
public final class MovingAverage {
    private final TensorKernels kernels;
    private final List<Tensor> averages;
    private final List<Tensor> values;
    private final EmaUpdate update;
    private final Tensor workspace;
    private final long workspaceBytes;

    MovingAverage(TensorKernels kernels, List<Tensor> averages, List<Tensor> values) {
        this.kernels = kernels;
        this.averages = List.copyOf(averages);
        this.values = List.copyOf(values);
        long[] numel = averages.stream().mapToLong(Tensor::numel).toArray();
        update = new EmaUpdate(addresses(averages), addresses(values), new LongPointer(numel), 0);
        workspaceBytes = update.workspaceBytes(kernels.inOrder());
        workspace = kernels.workspace(workspaceBytes);
    }

    /** @param decay 0 to 1; 0 copies */
    public void update(double decay) {
        update.withDecay((float) decay).run(kernels.inOrder(), TensorViews.data(workspace), workspaceBytes);
    }

    private static PointerPointer<Pointer> addresses(List<Tensor> tensors) {
        PointerPointer<Pointer> addresses = new PointerPointer<>(tensors.size());
        for (int i = 0; i < tensors.size(); i++) {
            addresses.put(i, tensors.get(i).data_ptr());
        }
        return addresses;
    }
}
