package dev.imas.semi;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.cuda.CUDAEvent;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.global.torch_cuda;

/** libtorch's current stream of a GPU, a second stream for copies, and CUDA events. */
final class CudaQueue implements DeviceQueue {
    /** cudaEventDefault: events that keep time. */
    private static final int TIMED = 0;

    private final byte device;
    private final CUDAStream copies;

    CudaQueue(byte device) {
        this.device = device;
        this.copies = torch_cuda.getStreamFromPool(false, device);
    }

    private static final class Event implements Mark {
        private final CUDAEvent event = new CUDAEvent(TIMED);
        private final byte device;

        Event(byte device) {
            this.device = device;
        }

        @Override
        public void set() {
            try (PointerScope scope = new PointerScope()) {
                event.record(torch_cuda.getCurrentCUDAStream(device));
            }
        }

        @Override
        public boolean passed() {
            return event.query();
        }

        @Override
        public void await() {
            event.synchronize();
        }

        @Override
        public double millisecondsSince(Mark earlier) {
            return ((Event) earlier).event.elapsed_time(event);
        }
    }

    @Override
    public Mark newMark() {
        return new Event(device);
    }

    @Override
    public void copy(Mark after, Runnable transfer, Mark finished) {
        try (PointerScope scope = new PointerScope()) {
            CUDAStream work = torch_cuda.getCurrentCUDAStream(device);
            ((Event) after).event.block(copies);
            torch_cuda.setCurrentCUDAStream(copies);
            try {
                transfer.run();
                ((Event) finished).event.record(copies);
            } finally {
                torch_cuda.setCurrentCUDAStream(work);
            }
        }
    }

    @Override
    public void follow(Mark mark) {
        try (PointerScope scope = new PointerScope()) {
            ((Event) mark).event.block(torch_cuda.getCurrentCUDAStream(device));
        }
    }

    @Override
    public void finish() {
        try (PointerScope scope = new PointerScope()) {
            copies.synchronize();
            torch_cuda.getCurrentCUDAStream(device).synchronize();
        }
    }
}
