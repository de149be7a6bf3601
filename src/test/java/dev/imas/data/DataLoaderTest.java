package dev.imas.data;

import static dev.imas.image.TestFiles.config;
import static dev.imas.image.TestFiles.list;
import static dev.imas.image.TestFiles.mask;
import static dev.imas.image.TestFiles.picture;
import static dev.imas.image.TestFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.augment.DrawnOperation;
import dev.imas.augment.StrongOperation;
import dev.imas.augment.StrongView;
import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import dev.imas.image.RgbImage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DataLoaderTest {
    private static final int SAMPLES = 13;

    private static ImasConfig loading(int workers, int prefetch) {
        return config(
                "data.workers",
                workers,
                "data.prefetch",
                prefetch,
                "augment.crop",
                List.of(24, 20),
                "augment.strong_ops",
                2,
                "training.batch_labeled",
                3,
                "training.batch_unlabeled",
                4);
    }

    private static ImageSource scenes() {
        return new EmbeddedScenes(1, "train", 5, 32);
    }

    /** A batch's content, out of its reused buffers. */
    private record Copy(List<Integer> indices, ByteBuffer images, ByteBuffer strong, ByteBuffer labels) {
        static Copy of(Batch batch) {
            return new Copy(
                    Arrays.stream(batch.indices()).boxed().toList(),
                    copy(batch.images()),
                    copy(batch.strong()),
                    copy(batch.labels()));
        }

        private static ByteBuffer copy(ByteBuffer buffer) {
            return buffer == null
                    ? null
                    : ByteBuffer.allocate(buffer.capacity())
                            .put(buffer.duplicate().clear())
                            .flip();
        }
    }

    private static List<Copy> take(Iterator<Batch> batches, int most) {
        List<Copy> copies = new ArrayList<>();
        while (batches.hasNext() && copies.size() < most) {
            copies.add(Copy.of(batches.next()));
        }
        return copies;
    }

    private static DataLoader open(boolean labeled, ImageSource source, ImasConfig config) {
        return labeled ? DataLoader.labeled(source, SAMPLES, config) : DataLoader.unlabeled(source, SAMPLES, config);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void workersPrefetchAndResumeChangeNoByte(boolean labeled) {
        List<Copy> expected;
        try (DataLoader loader = open(labeled, scenes(), loading(0, 1))) {
            expected = take(loader.epoch(2, 0), 99);
            assertThat(expected)
                    .hasSize(loader.batches())
                    .hasSize(labeled ? 4 : 3)
                    .doesNotHaveDuplicates();
        }
        for (int workers : new int[] {0, 1, 3}) {
            for (int prefetch : new int[] {1, 5}) {
                try (DataLoader loader = open(labeled, scenes(), loading(workers, prefetch))) {
                    for (int first = 0; first <= loader.batches(); first++) {
                        assertThat(take(loader.epoch(2, first), 99))
                                .as("%d workers, prefetch %d, from %d", workers, prefetch, first)
                                .isEqualTo(expected.subList(first, expected.size()));
                    }
                    assertThat(take(loader.epoch(3, 0), 99)).doesNotContainAnyElementsOf(expected);
                }
            }
        }
    }

    @Test
    void batchesHaveTheDocumentedShape() {
        try (DataLoader labeled = open(true, scenes(), loading(1, 1));
                DataLoader unlabeled = open(false, scenes(), loading(1, 1))) {
            Batch l = labeled.epoch(0, 0).next();
            assertThat(new int[] {l.count(), l.height(), l.width()}).containsExactly(3, 24, 20);
            assertThat(l.images().isDirect() && l.labels().isDirect()).isTrue();
            assertThat(l.images().remaining()).isEqualTo(3 * 24 * 20 * 3);
            assertThat(l.labels().remaining()).isEqualTo(3 * 24 * 20);
            assertThat(l.strong()).isNull();
            Batch u = unlabeled.epoch(0, 0).next();
            assertThat(u.strong().remaining()).isEqualTo(u.images().remaining()).isEqualTo(4 * 24 * 20 * 3);
            assertThat(u.labels()).isNull();
            assertThat(l.operations()).isNull();
            assertThat(u.operations()).hasSize(4).allSatisfy(operations -> assertThat(operations)
                    .hasSize(2));
        }
    }

    /** The second one has draws of its own; the first is what a method with one view would have. */
    @Test
    void aMethodOfTwoStrongViewsHasThemOneBehindTheOther() {
        ImasConfig two = loading(0, 1).withMethod(ImasConfig.Method.UNIMATCH_V2);
        try (DataLoader one = open(false, scenes(), loading(0, 1));
                DataLoader pairs = open(false, scenes(), two)) {
            Batch expected = one.epoch(0, 0).next();
            Batch found = pairs.epoch(0, 0).next();
            int bytes = expected.strong().remaining();
            assertThat(found.images()).isEqualTo(expected.images());
            assertThat(found.strong().remaining()).isEqualTo(2 * bytes);
            assertThat(found.strong().slice(0, bytes)).isEqualTo(expected.strong());
            assertThat(found.strong().slice(bytes, bytes)).isNotEqualTo(expected.strong());
            assertThat(found.operations())
                    .hasSize(8)
                    .startsWith(expected.operations().get(0));
        }
    }

    /** Brightness, contrast and colour by 0.5 to 1.5, hue by a quarter; grey is colour by 0; a blur may follow. */
    @Test
    void jitterDrawsWhatUniMatchV2Draws() {
        ImasConfig.Augment jitter = loading(0, 1).augment().withStrong(ImasConfig.StrongKind.JITTER);
        Rng rng = Rng.of(1, "jitter");
        int coloured = 0;
        int grey = 0;
        int blurred = 0;
        int views = 2000;
        for (int i = 0; i < views; i++) {
            List<DrawnOperation> drawn = StrongView.draw(jitter, rng::uniform);
            coloured += drawn.size() >= 4 ? 1 : 0;
            for (DrawnOperation operation : drawn) {
                boolean isGrey = operation.operation() == StrongOperation.COLOR && operation.magnitude() == 0;
                grey += isGrey ? 1 : 0;
                switch (operation.operation()) {
                    case BLUR -> {
                        blurred++;
                        assertThat(operation.magnitude()).isBetween(0.1, 2.0);
                    }
                    case HUE -> assertThat(operation.magnitude()).isBetween(-0.25, 0.25);
                    default ->
                        assertThat(isGrey || operation.magnitude() >= 0.5 && operation.magnitude() <= 1.5)
                                .isTrue();
                }
            }
        }
        assertThat((double) coloured / views).isBetween(0.77, 0.83);
        assertThat((double) grey / views).isBetween(0.17, 0.23);
        assertThat((double) blurred / views).isBetween(0.46, 0.54);
    }

    /** Strong views that the consumer makes are those that the loader makes. */
    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void theOperationsMakeTheStrongViewsOfTheWeakOnes(int workers) {
        ImasConfig device = config(
                "data.workers",
                workers,
                "augment.device",
                true,
                "augment.crop",
                List.of(24, 20),
                "augment.strong_ops",
                2,
                "training.batch_unlabeled",
                4);
        try (DataLoader loader = open(false, scenes(), loading(workers, 2));
                DataLoader without = open(false, scenes(), device)) {
            for (int epoch = 0; epoch < 3; epoch++) {
                Iterator<Batch> batches = loader.epoch(epoch, 0);
                for (Iterator<Batch> others = without.epoch(epoch, 0); others.hasNext(); ) {
                    Batch expected = batches.next();
                    Batch found = others.next();
                    assertThat(found.strong()).isNull();
                    assertThat(found.images()).isEqualTo(expected.images());
                    assertThat(found.operations()).isEqualTo(expected.operations());
                    for (int k = 0; k < 4; k++) {
                        byte[] weak = new byte[24 * 20 * 3];
                        byte[] strong = new byte[24 * 20 * 3];
                        found.images().get(k * weak.length, weak);
                        expected.strong().get(k * strong.length, strong);
                        assertThat(StrongView.apply(
                                                new RgbImage(20, 24, weak),
                                                found.operations().get(k))
                                        .rgb())
                                .isEqualTo(strong);
                    }
                }
            }
        }
    }

    /** Prefetch 1, so that a buffer is reused as early as can be. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void aBatchHoldsUntilTheNextButOne(int workers) {
        try (DataLoader loader = open(false, scenes(), loading(workers, 1))) {
            List<Batch> held = new ArrayList<>();
            List<Copy> copies = new ArrayList<>();
            Set<ByteBuffer> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
            for (int round = 0; round < 30; round++) {
                Iterator<Batch> batches = loader.epoch(round, 0);
                for (int i = 0; i <= round % loader.batches(); i++) { // every kind of abandoned epoch
                    Batch batch = batches.next();
                    buffers.add(batch.images());
                    // Prepared since the call before, when both batches before it still had to hold.
                    held.forEach(earlier -> assertThat(batch.images()).isNotSameAs(earlier.images()));
                    if (held.size() == 2) {
                        held.remove(0);
                        copies.remove(0);
                    }
                    for (int h = 0; h < held.size(); h++) {
                        assertThat(Copy.of(held.get(h))).isEqualTo(copies.get(h));
                    }
                    held.add(batch);
                    copies.add(Copy.of(batch));
                    batch.images().position(7); // consumers may read relatively
                }
            }
            assertThat(buffers.size()).as("buffers in use").isLessThanOrEqualTo(9);
        }
    }

    @Test
    void aConsumerThatReadsRelativelyFindsReusedBuffersRewound() {
        try (DataLoader loader = open(false, scenes(), loading(1, 1))) {
            for (int epoch = 0; epoch < 4; epoch++) {
                for (Iterator<Batch> batches = loader.epoch(epoch, 0); batches.hasNext(); ) {
                    Batch batch = batches.next();
                    assertThat(batch.images().remaining())
                            .isEqualTo(batch.images().capacity());
                    assertThat(batch.strong().remaining())
                            .isEqualTo(batch.strong().capacity());
                    batch.images().get(new byte[11]);
                    batch.strong().limit(3);
                }
            }
        }
    }

    /** Counts what is asked of a source, and fails or waits on demand. */
    private static class Spy implements ImageSource {
        final Set<String> threads = ConcurrentHashMap.newKeySet();
        final AtomicInteger images = new AtomicInteger();
        final AtomicInteger masks = new AtomicInteger();
        private final ImageSource scenes = scenes();

        @Override
        public int size() {
            return scenes.size();
        }

        @Override
        public String id(int i) {
            return scenes.id(i);
        }

        @Override
        public Picture image(int i) {
            threads.add(Thread.currentThread().getName());
            images.incrementAndGet();
            return scenes.image(i);
        }

        @Override
        public LabelMap mask(int i) {
            masks.incrementAndGet();
            return scenes.mask(i);
        }
    }

    @Test
    void noMaskOfAnUnlabeledImageIsAskedFor() {
        Spy spy = new Spy();
        try (DataLoader loader = open(false, spy, loading(2, 2))) {
            take(loader.epoch(0, 0), 99);
        }
        assertThat(spy.images).hasValue(12);
        assertThat(spy.masks).hasValue(0);
        assertThat(spy.threads).containsExactly("loader-unlabeled");
        try (DataLoader loader = open(true, spy, loading(2, 2))) {
            take(loader.epoch(0, 0), 99);
        }
        assertThat(spy.masks).hasValue(12);
    }

    @Test
    void unlabeledListsWhoseMasksDoNotExist(@TempDir Path root) {
        for (int i = 0; i < 4; i++) {
            picture(root.resolve(i + ".jpg"), 30, 30);
        }
        mask(root.resolve("0.png"), 30, 30, 1);
        list(root.resolve("l.txt"), "0.jpg 0.png");
        list(root.resolve("u.txt"), "1.jpg nowhere/1.png", "2.jpg", "3.jpg /nowhere/3.png");
        ImasConfig config = config(
                "data.layout",
                "list",
                "data.root",
                root.toString(),
                "data.labeled",
                "l.txt",
                "data.unlabeled",
                "u.txt",
                "data.validation",
                "l.txt",
                "data.workers",
                2,
                "augment.crop",
                List.of(24, 20),
                "training.batch_labeled",
                3,
                "training.batch_unlabeled",
                3);
        Dataset data = Dataset.open(config);
        try (DataLoader unlabeled = DataLoader.unlabeled(data.unlabeled(), 3, config);
                DataLoader labeled = DataLoader.labeled(data.labeled(), 3, config)) {
            assertThat(take(unlabeled.epoch(0, 0), 99).get(0).indices()).containsExactlyInAnyOrder(0, 1, 2);
            assertThat(take(labeled.epoch(0, 0), 99).get(0).indices()).containsExactly(0, 0, 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void aDamagedFileEndsTheEpochWithItsName(int workers, @TempDir Path root) {
        picture(root.resolve("images/unlabelled.png"), 30, 30);
        picture(root.resolve("images/a.png"), 30, 30);
        write(root.resolve("images/b.png"), "no picture".getBytes());
        mask(root.resolve("masks/a.png"), 30, 30, 1);
        mask(root.resolve("masks/b.png"), 30, 30, 1);
        list(root.resolve("l.txt"), "a", "b");
        list(root.resolve("v.txt"), "a");
        ImasConfig config = config(
                "data.layout",
                "folders",
                "data.root",
                root.toString(),
                "data.labeled",
                "l.txt",
                "data.validation",
                "v.txt",
                "data.workers",
                workers,
                "augment.crop",
                List.of(24, 20),
                "training.batch_labeled",
                2,
                "training.batch_unlabeled",
                2);
        try (DataLoader loader = DataLoader.labeled(Dataset.open(config).labeled(), 2, config)) {
            Iterator<Batch> batches = loader.epoch(0, 0);
            assertThatThrownBy(batches::next)
                    .isInstanceOf(UserException.class)
                    .hasMessage(root.resolve("images/b.png")
                            + " is not an image this program reads (PNG, JPEG, BMP, GIF, TIFF, WebP); it has 10 bytes");
            assertThatThrownBy(batches::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this pass over epoch 0 of the labeled loader has ended");
            picture(root.resolve("images/b.png"), 30, 30);
            assertThat(take(loader.epoch(0, 0), 99)).hasSize(1);
        }
    }

    /** Holds its readers until it is told to go on or they are interrupted. */
    private static final class Stuck extends Spy {
        final CountDownLatch reading = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);

        @Override
        public Picture image(int i) {
            reading.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                threads.add("interrupted");
            }
            return super.image(i);
        }
    }

    @Test
    void anAbandonedEpochIsNotLoadedToItsEnd() throws InterruptedException {
        Stuck stuck = new Stuck();
        try (DataLoader loader = open(false, stuck, loading(1, 3))) {
            Iterator<Batch> abandoned = loader.epoch(0, 0);
            stuck.reading.await();
            Iterator<Batch> following = loader.epoch(1, 2);
            stuck.goOn.countDown();
            assertThat(take(following, 99)).hasSize(1);
            assertThat(stuck.images)
                    .as("the sample in hand and the batch taken")
                    .hasValue(1 + 4);
            assertThatThrownBy(abandoned::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this pass over epoch 0 of the unlabeled loader has ended");
        }
    }

    /** One picture, so that views differ by their draws alone. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyPlaceOfEveryEpochHasItsOwnView(boolean labeled) {
        Set<ByteBuffer> views = new HashSet<>();
        try (DataLoader loader = open(labeled, new EmbeddedScenes(1, "train", 1, 64), loading(1, 2))) {
            int count = 0;
            for (int epoch = 0; epoch < 3; epoch++) {
                for (Copy copy : take(loader.epoch(epoch, 0), 99)) {
                    int bytes = 24 * 20 * 3;
                    for (int i = 0; i < copy.indices().size(); i++, count++) {
                        views.add(copy.images().slice(i * bytes, bytes));
                    }
                }
            }
            assertThat(count).isEqualTo(36);
            assertThat(views).hasSize(count);
        }
    }

    @Test
    void closeWakesAWaitingNextAndStopsTheWorkers() throws Exception {
        Stuck stuck = new Stuck();
        DataLoader loader = open(false, stuck, loading(1, 4));
        Iterator<Batch> batches = loader.epoch(0, 0);
        FutureTask<Batch> waiting = new FutureTask<>(batches::next);
        Thread consumer = new Thread(waiting);
        consumer.start();
        stuck.reading.await();
        while (consumer.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        loader.close();
        assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the unlabeled loader was closed");
        assertThatThrownBy(batches::next)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the unlabeled loader is closed");
        assertThatThrownBy(() -> loader.epoch(1, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the unlabeled loader is closed");
        assertThat(stuck.threads).contains("interrupted");
        assertThat(stuck.images.get()).as("the sample in hand alone").isEqualTo(1);
        loader.close();
    }

    @Test
    void anInterruptedConsumerKeepsItsMark() {
        try (DataLoader loader = open(false, new Stuck(), loading(1, 1))) {
            Iterator<Batch> batches = loader.epoch(0, 0);
            Thread.currentThread().interrupt();
            assertThatThrownBy(batches::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("interrupted while waiting for a batch");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void whatCannotBeLoaded() {
        ImasConfig config = loading(1, 1);
        assertThatThrownBy(() -> DataLoader.labeled(new EmbeddedScenes(1, "train", 0, 32), 5, config))
                .isInstanceOf(UserException.class)
                .hasMessage("there are no labeled images to load; check data.labeled");
        assertThatThrownBy(() -> DataLoader.unlabeled(scenes(), 3, config))
                .isInstanceOf(UserException.class)
                .hasMessage("an epoch has 3 unlabeled samples, no full batch of 4; lower "
                        + "training.batch_unlabeled or raise data.epoch_length");
        ImasConfig huge = config("augment.crop", List.of(8192, 8192), "training.batch_labeled", 11);
        assertThatThrownBy(() -> DataLoader.labeled(scenes(), 11, huge))
                .isInstanceOf(UserException.class)
                .hasMessage("a batch of 11 crops of 8192x8192 takes more than 2 GB; lower "
                        + "training.batch_labeled or augment.crop");
        try (DataLoader loader = open(true, scenes(), config)) {
            assertThatThrownBy(() -> loader.epoch(0, 5))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("epoch 0 from batch 5: expected an epoch from 0 and a batch from 0 to 4");
            assertThatThrownBy(() -> loader.epoch(-1, 0)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
