package dev.imas.weights;

import dev.imas.nn.Networks;
import dev.imas.nn.SegmentationNetwork;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A network's weights as torch.save writes them. */
public final class WeightSamples {
    private WeightSamples() {}

    /** A zip of the float tensors; the counters are left out, as in old files. */
    public static byte[] pth(SegmentationNetwork network) {
        return pth(network.state(), UnaryOperator.identity());
    }

    /** @param damage what is done to the pickle before it is packed */
    public static byte[] pth(Map<String, Tensor> tensors, UnaryOperator<byte[]> damage) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        Pickles pickle = Pickles.start().op('}');
        try (PointerScope scope = new PointerScope()) {
            tensors.forEach((name, tensor) -> {
                if (tensor.scalar_type().intern() == ScalarType.Float) {
                    String key = String.valueOf(entries.size());
                    pickle.text(name).tensor(key, tensor.numel(), 0, tensor.shape(), strides(tensor.shape()));
                    pickle.op('s');
                    entries.put("archive/data/" + key, bytes(Networks.values(tensor)));
                }
            });
        }
        entries.put("archive/data.pkl", damage.apply(pickle.stop()));
        return Pickles.zip(entries, ZipEntry.STORED);
    }

    private static long[] strides(long[] shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= Math.max(1, shape[i]);
        }
        return strides;
    }

    private static byte[] bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
