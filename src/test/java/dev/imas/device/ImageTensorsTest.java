package dev.imas.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ImasConfig.Precision;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ImageTensorsTest {
    @BeforeAll
    static void load() {
        Torch.load();
    }

    @Test
    void everyValueOfEveryChannelIsNormalised() {
        int height = 5;
        int width = 103;
        int bytes = height * width * 3;
        ByteBuffer nhwc = ByteBuffer.allocateDirect(2 * bytes);
        for (int i = 0; i < 2 * bytes; i++) {
            nhwc.put(i, (byte) i);
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor found =
                    new ImageTensors(new Compute("cpu", Precision.FP32, true)).normalized(nhwc, 2, height, width);
            assertThat(found.sizes().vec().get()).containsExactly(2, 3, height, width);
            assertThat(found.is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
            float[] values = new float[2 * bytes];
            found.contiguous().data_ptr_float().get(values);
            float[] expected = new float[2 * bytes];
            for (int k = 0; k < 2; k++) {
                for (int p = 0; p < height * width; p++) {
                    expected[k * bytes + p] = (value(nhwc, k * bytes + 3 * p) - 0.485f) / 0.229f;
                    expected[k * bytes + height * width + p] = (value(nhwc, k * bytes + 3 * p + 1) - 0.456f) / 0.224f;
                    expected[k * bytes + 2 * height * width + p] =
                            (value(nhwc, k * bytes + 3 * p + 2) - 0.406f) / 0.225f;
                }
            }
            assertThat(values).containsExactly(expected);
        }
    }

    private static float value(ByteBuffer bytes, int index) {
        return Byte.toUnsignedInt(bytes.get(index)) / 255f;
    }
}
