package dev.imas.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.ResizeMode;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.image.ImageSize;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Plans for many situations, on made-up machines whose steps cost in proportion to what they compute. */
class PlannerTest {
    private static final long GB = 1L << 30;
    private static final Machine CPU = new Machine(false, 2, 16 * GB);
    private static final Machine GPU = new Machine(true, 16, 80 * GB);
    private static final Function<Backbone, Optional<String>> WEIGHTS = backbone -> Optional.empty();

    /** Steps of a machine, its memory included. */
    private record Clock(double secondsAMegapixel, long bytesAMegapixel, long memory) implements StepClock {
        static final Clock OF_CPU = new Clock(7, GB, 16 * GB);
        static final Clock OF_GPU = new Clock(0.12, 2 * GB, 80 * GB);

        @Override
        public Optional<StepCost> measure(ImasConfig config) {
            double pixels = config.augment().crop().get(0)
                    * (double) config.augment().crop().get(1)
                    / 1e6;
            double labeled = config.training().batchLabeled() * pixels;
            double all = labeled + 3.7 * config.training().batchUnlabeled() * pixels;
            double slower = config.network().backbone() == Backbone.RESNET50 ? 3 : 1;
            long bytes = GB / 2 + (long) (all * slower * bytesAMegapixel);
            return bytes > memory
                    ? Optional.empty()
                    : Optional.of(new StepCost(
                            0.01 + labeled * slower * secondsAMegapixel,
                            0.02 + all * slower * secondsAMegapixel,
                            slower * secondsAMegapixel / 3e6,
                            bytes));
        }
    }

    private static DataFacts pictures(int labeled, int unlabeled, int validation, int width, int height) {
        return new DataFacts(
                labeled,
                unlabeled,
                validation,
                List.of(new ImageSize(width, height)),
                Double.NaN,
                Double.NaN,
                false,
                2e-8 * width * height);
    }

    private static ImasConfig start(Object... settings) {
        Map<String, Object> layers = ConfigYaml.preset("voc");
        ConfigYaml.set(layers, "data.layout", "folders");
        for (int i = 0; i < settings.length; i += 2) {
            ConfigYaml.set(layers, (String) settings[i], settings[i + 1]);
        }
        return ConfigYaml.resolve(layers);
    }

