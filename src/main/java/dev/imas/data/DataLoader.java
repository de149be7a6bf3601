package dev.imas.data;

import dev.imas.augment.DrawnOperation;
import dev.imas.augment.StrongView;
import dev.imas.augment.WeakView;
import dev.imas.common.Rng;
import dev.imas.common.Share;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.PictureInput;
import dev.imas.image.DecodingRoom;
import dev.imas.image.Picture;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Delivers the batches of an epoch in order; worker threads prepare their samples ahead (method section 2). The sample
 * at a place of an epoch depends on (seed, epoch, place) alone, so worker count and a resume in mid-epoch change
 * nothing. Batches are taken by one thread; any thread may close the loader.
 *
 * <p>A batch's buffers are reused: they hold until the call of next() after the following one, also across epochs.
 * Starting an epoch ends the one before: what was under way for it is dropped.
 */
public final class DataLoader implements AutoCloseable {
    /** A batch is left alone while the consumer works on it and on the next one. */
    private static final int HELD = 2;

    private static final int CLOSING_SECONDS = 10;

    private final ImageSource source;
    private final String stream;
    private final boolean labeled;
    private final int samples;
    /** Samples of a batch that this loader prepares. */
    private final int batchSize;

    private final Share share;
    private final ImasConfig config;
    private final PictureInput input;
    /** Null: samples are prepared by the consumer's thread. */
    private final ExecutorService workers;

    private final Deque<Batch> held = new ArrayDeque<>();
    private final Queue<Batch> spare = new ConcurrentLinkedQueue<>();
    private EpochBatches running;
    private boolean closed;

