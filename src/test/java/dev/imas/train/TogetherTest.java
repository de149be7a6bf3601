package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.data.Inspection;
import dev.imas.distributed.Group;
import dev.imas.distributed.Threads;
import dev.imas.image.TestFiles;
import dev.imas.run.Metrics;
import dev.imas.run.RunDirectory;
import dev.imas.run.StepMetrics;
import dev.imas.semi.Configs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs of several processes: the pictures of one process, one run directory, and a resume with other numbers. */
class TogetherTest {
    /** So little is learned that sums in another order stay where they begin. */
    private static final ImasConfig CONFIG = gentle();

    private static final double DRIFT = 1e-3;
    private static final int LABELED = 5;

    @TempDir
    Path folder;

    private static ImasConfig gentle() {
        ImasConfig tiny = Configs.tiny();
        return tiny.withData(tiny.data().withEmbedded(tiny.data().embedded().with(e -> e.images(12)
                        .validation(2)
                        .size(32))))
                .withAugment(tiny.augment().withCrop(List.of(32, 32)))
                .withTraining(tiny.training().with(t -> t.lr(0.001)
                        .epochs(3)
                        .batchLabeled(4)
                        .batchUnlabeled(4)
                        .supOnlyEpochs(1)));
    }

    @Test
    void trainsAsOneProcessDoesAndGoesOnInAnyNumber() throws IOException {
        Path alone = folder.resolve("alone");
        Trainer.run(CONFIG, alone, false, new TrainListener() {});
        Path two = folder.resolve("two");
        train(2, two, false, Long.MAX_VALUE);
        requireSame(alone, two);
        assertThat(Files.readAllBytes(two.resolve("hardness.csv"))).hasSizeGreaterThan(80);

        Path stopped = folder.resolve("stopped");
        assertThatThrownBy(() -> train(2, stopped, false, 3)).isInstanceOf(RunStopped.class);
        Path again = copied(stopped, folder.resolve("again"));
        train(4, stopped, true, Long.MAX_VALUE);
        requireSame(alone, stopped);

        train(2, again, true, Long.MAX_VALUE);
        for (String file : List.of("student.safetensors", "teacher.safetensors", "hardness.csv")) {
            assertThat(Files.readAllBytes(again.resolve(file))).isEqualTo(Files.readAllBytes(two.resolve(file)));
        }
    }

    @Test
    void keepsWhatWasLearnedWhenAnotherProcessCannotReadAPicture() throws IOException {
        Path out = folder.resolve("broken");
        List<Path> photos = List.of(photos("of-rank-0"), photos("of-rank-1"));
        Throwable thrown = catchThrowable(() -> Threads.run(2, ranks -> {
            ImasConfig own = ofPhotos(photos.get(ranks.rank()));
            TrainListener listener = new TrainListener() {
                @Override
                public void step(StepMetrics metrics) {
                    if (ranks.rank() == 1 && metrics.step() == 1) {
                        IntStream.range(0, LABELED).forEach(i -> damage(photos.get(1), i));
                    }
                }
            };
            if (ranks.leads()) {
                Trainer.run(Inspection.of(own), "cpu", out, false, listener, ranks);
            } else {
                Trainer.follow(own, "cpu", listener, ranks);
            }
            return 0;
        }));
        assertThat(thrown).isInstanceOf(UserException.class).hasMessageContaining("of-rank-1");
        long kept = new RunDirectory(out).checkpoints().steps().get(0);
        assertThat(thrown).hasMessageContaining("the run stopped after step " + kept + ": put the file right");
    }

    private Path photos(String name) {
        Path photos = folder.resolve(name);
        for (int i = 0; i < 2 * LABELED; i++) {
            TestFiles.picture(photos.resolve("images/" + i + ".png"), 32, 32);
            if (i < LABELED) {
                TestFiles.mask(photos.resolve("masks/" + i + ".png"), 32, 32, 0, 1, 2, 3, 4, 5, 6);
            }
        }
        return photos;
    }

