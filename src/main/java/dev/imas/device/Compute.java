package dev.imas.device;

import static org.bytedeco.pytorch.global.torch.clear_cache;
import static org.bytedeco.pytorch.global.torch.empty;
import static org.bytedeco.pytorch.global.torch.globalContext;
import static org.bytedeco.pytorch.global.torch.set_autocast_dtype;
import static org.bytedeco.pytorch.global.torch.set_autocast_enabled;

import dev.imas.common.UserException;
import dev.imas.config.DeviceName;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.machine.CpuFeatures;
import dev.imas.machine.FileView;
import dev.imas.machine.NvidiaDriver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where and how networks are computed. Parameters, gradients and momentum are float32 in every precision; bf16 means
 * autocast inside the network.
 *
 * @param device       {@code cpu}, or {@code cuda:i}
 * @param precision    never AUTO
 * @param channelsLast images and 4-d weights are stored NHWC
 */
public record Compute(String device, Precision precision, boolean channelsLast) {
    /**
     * Resolves what the user wrote, and makes a GPU the current one of this thread.
     *
     * @param device    a name that {@link DeviceName} allows
     * @param precision AUTO becomes bf16 where that is faster, else fp32. CUDA: bf16 from compute capability 8.0 on.
     *                  CPU: bf16 for the ResNets on processors with AMX, where a step of ResNet-18 takes 0.43 of the
     *                  processor time that it takes in fp32 by libtorch's convolutions. With avx512_bf16 alone it was
     *                  0.81, of ResNet-50 0.77, of the tiny network 1.8 (AMD EPYC, two threads): less than filtered
     *                  convolutions in fp32 save. channels_last itself: 0.91, 0.88 and 0.78 of fp32 without it, so it
     *                  is always on
     * @throws UserException for another device name, or one that this machine or build lacks
     */
    public static Compute of(String device, Precision precision, Backbone backbone) {
        String name = MachineGpus.INSTANCE.choose(DeviceName.checked(device));
        boolean cuda = !name.equals("cpu");
        if (precision == Precision.TF32 && !cuda) {
            throw new UserException("precision: tf32 exists on CUDA devices only, the device is cpu; use fp32 or bf16");
        }
        Compute compute = new Compute(name, precision, true);
        if (cuda) {
            take(compute);
        }
        Precision resolved = precision != Precision.AUTO
                ? precision
                : cuda
                        ? Cuda.bf16() ? Precision.BF16 : Precision.FP32
                        : bf16Pays(backbone) ? Precision.BF16 : Precision.FP32;
        if (cuda) {
            globalContext().setAllowTF32CuBLAS(resolved != Precision.FP32);
            globalContext().setAllowTF32CuDNN(resolved != Precision.FP32);
        }
        return new Compute(name, resolved, true);
    }

    /** It is oneDNN that computes in bf16 on a CPU. */
    private static boolean bf16Pays(Backbone backbone) {
        return !backbone.tiny() && CpuFeatures.read().bf16Matrices() && Torch.usesOneDnn();
    }

    private static void take(Compute compute) {
        try {
            Cuda.use(compute.deviceIndex());
        } catch (RuntimeException e) {
            throw new UserException(
                    "device: " + compute.device() + " cannot be used (" + Torch.message(e)
                            + "); name another with --device, or cpu",
                    e);
        }
    }

    /**
     * The name of the device that is one process's of several on this machine; see {@link Gpus#chooseFor}.
     *
     * @param place of the process among those of this machine, from 0
     */
    public static String nameFor(String asked, int place) {
        return MachineGpus.INSTANCE.chooseFor(DeviceName.checked(asked), place);
    }

    /** As {@link #of(String, Precision, Backbone)} for a network of full size. */
    public static Compute of(String device, Precision precision) {
        return of(device, precision, Backbone.RESNET50);
    }

    /** Why no GPU can be used, in a part of a sentence; null when one can. */
    public static String problem() {
        return MachineGpus.INSTANCE.problem();
    }

    /** Why a GPU that libtorch sees cannot be used, in a part of a sentence; null when it can. */
    public static String problem(int index) {
        return MachineGpus.INSTANCE.problem(index);
    }

