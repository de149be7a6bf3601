package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.data.Batch;
import dev.imas.data.DataLoader;
import dev.imas.data.Dataset;
import dev.imas.device.Compute;
import dev.imas.device.DeviceQueue;
import dev.imas.device.ImageTensors;
import dev.imas.device.Torch;
import dev.imas.semi.Configs;
import dev.imas.semi.StepInput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The feed hands over what the loaders deliver, however early it fetches. */
class BatchFeedTest {
    private static final ImasConfig CONFIG = Configs.tiny();
    private static final Compute CPU = new Compute("cpu", Precision.FP32, true);

    @BeforeAll
    static void load() {
        Torch.load();
    }

    private static int hash(Tensor t) {
        float[] values = new float[(int) t.numel()];
        t.to(ScalarType.Float).contiguous().data_ptr_float().get(values);
        return Arrays.hashCode(values);
    }

    /** Hashes of all inputs of two epochs. */
    private static List<Integer> inputs(ImasConfig config, boolean fetchEarly) {
        Dataset data = Dataset.open(config);
        List<Integer> hashes = new ArrayList<>();
        try (PointerScope run = new PointerScope();
                DataLoader labeled = DataLoader.labeled(data.labeled(), 16, config);
                DataLoader unlabeled = DataLoader.unlabeled(data.unlabeled(), 16, config)) {
            BatchFeed feed = new BatchFeed(CPU, DeviceQueue.of(CPU), new ImageTensors(CPU), config);
            for (int epoch = 0; epoch < 2; epoch++) {
                feed.start(labeled.epoch(epoch, 0), Optional.of(unlabeled.epoch(epoch, 0)));
                for (int k = 0; k < 4; k++) {
                    try (PointerScope step = new PointerScope()) {
                        BatchFeed.Fed fed = feed.next();
                        assertThat(fed.images()).isEqualTo(8);
                        StepInput.SemiSupervised input = (StepInput.SemiSupervised) fed.input();
                        hashes.addAll(List.of(
                                hash(input.labeled()),
                                hash(input.labels()),
                                hash(input.weak()),
                                hash(input.strong()),
                                Arrays.hashCode(fed.unlabeled())));
                        feed.stepQueued();
                    }
                    if (fetchEarly) {
                        feed.fetch();
                        feed.fetch(); // one is under way already: nothing happens
                    }
                }
            }
        }
        return hashes;
    }

    /** The same without a feed. */
    private static List<Integer> direct() {
        Dataset data = Dataset.open(CONFIG);
        List<Integer> hashes = new ArrayList<>();
        try (PointerScope run = new PointerScope();
                DataLoader labeled = DataLoader.labeled(data.labeled(), 16, CONFIG);
                DataLoader unlabeled = DataLoader.unlabeled(data.unlabeled(), 16, CONFIG)) {
            ImageTensors tensors = new ImageTensors(CPU);
            for (int epoch = 0; epoch < 2; epoch++) {
                Iterator<Batch> ls = labeled.epoch(epoch, 0);
                Iterator<Batch> us = unlabeled.epoch(epoch, 0);
                while (us.hasNext()) {
                    Batch l = ls.next();
                    Batch u = us.next();
                    hashes.addAll(List.of(
                            hash(tensors.normalized(l.images(), l.count(), l.height(), l.width())),
                            hash(tensors.labels(l.labels(), l.count(), l.height(), l.width())),
                            hash(tensors.normalized(u.images(), u.count(), u.height(), u.width())),
                            hash(tensors.normalized(u.strong(), u.count(), u.height(), u.width())),
                            Arrays.hashCode(u.indices())));
                }
            }
        }
        return hashes;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void handsOverWhatTheLoadersDeliver(boolean fetchEarly) {
        assertThat(inputs(CONFIG, fetchEarly)).hasSize(40).isEqualTo(direct());
    }

    @Test
    void strongViewsMadeOnTheDeviceAreTheSame() {
        assertThat(inputs(Configs.with(CONFIG, "augment", "device", true), true))
                .isEqualTo(direct());
    }

    @Test
    void aSupervisedStepHasNoUnlabelledImages() {
        ImasConfig supervised = Configs.with(CONFIG, "", "method", "SUPERVISED");
        try (PointerScope run = new PointerScope();
                DataLoader labeled = DataLoader.labeled(Dataset.open(supervised).labeled(), 16, supervised)) {
            BatchFeed feed = new BatchFeed(CPU, DeviceQueue.of(CPU), new ImageTensors(CPU), supervised);
            feed.start(labeled.epoch(0, 3), Optional.empty());
            BatchFeed.Fed fed = feed.next();
            assertThat(fed.images()).isEqualTo(4);
            assertThat(fed.unlabeled()).isEmpty();
            assertThat(fed.input()).isInstanceOf(StepInput.Supervised.class);
            feed.stepQueued();
            feed.fetch(); // the epoch is over: nothing happens
            assertThat(feed.takeWait()).isNotNegative();
        }
    }

    @Test
    void whatALoaderThrowsComesOut() {
        Iterator<Batch> broken = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Batch next() {
                throw new IllegalStateException("damaged");
            }
        };
        try (PointerScope run = new PointerScope()) {
            BatchFeed feed = new BatchFeed(CPU, DeviceQueue.of(CPU), new ImageTensors(CPU), CONFIG);
            feed.start(broken, Optional.empty());
            assertThatThrownBy(feed::fetch).hasMessage("damaged");
            assertThatThrownBy(feed::next).hasMessage("damaged");
        }
    }
}
