package dev.imas.train;

import dev.imas.augment.DrawnOperation;
import dev.imas.config.ImasConfig;
import dev.imas.data.Batch;
import dev.imas.device.Compute;
import dev.imas.device.DeviceQueue;
import dev.imas.device.ImageTensors;
import dev.imas.device.Staging;
import dev.imas.semi.DeviceStrongView;
import dev.imas.semi.StepInput;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Brings the loaders' batches to the device: while it works on one, the next is on its way, and is there before the
 * step ends. Belongs to the PointerScope that it was made in; used by one thread, in the order {@link #next} (queue
 * the step) {@link #stepQueued} {@link #fetch}.
 */
public final class BatchFeed {
    /**
     * @param input     what the step learns from, in the scope of the caller of next()
     * @param unlabeled positions of the unlabelled images in their source; empty in a supervised-only step
     * @param images    labelled and unlabelled images
     */
    public record Fed(StepInput input, int[] unlabeled, int images) {}

    /** Room for one step's batches. */
    private static final class Slot {
        final Staging labeledBytes;
        final Optional<Staging> unlabeledBytes;
        Batch labeled;
        Optional<Batch> unlabeled = Optional.empty();

        Slot(Compute compute, DeviceQueue queue, ImageTensors tensors, ImasConfig config) {
            long height = config.augment().crop().get(0);
            long width = config.augment().crop().get(1);
            long l = config.training().batchLabeled();
            long u = tensors.bytes(config.training().batchUnlabeled(), height, width);
            long strong = u * config.method().strongViews();
            labeledBytes = new Staging(compute, queue, tensors.bytes(l, height, width), l * height * width);
            unlabeledBytes = config.method() == ImasConfig.Method.SUPERVISED
                    ? Optional.empty()
                    : Optional.of(
                            config.augment().device()
                                    ? new Staging(compute, queue, u)
                                    : new Staging(compute, queue, u, strong));
        }
    }

    private final ImageTensors tensors;
    /** Makes the strong views; none: they come from the loader. */
    private final Optional<DeviceStrongView> strongView;

    /** Brings to the device which part of each crop its picture covers; none: it does not matter. */
    private final Optional<Compute> covered;

    private final LoaderWait wait;
    private Slot free;
    private Slot other;
    private Optional<Slot> underWay = Optional.empty();
    private Iterator<Batch> labeled;
    private Optional<Iterator<Batch>> unlabeled = Optional.empty();
    private double fetchMilliseconds;

    public BatchFeed(Compute compute, DeviceQueue queue, ImageTensors tensors, ImasConfig config) {
        this.tensors = tensors;
        this.strongView = config.augment().device() ? Optional.of(new DeviceStrongView(compute)) : Optional.empty();
        this.covered = config.unsupervised().ignorePadding() ? Optional.of(compute) : Optional.empty();
        this.wait = new LoaderWait(queue);
        this.free = new Slot(compute, queue, tensors, config);
        this.other = new Slot(compute, queue, tensors, config);
    }

    /**
     * Feeds from now on from these.
     *
     * @param unlabeled none for supervised-only steps
     */
    public void start(Iterator<Batch> labeled, Optional<Iterator<Batch>> unlabeled) {
        this.labeled = labeled;
        this.unlabeled = unlabeled;
        underWay = Optional.empty();
    }

    /**
     * Takes the next batches from the loaders, waiting for them if need be, and sends them on; nothing at the end, or
     * when some are under way.
     */
    public void fetch() {
        if (underWay.isPresent() || !labeled.hasNext()) {
            return;
        }
        Slot slot = free;
        long start = System.nanoTime();
        slot.labeled = labeled.next();
        slot.unlabeled = unlabeled.map(Iterator::next);
        fetchMilliseconds = (System.nanoTime() - start) / 1e6;
        slot.labeledBytes.put(List.of(slot.labeled.images(), slot.labeled.labels()));
        slot.unlabeled.ifPresent(u -> slot.unlabeledBytes
                .orElseThrow()
                .put(strongView.isPresent() ? List.of(u.images()) : List.of(u.images(), u.strong())));
        free = other;
        other = slot;
        underWay = Optional.of(slot);
    }

    /** The next step's input. What a loader throws comes out here or in {@link #fetch}. */
    public Fed next() {
        fetch();
        Slot slot = underWay.orElseThrow();
        underWay = Optional.empty();
        List<Tensor> labeledBytes = slot.labeledBytes.take();
        List<Tensor> unlabeledBytes =
                slot.unlabeled.isPresent() ? slot.unlabeledBytes.orElseThrow().take() : List.of();
        wait.begin(fetchMilliseconds);
        Batch l = slot.labeled;
        Tensor images = tensors.normalized(labeledBytes.get(0), l.count(), l.height(), l.width());
        Tensor labels = tensors.labels(labeledBytes.get(1), l.count(), l.height(), l.width());
        slot.labeledBytes.release();
        if (slot.unlabeled.isEmpty()) {
            return new Fed(new StepInput.Supervised(images, labels), new int[0], l.count());
        }
        Batch u = slot.unlabeled.get();
        Tensor weakBytes = unlabeledBytes.get(0);
        Tensor weak = tensors.normalized(weakBytes, u.count(), u.height(), u.width());
        Tensor strong = strongView
                .map(view -> made(view, weakBytes, u))
                .orElseGet(() ->
                        tensors.normalized(unlabeledBytes.get(1), u.operations().size(), u.height(), u.width()));
        slot.unlabeledBytes.orElseThrow().release();
        StepInput input =
                new StepInput.SemiSupervised(images, labels, weak, strong, covered.map(device -> covered(device, u)));
        return new Fed(input, u.indices(), l.count() + u.count());
    }

    private static Tensor covered(Compute device, Batch u) {
        int[] boxes = new int[4 * u.count()];
        for (int i = 0; i < u.count(); i++) {
            boxes[4 * i + 2] = u.covered()[2 * i];
            boxes[4 * i + 3] = u.covered()[2 * i + 1];
        }
        return device.upload(boxes, u.count(), 1, 1, 4);
    }

    /** Every strong view of a batch, made here: first ones, then second ones. */
    private Tensor made(DeviceStrongView view, Tensor weakBytes, Batch u) {
        TensorVector views = new TensorVector();
        for (int first = 0; first < u.operations().size(); first += u.count()) {
            List<List<DrawnOperation>> operations = u.operations().subList(first, first + u.count());
            Tensor bytes = view.apply(weakBytes, operations, u.height(), u.width());
            views.push_back(tensors.normalized(bytes, u.count(), u.height(), u.width()));
        }
        return torch.cat(views, 0);
    }

    /** To be said when all work of the step is queued. */
    public void stepQueued() {
        wait.end();
    }

    /** Milliseconds that the device stood still for the loaders, of the steps that became known since the last call. */
    public double takeWait() {
        return wait.take();
    }
}
