package dev.imas.data;

import dev.imas.augment.RgbImage;
import dev.imas.augment.StrongView;
import dev.imas.augment.WeakView;
import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Delivers the batches of an epoch in order, prepared ahead by worker threads. Batch k of epoch e depends on
 * (seed, epoch, place in the epoch) alone, so worker count and a resume in mid-epoch change nothing. A batch's buffers
 * are reused: they hold until the call of next() after the following one.
 */
public final class DataLoader implements AutoCloseable {
    private final ImageSource source;
    private final String stream;
    private final int samples;
    private final int batchSize;
    private final ImasConfig config;
    private final ExecutorService workers;
    private final Queue<Batch> spare = new ConcurrentLinkedQueue<>();

    private DataLoader(ImageSource source, String stream, int samples, int batchSize, ImasConfig config) {
        if (source.size() == 0) {
            throw new UserException("there are no " + stream + " images to load");
        }
        if (samples < batchSize) {
            throw new UserException("an epoch has " + samples + " " + stream + " samples, fewer than a batch of " + batchSize
                    + "; lower training.batch_" + stream + " or raise data.epoch_length");
        }
        this.source = source;
        this.stream = stream;
        this.samples = samples;
        this.batchSize = batchSize;
        this.config = config;
        int threads = config.data().workers();
        this.workers = threads == 0 ? null : Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "loader-" + stream);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Batches of labelled samples: the labelled list repeated to the epoch's length. */
    public static DataLoader labeled(ImageSource source, int epochSamples, ImasConfig config) {
        return new DataLoader(source, "labeled", epochSamples, config.training().batchLabeled(), config);
    }

    /** Batches of unlabelled samples with weak and strong views; never asks the source for a mask. */
    public static DataLoader unlabeled(ImageSource source, int epochSamples, ImasConfig config) {
        return new DataLoader(source, "unlabeled", epochSamples, config.training().batchUnlabeled(), config);
    }

    /** Full batches an epoch; a last partial one is dropped. */
    public int batches() {
        return samples / batchSize;
    }

    /** The batches of an epoch (counted from 0) from batch {@code first} on; a worker's exception is thrown by next(). */
    public Iterator<Batch> epoch(int epoch, int first) {
        return new EpochBatches(epoch, first);
    }

    /** Stops the workers; batches that were prepared but not taken are lost. */
    @Override
    public void close() {
        if (workers != null) {
            workers.shutdownNow();
        }
    }

    private Batch prepare(int epoch, int[] order, int number) {
        Batch batch = blank();
        for (int i = 0; i < batchSize; i++) {
            int place = number * batchSize + i;
            int index = order[place];
            batch.indices()[i] = index;
            put(batch, i, index, epoch, place);
        }
        return batch;
    }

    private void put(Batch batch, int slot, int index, int epoch, int place) {
        boolean labeled = batch.labels() != null;
        Rng weakDraws = Rng.of(config.seed(), "weak-" + stream, epoch, place);
        WeakView.Result weak = WeakView.apply(source.image(index), labeled ? source.mask(index) : null, config.augment(), weakDraws::uniform);
        int pixels = batch.height() * batch.width();
        batch.images().put(slot * pixels * 3, weak.image().rgb());
        if (labeled) {
            batch.labels().put(slot * pixels, weak.labels().labels());
        } else {
            Rng strongDraws = Rng.of(config.seed(), "strong-" + stream, epoch, place);
            RgbImage strong = StrongView.apply(weak.image(), config.augment(), strongDraws::uniform);
            batch.strong().put(slot * pixels * 3, strong.rgb());
        }
    }

    private Batch blank() {
        Batch reused = spare.poll();
        if (reused != null) {
            return new Batch(reused.count(), reused.height(), reused.width(), reused.images(), reused.strong(), reused.labels(), new int[batchSize]);
        }
        int height = config.augment().crop().get(0);
        int width = config.augment().crop().get(1);
        int pixels = Math.multiplyExact(Math.multiplyExact(height, width), batchSize);
        boolean labeled = stream.equals("labeled");
        return new Batch(batchSize, height, width, ByteBuffer.allocateDirect(Math.multiplyExact(pixels, 3)),
                labeled ? null : ByteBuffer.allocateDirect(Math.multiplyExact(pixels, 3)), labeled ? ByteBuffer.allocateDirect(pixels) : null, new int[batchSize]);
    }

    /** One pass over an epoch; keeps `prefetch` batches under way. */
    private final class EpochBatches implements Iterator<Batch> {
        private final int epoch;
        private final int[] order;
        private final Deque<Future<Batch>> underWay = new ArrayDeque<>();
        private int submitted;
        private int delivered;
        private Batch previous;
        private Batch current;

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
            if (!hasNext()) {
                throw new NoSuchElementException("epoch " + epoch + " has " + batches() + " batches");
            }
            if (previous != null) {
                spare.add(previous);
            }
            previous = current;
            current = workers == null ? prepare(epoch, order, delivered) : take();
            delivered++;
            submitAhead();
            return current;
        }

        private void submitAhead() {
            int ahead = Math.max(1, config.data().prefetch());
            while (workers != null && submitted < batches() && underWay.size() < ahead) {
                int number = submitted++;
                underWay.add(workers.submit(() -> prepare(epoch, order, number)));
            }
        }

        private Batch take() {
            try {
                return underWay.remove().get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw new IllegalStateException("a loader thread failed", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted while waiting for a batch");
            }
        }
    }
}
