package dev.imas.verify;

import dev.imas.config.DeviceName;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.engine.GoldenGroup;
import dev.imas.verify.engine.GroupRunner;
import dev.imas.verify.groups.Groups;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.verify.memory.Place;
import java.util.List;
import java.util.function.Consumer;

/** Holds an installation against recorded data of the published implementation: every group the data has, in order. */
public final class GoldenSuite {
    private GoldenSuite() {}

    /** All groups, by folder name, on the CPU. */
    public static List<GoldenGroup> groups() {
        return groups(Place.CPU);
    }

    private static List<GoldenGroup> groups(Place place) {
        return Groups.all(ArrayKernels.at(place), place);
    }

    /**
     * Runs the groups whose folders the data has, as {@link GroupRunner} does, on the CPU.
     *
     * @param progress told of each check as soon as it is made
     * @return all checks in the order they were made
     */
    public static List<Check> run(GoldenData data, Consumer<Check> progress) {
        return GroupRunner.run(groups(), data, progress);
    }

    /**
     * As {@link #run(GoldenData, Consumer)} with kernels and networks on another device. The networks were recorded on
     * a CPU; {@link Place} tells how much more they may deviate elsewhere.
     *
     * @param device {@code cpu}, {@code cuda} or {@code cuda:i}
     */
    public static List<Check> run(GoldenData data, String device, Consumer<Check> progress) {
        return GroupRunner.run(groups(Place.of(DeviceName.named(device))), data, progress);
    }
}
