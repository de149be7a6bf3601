package dev.imas.config.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.CutMixPairing;
import dev.imas.config.ImasConfig.CutMixTrigger;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.GammaVersion;
import dev.imas.config.ImasConfig.IntensityMix;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.ResizeMode;
import dev.imas.config.ImasConfig.SupervisedLoss;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;

class ReferenceYamlTest {
    private static final ImasConfig DEFAULTS = ConfigYaml.defaults();

    @TempDir
    Path dir;

    private final List<String> notes = new ArrayList<>();

    @Test
    void theRecordedVocConfiguration() throws IOException {
        ImasConfig config = read(resource("reference-voc.yaml"));
        ImasConfig preset = ConfigYaml.resolve(ConfigYaml.preset("voc"));
        assertThat(config.method()).isEqualTo(Method.IMAS);
        assertThat(config.network()).isEqualTo(preset.network());
        assertThat(config.augment()).isEqualTo(preset.augment());
        assertThat(config.training().epochs()).isEqualTo(3);
        assertThat(config.training().lr()).isEqualTo(0.0005);
        assertThat(config.training().headLrMultiplier()).isEqualTo(10);
        assertThat(config.training().weightDecay()).isEqualTo(0.0001);
        assertThat(config.unsupervised().threshold()).isEqualTo(0.35);
        assertThat(config.unsupervised().cutmix()).isEqualTo(CutMixTrigger.ADAPTIVE);
        assertThat(config.unsupervised().intensityMix()).isEqualTo(IntensityMix.BLEND);
        assertThat(config.supervised().loss()).isEqualTo(SupervisedLoss.CE);
        assertThat(config.data().classes()).isEqualTo(21);
        assertThat(config.evaluation().mode()).isEqualTo(EvaluationMode.WHOLE);
        assertThat(notes)
                .contains(
                        "trainer.optimizer.kwargs.lr = 0.0005: read as training.lr = 0.0005",
                        "net.sync_bn = false: no effect, one process normalises over its whole batch");
    }

    @Test
    void theRecordedCityscapesConfiguration() throws IOException {
        ImasConfig config = read(resource("reference-cityscapes.yaml"));
        assertThat(config.supervised()).isEqualTo(DEFAULTS.supervised().with(supervised -> supervised
                .loss(SupervisedLoss.OHEM)
                .ohemThreshold(0.02)
                .ohemMinKept(2000)
                .auxWeight(0.4)));
        assertThat(config.network().auxiliary()).isTrue();
        assertThat(config.network().outputStride()).isEqualTo(16);
        assertThat(config.training().supOnlyEpochs()).isEqualTo(1);
        assertThat(config.training().emaDecay()).isEqualTo(0.5);
        assertThat(config.training().weightDecay()).isEqualTo(0.1);
        assertThat(config.training().headLrMultiplier()).isEqualTo(1);
        assertThat(config.data().classNames()).hasSize(19);
        assertThat(config.unsupervised().threshold()).isEqualTo(0.2);
    }

