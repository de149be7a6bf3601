package dev.imas.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.augment.Normalization;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.image.RgbImage;
import java.nio.ByteBuffer;
import java.util.Arrays;
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
            Tensor found = new ImageTensors(new Compute("cpu", Precision.FP32, true)).normalized(nhwc, 2, height, width);
            assertThat(found.sizes().vec().get()).containsExactly(2, 3, height, width);
            assertThat(found.is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
            float[] values = new float[2 * bytes];
            found.contiguous().data_ptr_float().get(values);
            for (int k = 0; k < 2; k++) {
                byte[] rgb = new byte[bytes];
                nhwc.get(k * bytes, rgb);
                assertThat(Arrays.copyOfRange(values, k * bytes, (k + 1) * bytes)).containsExactly(Normalization.toChw(new RgbImage(width, height, rgb)));
            }
        }
    }
}
