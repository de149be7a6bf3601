package dev.imas.device;

import dev.imas.kernels.Kernels;
import dev.imas.kernels.Kernels.Backend;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The GPUs of this machine. One can be used where the kernels and libtorch both have code for it and libtorch has
 * computed something there; each is asked once.
 */
final class MachineGpus implements Gpus {
    static final MachineGpus INSTANCE = new MachineGpus();

    private final Map<Integer, Optional<String>> problems = new ConcurrentHashMap<>();

    private MachineGpus() {}

    @Override
    public int count() {
        Torch.load();
        return (int) torch.getNumGPUs();
    }

    @Override
    public String absence() {
        return Torch.cudaProblem();
    }

    @Override
    public String problem(int index) {
        return problems.computeIfAbsent(index, MachineGpus::found).orElse(null);
    }

    private static Optional<String> found(int index) {
        String kernels = Kernels.problem(Backend.CUDA, index);
        if (kernels != null) {
            return Optional.of(kernels);
        }
        int capability = Kernels.computeCapability(index);
        GpuCode libtorch = Cuda.code();
        if (capability > 0 && !libtorch.covers(capability)) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "libtorch has no code for cuda:%d, of compute capability %d.%d (it was built for %s)",
                    index,
                    capability / 10,
                    capability % 10,
                    libtorch));
        }
        return trial(index);
    }

    /** A sum on the GPU; what libtorch says when that fails. */
    private static Optional<String> trial(int index) {
        try (PointerScope scope = new PointerScope()) {
            Cuda.initialize();
            torch.ones(2).to(Cuda.device(index), ScalarType.Float).sum().cpu();
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of("cuda:" + index + " does not compute (" + Torch.message(e) + ")");
        }
    }
}
