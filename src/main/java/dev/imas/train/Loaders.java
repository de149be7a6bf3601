package dev.imas.train;

import dev.imas.common.Share;
import dev.imas.config.ImasConfig;
import dev.imas.data.DataLoader;
import dev.imas.data.Dataset;
import java.util.Optional;

/** The loaders of a run: one of labelled images, and where the method has a use for them one of unlabelled ones. */
final class Loaders {
    private final DataLoader labeled;
    private final Optional<DataLoader> unlabeled;

    /**
     * @param share  the part of every batch that they prepare
     * @param opened closes them
     */
    Loaders(Dataset data, Plan plan, ImasConfig config, Share share, Opened opened) {
        labeled = opened.keep(DataLoader.labeled(data.labeled(), plan.labeledSamples(), config, share));
        unlabeled = plan.unlabeledSamples() == 0
                ? Optional.empty()
                : Optional.of(
                        opened.keep(DataLoader.unlabeled(data.unlabeled(), plan.unlabeledSamples(), config, share)));
    }

    /** Feeds an epoch from batch {@code first} on, both from 0. */
    void start(BatchFeed feed, int epoch, int first, boolean supervisedOnly) {
        feed.start(
                labeled.epoch(epoch, first),
                supervisedOnly ? Optional.empty() : unlabeled.map(loader -> loader.epoch(epoch, first)));
    }
}
