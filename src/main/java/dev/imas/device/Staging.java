package dev.imas.device;

import dev.imas.device.DeviceQueue.Mark;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A place where the bytes of one batch come to lie on the device. They are copied to page-locked memory of the host,
 * and from there by the device beside its other work; the order {@link #put}, {@link #take}, {@link #release} repeats.
 * On the CPU nothing is copied. Belongs to the PointerScope that it was made in.
 */
public final class Staging {
    private final DeviceQueue queue;
    private final List<Tensor> host = new ArrayList<>();
    private final List<Tensor> device = new ArrayList<>();
    private final Mark copied;
    private final Mark read;
    private final long[] sizes;
    private List<ByteBuffer> parts;

    /** @param sizes bytes of each part of a batch */
    public Staging(Compute compute, DeviceQueue queue, long... sizes) {
        this(compute, queue, compute.cuda(), sizes);
    }

    /** @param copies false: the parts are used where they are */
    Staging(Compute compute, DeviceQueue queue, boolean copies, long... sizes) {
        this.queue = queue;
        this.sizes = sizes;
        this.copied = queue.newMark();
        this.read = queue.newMark();
        if (copies) {
            Arrays.stream(sizes).forEach(size -> {
                host.add(compute.hostTensor(ScalarType.Byte, size));
                device.add(torch.empty(
                        new long[] {size},
                        new TensorOptions(ScalarType.Byte).device(new DeviceOptional(compute.torchDevice())),
                        new MemoryFormatOptional()));
            });
            read.set(); // the allocator may hand out memory whose last user is still queued
        }
    }

    /** Sends the parts, direct buffers, on their way. They must stay as they are until {@link #release}. */
    public void put(List<ByteBuffer> parts) {
        this.parts = parts;
        if (device.isEmpty()) {
            return;
        }
        copied.await(); // the copy before has left the host's memory
        try (PointerScope scope = new PointerScope()) {
            for (int i = 0; i < sizes.length; i++) {
                Pointer.memcpy(host.get(i).data_ptr(), ImageTensors.bytes(parts.get(i), sizes[i]), sizes[i]);
            }
        }
        queue.copy(
                read,
                () -> {
                    for (int i = 0; i < sizes.length; i++) {
                        device.get(i).copy_(host.get(i), true);
                    }
                },
                copied);
    }

    /** The parts as u8 [size] for work that is queued between now and {@link #release}. */
    public List<Tensor> take() {
        if (!device.isEmpty()) {
            queue.follow(copied);
            return device;
        }
        List<Tensor> aliases = new ArrayList<>();
        for (int i = 0; i < sizes.length; i++) {
            aliases.add(ImageTensors.alias(parts.get(i), sizes[i]));
        }
        return aliases;
    }

    /** All work that reads the parts is queued. */
    public void release() {
        read.set();
    }
}
