package dev.imas.train;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.device.Compute;
import dev.imas.device.TensorKernels;
import dev.imas.device.Torch;
import dev.imas.distributed.Ranks;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.run.Role;
import dev.imas.semi.Optimizer;
import dev.imas.semi.SemiSupervisedStep;
import dev.imas.semi.StepAssembly;
import dev.imas.semi.Teacher;
import dev.imas.weights.SafetensorsFile;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Student, teacher and optimizer of a run, and their tensors as one named collection for checkpoints. */
final class Models implements AutoCloseable {
    final SegmentationNetwork student;
    final Teacher teacher;
    final Optimizer optimizer;
    final TensorKernels kernels;
    final SemiSupervisedStep step;
    private final StepAssembly assembly;

    /**
     * @param initial  start from network.init_weights, where given; false when a checkpoint follows
     * @param listener told what was found in that file
     * @param ranks    the processes that learn together
     */
    Models(ImasConfig config, Compute compute, boolean initial, TrainListener listener, Ranks ranks) {
        Consumer<SegmentationNetwork> start = fresh -> {
            if (initial) {
                InitialWeights.of(config, listener)
                        .ifPresent(weights -> listener.message(
                                InitialWeights.load(fresh, weights, config).summary()));
            }
        };
        assembly = StepAssembly.create(config, compute, start, UnaryOperator.identity(), ranks);
        student = assembly.student();
        teacher = assembly.teacher();
        optimizer = assembly.optimizer();
        kernels = assembly.kernels();
        step = assembly.step();
    }

    SegmentationNetwork network(Role role) {
        return role == Role.STUDENT ? student : teacher.network();
    }

    /** Every tensor that the next step depends on (live tensors). */
    Map<String, Tensor> tensors() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        student.state().forEach((key, tensor) -> all.put("student/" + key, tensor));
        teacher.network().state().forEach((key, tensor) -> all.put("teacher/" + key, tensor));
        all.putAll(optimizer.memory());
        return all;
    }

    /** Copies the tensors of a checkpoint into the live ones, bit for bit; the hardness table may be left out. */
    static void restore(SafetensorsFile file, Map<String, Tensor> live) {
        Set<String> kept = new HashSet<>(file.entries().keySet());
        if (!live.containsKey(HardnessTable.NAME)) {
            kept.remove(HardnessTable.NAME);
        }
        if (!kept.equals(live.keySet())) {
            throw new UserException(file.path() + " does not belong to this configuration: it holds "
                    + file.entries().size() + " tensors, the run has " + live.size());
        }
        Torch.withoutGradient(() -> live.forEach((key, tensor) -> copy(file.get(key), tensor)));
    }

    private static void copy(SafetensorsFile.Entry entry, Tensor target) {
        try (PointerScope scope = new PointerScope()) {
            TensorOptions options = new TensorOptions(target.scalar_type());
            Tensor host = torch.empty(entry.shape(), options, new MemoryFormatOptional());
            ByteBuffer bytes = entry.data();
            if (host.nbytes() != bytes.remaining()) {
                throw new UserException("a tensor of " + bytes.remaining() + " bytes was found where " + host.nbytes()
                        + " were expected");
            }
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            new BytePointer(host.data_ptr()).put(copy);
            target.copy_(host);
        }
    }

    /** True when no weight of the student is NaN or infinite. */
    boolean finite() {
        try (PointerScope scope = new PointerScope()) {
            TensorVector each = new TensorVector();
            student.parameters()
                    .values()
                    .forEach(p -> each.push_back(p.isfinite().all()));
            return torch.stack(each).all().item_bool(); // one wait for the device
        }
    }

    @Override
    public void close() {
        assembly.close();
    }
}