    private static Proposal plan(DataFacts data, Machine machine, Duration budget, Object... given) {
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < given.length; i += 2) {
            keys.add((String) given[i]);
        }
        StepClock clock = machine.gpu() ? Clock.OF_GPU : Clock.OF_CPU;
        return new Planner(data, machine, budget, keys, clock).plan(start(given), WEIGHTS);
    }

    /** Batch norms need two pictures each time; the published ones of a transformer's head are none. */
    @ParameterizedTest
    @CsvSource({"2, true, 1, 4", "2, true, 3, 6", "1, false, 3, 6", "2, false, 3, 12", "1, true, 3, 3"})
    void evenTheSmallestBatchHasTwoPicturesForEveryNorm(int pieces, boolean shared, int processes, int smallest) {
        DataFacts data = pictures(40, 198, 70, 256, 256);
        Machine small = new Machine(false, 6, 1 << 20, processes);
        Set<String> given = Set.of("training.accumulate", "training.sync_batch_norm");
        ImasConfig start = start("training.accumulate", pieces, "training.sync_batch_norm", shared);
        Proposal plan = new Planner(data, small, Duration.ofMinutes(1), given, Clock.OF_CPU).plan(start, WEIGHTS);
        assertThat(plan.config().training().batchLabeled()).isEqualTo(smallest);
    }

    @Test
    void aSingleUnlabelledPictureIsABatch() {
        DataFacts data = pictures(12, 1, 3, 64, 64);
        Proposal plan = plan(data, new Machine(false, 6, 16 * GB), Duration.ofMinutes(10));
        assertThat(plan.config().training().batchUnlabeled()).isEqualTo(1);
    }

    @Test
    void severalProcessesShareBatchesAndEvaluations() {
        DataFacts data = pictures(12, 198, 70, 256, 256);
        Duration budget = Duration.ofHours(1);
        Set<String> given = Set.of("training.accumulate");
        StepClock eachItsPart = config -> Clock.OF_CPU.measure(config.withTraining(
                config.training().with(t -> t.batchLabeled(config.training().batchLabeled() / 3)
                        .batchUnlabeled(config.training().batchUnlabeled() / 3))));
        Machine three = new Machine(false, 6, 16 * GB, 3);
        Proposal plan =
                new Planner(data, three, budget, given, eachItsPart).plan(start("training.accumulate", 2), WEIGHTS);
        assertThat(plan.config().training().batchLabeled()).isEqualTo(6);
        assertThat(plan.config().training().batchUnlabeled()).isEqualTo(6);
        Machine one = new Machine(false, 6, 16 * GB);
        double alone = new Planner(data, one, budget, given, eachItsPart)
                .estimate(plan.config())
                .seconds();
        double evaluations = Math.ceil((double) plan.config().training().epochs()
                / plan.config().evaluation().everyEpochs());
        double picture =
                2 * 256 * 256 * 7 / 3e6 * Math.pow(plan.config().evaluation().scale(), 2);
        assertThat(alone - plan.seconds()).isCloseTo(evaluations * (70 - 24) * picture, withinPercentage(5));
    }

    static Stream<Arguments> situations() {
        List<DataFacts> data = List.of(
                pictures(1, 0, 1, 120, 120),
                pictures(1, 50, 1, 640, 480),
                pictures(10, 190, 100, 120, 120),
                pictures(12, 198, 70, 256, 256),
                pictures(50, 5000, 200, 4000, 3000),
                pictures(186, 2789, 500, 2048, 1024),
                pictures(20, 100, 10, 32, 32),
                pictures(5, 5, 5, 7, 3),
                pictures(3, 2, 1, 60, 5000),
                pictures(2000, 0, 200, 500, 375),
                pictures(4, 200_000, 50_000, 512, 512));
        List<Duration> budgets =
                List.of(Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofMinutes(20), Duration.ofDays(30));
        return data.stream().flatMap(d -> budgets.stream()
                .flatMap(b -> Stream.of(CPU, GPU).map(machine -> Arguments.of(d, b, machine))));
    }

    @ParameterizedTest
    @MethodSource("situations")
    void noPlanIsSilly(DataFacts data, Duration budget, Machine machine) {
        Proposal plan = plan(data, machine, budget);
        ImasConfig config = plan.config();
        ImasConfig.Training training = config.training();
        assertThat(config.augment().crop())
                .allMatch(side -> side % 16 == 0 && side >= 32 && side <= (machine.gpu() ? 512 : 192));
        double scale = config.evaluation().scale();
        if (Math.min(data.usual().width(), data.usual().height()) * scale >= 32) {
            assertThat(config.augment().crop().get(0))
                    .isLessThanOrEqualTo((int) (data.usual().height() * scale));
            assertThat(config.augment().crop().get(1))
                    .isLessThanOrEqualTo((int) (data.usual().width() * scale));
        }
        assertThat(training.batchLabeled()).isBetween(2, 32);
        assertThat(training.batchUnlabeled()).isBetween(1, 32);
        assertThat(training.lr()).isBetween(0.0005, 0.1);
        assertThat(training.emaDecay()).isBetween(0.9, 0.996);
        assertThat(training.epochs()).isBetween(1, 40);
        assertThat(config.evaluation().everyEpochs()).isBetween(1, training.epochs());
        assertThat(plan.steps()).isBetween(10L, 70_000L);
        assertThat(config.method()).isEqualTo(data.unlabeled() == 0 ? Method.SUPERVISED : Method.IMAS);
        assertThat(plan.summary()).doesNotContain("NaN").doesNotContain("Infinity");
        boolean late = plan.seconds() > 1.25 * budget.toSeconds();
        assertThat(plan.warning().isPresent()).isEqualTo(late);
        if (budget.compareTo(Duration.ofMinutes(20)) >= 0 && data.validation() <= 500) {
            assertThat(late).isFalse();
            assertThat(plan.steps()).isGreaterThanOrEqualTo(100);
        }
        assertThat(ConfigYaml.resolve(ConfigYaml.layers(config))).isEqualTo(config);
    }

    @ParameterizedTest
    @MethodSource("situations")
    void theSameFactsMakeTheSamePlanAndARerunOfItIsThePlan(DataFacts data, Duration budget, Machine machine) {
        Proposal plan = plan(data, machine, budget);
        assertThat(plan(data, machine, budget)).isEqualTo(plan);
        StepClock clock = machine.gpu() ? Clock.OF_GPU : Clock.OF_CPU;
        Proposal again = new Planner(data, machine, budget, Set.of(), clock).estimate(plan.config());
        assertThat(again.config()).isEqualTo(plan.config());
        assertThat(again.seconds()).isEqualTo(plan.seconds());
        assertThat(again.planned()).isEmpty();
    }

    @Test
    void bloodCellsInTwentyMinutesOnTwoCores() {
        Proposal plan = plan(pictures(10, 190, 100, 120, 120), CPU, Duration.ofMinutes(20));
        ImasConfig config = plan.config();
        assertThat(config.augment().crop()).containsExactly(112, 112);
        assertThat(config.evaluation().scale()).isEqualTo(1);
        assertThat(config.network().backbone()).isEqualTo(Backbone.RESNET18);
        assertThat(config.network().stem()).isEqualTo(Stem.CONV7);
        assertThat(config.network().initWeights()).isEqualTo("imagenet");
        assertThat(plan.seconds()).isBetween(900.0, 1200.0);
        assertThat(plan.summary())
                .matches("about \\d+ min: [\\d,]+ steps of .+, \\d\\+\\d crops of 112×112, ResNet-18");
        assertThat(plan.reasons()).anyMatch(line -> line.contains("ImageNet"));
    }

    @Test
    void aRunThatGoesOnFillsItsBudget() {
        DataFacts data = pictures(10, 190, 100, 120, 120);
        Proposal plan = plan(data, CPU, Duration.ofMinutes(20));
        Planner more = new Planner(data, CPU, Duration.ofHours(1), Set.of(), Clock.OF_CPU);
        Proposal longer = more.longer(plan.config());
        assertThat(longer.planned()).containsExactly("training.epochs");
        assertThat(longer.seconds()).isBetween(3200.0, 3600.0);
        assertThat(longer.config().withTraining(plan.config().training())).isEqualTo(plan.config());
        Planner less = new Planner(data, CPU, Duration.ofMinutes(5), Set.of(), Clock.OF_CPU);
        assertThatThrownBy(() -> less.longer(plan.config()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--budget is 5 min, but the run's ");
    }

    @Test
    void wherePicturesHaveNoUpTheyAreTurned() {
        DataFacts data = new DataFacts(10, 90, 10, List.of(new ImageSize(256, 256)), 4, 20, true, 0.01);
        Proposal plan = new Planner(data, CPU, Duration.ofHours(1), Set.of(), Clock.OF_CPU).plan(start(), WEIGHTS);
        assertThat(plan.config().augment().rotate90()).isPositive();
        assertThat(plan.config().augment().flipVertical()).isPositive();
        Proposal street = plan(pictures(10, 90, 10, 256, 256), CPU, Duration.ofHours(1));
        assertThat(street.config().augment().rotate90()).isZero();
    }

    @Test
    void largePicturesAreReduced() {
        ImasConfig config = plan(pictures(50, 5000, 100, 4000, 3000), CPU, Duration.ofHours(1))
                .config();
        assertThat(config.evaluation().scale()).isEqualTo(0.125);
        assertThat(config.augment().resize()).isEqualTo(ResizeMode.SCALE);
        assertThat(config.augment().resizeMin()).isLessThan(0.125);
        assertThat(config.augment().resizeMax()).isGreaterThan(0.125);
        assertThat(plan(pictures(186, 2789, 500, 2048, 1024), GPU, Duration.ofHours(6))
                        .summary())
                .contains(" at half size, ResNet-50");
    }

    @Test
    void thinClassesAreNotReducedAway() {
        DataFacts thin = new DataFacts(10, 90, 10, List.of(new ImageSize(4000, 3000)), 4.5, 300, false, 0.2);
        Proposal plan = new Planner(thin, CPU, Duration.ofHours(1), Set.of(), Clock.OF_CPU).plan(start(), WEIGHTS);
        assertThat(plan.config().evaluation().scale()).isEqualTo(0.5);
        assertThat(plan.config().evaluation().mode()).isEqualTo(ImasConfig.EvaluationMode.SLIDING);
    }

    @Test
    void whatWasGivenStays() {
        Object[] given = {
            "training.epochs",
            80,
            "augment.crop",
            List.of(256, 256),
            "training.batch_labeled",
            3,
            "training.lr",
            0.123,
            "network.stem",
            "deep",
            "evaluation.scale",
            0.5,
            "method",
            "uniform"
        };
        Proposal plan = plan(pictures(10, 190, 100, 120, 120), CPU, Duration.ofMinutes(20), given);
        assertThat(plan.planned())
                .doesNotContain(
                        Stream.of(given).filter(String.class::isInstance).toArray(String[]::new));
        ImasConfig config = plan.config();
        assertThat(config.training().epochs()).isEqualTo(80);
        assertThat(config.augment().crop()).containsExactly(256, 256);
        assertThat(config.training().batchLabeled()).isEqualTo(3);
        assertThat(config.training().lr()).isEqualTo(0.123);
        assertThat(config.network().stem()).isEqualTo(Stem.DEEP);
        assertThat(config.network().startsFromFile()).isFalse();
        assertThat(config.evaluation().scale()).isEqualTo(0.5);
        assertThat(config.augment().resizeMin()).isEqualTo(0.375);
        assertThat(config.method()).isEqualTo(Method.UNIFORM);
    }

    @Test
    void aRunThatIsTooLongBecauseOfGivenSettingsSaysWhich() {
        Proposal plan = plan(
                pictures(10, 190, 100, 120, 120),
                CPU,
                Duration.ofMinutes(20),
                "training.epochs",
                80,
                "data.epoch_length",
                190,
                "augment.crop",
                List.of(512, 512),
                "training.batch_unlabeled",
                4);
        assertThat(plan.warning().orElseThrow())
                .matches("this run will take about .+, longer than 20 min, as training.epochs, data.epoch_length,"
                        + " augment.crop are given; leave them to the plan, or raise --budget");
        Proposal published = new Planner(
                        pictures(10, 190, 100, 120, 120),
                        CPU,
                        Duration.ofHours(1),
                        Set.of("training.epochs"),
                        Clock.OF_CPU)
                .estimate(start());
        assertThat(published.config()).isEqualTo(start());
        assertThat(published.warning()).isPresent();
    }

    @Test
    void withoutWeightsLabelsComeFirstForLonger() {
        DataFacts data = pictures(10, 190, 100, 120, 120);
        Planner planner = new Planner(data, CPU, Duration.ofMinutes(20), Set.of(), Clock.OF_CPU);
        ImasConfig with = planner.plan(start(), WEIGHTS).config();
        Proposal without = planner.plan(start(), backbone -> Optional.of("no network"));
        assertThat(without.config().network().startsFromFile()).isFalse();
        assertThat(without.reasons()).anyMatch(line -> line.contains("no network") && line.contains("random weights"));
        assertThat((double) without.config().training().supOnlyEpochs()
                        / without.config().training().epochs())
                .isGreaterThan((double) with.training().supOnlyEpochs()
                        / with.training().epochs());
        assertThat(without.config().training().lr())
                .isGreaterThan(with.training().lr());
    }

    @Test
    void theLearningRateFollowsTheBatch() {
        DataFacts data = pictures(100, 1000, 10, 500, 500);
        double four = plan(data, GPU, Duration.ofHours(1), "training.batch_labeled", 4)
                .config()
                .training()
                .lr();
        double eight = plan(data, GPU, Duration.ofHours(1), "training.batch_labeled", 8)
                .config()
                .training()
                .lr();
        assertThat(eight).isEqualTo(2 * four);
    }

    @Test
    void aTransformerLearnsWithRatesAndWindowsOfItsOwn() {
        Object[] given = {
            "network.backbone", "dinov2-small",
            "network.head", "dpt",
            "network.init_weights", "dinov2_vits14_pretrain.pth",
            "augment.crop", List.of(266, 266)
        };
        ImasConfig planned = plan(pictures(50, 500, 20, 500, 375), CPU, Duration.ofHours(1), given)
                .config();
        assertThat(planned.training().optimizer()).isEqualTo(ImasConfig.OptimizerKind.ADAMW);
        assertThat(planned.training().lr()).isEqualTo(5e-6);
        assertThat(planned.training().headLrMultiplier()).isEqualTo(40);
        assertThat(planned.training().weightDecay()).isEqualTo(0.01);
        assertThat(planned.evaluation().lastWindow()).isEqualTo(ImasConfig.LastWindow.MOVED);
        assertThat(planned.network().initWeights()).isEqualTo("dinov2_vits14_pretrain.pth");
    }

    @Test
    void littleMemoryMakesASmallBatch() {
        DataFacts data = pictures(100, 1000, 10, 500, 500);
        Machine small = new Machine(true, 4, 4 * GB);
        StepClock clock = new Clock(0.12, 5 * GB, 4 * GB);
        Proposal plan = new Planner(data, small, Duration.ofHours(6), Set.of(), clock).plan(start(), WEIGHTS);
        assertThat(clock.measure(plan.config()).orElseThrow().bytes()).isLessThan(small.memory());
        assertThat(plan.config().training().batchUnlabeled()).isLessThan(8);

        StepClock none = config -> Optional.empty();
        assertThatThrownBy(() -> new Planner(data, small, Duration.ofHours(6), Set.of(), none).plan(start(), WEIGHTS))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("does not fit into the memory");
    }

    @Test
    void evaluationsTakeASmallPartOfTheTime() {
        DataFacts data = pictures(50, 500, 2000, 500, 375);
        ImasConfig config = plan(data, CPU, Duration.ofHours(1)).config();
        assertThat(config.evaluation().everyEpochs())
                .isEqualTo(config.training().epochs());
        assertThat(plan(pictures(50, 500, 5, 500, 375), CPU, Duration.ofHours(1))
                        .config()
                        .evaluation()
                        .everyEpochs())
                .isLessThanOrEqualTo(3);
    }
}
