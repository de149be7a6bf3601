package dev.imas.benchmarks;

import dev.imas.config.ImasConfig.Precision;
import dev.imas.device.Compute;
import dev.imas.device.Cuda;
import dev.imas.device.DeviceQueue;
import dev.imas.device.TensorViews;
import dev.imas.device.Torch;
import dev.imas.kernels.Kernels;
import dev.imas.kernels.Operation;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What all kernel benchmarks share. Subclasses have two benchmarks: {@code kernel}, one call into the native library
 * with outputs and workspace that exist already, and {@code composition}, the fastest operations of libtorch we found
 * that give the same result. Every call is a sample, so that the median is not moved by other programs' interruptions.
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public abstract class KernelBenchmark {
    /** cpu, or a GPU as cuda:0: where both sides compute. */
    @Param("cpu")
    public String device;

    Kernels kernels;
    private Compute compute;
    /** Null on the CPU, where JMH's own clock sees all of a call. */
    private DeviceClock clock;

    private final PointerScope trial;
    private Tensor workspace;

    KernelBenchmark() {
        Torch.load();
        GradMode.set_enabled(false);
        trial = new PointerScope();
    }

    /**
     * A trial's whole setup: JMH promises no order between a class's setups and its parents'. It does not tear down
     * what a setup that fails leaves, so that is freed here.
     */
    void openThen(Runnable preparation) {
        try {
            openDevice();
            preparation.run();
        } catch (RuntimeException | Error e) {
            release();
            throw e;
        }
    }

    private void openDevice() {
        compute = Compute.of(device, Precision.FP32);
        if (onGpu()) {
            kernels = Kernels.cuda(compute.deviceIndex(), Cuda.currentStream(compute.deviceIndex()));
            clock = new DeviceClock(DeviceQueue.of(compute), allocate(ScalarType.Byte, DeviceClock.BYTES));
        } else {
            kernels = Kernels.cpu();
        }
    }

    /** Bytes that the kernel needs beside its outputs. */
    abstract long workspaceBytes();

    /** Allocated an iteration, so that {@link PeakMemory}, which looks at iterations, sees it. */
    @Setup(Level.Iteration)
    public void allocateWorkspace() {
        workspace = workspaceBytes() == 0 ? null : allocate(ScalarType.Byte, workspaceBytes());
    }

    @TearDown(Level.Iteration)
    public void releaseWorkspace() {
        if (workspace != null) {
            workspace.close();
        }
    }

    @TearDown(Level.Trial)
    public void release() {
        trial.close();
    }

    /** Runs one side of a benchmark once; on a GPU by CUDA events, and until it is done. */
    void measured(Runnable side) {
        if (clock == null) {
            side.run();
        } else {
            DeviceTime.add(compute.deviceIndex(), clock.milliseconds(side));
        }
    }

    /** Calls the kernel, in the workspace of this iteration. */
    void run(Operation operation) {
        operation.run(kernels, TensorViews.data(workspace), operation.workspaceBytes(kernels));
    }

    /** An uninitialised tensor on the device. */
    Tensor allocate(ScalarType type, long... shape) {
        return allocate(compute, type, shape);
    }

    static Tensor allocate(Compute compute, ScalarType type, long... shape) {
        TensorOptions options = new TensorOptions()
                .dtype(new ScalarTypeOptional(type))
                .device(new DeviceOptional(compute.torchDevice()));
        return torch.empty(shape, options, new MemoryFormatOptional());
    }

    boolean onGpu() {
        return compute.cuda();
    }

    /** A tensor that was made on the CPU, where the device is. */
    Tensor onDevice(Tensor tensor) {
        return onGpu() ? tensor.to(compute.torchDevice(), tensor.scalar_type().intern()) : tensor;
    }

    static Tensor inFormat(Tensor tensor, Layout layout) {
        return tensor.contiguous(layout == Layout.NHWC ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous);
    }

    /** Refuses to measure when the two sides differ anywhere by more than the tolerance; NaN differs. */
    static void requireNear(String what, Tensor byKernel, Tensor byComposition, double tolerance) {
        requireNear(what, byKernel, byComposition, tolerance, 0, tolerance);
    }

    /** As above, but a few elements may differ by more, up to {@code most}. */
    static void requireNear(
            String what, Tensor byKernel, Tensor byComposition, double tolerance, long few, double most) {
        if (DeviceClock.REHEARSAL) {
            System.out.println("rehearsal: " + what + " are not compared");
            return;
        }
        Tensor difference = difference(byKernel, byComposition);
        long far = difference.le(new Scalar(tolerance)).logical_not().sum().item_long();
        double largest = difference.max().item_double();
        if (far > few || !(largest <= most)) {
            throw Comparison.disagreement(what + " of kernel and composition differ by up to " + largest + "; " + far
                    + " elements by more than " + tolerance);
        }
    }

    /** Of each element, its absolute value. */
    static Tensor difference(Tensor byKernel, Tensor byComposition) {
        return byKernel.cpu()
                .to(ScalarType.Double)
                .sub(byComposition.cpu().to(ScalarType.Double))
                .abs();
    }
}
