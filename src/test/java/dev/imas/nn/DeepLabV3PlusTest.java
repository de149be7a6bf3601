package dev.imas.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.device.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeepLabV3PlusTest {
    @ParameterizedTest
    @CsvSource({
        "TINY, DEEP, 16, true",
        "TINY, CONV7, 8, false",
        "RESNET18, CONV7, 16, false",
        "RESNET34, DEEP, 8, true",
        "RESNET50, CONV7, 16, true"
    })
    void logitsAreAtAQuarterOfTheImage(Backbone backbone, Stem stem, int stride, boolean auxiliary) {
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network =
                        SegmentationNetwork.create(Networks.spec(backbone, stem, stride, auxiliary), 7, 1)) {
            Torch.withoutGradient(() -> {
                SegmentationNetwork.Output output = network.forward(Networks.images(2, 64, 47), false);
                // 64 -> 32 -> 17 (ceil mode), 47 -> 24 -> 13
                assertThat(output.logits().shape()).containsExactly(2, 7, 17, 13);
                assertThat(Networks.values(output.logits())).doesNotContain(Float.NaN);
                if (auxiliary) {
                    long side = stride == 16 ? 5 : 9;
                    assertThat(output.auxiliary().shape()).containsExactly(2, 7, side, stride == 16 ? 4 : 7);
                } else {
                    assertThat(output.auxiliary()).isNull();
                }
            });
            assertThat(network.state())
                    .hasSize(network.parameters().size() + network.buffers().size());
        }
    }

    @Test
    void resNet18HasTorchvisionsEncoder() {
        try (SegmentationNetwork network =
                SegmentationNetwork.create(Networks.spec(Backbone.RESNET18, Stem.CONV7, 16, false), 3, 1)) {
            Map<String, String> shapes = new HashMap<>();
            network.state().forEach((key, tensor) -> shapes.put(key, Arrays.toString(tensor.shape())));
            assertThat(shapes)
                    .containsEntry("encoder.conv1.weight", "[64, 3, 7, 7]")
                    .containsEntry("encoder.bn1.num_batches_tracked", "[]")
                    .containsEntry("encoder.layer1.0.conv1.weight", "[64, 64, 3, 3]")
                    .containsEntry("encoder.layer4.0.downsample.0.weight", "[512, 256, 1, 1]")
                    .containsEntry("encoder.layer4.1.bn2.running_var", "[512]")
                    .containsEntry("decoder.aspp.conv1.1.weight", "[256, 512, 1, 1]")
                    .containsEntry("decoder.low_conv.0.bias", "[48]")
                    .doesNotContainKey("encoder.layer1.0.downsample.0.weight");
            long encoder = network.parameters().entrySet().stream()
                    .filter(e -> e.getKey().startsWith(SegmentationNetwork.ENCODER_PREFIX))
                    .mapToLong(e -> e.getValue().numel())
                    .sum();
            // torchvision's resnet18 has 11,689,512 parameters, 513,000 of them in its fully connected layer.
            assertThat(encoder).isEqualTo(11_689_512 - 513_000);
        }
    }

    @Test
    void firstValuesFollowTheSeedAloneOnAnyThread() {
        try (DeepLabV3Plus here = Networks.tiny(5, 42);
                DeepLabV3Plus there = CompletableFuture.supplyAsync(() -> Networks.tiny(5, 42))
                        .join();
                DeepLabV3Plus other = Networks.tiny(5, 43)) {
            here.state().forEach((key, tensor) -> assertThat(
                            torch.equal(tensor, there.state().get(key)))
                    .as(key)
                    .isTrue());
            assertThat(torch.equal(
                            here.state().get("encoder.conv1.0.weight"),
                            other.state().get("encoder.conv1.0.weight")))
                    .isFalse();
        }
    }

    @Test
    void firstValuesHaveTheirDistributions() {
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network =
                        SegmentationNetwork.create(Networks.spec(Backbone.RESNET18, Stem.DEEP, 16, true), 3, 7)) {
            float[] encoder = Networks.values(network.state().get("encoder.layer3.0.conv2.weight"));
            double deviation = Math.sqrt(2.0 / (256 * 9));
            assertThat(deviation(encoder)).isCloseTo(deviation, within(deviation * 0.01));
            float[] decoder = Networks.values(network.state().get("decoder.aspp.conv3.0.weight"));
            double bound = 1 / Math.sqrt(512 * 9);
            assertThat(largest(decoder)).isBetween(bound * 0.999, bound);
            assertThat(deviation(decoder)).isCloseTo(bound / Math.sqrt(3), within(bound * 0.01));
            assertThat(largest(Networks.values(network.state().get("decoder.low_conv.0.bias"))))
                    .isBetween(0.05, 1 / Math.sqrt(64));
            assertThat(Networks.values(network.state().get("encoder.layer2.1.bn2.weight")))
                    .containsOnly(0);
            assertThat(Networks.values(network.state().get("encoder.layer2.1.bn1.weight")))
                    .containsOnly(1);
            assertThat(Networks.values(network.state().get("encoder.layer2.0.downsample.1.weight")))
                    .containsOnly(1);
            assertThat(Networks.values(network.state().get("decoder.head.1.bias")))
                    .containsOnly(0);
        }
    }

    @Test
    void gradientsReachEveryParameter() {
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus network = Networks.tiny(5, 3)) {
            Torch.withoutGradient(() -> network.parameters().forEach((key, p) -> {
                if (key.matches(".*layer\\d\\.\\d\\.bn2\\.weight")) {
                    p.fill_(new Scalar(0.5f)); // at first 0: nothing would flow into the branches
                }
            }));
            SegmentationNetwork.Output output = network.forward(Networks.images(3, 32, 32), true);
            output.logits()
                    .pow(new Scalar(2))
                    .mean()
                    .add(output.auxiliary().pow(new Scalar(2)).mean())
                    .backward();
            network.parameters().forEach((key, p) -> {
                assertThat(p.grad().defined()).as(key).isTrue();
                if (!key.equals("decoder.low_conv.0.bias")) { // a bias before a norm has no effect
                    assertThat(largest(Networks.values(p.grad()))).as(key).isPositive();
                }
            });
            network.buffers()
                    .forEach((key, b) -> assertThat(b.requires_grad()).as(key).isFalse());
        }
    }

    @Test
    void evaluationLeavesBuffersAloneAndTrainingMovesThem() {
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus network = Networks.tiny(5, 3)) {
            Map<String, float[]> before = new HashMap<>();
            network.buffers().forEach((key, b) -> before.put(key, Networks.values(b)));
            Tensor images = Networks.images(2, 33, 33);
            Torch.withoutGradient(() -> network.forward(images, false));
            network.buffers()
                    .forEach((key, b) -> assertThat(Networks.values(b)).as(key).isEqualTo(before.get(key)));
            Torch.withoutGradient(() -> network.forward(images, true));
            network.buffers().forEach((key, b) -> {
                assertThat(Networks.values(b)).as(key).isNotEqualTo(before.get(key));
                if (key.endsWith("num_batches_tracked")) {
                    assertThat(b.item_long()).as(key).isEqualTo(1);
                }
            });
        }
    }

    @Test
    void aTeacherIsAnExactCopyWithoutGradientsAndMayCountInFloats() {
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus student = Networks.tiny(5, 3);
                DeepLabV3Plus teacher = Networks.tiny(5, 4)) {
            Torch.withoutGradient(() -> student.forward(Networks.images(2, 32, 32), true));
            teacher.requireGradients(false);
            teacher.floatCounters();
            teacher.copyStateFrom(student);
            student.state().forEach((key, t) -> assertThat(
                            Networks.values(teacher.state().get(key)))
                    .as(key)
                    .isEqualTo(Networks.values(t)));
            Tensor logits = teacher.forward(Networks.images(2, 32, 32), true).logits();
            assertThat(logits.requires_grad()).isFalse();
            assertThat(teacher.state().get("encoder.bn1.num_batches_tracked").item_float())
                    .isEqualTo(2);
            assertThat(student.state()
                            .get("encoder.bn1.num_batches_tracked")
                            .scalar_type()
                            .intern())
                    .isEqualTo(ScalarType.Long);
            assertThat(Networks.values(teacher.counters())).containsOnly(2).hasSize((int)
                    teacher.buffers().keySet().stream()
                            .filter(key -> key.endsWith("num_batches_tracked"))
                            .count());
        }
    }

    @Test
    void layoutAndBfloat16ChangeLittle() {
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus network = Networks.tiny(5, 3)) {
            Torch.withoutGradient(() -> {
                Tensor images = Networks.images(2, 64, 64);
                float[] plain = Networks.values(network.forward(images, false).logits());
                network.channelsLast();
                assertThat(network.state().get("decoder.classifier.0.weight").is_contiguous(MemoryFormat.ChannelsLast))
                        .isTrue();
                Tensor last = images.contiguous(MemoryFormat.ChannelsLast);
                float[] channelsLast =
                        Networks.values(network.forward(last, false).logits());
                assertThat(Networks.relativeDistance(channelsLast, plain)).isLessThan(1e-5);
                torch.set_autocast_enabled(DeviceType.CPU, true);
                try {
                    torch.set_autocast_dtype(DeviceType.CPU, ScalarType.BFloat16);
                    float[] bfloat =
                            Networks.values(network.forward(last, false).logits());
                    // bfloat16 keeps 8 bits; errors of some 20 layers add up like a random walk
                    assertThat(Networks.relativeDistance(bfloat, plain)).isBetween(1e-5, 3e-2);
                } finally {
                    torch.clear_cache();
                    torch.set_autocast_enabled(DeviceType.CPU, false);
                }
            });
        }
    }

    @Test
    void memoryStaysFlatOverSteps() throws IOException {
        try (DeepLabV3Plus network = Networks.tiny(5, 3)) {
            long after20 = 0;
            for (int step = 0; step < 70; step++) {
                try (PointerScope scope = new PointerScope()) {
                    SegmentationNetwork.Output output = network.forward(Networks.images(4, 64, 64), true);
                    output.logits().pow(new Scalar(2)).mean().backward();
                }
                if (step == 19) {
                    after20 = residentMegabytes();
                }
            }
            // One step's intermediate tensors take about 20 MB: a leak of any layer would show as hundreds.
            assertThat(residentMegabytes() - after20).isLessThan(60);
        }
    }

    @Test
    void aBatchOfOneCannotTrainThePooledBranch() {
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus network = Networks.tiny(5, 3)) {
            assertThatThrownBy(() -> network.forward(Networks.images(1, 32, 32), true))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("at least 2 images")
                    .hasMessageContaining("decoder.aspp.conv1.2");
            assertThatThrownBy(() -> network.forward(Networks.images(1, 32, 32).view(3, 32, 32), false))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void badMeasuresAreNamed() {
        assertThatThrownBy(() -> new DeepLabV3Plus(Networks.spec(Backbone.TINY, Stem.DEEP, 32, false), 5, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("output_stride is 32");
        assertThatThrownBy(() -> Networks.tiny(256, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("256");
    }

    private static long residentMegabytes() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4096 / (1 << 20);
    }

    private static double deviation(float[] values) {
        double squares = 0;
        for (float v : values) {
            squares += (double) v * v;
        }
        return Math.sqrt(squares / values.length);
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float v : values) {
            largest = Math.max(largest, Math.abs(v));
        }
        return largest;
    }
}
