package dev.imas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.EvaluationMode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every range, and what must hold between settings. */
class ValidationTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "name=                                  | name is empty; expected a name of up to 100 letters",
                "name=../../../../somewhere             | name is ../../../../somewhere; expected a name of up to 100 letters, "
                        + "digits, '.', '_' and '-', not beginning with a dot",
                "name=.hidden                           | name is .hidden; expected a name of up to 100 letters",
                "name=a/b                               | name is a/b; expected a name of up to 100 letters",
                "name=..                                | name is ..; expected a name of up to 100 letters",
                "name=\"a\\e[2J\"                       | name is a [2J; expected a name of up to 100 letters",
                "data.class_names=[a, b, \"\\e[2J\", d, e, f, g] | data.class_names[2] is  [2J; expected a name of one line",
                "data.class_names=['=cmd(calc)', b, c, d, e, f, g] | data.class_names[0] is =cmd(calc); expected a name",
                "device=gpu                             | device is gpu; expected auto, cpu, cuda or cuda:INDEX",
                "device=cuda:x                          | device is cuda:x; expected auto, cpu, cuda or cuda:INDEX",
                "device=cuda:999                        | device is cuda:999; expected auto, cpu, "
                        + "cuda or cuda:INDEX, INDEX from 0 to 99",
                "data.classes=0                         | data.classes is 0; expected 1 to 255",
                "data.classes=256                       | data.classes is 256; expected 1 to 255",
                "data.classes=8                         | data.class_names is 7 names; expected 8 "
                        + "names (data.classes), or none",
                "data.palette=[1]                       | data.palette is 1 colours; expected 7 "
                        + "colours (data.classes), or none",
                "data.epoch_length=-1                   | data.epoch_length is -1; expected 0 or more",
                "data.workers=-1                        | data.workers is -1; expected 0 to 256",
                "data.prefetch=0                        | data.prefetch is 0; expected 1 to 1024",
                "data.root=\"a\\0b\"                    | data.root is a b; expected a path",
                "data.root=''                           | data.root is empty; expected a path",
                "data.root=x                            | data.root is x; expected nothing, as data.layout is embedded",
                "data.embedded.images=1                 | data.embedded.images is 1; expected 2 to 1000000",
                "data.embedded.labeled=512              | data.embedded.labeled is 512; expected 1 to 511",
                "data.embedded.validation=0             | data.embedded.validation is 0; expected 1 to 1000000",
                "data.embedded.size=8                   | data.embedded.size is 8; expected 16 to 4096",
                "method=unimatch_v2                     | unsupervised.cutmix is adaptive; expected fixed or off with"
                        + " method unimatch_v2",
                "training.decayed=weights               | training.decayed is weights; expected all, unless"
                        + " training.optimizer is adamw",
                "network.output_stride=32               | network.output_stride is 32; expected 8 or 16",
                "network.aspp=[6, 12]                   | network.aspp is [6, 12]; expected three "
                        + "dilations, such as [6, 12, 18]",
                "network.aspp=[6, 12, 0]                | network.aspp[2] is 0; expected 1 to 1000",
                "network.auxiliary=true                 | network.auxiliary is true, but the tiny "
                        + "backbone has no auxiliary head; set it to false",
                "network.init_weights=\"\\0\"           | network.init_weights is",
                "network.init_weights=imagenet          | network.init_weights is imagenet, but there are no such "
                        + "weights of the tiny backbone; set network.backbone to resnet18",
                "augment.crop=[96]                      | augment.crop is [96]; expected [height, width]",
                "augment.crop=[96, 8]                   | augment.crop[1] is 8; expected 16 to 8192",
                "augment.resize_base=[1]                | augment.resize_base is [1]; expected [height, width], or []",
                "augment.resize_base=[1, 0]             | augment.resize_base[1] is 0; expected 1 to 32768",
                "augment.resize_min=0                   | augment.resize_min is 0; expected 0.01 to 100",
                "augment.resize_min=2                   | augment.resize_max is 1.5; expected 2 to 100",
                "augment.flip=1.5                       | augment.flip is 1.5; expected 0 to 1",
                "augment.strong_ops=13                  | augment.strong_ops is 13; expected 0 to 12",
                "augment.flip_vertical=2                | augment.flip_vertical is 2; expected 0 to 1",
                "augment.rotate90=-1                    | augment.rotate90 is -1; expected 0 to 1",
                "augment.foreground_crops=50            | augment.foreground_crops is 50; expected 0 to 1",
                "supervised.class_weights=[1, 2]        | supervised.class_weights is 2 weights; expected 7 "
                        + "weights (data.classes), or none",
                "supervised.class_weights=[1, -2]       | supervised.class_weights[1] is -2; expected 0 to 1000000",
                "supervised.class_weights=[0, 0, 0, 0, 0, 0, 0] | supervised.class_weights is [0.0, 0.0, 0.0, 0.0, 0.0,"
                        + " 0.0, 0.0]; expected a weight above 0 for one class at least",
                "supervised={loss: ohem, class_weights: auto} | supervised.class_weights go with supervised.loss ce "
                        + "or ce+dice; ohem chooses pixels by itself: set one of the two",
                "training.patience=-1                   | training.patience is -1; expected 0 or more",
                "training.epochs=0                      | training.epochs is 0; expected 1 or more",
                "training.sup_only_epochs=-1            | training.sup_only_epochs is -1; expected 0 or more",
                "training.sup_only_epochs=50            | training.sup_only_epochs is 50 of "
                        + "training.epochs 40; leave epochs for the unlabelled images",
                "training.batch_labeled=0               | training.batch_labeled is 0; expected 1 to 4096",
                "training.batch_unlabeled=5000          | training.batch_unlabeled is 5000; expected 1 to 4096",
                "training.lr=-1                         | training.lr is -1; expected 0 to 1000",
                "training.head_lr_multiplier=-1         | training.head_lr_multiplier is -1; expected 0 to 1000",
                "training.momentum=1                    | training.momentum is 1; expected 0 up to, "
                        + "but not including, 1",
                "training.weight_decay=2                | training.weight_decay is 2; expected 0 to 1",
                "training.poly_power=11                 | training.poly_power is 11; expected 0 to 10",
                "training.ema_decay=1.1                 | training.ema_decay is 1.1; expected 0 to 1",
                "training.checkpoint_every=-1           | training.checkpoint_every is -1; expected 0 or more",
                "training.log_every=0                   | training.log_every is 0; expected 1 or more",
                "supervised.ohem_threshold=2            | supervised.ohem_threshold is 2; expected 0 to 1",
                "supervised.ohem_min_kept=-1            | supervised.ohem_min_kept is -1; expected 0 or more",
                "supervised.aux_weight=-1               | supervised.aux_weight is -1; expected 0 to 100",
                "unsupervised.threshold=1.5             | unsupervised.threshold is 1.5; expected 0 to 1",
                "unsupervised.weight=-1                 | unsupervised.weight is -1; expected 0 to 1000",
                "unsupervised.cutmix_probability=2      | unsupervised.cutmix_probability is 2; expected 0 to 1",
                "unsupervised.cutmix_scale=[0.9, 0.1]   | unsupervised.cutmix_scale is [0.9, 0.1]; "
                        + "expected [low, high] with 0 <= low <= high <= 1",
                "unsupervised.cutmix_scale=[0.1, 1.5]   | unsupervised.cutmix_scale[1] is 1.5; expected 0 to 1",
                "unsupervised.cutmix_scale=[0.1]        | unsupervised.cutmix_scale is [0.1]; expected [low, high]",
                "evaluation.window=1                    | evaluation.window is 1; expected 2 or more",
                "evaluation.scale=0                     | evaluation.scale is 0; expected 0.01 to 1",
                "evaluation.every_epochs=0              | evaluation.every_epochs is 0; expected 1 or more",
            })
    void outOfRangeIsNamed(String assignment, String message) {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        ConfigYaml.set(layers, assignment.strip());
        assertThatThrownBy(() -> ConfigYaml.resolve(layers))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(message)
                .hasMessageNotContaining("\n");
    }

    @Test
    void everySettingOutOfItsRangeIsNamedAtOnce() {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        List.of("training.lr=-1", "augment.crop=[96, 8]", "device=gpu")
                .forEach(setting -> ConfigYaml.set(layers, setting));
        assertThatThrownBy(() -> ConfigYaml.resolve(layers))
                .isInstanceOf(UserException.class)
                .hasMessage("device is gpu; expected " + DeviceName.EXPECTED
                        + ". augment.crop[1] is 8; expected 16 to 8192" + ". training.lr is -1; expected 0 to 1000");
    }

    @Test
    void everyContradictionIsNamedAtOnceButNotMoreThanCanBeRead() {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        List.of(
                        "data.classes=8",
                        "data.root=x",
                        "network.auxiliary=true",
                        "training.sup_only_epochs=50",
                        "augment.resize_min=9")
                .forEach(setting -> ConfigYaml.set(layers, setting));
        assertThatThrownBy(() -> ConfigYaml.resolve(layers))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("data.class_names is 7 names")
                .hasMessageContaining("data.palette is 7 colours")
                .hasMessageContaining("data.root is x")
                .hasMessageContaining("data.classes is 8; expected 7")
                .hasMessageContaining("augment.resize_max is 1.5")
                .hasMessageEndingWith(". 2 more settings are wrong");
    }

    @Test
    void supervisedTrainingMayLabelEveryScene() {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        ConfigYaml.set(layers, "method=supervised");
        ConfigYaml.set(layers, "data.embedded.labeled=512");
        ConfigYaml.set(layers, "training.sup_only_epochs=40");
        assertThat(ConfigYaml.resolve(layers).data().embedded().labeled()).isEqualTo(512);
    }

    @Test
    void imageNetWeightsNeedTheirStem() {
        Map<String, Object> layers = ConfigYaml.preset("voc");
        ConfigYaml.set(layers, "network.init_weights", "imagenet");
        assertThatThrownBy(() -> ConfigYaml.resolve(layers))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("network.stem is deep; set network.stem=conv7");
        ConfigYaml.set(layers, "network.stem", "conv7");
        assertThat(ConfigYaml.resolve(layers).network().startsFromImageNet()).isTrue();
        ConfigYaml.set(layers, "network.init_weights", "none");
        assertThat(ConfigYaml.resolve(layers).network().startsFromFile()).isFalse();
    }

    @Test
    void aTransformersWindowsAreWholePatches() {
        Map<String, Object> layers = ConfigYaml.preset("voc-92-dinov2s");
        List.of("evaluation.mode=sliding", "evaluation.window=500", "evaluation.last_window=cut")
                .forEach(setting -> ConfigYaml.set(layers, setting));
        assertThatThrownBy(() -> ConfigYaml.resolve(layers))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("evaluation.window is 500; expected 490 or 504, a multiple of the 14 pixels");
        ConfigYaml.set(layers, "evaluation.window=504");
        ImasConfig cut = ConfigYaml.resolve(layers); // a run that was made so can still be opened
        Backbone transformer = cut.network().backbone();
        assertThatThrownBy(() -> Validation.requireWindows(transformer, cut.evaluation()))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(
                        "evaluation.last_window is cut; expected moved, with network.backbone" + " dinov2_small");
        Validation.requireWindows(Backbone.RESNET50, cut.evaluation());
        Validation.requireWindows(transformer, cut.evaluation().withMode(EvaluationMode.WHOLE));
    }
}
