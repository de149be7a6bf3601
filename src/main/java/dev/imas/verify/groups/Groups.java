package dev.imas.verify.groups;

import dev.imas.verify.engine.GoldenGroup;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.verify.memory.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The groups that recorded data may have. A new group needs a line here. */
public final class Groups {
    private Groups() {}

    /**
     * All groups, by folder name.
     *
     * @param kernels that the groups 01 to 06 call
     * @param place   where the networks compute
     */
    public static List<GoldenGroup> all(ArrayKernels kernels, Place place) {
        List<GoldenGroup> groups = new ArrayList<>(ofKernels(kernels));
        groups.addAll(List.of(
                new AugmentGolden(place),
                new NetworkGolden(place),
                new TrainingGolden(place),
                new ScheduleGolden(place),
                new EvaluationGolden(place),
                new CheckpointGolden(),
                new DinoGolden(place)));
        return List.copyOf(groups);
    }

    /** The groups that call kernels alone. */
    public static List<GoldenGroup> ofKernels(ArrayKernels kernels) {
        List<GoldenGroup> groups = new ArrayList<>(withoutLibtorch(kernels));
        groups.add(new UpsampledGolden(kernels)); // which holds libtorch's enlargement against the kernels', too
        groups.sort(Comparator.comparing(GoldenGroup::name));
        return List.copyOf(groups);
    }

    /** Those of {@link #ofKernels} that need no libtorch on the CPU. */
    public static List<GoldenGroup> withoutLibtorch(ArrayKernels kernels) {
        return List.of(
                new HardnessGolden(kernels),
                new UnsupervisedLossGolden(kernels),
                new CutMixGolden(kernels),
                new IntensityMixGolden(kernels),
                new SupervisedLossGolden(kernels));
    }
}