    private static void damage(Path photos, int i) {
        try {
            Files.write(photos.resolve("images/" + i + ".png"), new byte[] {1, 2, 3});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** No checkpoint is due before the first epoch of thirty steps has ended. */
    private static ImasConfig ofPhotos(Path root) {
        return CONFIG.withData(CONFIG.data().with(data -> data.layout(ImasConfig.Layout.FOLDERS)
                        .root(root.toString())
                        .epochLength(120)))
                .withTraining(CONFIG.training().withCheckpointEvery(0));
    }

    private static Path copied(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
        return to;
    }

    /** @param last the step after which rank 1 asks to stop */
    private static void train(int count, Path out, boolean resume, long last) {
        Threads.run(count, ranks -> {
            TrainListener listener = new TrainListener() {
                private int steps;

                @Override
                public boolean stops() {
                    return ranks.rank() == 1 && ++steps == last;
                }
            };
            Together.requireAlike(CONFIG, ranks);
            if (ranks.leads()) {
                Trainer.run(Inspection.of(CONFIG), "cpu", out, resume, listener, ranks);
            } else {
                Trainer.follow(CONFIG, "cpu", listener, ranks);
            }
            return 0;
        });
    }

    private static void requireSame(Path expected, Path found) {
        List<Metrics.Row> wanted =
                Metrics.read(expected.resolve("metrics.csv"), new ArrayList<>()).rows();
        List<Metrics.Row> rows =
                Metrics.read(found.resolve("metrics.csv"), new ArrayList<>()).rows();
        assertThat(rows).hasSameSizeAs(wanted);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(rows.get(i).step()).isEqualTo(wanted.get(i).step());
            assertThat(rows.get(i).lossSup()).isCloseTo(wanted.get(i).lossSup(), within(DRIFT));
            if (!Double.isNaN(wanted.get(i).gammaMean())) {
                assertThat(rows.get(i).gammaMean()).isCloseTo(wanted.get(i).gammaMean(), within(20 * DRIFT));
            }
        }
    }

    @Test
    void refusesSinglePicturesToNormalize() {
        ImasConfig apart = CONFIG.withTraining(
                CONFIG.training().with(t -> t.batchLabeled(2).batchUnlabeled(4).syncBatchNorm(false)));
        assertThatThrownBy(() -> Together.requireDivisible(apart, 2))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("training.batch_labeled is 2, of which 2 processes have one picture each"
                        + ": batch norms find no variance in it; raise it to 4, or give --set"
                        + " training.sync_batch_norm=true");
        Together.requireDivisible(apart.withTraining(apart.training().withSyncBatchNorm(true)), 2);
        ImasConfig pieces = apart.withTraining(apart.training().withAccumulate(2));
        assertThatThrownBy(() -> Together.requireDivisible(pieces, 1))
                .hasMessageContaining("of which 2 pieces (training.accumulate) have one picture each");
    }

    @Test
    void refusesBatchesThatCannotBeShared() {
        assertThatThrownBy(() -> Together.requireDivisible(CONFIG, 3))
                .isInstanceOf(UserException.class)
                .hasMessage("training.batch_labeled is 4, which 3 processes cannot share equally (it is the batch of"
                        + " all of them together); give 3 or 6, such as with --set training.batch_labeled=3\n"
                        + "training.batch_unlabeled is 4, which 3 processes cannot share equally (it is the batch of"
                        + " all of them together); give 3 or 6, such as with --set training.batch_unlabeled=3");
        Together.requireDivisible(CONFIG, 4);
    }

    @Test
    void refusesOtherSettings() {
        assertThatThrownBy(() -> Threads.run(2, ranks -> {
                    ImasConfig other = ranks.leads() ? CONFIG : CONFIG.withSeed(8);
                    Together.requireAlike(other, ranks);
                    ranks.told("never heard");
                    return 0;
                }))
                .isInstanceOf(UserException.class)
                .hasMessage("rank 1 has other settings than rank 0 (rank 0 -> rank 1): seed: 7 -> 8; start all with the"
                        + " same arguments and files");
    }

    @Test
    void findsOtherWeights() {
        assertThatThrownBy(() -> Threads.run(2, TogetherTest::differ))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("rank 1 has other weights than rank 0");
    }

    private static int differ(Group ranks) {
        try (org.bytedeco.javacpp.PointerScope scope = new org.bytedeco.javacpp.PointerScope()) {
            var weights = org.bytedeco.pytorch.global.torch.arange(new org.bytedeco.pytorch.Scalar(4.0));
            SameWeights.require(java.util.Map.of("w", weights), ranks);
            if (!ranks.leads()) { // two that have changed places
                weights = weights.flip(0);
            }
            SameWeights.require(java.util.Map.of("w", weights), ranks);
            return 0;
        }
    }
}