    private DataLoader(
            ImageSource source, boolean labeled, int samples, int wholeBatch, Share share, ImasConfig config) {
        this.source = source;
        this.stream = labeled ? "labeled" : "unlabeled";
        this.labeled = labeled;
        this.samples = samples;
        this.batchSize = wholeBatch / share.parts();
        this.share = share;
        this.config = config;
        if (source.size() == 0) {
            throw new UserException("there are no " + stream + " images to load; check data." + stream);
        }
        if (batchSize < 1 || samples < wholeBatch) {
            throw new UserException("an epoch has " + samples + " " + stream + " samples, no full batch of "
                    + wholeBatch
                    + "; lower training.batch_" + stream + " or raise data.epoch_length");
        }
        this.input = PictureInput.of(config.data());
        if (pixels() * batchSize * input.pixelBytes() * config.method().strongViews() > Integer.MAX_VALUE) {
            throw new UserException("a batch of " + batchSize + " crops of " + height() + "x" + width()
                    + " takes more than 2 GB; lower training.batch_" + stream + " or augment.crop");
        }
        int threads = config.data().workers();
        this.workers = threads == 0
                ? null
                : Executors.newFixedThreadPool(threads, task -> {
                    Thread thread = new Thread(task, "loader-" + stream);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Batches of labelled samples: the labelled list repeated to the epoch's length. */
    public static DataLoader labeled(ImageSource source, int epochSamples, ImasConfig config) {
        return labeled(source, epochSamples, config, Share.WHOLE);
    }

    /**
     * As {@link #labeled(ImageSource, int, ImasConfig)}, of a part of every batch.
     *
     * @param share whose number of parts divides the batch
     */
    public static DataLoader labeled(ImageSource source, int epochSamples, ImasConfig config, Share share) {
        return new DataLoader(source, true, epochSamples, config.training().batchLabeled(), share, config);
    }

    /** Batches of unlabelled samples with weak and strong views; never asks the source for a mask. */
    public static DataLoader unlabeled(ImageSource source, int epochSamples, ImasConfig config) {
        return unlabeled(source, epochSamples, config, Share.WHOLE);
    }

    /** As {@link #labeled(ImageSource, int, ImasConfig, Share)}, of unlabelled samples. */
    public static DataLoader unlabeled(ImageSource source, int epochSamples, ImasConfig config, Share share) {
        return new DataLoader(source, false, epochSamples, config.training().batchUnlabeled(), share, config);
    }

    /** Full batches an epoch; a last partial one is dropped. */
    public int batches() {
        return samples / (batchSize * share.parts());
    }

    /**
     * The batches of an epoch (counted from 0) from batch {@code first} on. What goes wrong with a sample is thrown by
     * the next() of its batch, as a {@link UserException} with the file's name where a file is to blame; that ends
     * the epoch.
     */
    public synchronized Iterator<Batch> epoch(int epoch, int first) {
        if (epoch < 0 || first < 0 || first > batches()) {
            throw new IllegalArgumentException("epoch " + epoch + " from batch " + first
                    + ": expected an epoch from 0 and a batch from 0 to " + batches());
        }
        if (closed) {
            throw new IllegalStateException("the " + stream + " loader is closed");
        }
        if (running != null) {
            running.end();
        }
        running = new EpochBatches(epoch, first);
        return running;
    }

    /**
     * Stops the workers and waits for the samples in hand; a next() that is waiting or called later throws an
     * IllegalStateException. Batches that were delivered stay valid.
     */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            if (running != null) {
                running.end();
                running.wakeConsumer();
            }
        }
        if (workers == null) {
            return;
        }
        workers.shutdownNow();
        try {
            workers.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int height() {
        return config.augment().crop().get(0);
    }

    private int width() {
        return config.augment().crop().get(1);
    }

    private long pixels() {
        return (long) height() * width();
    }

    /** The batch two before the one handed out now may be written again. */
    private Batch handOut(Batch batch) {
        held.add(batch);
        if (held.size() > HELD) {
            spare.add(held.remove());
        }
        return batch;
    }

    private Batch blank() {
        Batch used = spare.poll();
        if (used != null) {
            return batch(
                    used.images().clear(),
                    strongViews() ? used.strong().clear() : null,
                    labeled ? used.labels().clear() : null);
        }
        int pixels = Math.toIntExact(pixels() * batchSize);
        int bytes = input.pixelBytes() * pixels;
        int strong = Math.multiplyExact(bytes, config.method().strongViews());
        try {
            return batch(
                    ByteBuffer.allocateDirect(bytes),
                    strongViews() ? ByteBuffer.allocateDirect(strong) : null,
                    labeled ? ByteBuffer.allocateDirect(pixels) : null);
        } catch (OutOfMemoryError e) {
            throw outOfMemory(e);
        }
    }

    private Batch batch(ByteBuffer images, ByteBuffer strong, ByteBuffer labels) {
        return new Batch(
                batchSize,
                height(),
                width(),
                images,
                strong,
                labels,
                new int[batchSize],
                labeled
                        ? null
                        : new ArrayList<>(
                                Collections.nCopies(batchSize * config.method().strongViews(), null)),
                new int[2 * batchSize]);
    }

    /** Whether this loader makes them. */
    private boolean strongViews() {
        return !labeled && !config.augment().device();
    }

    private UserException outOfMemory(OutOfMemoryError e) {
        return new UserException(
                "no memory is left to prepare " + stream
                        + " batches; lower data.prefetch, data.workers or training.batch_" + stream + ", or raise -Xmx",
                e);
    }

    /** A sample, or where it is left out the next one that is not. */
    private ImageSource.Loaded loaded(int index) {
        for (int i = 0; i < source.size(); i++) {
            Optional<ImageSource.Loaded> found = source.load((index + i) % source.size(), labeled);
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw new UserException("none of the " + source.size() + " " + stream + " images can be read");
    }

    /** With room for its picture, which other threads may need for theirs. */
    private void prepare(Batch batch, int slot, int index, int epoch, int place) {
        DecodingRoom.ofHeap().with(source.memory(index), () -> {
            prepareAlone(batch, slot, index, epoch, place);
            return null;
        });
    }

    private void prepareAlone(Batch batch, int slot, int index, int epoch, int place) {
        ImageSource.Loaded sample = loaded(index);
        batch.indices()[slot] = sample.index();
        Rng weakDraws = Rng.of(config.seed(), "weak-" + stream, epoch, place);
        WeakView.Result<Picture> weak =
                WeakView.apply(sample.picture(), sample.mask(), config.augment(), input.mean(), weakDraws::uniform);
        batch.covered()[2 * slot] = weak.covered().height();
        batch.covered()[2 * slot + 1] = weak.covered().width();
        int pixels = height() * width();
        PictureBytes.put(weak.image(), batch.images(), slot * pixels * input.pixelBytes());
        if (labeled) {
            batch.labels().put(slot * pixels, weak.labels().labels());
        } else {
            for (int view = 0; view < config.method().strongViews(); view++) {
                String purpose = (view == 0 ? "strong-" : "strong" + (view + 1) + "-") + stream;
                Rng strongDraws = Rng.of(config.seed(), purpose, epoch, place);
                List<DrawnOperation> operations = StrongView.draw(config.augment(), strongDraws::uniform);
                batch.operations().set(view * batchSize + slot, operations);
                if (strongViews()) {
                    Picture strong = StrongView.apply(weak.image(), operations);
                    PictureBytes.put(strong, batch.strong(), (view * batchSize + slot) * pixels * input.pixelBytes());
                }
            }
        }
    }

    /** A batch whose samples are being prepared, one task a sample. */
    private record Preparation(Batch batch, List<CompletableFuture<Void>> samples) {
        CompletableFuture<Void> all() {
            return CompletableFuture.allOf(samples.toArray(CompletableFuture[]::new));
        }
    }

    /** One pass over an epoch; keeps {@code data.prefetch} batches under way beside the one handed out. */
    private final class EpochBatches implements Iterator<Batch> {
        private final int epoch;
        private final int[] order;
        private final Deque<Preparation> underWay = new ArrayDeque<>();
        private Preparation awaited;
        private int submitted;
        private int delivered;
        private volatile boolean ended;

        EpochBatches(int epoch, int first) {
            this.epoch = epoch;
            this.order = EpochOrder.of(source.size(), samples, config.seed(), stream, epoch);
            this.submitted = first;
            this.delivered = first;
            submitAhead();
        }

        @Override
        public boolean hasNext() {
            return delivered < batches();
        }

        @Override
        public Batch next() {
            Preparation preparation;
            synchronized (DataLoader.this) {
                requireRunning();
                if (!hasNext()) {
                    throw new NoSuchElementException("epoch " + epoch + " has " + batches() + " batches");
                }
                if (underWay.isEmpty()) {
                    submit();
                }
                awaited = underWay.remove();
                preparation = awaited;
            }
            try {
                for (CompletableFuture<Void> sample : preparation.samples()) {
                    sample.get();
                }
            } catch (ExecutionException e) {
                throw failure(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                CancellationException interrupted = new CancellationException("interrupted while waiting for a batch");
                interrupted.initCause(e);
                throw abandon(interrupted);
            }
            synchronized (DataLoader.this) {
                requireRunning();
                Batch batch = handOut(preparation.batch());
                awaited = null;
                delivered++;
                submitAhead();
                return batch;
            }
        }

        private void requireRunning() {
            if (ended) {
                throw new IllegalStateException(
                        closed
                                ? "the " + stream + " loader is closed"
                                : "this pass over epoch " + epoch + " of the " + stream + " loader has ended");
            }
        }

        private RuntimeException failure(Throwable cause) {
            if (cause instanceof OutOfMemoryError e) {
                return abandon(outOfMemory(e));
            }
            return abandon(
                    cause instanceof RuntimeException known
                            ? known
                            : new IllegalStateException("a loader thread failed", cause));
        }

        private RuntimeException abandon(RuntimeException reason) {
            synchronized (DataLoader.this) {
                end();
            }
            return reason;
        }

        private void submitAhead() {
            while (workers != null
                    && submitted < batches()
                    && underWay.size() < Math.max(1, config.data().prefetch())) {
                submit();
            }
        }

        private void submit() {
            int number = submitted++;
            Batch batch = blank();
            Executor executor = workers == null ? Runnable::run : workers;
            underWay.add(new Preparation(
                    batch,
                    IntStream.range(0, batchSize)
                            .mapToObj(slot -> CompletableFuture.runAsync(
                                    () -> {
                                        if (!ended) {
                                            int part = number * share.parts() + share.part();
                                            int place = part * batchSize + slot;
                                            prepare(batch, slot, order[place], epoch, place);
                                        }
                                    },
                                    executor))
                            .toList()));
        }

        /** Lets the tasks under way run out; their buffers are used again when the last one has stopped writing. */
        void end() {
            if (ended) {
                return;
            }
            ended = true;
            if (awaited != null) {
                underWay.addFirst(awaited);
            }
            for (Preparation preparation; (preparation = underWay.poll()) != null; ) {
                Batch batch = preparation.batch();
                preparation.all().whenComplete((none, failed) -> spare.add(batch));
            }
        }

        /** Tasks that a closed executor dropped never finish; whoever waits for them would wait for ever. */
        void wakeConsumer() {
            if (awaited != null) {
                awaited.samples()
                        .forEach(sample -> sample.completeExceptionally(
                                new CancellationException("the " + stream + " loader was closed")));
            }
        }
    }
}