    /** What to tell before long work, a line each: {@link #passedOver}, and what slows this machine down. */
    public List<String> notes(String asked) {
        List<String> notes = new ArrayList<>();
        passedOver(asked).ifPresent(notes::add);
        if (!cuda() && Torch.avoidsOneDnn()) {
            notes.add("this machine hides the processor's caches, as some virtual ones do, from which libtorch's oneDNN"
                    + " computes wrong numbers: it is switched off, and convolutions are computed without it"
                    + (bf16() ? ", and bf16 slower than fp32" : ""));
        }
        return notes;
    }

    /**
     * What to tell a user who left the choice to the program and may expect another: that a GPU, or NVIDIA's driver, is
     * there and does not compute, and why. One line; empty where there is nothing to tell.
     *
     * @param asked what the user wrote
     */
    public Optional<String> passedOver(String asked) {
        if (!asked.equals(DeviceName.AUTO)) {
            return Optional.empty();
        }
        Optional<String> gpu = MachineGpus.INSTANCE.passedOver(device);
        if (gpu.isEmpty()
                && !cuda()
                && NvidiaDriver.version(FileView.ofThisMachine()).isPresent()) {
            return Optional.of("NVIDIA's driver is installed, but no GPU can be used: " + problem()
                    + "; `imas doctor` tells what is needed");
        }
        return gpu;
    }

    public boolean cuda() {
        return !device.equals("cpu");
    }

    /** CUDA ordinal, 0 on the CPU. */
    public int deviceIndex() {
        return cuda() ? Integer.parseInt(device.substring(device.indexOf(':') + 1)) : 0;
    }

    /** A new handle of the device, owned by the caller's scope. */
    public Device torchDevice() {
        return new Device(device);
    }

    public boolean bf16() {
        return precision == Precision.BF16;
    }

    /**
     * Whether cuDNN may try its algorithms when it meets a new shape: worth it for the same shapes again and again, a
     * waste where every picture has its own. Nothing on the CPU.
     */
    public void fixedShapes(boolean fixed) {
        if (cuda()) {
            globalContext().setBenchmarkCuDNN(fixed);
        }
    }

    /** Uninitialised memory of the host, from which a GPU can copy while the program goes on. */
    Tensor hostTensor(ScalarType type, long... shape) {
        return empty(
                shape, new TensorOptions(type).pinned_memory(new BoolOptional(cuda())), new MemoryFormatOptional());
    }

    /** A {@link #hostTensor} on the device, without waiting for the copy; on the CPU the tensor itself. */
    Tensor upload(Tensor host) {
        return cuda()
                ? host.to(torchDevice(), host.scalar_type().intern(), true, false, new MemoryFormatOptional())
                : host;
    }

    /** Values on the device, without waiting. */
    public Tensor upload(float[] values, long... shape) {
        Tensor host = hostTensor(ScalarType.Float, shape);
        host.data_ptr_float().put(values);
        return upload(host);
    }

    /** Values on the device, without waiting. */
    public Tensor upload(int[] values, long... shape) {
        Tensor host = hostTensor(ScalarType.Int, shape);
        host.data_ptr_int().put(values);
        return upload(host);
    }

    /** Values on the device, without waiting. */
    public Tensor upload(long[] values, long... shape) {
        Tensor host = hostTensor(ScalarType.Long, shape);
        host.data_ptr_long().put(values);
        return upload(host);
    }

    /** Runs a forward pass in this precision, recording for the gradient or not. */
    public <T> T forward(boolean gradient, Supplier<T> pass) {
        return Torch.withGradient(gradient, () -> bf16() ? autocast(pass) : pass.get());
    }

    private <T> T autocast(Supplier<T> pass) {
        DeviceType type = cuda() ? DeviceType.CUDA : DeviceType.CPU;
        set_autocast_dtype(type, ScalarType.BFloat16);
        set_autocast_enabled(type, true);
        try {
            return pass.get();
        } finally {
            clear_cache();
            set_autocast_enabled(type, false);
        }
    }
}
