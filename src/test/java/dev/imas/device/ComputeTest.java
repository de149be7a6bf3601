package dev.imas.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.imas.common.UserException;
import dev.imas.config.DeviceName;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.machine.CpuFeatures;
import java.util.List;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ComputeTest {
    @BeforeAll
    static void load() {
        Torch.load();
    }

    @Test
    void refusesUnknownDevicesAndImpossiblePrecisions() {
        for (String name : List.of("cuda:999", "cuda:-1", "cuda:", "CUDA:0", "gpu")) {
            assertThatThrownBy(() -> Compute.of(name, Precision.FP32, Backbone.TINY))
                    .isInstanceOf(UserException.class)
                    .hasMessage("device is " + name + "; expected " + DeviceName.EXPECTED);
        }
        assertThatThrownBy(() -> Compute.of("cpu", Precision.TF32, Backbone.TINY))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("tf32");
    }

    @Test
    void refusesCudaWithoutAGpu() {
        assumeThat(torch.hasCUDA()).isFalse();
        assertThatThrownBy(() -> Compute.of("cuda:0", Precision.FP32, Backbone.TINY))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--device cpu");
        assertThat(Compute.of("auto", Precision.FP32, Backbone.TINY).device()).isEqualTo("cpu");
    }

    @Test
    void autoPrecisionIsResolved() {
        assertThat(Compute.of("cpu", Precision.AUTO, Backbone.TINY).precision()).isEqualTo(Precision.FP32);
        assertThat(Compute.of("cpu", Precision.AUTO, Backbone.RESNET50).precision())
                .isEqualTo(CpuFeatures.read().bf16Matrices() && Torch.usesOneDnn() ? Precision.BF16 : Precision.FP32);
        assertThat(Compute.of("cpu", Precision.FP32, Backbone.RESNET50).precision())
                .isEqualTo(Precision.FP32);
    }

    @Test
    void withoutGradientHandsOnTheResultAndRestoresTheMode() {
        boolean before = GradMode.is_enabled();
        assertThat(Torch.withoutGradient(GradMode::is_enabled)).isFalse();
        assertThat(Torch.withGradient(true, GradMode::is_enabled)).isTrue();
        assertThat(GradMode.is_enabled()).isEqualTo(before);
        assertThatThrownBy(() -> Torch.withoutGradient(() -> {
                    throw new IllegalStateException("stop");
                }))
                .hasMessage("stop");
        assertThat(GradMode.is_enabled()).isEqualTo(before);
    }

    @Test
    void forwardRestoresGradientModeAndAutocast() {
        Compute bf16 = new Compute("cpu", Precision.BF16, true);
        boolean before = GradMode.is_enabled();
        assertThatThrownBy(() -> bf16.forward(!before, () -> {
                    assertThat(GradMode.is_enabled()).isEqualTo(!before);
                    assertThat(torch.is_autocast_enabled(DeviceType.CPU)).isTrue();
                    throw new IllegalStateException("stop");
                }))
                .hasMessage("stop");
        assertThat(GradMode.is_enabled()).isEqualTo(before);
        assertThat(torch.is_autocast_enabled(DeviceType.CPU)).isFalse();
    }
}
