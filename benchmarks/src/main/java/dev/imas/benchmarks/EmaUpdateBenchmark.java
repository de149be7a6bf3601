package dev.imas.benchmarks;

import dev.imas.config.ConfigYaml;
import dev.imas.kernels.EmaUpdate;
import dev.imas.nn.SegmentationNetwork;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * The teacher's moving average over the parameters of a DeepLabV3+ on ResNet-50: one kernel call for all tensors,
 * against
 * one foreach operation of libtorch, the best there is, and against two operations a tensor, as training programs have
 * it.
 */
public class EmaUpdateBenchmark extends KernelBenchmark {
    /** The composition. */
    public enum Kind {
        FOREACH,
        IN_PLACE
    }

    @Param({"FOREACH", "IN_PLACE"})
    public Kind kind;

    private static final double DECAY = 0.996;
    /** Two roundings of float32 numbers below 1, taken in another order. */
    private static final double TOLERANCE = 2.4e-7;

    private TensorVector teachers;
    private TensorVector students;
    private PointerPointer<Pointer> teacherData;
    private PointerPointer<Pointer> studentData;
    private LongPointer numel;
    private OperatorHandle foreachLerp;

    @Setup(Level.Trial)
    public void setUp() {
        openThen(this::tensors);
    }

    private void tensors() {
        foreachLerp = Dispatcher.singleton().findSchemaOrThrow("aten::_foreach_lerp_", "Scalar");
        long[] sizes = numbersOfElements();
        teachers = new TensorVector();
        students = new TensorVector();
        numel = new LongPointer(sizes);
        teacherData = new PointerPointer<>(sizes.length);
        studentData = new PointerPointer<>(sizes.length);
        for (int k = 0; k < sizes.length; k++) {
            Tensor teacher = onDevice(torch.rand(sizes[k]));
            Tensor student = onDevice(torch.rand(sizes[k]));
            teachers.push_back(teacher);
            students.push_back(student);
            teacherData.put(k, teacher.data_ptr());
            studentData.put(k, student.data_ptr());
        }
        requireAgreement();
    }

    @Override
    long workspaceBytes() {
        return 0;
    }

    @Benchmark
    public void kernel() {
        measured(() -> run(new EmaUpdate(teacherData, studentData, numel, (float) DECAY)));
    }

    @Benchmark
    public void composition() {
        measured(this::compose);
    }

    private void compose() {
        try (PointerScope call = new PointerScope()) {
            if (kind == Kind.FOREACH) {
                foreachLerp.callBoxed(new IValueVector(list(teachers), list(students), new IValue(1 - DECAY)));
                return;
            }
            for (long k = 0; k < teachers.size(); k++) {
                teachers.get(k).mul_(new Scalar(DECAY)).add_(students.get(k), new Scalar(1 - DECAY));
            }
        }
    }

    private void requireAgreement() {
        try (PointerScope call = new PointerScope()) {
            Tensor before = torch.cat(teachers);
            kernel();
            Tensor byKernel = torch.cat(teachers);
            long begin = 0;
            for (long k = 0; k < teachers.size(); k++) {
                teachers.get(k).copy_(before.narrow(0, begin, numel.get(k)));
                begin += numel.get(k);
            }
            composition();
            requireNear("weights", byKernel, torch.cat(teachers), TOLERANCE);
        }
    }

    /** Of the whole network. */
    static long parameters() {
        return LongStream.of(numbersOfElements()).sum();
    }

    private static IValue list(TensorVector tensors) {
        return new IValue(new GenericList((Pointer) new TensorList(tensors)));
    }

    private static long[] numbersOfElements() {
        try (SegmentationNetwork network = SegmentationNetwork.create(
                ConfigYaml.resolve(ConfigYaml.preset("voc-662-r50")).network(), 21, 1)) {
            List<Tensor> parameters = List.copyOf(network.parameters().values());
            return parameters.stream().mapToLong(Tensor::numel).toArray();
        }
    }
}
