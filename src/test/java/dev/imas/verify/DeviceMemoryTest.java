package dev.imas.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.kernels.Kernels;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.engine.GroupRunner;
import dev.imas.verify.groups.Groups;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.verify.memory.DeviceMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The memory that serves a GPU, with libtorch's CPU device in its place: every kernel group passes through it. */
class DeviceMemoryTest {
    private static final GoldenData DATA = GoldenData.builtIn();

    @TestFactory
    Stream<DynamicTest> kernelGroups() {
        ArrayKernels kernels = new ArrayKernels(Kernels::cpu, new DeviceMemory("cpu"));
        return Groups.ofKernels(kernels).stream()
                .map(group -> DynamicTest.dynamicTest(group.name(), () -> {
                    List<Check> checks = new ArrayList<>();
                    GroupRunner.run(group, DATA, checks::add);
                    assertThat(checks).isNotEmpty().allSatisfy(check -> assertThat(check.passed())
                            .as(check.toString())
                            .isTrue());
                }));
    }

    @Test
    void anUnknownDeviceIsRefused() {
        assertThatThrownBy(() -> GoldenSuite.run(DATA, "tpu", check -> {}))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("device is tpu");
    }
}