    @Test
    void everyKeyOfACompleteFileIsRead() throws IOException {
        ImasConfig c = read(resource("reference-full.yaml"));
        assertThat(c.name()).isEqualTo("my");
        assertThat(c.data().root()).isEqualTo("./data/cityscapes");
        assertThat(c.data().labeled()).isEqualTo("./data/splits/cityscapes/372/labeled.txt");
        assertThat(c.data().unlabeled()).isEqualTo("./data/splits/cityscapes/372/unlabeled.txt");
        assertThat(c.data().validation()).isEqualTo("./data/splits/cityscapes/val.txt");
        assertThat(c.data().epochLength()).isEqualTo(2975 - 372);
        assertThat(c.data().workers()).isEqualTo(4);
        assertThat(c.network()).isEqualTo(DEFAULTS.network().with(network -> network.backbone(Backbone.RESNET101)
                .outputStride(8)
                .aspp(List.of(12, 24, 36))
                .multiGrid(false)
                .auxiliary(true)
                .initWeights("./pretrained/resnet101.pth")));
        assertThat(c.augment()).isEqualTo(DEFAULTS.augment().with(augment -> augment.crop(List.of(769, 769))
                .resize(ResizeMode.SCALE)
                .resizeMin(0.5)
                .resizeMax(2.0)
                .resizeBase(List.of(1024, 2048))
                .strongOps(3)
                .strongRandomCount(true)));
        assertThat(c.training()).isEqualTo(DEFAULTS.training().with(training -> training.epochs(240)
                .supOnlyEpochs(1)
                .batchLabeled(2)
                .batchUnlabeled(2)
                .lr(0.01)
                .headLrMultiplier(1)
                .momentum(0.8)
                .weightDecay(5e-4)
                .polyPower(0.8)
                .emaDecay(0.99)));
        assertThat(c.supervised()).isEqualTo(DEFAULTS.supervised().with(supervised -> supervised
                .loss(SupervisedLoss.OHEM)
                .ohemThreshold(0.6)
                .ohemMinKept(50000)
                .auxWeight(0.3)));
        assertThat(c.unsupervised()).isEqualTo(DEFAULTS.unsupervised().with(unsupervised -> unsupervised
                .threshold(0.7)
                .weight(1.5)
                .gammaVersion(GammaVersion.V2)
                .classWeighted(false)
                .ignoreBackground(false)
                .intensityMix(IntensityMix.BERNOULLI)
                .cutmix(CutMixTrigger.FIXED)
                .cutmixProbability(0.25)
                .cutmixScale(List.of(0.2, 0.8))
                .cutmixScaleByHardness(true)));
        assertThat(c.evaluation().mode()).isEqualTo(EvaluationMode.SLIDING);
        assertThat(c.evaluation().window()).isEqualTo(769);
    }

    @Test
    void everyKeyIsAccountedFor() throws IOException {
        read(resource("reference-full.yaml"));
        for (String key : leaves("", new Yaml().load(resource("reference-full.yaml")))) {
            assertThat(notes).as(key).anySatisfy(note -> assertThat(note).startsWith(key + " = "));
        }
        assertThat(notes).allSatisfy(note -> assertThat(note).matches(".*: (read as|no effect|it counts).*"));
        assertThat(notes)
                .contains("dataset.train.hardness_aware.flag_augs_mixup_by_hard = False: read as "
                        + "unsupervised.intensity_mix = bernoulli");
    }

    @Test
    void withoutHardnessTheProgramIsThePlainBaseline() throws IOException {
        ImasConfig c = read("dataset: {type: pascal_semi, train: {strong_aug: {num_augs: 2}}}\ntrainer: "
                + "{unsupervised: {use_cutmix: true}}");
        assertThat(c.unsupervised().weightByHardness()).isFalse();
        assertThat(c.unsupervised().intensityMix()).isEqualTo(IntensityMix.OFF);
        assertThat(c.unsupervised().cutmix()).isEqualTo(CutMixTrigger.FIXED);
        assertThat(c.unsupervised().cutmixProbability()).isEqualTo(1);
        assertThat(c.unsupervised().cutmixPairing()).isEqualTo(CutMixPairing.RANDOM);
        assertThat(c.unsupervised().weight()).isEqualTo(1);
    }

    @Test
    void whatASectionLacksIsThePublishedDefault() throws IOException {
        ImasConfig c = read(
                """
                dataset: {type: cityscapes_semi, train: {strong_aug: {num_augs: 2}, hardness_aware: False, crop: \
                {type: rand, size: 700}}}
                trainer: {optimizer: {kwargs: {lr: 0.1}}, unsupervised: {use_cutmix: True}}
                net: {aux_loss: null, encoder: {kwargs: {replace_stride_with_dilation: [False, True, True]}}, \
                decoder: {kwargs: {rep_head: False}}}
                log_path: ./log
                """);
        assertThat(c.augment()).isEqualTo(DEFAULTS.augment().with(augment -> augment.crop(List.of(700, 700))
                .resize(ResizeMode.NONE)
                .resizeMin(0.5)
                .resizeMax(2)
                .resizeBase(List.of(1024, 2048))
                .flip(0)));
        assertThat(c.training().momentum()).isZero();
        assertThat(c.training().weightDecay()).isZero();
        assertThat(c.unsupervised().cutmixScale()).containsExactly(0.3, 1 / 3.0);
        assertThat(c.unsupervised().cutmixPairing()).isEqualTo(CutMixPairing.RANDOM);
        assertThat(c.network().multiGrid()).isFalse();
        assertThat(c.network().auxiliary()).isFalse();
        assertThat(c.network().aspp()).containsExactly(12, 24, 36);
        assertThat(c.network().outputStride()).isEqualTo(8);
        assertThat(c.evaluation().mode()).isEqualTo(EvaluationMode.SLIDING);
        assertThat(c.evaluation().window()).isEqualTo(769);
        assertThat(notes)
                .contains(
                        "net.encoder.kwargs.multi_grid absent: read as network.multi_grid = false",
                        "net.aux_loss = null: no effect, it is switched off");
    }

