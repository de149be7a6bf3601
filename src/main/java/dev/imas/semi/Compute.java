package dev.imas.semi;

import static org.bytedeco.pytorch.global.torch.clear_cache;
import static org.bytedeco.pytorch.global.torch.getNumGPUs;
import static org.bytedeco.pytorch.global.torch.globalContext;
import static org.bytedeco.pytorch.global.torch.hasCUDA;
import static org.bytedeco.pytorch.global.torch.set_autocast_dtype;
import static org.bytedeco.pytorch.global.torch.set_autocast_enabled;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Precision;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.GradMode;
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
     * Resolves what the user wrote.
     *
     * @param device    {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:i}
     * @param precision AUTO becomes bf16 where that is faster, else fp32. CUDA: bf16. CPU: bf16 for the ResNets on
     *                  processors with bf16 instructions. Measured as processor time of a whole step against fp32 with
     *                  channels_last (AMD EPYC, avx512_bf16 without AMX, two threads): ResNet-18 0.81, ResNet-50 0.77,
     *                  the tiny network 1.8 (its narrow convolutions gain nothing). With AMX, ResNet-18 takes 0.43.
     *                  channels_last itself: 0.91, 0.88 and 0.78 of fp32 without it, so it is always on
     * @throws UserException for another device name, or one that this machine or build lacks
     */
    public static Compute of(String device, Precision precision, Backbone backbone) {
        String name = resolveDevice(device);
        boolean cuda = !name.equals("cpu");
        Precision resolved = precision;
        if (precision == Precision.AUTO) {
            resolved = cuda || backbone != Backbone.TINY && CpuFeatures.read().bf16() ? Precision.BF16 : Precision.FP32;
        }
        if (resolved == Precision.TF32 && !cuda) {
            throw new UserException("precision: tf32 exists on CUDA devices only, the device is cpu; use fp32 or bf16");
        }
        if (cuda) {
            globalContext().setAllowTF32CuBLAS(resolved != Precision.FP32);
            globalContext().setAllowTF32CuDNN(resolved != Precision.FP32);
        }
        return new Compute(name, resolved, true);
    }

    /** As {@link #of(String, Precision, Backbone)} for a network of full size. */
    public static Compute of(String device, Precision precision) {
        return of(device, precision, Backbone.RESNET50);
    }

    private static String resolveDevice(String device) {
        if (!device.matches("auto|cpu|cuda(:\\d{1,2})?")) {
            throw new UserException("device: '" + device + "' is unknown; use auto, cpu, cuda or cuda:i");
        }
        if (device.equals("auto")) {
            return hasCUDA() ? "cuda:0" : "cpu";
        }
        if (device.startsWith("cuda") && !hasCUDA()) {
            throw new UserException("device: " + device + " was asked for, but this libtorch has no CUDA or finds no GPU; use --device cpu, or install the CUDA build");
        }
        String name = device.equals("cuda") ? "cuda:0" : device;
        if (!name.equals("cpu") && Integer.parseInt(name.substring(name.indexOf(':') + 1)) >= getNumGPUs()) {
            throw new UserException("device: " + device + " was asked for, but this machine has " + getNumGPUs() + " GPU(s), counted from cuda:0");
        }
        return name;
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

    /** Runs a forward pass in this precision, recording for the gradient or not. */
    public <T> T forward(boolean gradient, Supplier<T> pass) {
        boolean before = GradMode.is_enabled();
        DeviceType type = cuda() ? DeviceType.CUDA : DeviceType.CPU;
        GradMode.set_enabled(gradient);
        try {
            if (!bf16()) {
                return pass.get();
            }
            set_autocast_dtype(type, ScalarType.BFloat16);
            set_autocast_enabled(type, true);
            try {
                return pass.get();
            } finally {
                clear_cache();
                set_autocast_enabled(type, false);
            }
        } finally {
            GradMode.set_enabled(before);
        }
    }
}
