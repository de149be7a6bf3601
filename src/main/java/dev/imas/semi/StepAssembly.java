package dev.imas.semi;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Training;
import dev.imas.device.Compute;
import dev.imas.device.TensorKernels;
import dev.imas.distributed.Ranks;
import dev.imas.nn.SegmentationNetwork;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A training step put together, with the parts that its users hold on to: the one place where it is wired, for the
 * trainer, the benchmarks, the recorded runs and the tests alike.
 *
 * <p>All but the networks belongs to the PointerScope that it was made in.
 *
 * @param student   learns by gradient
 * @param teacher   its average
 * @param optimizer of the student
 * @param kernels   on the same device
 * @param step      over all of them
 */
public record StepAssembly(
        SegmentationNetwork student,
        Teacher teacher,
        Optimizer optimizer,
        TensorKernels kernels,
        SemiSupervisedStep step)
        implements AutoCloseable {

    /**
     * With two networks that are made here, and closed by {@link #close}.
     *
     * @param start what is done to the student before the teacher becomes its copy, such as loading first weights
     */
    public static StepAssembly create(ImasConfig config, Compute compute, Consumer<SegmentationNetwork> start) {
        return create(config, compute, start, UnaryOperator.identity());
    }

    /**
     * The same with something around the networks, which sees the step call them.
     *
     * @param around gives what the step calls instead
     */
    public static StepAssembly create(
            ImasConfig config, Compute compute, Consumer<SegmentationNetwork> start, UnaryOperator<Networks> around) {
        return create(config, compute, start, around, Ranks.ALONE);
    }

    /**
     * The same for a process among others.
     *
     * @param ranks the processes that learn together, each from its part of a batch
     */
    public static StepAssembly create(
            ImasConfig config,
            Compute compute,
            Consumer<SegmentationNetwork> start,
            UnaryOperator<Networks> around,
            Ranks ranks) {
        Ranks normalized = config.training().syncBatchNorm() ? ranks : Ranks.ALONE;
        SegmentationNetwork student = SegmentationNetwork.create(config, compute, normalized);
        try {
            start.accept(student);
            SegmentationNetwork average = SegmentationNetwork.create(config, compute);
            try {
                return of(config, compute, student, average, around, ranks);
            } catch (RuntimeException | Error e) {
                average.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            student.close();
            throw e;
        }
    }

    /**
     * With networks of the caller's, which lie where {@code compute} computes; who closes them does not close this.
     *
     * @param average becomes the teacher, a copy of the student
     */
    public static StepAssembly of(
            ImasConfig config, Compute compute, SegmentationNetwork student, SegmentationNetwork average) {
        return of(config, compute, student, average, UnaryOperator.identity(), Ranks.ALONE);
    }

    private static StepAssembly of(
            ImasConfig config,
            Compute compute,
            SegmentationNetwork student,
            SegmentationNetwork average,
            UnaryOperator<Networks> around,
            Ranks ranks) {
        Training training = config.training();
        TensorKernels kernels = new TensorKernels(compute);
        Teacher teacher = new Teacher(average, student, kernels);
        student.useKernels(config.convolutions(), compute);
        average.useKernels(config.convolutions(), compute);
        Optimizer optimizer = optimizer(training, student);
        boolean compared = config.method().measuresHardness();
        Networks networks = around.apply(new StudentAndTeacher(
                student,
                teacher,
                optimizer,
                compute,
                compared,
                ranks.alone()
                        ? Optional.empty()
                        : Optional.of(new SharedGradients(student, training.accumulate(), ranks)),
                ranks.alone() || training.syncBatchNorm()
                        ? Optional.empty()
                        : Optional.of(new MeanStatistics(statistics(student), ranks))));
        SemiSupervisedStep step =
                new SemiSupervisedStep(networks, kernels, compute, config, student.featureChannels(), ranks);
        return new StepAssembly(student, teacher, optimizer, kernels, step);
    }

    private static List<Tensor> statistics(SegmentationNetwork network) {
        return network.buffers().values().stream()
                .filter(tensor -> tensor.scalar_type().intern() == ScalarType.Float)
                .toList();
    }

    private static Optimizer optimizer(Training training, SegmentationNetwork student) {
        return switch (training.optimizer()) {
            case SGD ->
                new Sgd(student.parameters(), training.momentum(), training.weightDecay(), training.headLrMultiplier());
            case ADAMW -> new AdamW(student.parameters(), LayerRates.of(training, student));
        };
    }

    /** Closes both networks. */
    @Override
    public void close() {
        student.close();
        teacher.network().close();
    }
}