    @Test
    void weightsAreLoadedOnlyWhereTheSwitchSaysSo() throws IOException {
        String file = "dataset: {type: pascal}\nnet: {encoder: {pretrain: w.pth, kwargs: "
                + "{replace_stride_with_dilation: [False, False, True], zero_init_residual: False, pretrained: %s}}}";
        assertThat(read(String.format(Locale.ROOT, file, "True")).network().initWeights())
                .isEqualTo("w.pth");
        assertThat(read(String.format(Locale.ROOT, file, "False")
                                .replace("zero_init_residual: False", "zero_init_residual: True"))
                        .network()
                        .initWeights())
                .isNull();
        assertThatThrownBy(() -> read(String.format(Locale.ROOT, file, "False")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("zero_init_residual = False: the last normalisation");
        assertThatThrownBy(() -> read(String.format(Locale.ROOT, file, "True").replace("w.pth", "''")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("pretrained = True: weights are not downloaded");
        assertThatThrownBy(() -> read(String.format(Locale.ROOT, file, "True")
                        .replace("replace_stride_with_dilation: [False, False, True], ", "")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("replace_stride_with_dilation is missing, which means an output stride of 32");
    }

    @Test
    void theLongSideIsAWholeNumber() throws IOException {
        ImasConfig c = read("dataset: {type: pascal, train: {rand_resize: [0.5, 1.5], resize_base_size: 333}}");
        assertThat(c.augment().resizeMin()).isEqualTo(166);
        assertThat(c.augment().resizeMax()).isEqualTo(499);
    }

    @Test
    void theSupervisedProgram() throws IOException {
        ImasConfig c = read("dataset: {type: pascal, n_sup: 662, train: {batch_size: 8, rand_resize: [0.5, 2.0], "
                + "resize_base_size: 400}}\nnet: {num_classes: 21}");
        assertThat(c.method()).isEqualTo(Method.SUPERVISED);
        assertThat(c.data().epochLength()).isEqualTo(662);
        assertThat(c.training().batchLabeled()).isEqualTo(8);
        assertThat(c.augment().resize()).isEqualTo(ResizeMode.LONG_SIDE);
        assertThat(c.augment().resizeMin()).isEqualTo(200);
        assertThat(c.augment().resizeMax()).isEqualTo(800);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trainer: {epoch: 3}                                         | trainer.epoch = 3: an "
                        + "unknown key; did you mean trainer.epochs?",
                "trainer: {unsupervised: {use_cutmix_beta: true}}            | "
                        + "trainer.unsupervised.use_cutmix_beta = true: a box area drawn from a beta "
                        + "distribution is not offered",
                "trainer: {unsupervised: {flag_ema_pseudo: false}}           | "
                        + "trainer.unsupervised.flag_ema_pseudo = false: pseudo-labels come from the teacher",
                "trainer: {sup_only_epoch: -1}                               | "
                        + "trainer.sup_only_epoch = -1: an average that starts",
                "trainer: {optimizer: {type: adamw}}                         | "
                        + "trainer.optimizer.type = adamw: the optimizer is SGD",
                "trainer: {optimizer: {kwargs: {nesterov: true}}}            | "
                        + "trainer.optimizer.kwargs.nesterov = true: an unknown key",
                "trainer: {lr_scheduler: {mode: cosine}}                     | "
                        + "trainer.lr_scheduler.mode = cosine: the schedule is poly",
                "criterion: {type: focal}                                    | criterion.type = "
                        + "focal: expected one of celoss; ohem",
                "criterion: {kwargs: {use_weight: true}}                     | "
                        + "criterion.kwargs.use_weight = true: class weights in the loss are not offered",
                "net: {encoder: {type: a.b.vgg16}}                           | net.encoder.type = "
                        + "a.b.vgg16: expected a type that ends in",
                "net: {decoder: {type: a.b.unet}}                            | net.decoder.type = "
                        + "a.b.unet: the decoder is dec_deeplabv3_plus",
                "net: {decoder: {kwargs: {inner_planes: 128}}}               | "
                        + "net.decoder.kwargs.inner_planes = 128: the decoder has 256 inner planes",
                "net: {decoder: {kwargs: {rep_head: true}}}                  | "
                        + "net.decoder.kwargs.rep_head = true: a representation head is not offered",
                "net: {num_classes: 21, decoder: {kwargs: {num_classes: 9}}} | "
                        + "net.decoder.kwargs.num_classes = 9: expected the value of net.num_classes, 21",
                "net: {encoder: {kwargs: {replace_stride_with_dilation: [true, true, true]}}} | "
                        + "net.encoder.kwargs.replace_stride_with_dilation = [true, true, true]: "
                        + "expected one of [false, false, true]; [false, true, true]",
                "saver: {pretrain: x.pth}                                    | saver.pretrain = "
                        + "x.pth: start from weights with network.init_weights"
            })
    void aFeatureWeDoNotHaveIsRefusedByName(String yaml, String message) {
        String file = "dataset: {type: pascal_semi, train: {strong_aug: {num_augs: 2}}}\n" + yaml;
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(dir.resolve("my.yaml") + ": " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dataset: {type: coco_semi}                                       | dataset.type = "
                        + "coco_semi: expected pascal_semi",
                "dataset: {n_sup: 4}                                              | dataset.type is missing",
                "dataset: {type: pascal_semi}                                     | "
                        + "dataset.train.strong_aug.num_augs is missing",
                "dataset: {type: pascal, n_sup: 20000}                            | dataset.n_sup = "
                        + "20000: expected a whole number in 1..10581",
                "dataset: {type: pascal, train: {rand_resize: [1]}}               | "
                        + "dataset.train.resize_base_size is missing",
                "dataset: {type: pascal, train: {rand_resize: [1, b], resize_base_size: 5}} | "
                        + "dataset.train.rand_resize = [1, b]: expected 2 numbers",
                "dataset: {type: pascal, train: {crop: {type: center}}}           | "
                        + "dataset.train.crop.type = center: training crops are random",
                "dataset: {type: pascal, mean: [0, 0, 0]}                         | dataset.mean = "
                        + "[0, 0, 0]: another normalisation",
                "dataset: {type: pascal, ignore_label: 0}                         | "
                        + "dataset.ignore_label = 0: 255 is the ignored label",
                "dataset: {type: pascal, train: {data_root: a}, val: {data_root: b}} | "
                        + "dataset.val.data_root = b: validation images must lie below",
                "dataset: {type: pascal, val: {crop: {size: [769, 513]}}}         | "
                        + "dataset.val.crop.size = [769, 513]: only square windows",
                "dataset: {type: pascal_semi, train: {strong_aug: {num_augs: 2}, hardness_aware: "
                        + "{flag_mapping_gaussian: true}}} | "
                        + "dataset.train.hardness_aware.flag_mapping_gaussian = true: a box side drawn",
                "dataset: {type: pascal_semi, train: {strong_aug: {num_augs: 2}, hardness_aware: "
                        + "{flag_using_v1: maybe}}} | dataset.train.hardness_aware.flag_using_v1 = "
                        + "maybe: expected true or false",
                "dataset: {type: pascal, train: {batch_size: x}}                  | "
                        + "training.batch_labeled is 'x'; expected a whole number"
            })
    void aDatasetKeyThatCannotBeReadIsNamed(String yaml, String message) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(dir.resolve("my.yaml") + ": " + message);
    }

    private static List<String> leaves(String prefix, Map<?, ?> section) {
        List<String> keys = new ArrayList<>();
        section.forEach((name, value) -> {
            if (value instanceof Map<?, ?> inner) {
                keys.addAll(leaves(prefix + name + ".", inner));
            } else {
                keys.add(prefix + name);
            }
        });
        return keys;
    }

    private ImasConfig read(String yaml) throws IOException {
        return ConfigYaml.resolve(ConfigYaml.file(Files.writeString(dir.resolve("my.yaml"), yaml), notes::add));
    }

    private static String resource(String name) throws IOException {
        try (InputStream stream = ReferenceYamlTest.class.getResourceAsStream("/config/" + name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
