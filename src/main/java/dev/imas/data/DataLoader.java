package dev.imas.data;

import dev.imas.config.ImasConfig;
import java.util.Iterator;

/**
 * Delivers the batches of an epoch in order, prepared ahead by worker threads. Batch k of epoch e depends on
 * (seed, epoch, sample, purpose) alone, so worker count and a resume in mid-epoch change nothing.
 */
public final class DataLoader implements AutoCloseable {
    /** Batches of labelled samples: the labelled list repeated to the epoch's length. */
    public static DataLoader labeled(ImageSource source, int epochSamples, ImasConfig config) {
        throw new UnsupportedOperationException();
    }

    /** Batches of unlabelled samples with weak and strong views; never asks the source for a mask. */
    public static DataLoader unlabeled(ImageSource source, int epochSamples, ImasConfig config) {
        throw new UnsupportedOperationException();
    }

    /** Full batches an epoch. */
    public int batches() {
        throw new UnsupportedOperationException();
    }

    /** The batches of an epoch (counted from 0) from batch {@code first} on; a worker's exception is thrown by next(). */
    public Iterator<Batch> epoch(int epoch, int first) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
