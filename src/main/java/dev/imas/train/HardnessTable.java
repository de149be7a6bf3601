package dev.imas.train;

import dev.imas.device.Compute;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The last gamma seen of every unlabelled image, kept on the device; NaN before an image was seen. */
final class HardnessTable {
    /** What it is called in a checkpoint. */
    static final String NAME = "hardness";

    private final Compute compute;
    private final Tensor values;

    HardnessTable(int images, Compute compute) {
        this.compute = compute;
        values = torch.full(
                new long[] {Math.max(images, 1)},
                new Scalar(Double.NaN),
                new TensorOptions(ScalarType.Float).device(new DeviceOptional(compute.torchDevice())));
    }

    /** f32 [images] (live). */
    Tensor tensor() {
        return values;
    }

    /** Notes gamma f32 [B,1,1,1] of the images with these indices; the last one of an image that is there twice. */
    void put(int[] indices, Tensor gamma) {
        Map<Long, Long> places = new LinkedHashMap<>();
        for (int place = 0; place < indices.length; place++) {
            places.put((long) indices[place], (long) place);
        }
        Tensor all = gamma.reshape(indices.length);
        Tensor last = places.size() == indices.length ? all : all.index_select(0, uploaded(places.values()));
        values.index_copy_(0, uploaded(places.keySet()), last);
    }

    private Tensor uploaded(Collection<Long> numbers) {
        long[] each = numbers.stream().mapToLong(Long::longValue).toArray();
        return compute.upload(each, each.length);
    }

    /** Puts the values of all images. */
    void fill(float[] gamma) {
        try (PointerScope scope = new PointerScope()) {
            values.copy_(compute.upload(gamma, gamma.length));
        }
    }

    float[] read() {
        float[] host = new float[(int) values.numel()];
        try (PointerScope scope = new PointerScope()) {
            values.cpu().data_ptr_float().get(host);
        }
        return host;
    }
}
