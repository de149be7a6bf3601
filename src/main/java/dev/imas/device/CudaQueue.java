package dev.imas.device;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceGuardImplInterface;
import org.bytedeco.pytorch.Stream;
import org.bytedeco.pytorch.global.torch.EventFlag;

/** libtorch's current stream of a GPU, a second stream for copies, and CUDA events. */
final class CudaQueue implements DeviceQueue {
    private static final boolean URGENT = false;

    private final DeviceGuardImplInterface streams = Cuda.streams();
    private final List<Event> events = new ArrayList<>();
    private final byte device;
    private final Stream copies;

    CudaQueue(int device) {
        this.device = (byte) device;
        this.copies = streams.getStreamFromGlobalPool(Cuda.device(device), URGENT);
    }

    /** Holds a cudaEvent_t, which libtorch makes when it is first set; null until then. */
    private final class Event implements Mark {
        private final PointerPointer<Pointer> holder = new PointerPointer<>(1);

        Event() {
            holder.put(0, (Pointer) null);
        }

        Pointer handle() {
            return holder.get(0);
        }

        void set(Stream stream) {
            streams.record(holder, stream, device, EventFlag.BACKEND_DEFAULT); // the kind that keeps time
        }

        @Override
        public void set() {
            try (PointerScope scope = new PointerScope()) {
                set(current());
            }
        }

        @Override
        public boolean passed() {
            return streams.queryEvent(handle());
        }

        @Override
        public void await() {
            streams.synchronizeEvent(handle());
        }

        @Override
        public double millisecondsSince(Mark earlier) {
            return streams.elapsedTime(((Event) earlier).handle(), handle(), device);
        }
    }

    /** The stream that libtorch queues this thread's work on, in the caller's scope. */
    private Stream current() {
        return streams.getStream(Cuda.device(device));
    }

    @Override
    public Mark newMark() {
        Event event = new Event();
        events.add(event);
        return event;
    }

    @Override
    public void copy(Mark after, Runnable transfer, Mark finished) {
        try (PointerScope scope = new PointerScope()) {
            streams.block(((Event) after).handle(), copies);
            Stream work = streams.exchangeStream(copies);
            try {
                transfer.run();
                ((Event) finished).set(copies);
            } finally {
                streams.exchangeStream(work);
            }
        }
    }

    @Override
    public void follow(Mark mark) {
        try (PointerScope scope = new PointerScope()) {
            streams.block(((Event) mark).handle(), current());
        }
    }

    @Override
    public void finish() {
        try (PointerScope scope = new PointerScope()) {
            streams.synchronizeStream(copies);
            streams.synchronizeStream(current());
        }
    }

    @Override
    public void close() {
        finish();
        events.stream()
                .map(Event::handle)
                .filter(handle -> handle != null)
                .forEach(handle -> streams.destroyEvent(handle, device));
        events.clear();
    }
}
