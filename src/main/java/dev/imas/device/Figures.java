package dev.imas.device;

import dev.imas.device.DeviceQueue.Mark;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Some numbers on their way from the device, one set at a time; the program goes on until it wants to read them.
 * Belongs to the PointerScope that it was made in.
 */
public final class Figures {
    private final Tensor host;
    private final Mark arrived;
    private int count;

    /** @param most numbers in the largest set */
    public Figures(Compute compute, DeviceQueue queue, int most) {
        this.host = compute.hostTensor(ScalarType.Float, most);
        this.arrived = queue.newMark();
    }

    /** Asks for numbers as they will be when the device has done all work queued so far; f32, one element each. */
    public void ask(List<Tensor> numbers) {
        count = numbers.size();
        try (PointerScope scope = new PointerScope()) {
            TensorVector flat = new TensorVector();
            numbers.forEach(number -> flat.push_back(number.reshape(1)));
            host.narrow(0, 0, count).copy_(torch.cat(flat, 0), true);
        }
        arrived.set();
    }

    /** Whether {@link #read} would not wait. */
    public boolean arrived() {
        return arrived.passed();
    }

    /** The numbers asked for last, in their order. */
    public float[] read() {
        arrived.await();
        float[] numbers = new float[count];
        host.data_ptr_float().get(numbers);
        return numbers;
    }
}
