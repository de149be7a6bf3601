package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.augment.DrawnOperation;
import dev.imas.augment.StrongOperation;
import dev.imas.augment.StrongView;
import dev.imas.common.Rng;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.image.RgbImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Strong views on tensors hold the bytes of those that the loader makes. */
class DeviceStrongViewTest {
    private static final Compute CPU = new Compute("cpu", Precision.FP32, true);
    /** Height and width: too small for some operations, odd, and larger than any box. */
    private static final int[][] SIZES = {{1, 1}, {1, 7}, {2, 2}, {3, 3}, {6, 5}, {17, 32}, {48, 65}};

    @BeforeAll
    static void load() {
        Torch.load();
    }

    /**
     * What pictures are like: noise, noise in a narrow range, a single value a channel, saturated colours with equal
     * channels.
     */
    private static RgbImage picture(int kind, int height, int width, Rng rng) {
        byte[] rgb = new byte[height * width * 3];
        int low = rng.integer(0, 200);
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte)
                    switch (kind) {
                        case 0 -> rng.integer(0, 256);
                        case 1 -> low + rng.integer(0, 40);
                        case 2 -> low + 20 * (i % 3);
                        default -> rng.integer(0, 2) * 255;
                    };
        }
        return new RgbImage(width, height, rgb);
    }

    private static List<byte[]> onTensors(List<RgbImage> weak, List<List<DrawnOperation>> operations) {
        int height = weak.get(0).height();
        int width = weak.get(0).width();
        int bytes = height * width * 3;
        try (PointerScope scope = new PointerScope()) {
            Tensor nhwc = torch.empty(
                    new long[] {(long) weak.size() * bytes},
                    new TensorOptions(ScalarType.Byte),
                    new MemoryFormatOptional());
            BytePointer data = nhwc.data_ptr_byte();
            for (int k = 0; k < weak.size(); k++) {
                data.position((long) k * bytes).put(weak.get(k).rgb());
            }
            Tensor before = nhwc.clone();
            Tensor strong = new DeviceStrongView(CPU).apply(nhwc, operations, height, width);
            assertThat(nhwc.equal(before)).isTrue();
            assertThat(strong.sizes().vec().get()).containsExactly(weak.size(), height, width, 3);
            List<byte[]> found = new ArrayList<>();
            for (int k = 0; k < weak.size(); k++) {
                byte[] view = new byte[bytes];
                strong.data_ptr_byte().position((long) k * bytes).get(view);
                found.add(view);
            }
            return found;
        }
    }

    private static void requireSame(List<RgbImage> weak, List<List<DrawnOperation>> operations) {
        List<byte[]> found = onTensors(weak, operations);
        for (int k = 0; k < weak.size(); k++) {
            byte[] expected = StrongView.apply(weak.get(k), operations.get(k)).rgb();
            int at = Arrays.mismatch(expected, found.get(k));
            assertThat(at)
                    .as(() -> "a picture of " + weak.get(0).width() + "x"
                            + weak.get(0).height() + ", " + operations)
                    .isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(StrongOperation.class)
    void everyOperationGivesTheSameBytes(StrongOperation operation) {
        Rng rng = Rng.of(5, "device view", operation.ordinal());
        for (int[] size : SIZES) {
            List<RgbImage> weak = new ArrayList<>();
            List<List<DrawnOperation>> operations = new ArrayList<>();
            for (int k = 0; k < 24; k++) {
                weak.add(picture(k % 4, size[0], size[1], rng));
                operations.add(StrongView.draw(List.of(operation), rng::uniform));
            }
            requireSame(weak, operations);
        }
    }

    @Test
    void everyOperationGivesTheSameBytesAtTheEndsOfItsRange() {
        Rng rng = Rng.of(6, "device view");
        for (StrongOperation operation : StrongOperation.values()) {
            for (double magnitude : new double[] {
                operation.lo(), operation.hi(), operation == StrongOperation.HUE ? -operation.hi() : operation.lo()
            }) {
                requireSame(
                        List.of(picture(0, 17, 32, rng)), List.of(List.of(new DrawnOperation(operation, magnitude))));
            }
        }
    }

    @Test
    void aMeanBetweenTwoGreysIsRoundedUp() {
        RgbImage image = new RgbImage(2, 1, new byte[] {10, 10, 10, 11, 11, 11});
        List<List<DrawnOperation>> towardsTheMean = List.of(List.of(new DrawnOperation(StrongOperation.CONTRAST, 0)));
        assertThat(onTensors(List.of(image), towardsTheMean).get(0)).containsOnly(11);
        requireSame(List.of(image), towardsTheMean);
    }

    @Test
    void hueTurnsEveryColourTheSame() {
        for (int red = 0; red < 256; red += 15) {
            byte[] rgb = new byte[256 * 256 * 3];
            for (int i = 0; i < 256 * 256; i++) {
                rgb[3 * i] = (byte) red;
                rgb[3 * i + 1] = (byte) (i >> 8);
                rgb[3 * i + 2] = (byte) i;
            }
            requireSame(
                    List.of(new RgbImage(256, 256, rgb)),
                    List.of(List.of(new DrawnOperation(StrongOperation.HUE, red / 511.0))));
        }
    }

    @Test
    void batchesOfDrawnOperationsGiveTheSameBytes() {
        ImasConfig config = Configs.with(
                Configs.with(Configs.tiny(), "augment", "strongOps", 4), "augment", "strongRandomCount", true);
        Rng rng = Rng.of(7, "device view");
        for (int round = 0; round < 10; round++) {
            List<RgbImage> weak = new ArrayList<>();
            List<List<DrawnOperation>> operations = new ArrayList<>();
            for (int k = 0; k < 5; k++) {
                weak.add(picture(k % 3, 25, 38, rng));
                operations.add(StrongView.draw(config.augment(), rng::uniform));
            }
            requireSame(weak, operations);
        }
    }

    @Test
    void noOperationLeavesTheWeakView() {
        requireSame(List.of(picture(0, 5, 4, Rng.of(8, "device view"))), List.of(List.of()));
    }
}
