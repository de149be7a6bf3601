package dev.imas.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which device a name means on machines with other GPUs than this one. */
class GpusTest {
    private static final String OLD = "libtorch has no code for cuda:0";

    /** A machine whose GPUs have these problems, null being none. */
    private record Machine(List<String> problems) implements Gpus {
        static Machine of(String... problems) {
            return new Machine(Arrays.asList(problems));
        }

        @Override
        public int count() {
            return problems.size();
        }

        @Override
        public String absence() {
            return "there is no driver";
        }

        @Override
        public String problem(int index) {
            return problems.get(index);
        }
    }

    @Test
    void autoTakesTheFirstGpuThatCanBeUsedAndSaysWhatItPassedOver() {
        assertThat(Machine.of((String) null).choose("auto")).isEqualTo("cuda:0");
        assertThat(Machine.of(null, null).passedOver("cuda:0")).isEmpty();
        assertThat(Machine.of(OLD, null).choose("auto")).isEqualTo("cuda:1");
        assertThat(Machine.of(OLD, null).passedOver("cuda:1"))
                .hasValue("cuda:0 cannot be used, cuda:1 computes instead: " + OLD
                        + "; `imas doctor` tells what is needed");
        assertThat(Machine.of(OLD).choose("auto")).isEqualTo("cpu");
        assertThat(Machine.of(OLD).passedOver("cpu"))
                .hasValueSatisfying(line -> assertThat(line).contains("cpu computes instead", OLD));
        assertThat(Machine.of().choose("auto")).isEqualTo("cpu");
        assertThat(Machine.of().passedOver("cpu")).isEmpty();
    }

    @Test
    void whatIsAskedForIsUsedOrRefusedNeverReplaced() {
        assertThat(Machine.of(null, OLD).choose("cpu")).isEqualTo("cpu");
        assertThat(Machine.of(null, OLD).choose("cuda")).isEqualTo("cuda:0");
        assertThat(Machine.of(OLD, null).choose("cuda:1")).isEqualTo("cuda:1");
        refused(Machine.of(OLD, null), "cuda", "device: cuda was asked for, but " + OLD + "; ");
        refused(Machine.of(null, OLD), "cuda:1", "device: cuda:1 was asked for, but " + OLD + "; ");
        refused(Machine.of(), "cuda", "device: cuda was asked for, but there is no driver; ");
        refused(Machine.of(null, null), "cuda:2", "this machine has 2 GPU(s), counted from cuda:0");
    }

    private static void refused(Machine machine, String asked, String message) {
        assertThatThrownBy(() -> machine.choose(asked))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message);
    }

    @Test
    void noGpuCanBeUsedWhereAllHaveAProblem() {
        assertThat(Machine.of().problem()).isEqualTo("there is no driver");
        assertThat(Machine.of(OLD, "busy").problem()).isEqualTo(OLD);
        assertThat(Machine.of(OLD, null).problem()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "61, false",
        "70, false",
        "75, true",
        "80, true",
        "86, true",
        "87, true",
        "89, true",
        "90, true",
        "100, true",
        "103, true",
        "110, false",
        "120, true",
        "121, true",
        "130, false"
    })
    void machineCodeRunsOnLaterGpusOfItsGeneration(int capability, boolean covered) {
        GpuCode code = GpuCode.ofOptions("  - CUDA Runtime 13.1\n  - NVCC architecture flags: "
                + "-gencode;arch=compute_75,code=sm_75;-gencode;arch=compute_80,code=sm_80;"
                + "-gencode;arch=compute_90,code=sm_90;-gencode;arch=compute_100,code=sm_100;"
                + "-gencode;arch=compute_120,code=sm_120\n  - CuDNN 91.0\n");
        assertThat(code).hasToString("sm_75 sm_80 sm_90 sm_100 sm_120");
        assertThat(code.covers(capability)).isEqualTo(covered);
    }

    @Test
    void ptxRunsOnAllLaterGpusAndAnArchitecturesOwnCodeThereAlone() {
        assertThat(GpuCode.ofOptions("arch=compute_90,code=compute_90").covers(110))
                .isTrue();
        assertThat(GpuCode.ofOptions("arch=compute_90,code=[sm_90,compute_90]").covers(120))
                .isTrue();
        assertThat(GpuCode.ofOptions("arch=compute_90,code=compute_90").covers(89))
                .isFalse();
        assertThat(GpuCode.ofOptions("arch=compute_86,code=sm_86").covers(80)).isFalse();
        assertThat(GpuCode.ofOptions("arch=compute_90a,code=sm_90a").covers(90)).isTrue();
        assertThat(GpuCode.ofOptions("arch=compute_100a,code=sm_100a").covers(103))
                .isFalse();
        assertThat(GpuCode.ofOptions("arch=compute_100f,code=sm_100f").covers(103))
                .isTrue();
        assertThat(GpuCode.ofOptions("arch=compute_100f,code=sm_100f").covers(120))
                .isFalse();
    }

    @Test
    void whatIsNotKnownIsLeftToATrial() {
        assertThat(GpuCode.ofOptions("libtorch without CUDA").covers(20)).isTrue();
    }
}
