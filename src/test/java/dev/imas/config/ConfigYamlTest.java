package dev.imas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.CutMixTrigger;
import dev.imas.config.ImasConfig.Method;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigYamlTest {
    @TempDir
    Path dir;

    static List<String> presets() {
        return ConfigYaml.presets();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void everyPresetIsValidCarriesItsNameAndReadsBackEqual(String name) throws IOException {
        ImasConfig config = ConfigYaml.resolve(ConfigYaml.preset(name));
        assertThat(config.name()).isEqualTo(name);
        assertThat(config.data().root()).isNull();
        assertThat(ConfigYaml.read(file(ConfigYaml.dump(config)))).isEqualTo(config);
        assertThat(ConfigYaml.dump(config)).as("no anchors").doesNotContain("&", "*");
    }

    @Test
    void aFileThatLostItsEndIsNoCompleteConfiguration() throws IOException {
        String whole = ConfigYaml.dump(ConfigYaml.resolve(ConfigYaml.preset("embedded")));
        Path file = file(whole.substring(0, whole.indexOf("evaluation:")));
        assertThatThrownBy(() -> ConfigYaml.complete(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file + ": evaluation is missing");
        Path cut = file(whole.substring(0, whole.indexOf("absent_classes:")));
        assertThatThrownBy(() -> ConfigYaml.complete(cut))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(cut + ": evaluation.absent_classes is missing");
    }

    @Test
    void oddValuesReadBackEqual() throws IOException {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        ConfigYaml.set(layers, "name", "1e5");
        ConfigYaml.set(layers, "data.root", "~/a: b #c \"d\" 'e'\\");
        ConfigYaml.set(layers, "data.labeled", "null");
        ConfigYaml.set(layers, "data.unlabeled", "2007_01");
        ConfigYaml.set(layers, "data.validation", "ä\u2028\uD83D\uDE00");
        ConfigYaml.set(layers, "seed", Long.MIN_VALUE);
        ConfigYaml.set(layers, "training.lr", 1.2345678901234567e-11);
        ConfigYaml.set(layers, "unsupervised.cutmix", "off");
        ConfigYaml.set(layers, "data.class_names", List.of("yes", "", "0x1", "a,b", "-", "true", "~"));
        ConfigYaml.set(layers, "data.layout", "list");
        ImasConfig config = ConfigYaml.resolve(layers);
        assertThat(config.data().labeled()).isEqualTo("null");
        assertThat(ConfigYaml.read(file(ConfigYaml.dump(config)))).isEqualTo(config);
    }

    /** With the steps of an epoch that the published runs had. */
    @ParameterizedTest
    @CsvSource({
        "voc-366-dinov2b,        DINOV2_BASE,  518,  60, 638, 16, CE",
        "voc-92-dinov2s,         DINOV2_SMALL, 518,  60, 655, 16, CE",
        "cityscapes-1-8-dinov2s, DINOV2_SMALL, 798, 180, 325,  8, OHEM"
    })
    void theSettingsOfUniMatchV2(
            String name,
            ImasConfig.Backbone backbone,
            int crop,
            int epochs,
            int steps,
            int batch,
            ImasConfig.SupervisedLoss loss) {
        ImasConfig config = ConfigYaml.resolve(ConfigYaml.preset(name));
        ImasConfig.Training training = config.training();
        assertThat(config.method()).isEqualTo(ImasConfig.Method.UNIMATCH_V2);
        assertThat(config.network().backbone()).isEqualTo(backbone);
        assertThat(config.augment().crop()).containsExactly(crop, crop);
        assertThat(training.epochs()).isEqualTo(epochs);
        assertThat(config.data().epochLength() / training.batchUnlabeled()).isEqualTo(steps);
        assertThat(training.batchLabeled()).isEqualTo(batch);
        assertThat(training.lr()).isEqualTo(5e-6);
        assertThat(training.headLrMultiplier()).isEqualTo(40);
        assertThat(training.weightDecay()).isEqualTo(0.01);
        assertThat(training.teacherStart()).isEqualTo(ImasConfig.TeacherStart.AVERAGE);
        assertThat(training.lrLag()).isEqualTo(1);
        assertThat(training.supOnlyEpochs()).isZero();
        assertThat(training.emaDecay()).isEqualTo(0.996);
        assertThat(training.decayed()).isEqualTo(ImasConfig.Decayed.ALL);
        assertThat(training.layerDecay()).isEqualTo(1);
        assertThat(config.precision()).isEqualTo(ImasConfig.Precision.FP32);
        assertThat(config.network().freezeEncoder()).isFalse();
        assertThat(config.augment().strong()).isEqualTo(ImasConfig.StrongKind.JITTER);
        assertThat(config.augment().padding()).isEqualTo(ImasConfig.Padding.BLACK);
        assertThat(config.augment().resize()).isEqualTo(ImasConfig.ResizeMode.SCALE);
        assertThat(config.augment().resizeMin()).isEqualTo(0.5);
        assertThat(config.augment().resizeMax()).isEqualTo(2);
        assertThat(config.augment().resizeBase()).isEmpty();
        ImasConfig.Unsupervised unsupervised = config.unsupervised();
        assertThat(unsupervised.threshold()).isEqualTo(0.95);
        assertThat(unsupervised.weight()).isEqualTo(1);
        assertThat(unsupervised.cutmix()).isEqualTo(ImasConfig.CutMixTrigger.FIXED);
        assertThat(unsupervised.cutmixProbability()).isEqualTo(0.5);
        assertThat(unsupervised.intensityMix()).isEqualTo(ImasConfig.IntensityMix.OFF);
        assertThat(unsupervised.weightByHardness()).isFalse();
        assertThat(unsupervised.featureDropout()).isTrue();
        assertThat(unsupervised.ignorePadding()).isTrue();
        assertThat(config.supervised().loss()).isEqualTo(loss);
        boolean streets = loss == ImasConfig.SupervisedLoss.OHEM;
        assertThat(config.supervised().ohemMinKept()).isEqualTo(streets ? 800_000 : 100_000);
        assertThat(config.evaluation().mode())
                .isEqualTo(streets ? ImasConfig.EvaluationMode.SLIDING : ImasConfig.EvaluationMode.WHOLE);
        assertThat(config.evaluation().window()).isEqualTo(streets ? crop : 513);
        assertThat(config.evaluation().lastWindow()).isEqualTo(ImasConfig.LastWindow.MOVED);
        assertThat(config.evaluation().patchFit()).isEqualTo(ImasConfig.PatchFit.RESIZE);
    }

    @ParameterizedTest
    @CsvSource({
        "voc-662-r50,        9920, RESNET50,  513,  80, 0.001, 10, 0.0001, 0.95, CE",
        "voc-1323-r101,      9259, RESNET101, 513,  80, 0.001, 10, 0.0001, 0.95, CE",
        "voc-2646-r50,       7936, RESNET50,  513,  80, 0.001, 10, 0.0001, 0.95, CE",
        "voc-92-r101,       10490, RESNET101, 513,  80, 0.001, 10, 0.0001, 0.95, CE",
        "cityscapes-1-16,    2789, RESNET50,  769, 240, 0.01,   1, 0.0005, 0.7, OHEM",
        "cityscapes-1-8-os8, 2603, RESNET50,  769, 240, 0.01,   1, 0.0005, 0.7, OHEM",
        "cityscapes-1-2,     1487, RESNET50,  769, 240, 0.01,   1, 0.0005, 0.7, OHEM"
    })
    void thePublishedSettings(
            String name,
            int epochLength,
            ImasConfig.Backbone backbone,
            int crop,
            int epochs,
            double lr,
            double head,
            double decay,
            double threshold,
            ImasConfig.SupervisedLoss loss) {
        ImasConfig config = ConfigYaml.resolve(ConfigYaml.preset(name));
        assertThat(config.data().epochLength()).isEqualTo(epochLength);
        assertThat(config.network().backbone()).isEqualTo(backbone);
        assertThat(config.augment().crop()).containsExactly(crop, crop);
        assertThat(config.training().epochs()).isEqualTo(epochs);
        assertThat(config.training().lr()).isEqualTo(lr);
        assertThat(config.training().headLrMultiplier()).isEqualTo(head);
        assertThat(config.training().weightDecay()).isEqualTo(decay);
        assertThat(config.training().emaDecay()).isEqualTo(0.996);
        assertThat(config.unsupervised().threshold()).isEqualTo(threshold);
        assertThat(config.unsupervised().weight()).isEqualTo(3);
        assertThat(config.supervised().loss()).isEqualTo(loss);
        boolean os8 = name.endsWith("os8");
        assertThat(config.network().outputStride()).isEqualTo(os8 ? 8 : 16);
        assertThat(config.network().aspp()).isEqualTo(os8 ? List.of(12, 24, 36) : List.of(6, 12, 18));
        assertThat(config.training().batchLabeled()).isEqualTo(os8 ? 2 : 4);
        assertThat(config.network().auxiliary()).isEqualTo(name.startsWith("city"));
    }

    @Test
    void layersOverrideSingleKeys() throws IOException {
        Path file = file("extends: cityscapes-1-8\nmethod: UNIFORM\ntraining:\n  epochs: 3\n  lr: 1e-4\naugment:\n");
        Map<String, Object> layers = ConfigYaml.file(file);
        ConfigYaml.set(layers, "training.epochs=5");
        ConfigYaml.set(layers, "augment.crop=[96, 0x60]");
        ConfigYaml.set(layers, "unsupervised.cutmix=off");
        ConfigYaml.set(layers, "data.root", "2007_01", "--data");
        ImasConfig config = ConfigYaml.resolve(layers);
        assertThat(config.method()).isEqualTo(Method.UNIFORM);
        assertThat(config.training().epochs()).isEqualTo(5);
        assertThat(config.training().lr()).isEqualTo(1e-4);
        assertThat(config.augment().crop()).containsExactly(96, 96);
        assertThat(config.unsupervised().cutmix()).isEqualTo(CutMixTrigger.OFF);
        assertThat(config.data().root()).isEqualTo("2007_01");
        assertThat(config.data().classes()).as("from the preset").isEqualTo(19);
        assertThat(config.name()).as("the file's own name").isEqualTo("my");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training: {batch_labled: 4}      | : unknown key training.batch_labled; did you "
                        + "mean training.batch_labeled?",
                "batch_labeled: 4                 | : unknown key batch_labeled; did you mean training.batch_labeled?",
                "trianing: {epochs: 4}            | : unknown key trianing; did you mean training?",
                "qqqqqqqq: 1                      | : unknown key qqqqqqqq; `imas presets NAME` "
                        + "prints a configuration with every key",
                "training: {epochs: many}         | : training.epochs is 'many'; expected a whole number",
                "training: {epochs: 1.5}          | : training.epochs is '1.5'; expected a whole "
                        + "number of at most 9 digits",
                "training: {epochs: 99999999999}  | : training.epochs is '99999999999'; expected a "
                        + "whole number of at most 9 digits",
                "training: {epochs: 1e999999999}  | : training.epochs is '1e999999999'; expected a "
                        + "whole number of at most 9 digits",
                "training: {epochs: }             | : training.epochs is empty; expected a whole number",
                "data: {palette: 7}               | : data.palette is '7'; expected a list like "
                        + "[\"#808080\", \"#80ff00\"]",
                "data: {class_names: x}           | : data.class_names is 'x'; expected a list like [a, b]",
                "training: {lr: [0.1]}            | : training.lr is '[0.1]'; expected a number",
                "training: {lr: NaN}              | : training.lr is 'NaN'; expected a number",
                "training: 7                      | : training is '7'; expected a section of keys, "
                        + "such as training.epochs",
                "method: magic                    | : method is 'magic'; expected one of imas, uniform, supervised,"
                        + " unimatch_v2",
                "network: {multi_grid: 1}         | : network.multi_grid is '1'; expected true or false",
                "network: {aspp: 6}               | : network.aspp is '6'; expected a list like [1, 2]",
                "network: {aspp: [6, x, 18]}      | : network.aspp[1] is 'x'; expected a whole number",
                "data: {class_names: [a, ~]}      | : data.class_names[1] is empty; expected a value",
                "data: {root: [a]}                | : data.root is '[a]'; expected one value",
                "extends: vok                     | : extends: unknown preset vok; did you mean voc?",
                "just words                       | ' holds no keys; expected YAML such as'"
            })
    void aWrongKeyOrTypeIsNamedWithTheFile(String yaml, String message) throws IOException {
        Path file = file(yaml);
        assertThatThrownBy(() -> ConfigYaml.file(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file + message);
    }

    @Test
    void theNumberOfWorkersMayBeLeftOpen() throws IOException {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        assertThat(ConfigYaml.resolve(layers).data().workers()).isNull();
        ConfigYaml.set(layers, "data.workers=3");
        assertThat(ConfigYaml.resolve(layers).data().workers()).isEqualTo(3);
        ConfigYaml.set(layers, "data.workers=auto");
        ImasConfig open = ConfigYaml.resolve(layers);
        assertThat(open.data().workers()).isNull();
        assertThat(ConfigYaml.dump(open)).contains("workers: auto");
        assertThat(ConfigYaml.read(file(ConfigYaml.dump(open)))).isEqualTo(open);
        assertThatThrownBy(() -> ConfigYaml.set(layers, "data.workers=many"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("data.workers is 'many'");
        assertThatThrownBy(() -> ConfigYaml.set(layers, "data.palette=[1, auto]"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("data.palette[1] is 'auto'; expected a colour such as");
    }

    @Test
    void palettesAreWrittenAsTextAndReadInEveryNotation() throws IOException {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        ConfigYaml.set(layers, "data.palette=[\"#808000\", '#0A0b0C', 0x80FF00, 255, 0, 16777215, 0xffffff]");
        ImasConfig config = ConfigYaml.resolve(layers);
        assertThat(config.data().palette()).containsExactly(0x808000, 0x0a0b0c, 0x80ff00, 255, 0, 0xffffff, 0xffffff);
        assertThat(ConfigYaml.dump(config))
                .contains("palette: [\"#808000\", \"#0a0b0c\", \"#80ff00\", \"#0000ff\", "
                        + "\"#000000\", \"#ffffff\", \"#ffffff\"]");
        assertThat(ConfigYaml.read(file(ConfigYaml.dump(config)))).isEqualTo(config);
        ConfigYaml.set(
                layers,
                "data.palette",
                config.data().palette().stream().map(Colors::hex).toList());
        assertThat(ConfigYaml.resolve(layers)).as("numbers in memory").isEqualTo(config);
    }

    /** As version 0.1.0 wrote config.yaml of a run. */
    @Test
    void aPaletteOfDecimalNumbersIsRead() throws IOException {
        ImasConfig config = ConfigYaml.resolve(ConfigYaml.preset("embedded"));
        String old = ConfigYaml.dump(config)
                .replaceFirst(
                        "palette: .*",
                        "palette: [2829619, 14964526, 15968018, 5011624, " + "7518130, 5546571, 11696546]");
        assertThat(ConfigYaml.read(file(old))).isEqualTo(config);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "red",
                "#fff",
                "#12345g",
                "#1234567",
                "0x1000000",
                "16777216",
                "-1",
                "1.5",
                "0x",
                "808000",
                "000080",
                "00"
            })
    void whatIsNoColourIsNamed(String text) {
        assertThatThrownBy(() -> ConfigYaml.set(ConfigYaml.preset("embedded"), "data.palette", List.of(0, text)))
                .isInstanceOf(UserException.class)
                .hasMessage("settings: data.palette[1] is '" + text
                        + "'; expected a colour such as \"#80ff00\" (with the quotes), "
                        + "or its number such as 0x80ff00");
    }

    @Test
    void aColourWithoutQuotesIsAComment() throws IOException {
        assertThatThrownBy(() -> ConfigYaml.set(ConfigYaml.preset("embedded"), "data.palette=[#808080, #800000]"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("; a colour stands in quotes: \"#80ff00\"");
        Path file = file("data:\n  palette:\n  - #808080\n");
        assertThatThrownBy(() -> ConfigYaml.file(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(
                        file + ": data.palette[0] is empty; expected a colour such as \"#80ff00\" (with the quotes)");
    }

    @Test
    void everyWrongKeyOfAFileIsNamedAtOnce() throws IOException {
        Path file = file("training: {epochs: many, batch_labled: 4}\nmethod: magic\nseed: 1\n");
        assertThatThrownBy(() -> ConfigYaml.file(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file
                        + ": training.epochs is 'many'; expected a whole number"
                        + ". unknown key training.batch_labled; did you mean training.batch_labeled?"
                        + ". method is 'magic'; expected one of imas, uniform, supervised, unimatch_v2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training.epochs=0                    | training.epochs is 0; expected 1 or more",
                "training.lr=-1                       | training.lr is -1; expected 0 to 1000",
                "training.lr=1e400                    | training.lr is Infinity; expected 0 to 1000",
                "training.momentum=1                  | training.momentum is 1; expected 0 up to, but not including, 1",
                "training.batch_unlabeled=0           | training.batch_unlabeled is 0; expected 1 to 4096",
                "training.sup_only_epochs=50          | training.sup_only_epochs is 50 of "
                        + "training.epochs 40; leave epochs",
                "training.log_every=0                 | training.log_every is 0; expected 1 or more",
                "device=gpu                           | device is gpu; expected auto, cpu, cuda or cuda:INDEX",
                "name=                                | name is empty; expected a name",
                "data.classes=300                     | data.classes is 300; expected 1 to 255",
                "data.class_names=[a, b]              | data.class_names is 2 names; expected 7 names",
                "data.workers=-1                      | data.workers is -1; expected",
                "data.embedded.labeled=100000         | data.embedded.labeled is 100000; expected 1 to",
                "network.output_stride=4              | network.output_stride is 4; expected 8 or 16",
                "network.aspp=[1, 2]                  | network.aspp is [1, 2]; expected three dilations",
                "network.auxiliary=true               | network.auxiliary is true, but the tiny "
                        + "backbone has no auxiliary head",
                "augment.crop=[96]                    | augment.crop is [96]; expected [height, width]",
                "augment.crop=[96, 1]                 | augment.crop[1] is 1; expected 16 to 8192",
                "augment.resize_min=9                 | augment.resize_max is 1.5; expected 9 to 100",
                "augment.flip=1.5                     | augment.flip is 1.5; expected 0 to 1",
                "unsupervised.threshold=95            | unsupervised.threshold is 95; expected 0 to 1",
                "unsupervised.cutmix_scale=[0.9, 0.1] | unsupervised.cutmix_scale is [0.9, 0.1]; expected [low, high]",
                "supervised.ohem_min_kept=-5          | supervised.ohem_min_kept is -5; expected 0 or more",
                "evaluation.every_epochs=0            | evaluation.every_epochs is 0; expected 1 or more"
            })
    void aValueOutOfItsRangeIsNamed(String assignment, String message) {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        ConfigYaml.set(layers, assignment.strip());
        assertThatThrownBy(() -> ConfigYaml.resolve(layers))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(message.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training.epoch=3     | --set: unknown key training.epoch; did you mean training.epochs?",
                "epochs=3             | --set: unknown key epochs; did you mean training.epochs?",
                "training.epochs.x=3  | --set: training.epochs is '{x=3}'; expected a whole number",
                "training.epochs      | --set training.epochs: expected key=value",
                "=3                   | --set =3: expected key=value",
                "a..b=3               | --set: unknown key a",
                "training=            | ",
                "training.lr=[        | --set training.lr, line"
            })
    void aWrongSettingIsNamed(String assignment, String message) {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        if (message == null) {
            ImasConfig before = ConfigYaml.resolve(ConfigYaml.preset("embedded"));
            ConfigYaml.set(layers, assignment);
            assertThat(ConfigYaml.resolve(layers)).isEqualTo(before);
            return;
        }
        assertThatThrownBy(() -> ConfigYaml.set(layers, assignment))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void unreadableFilesAreNamed() throws IOException {
        assertThatThrownBy(() -> ConfigYaml.file(dir.resolve("none.yaml")))
                .isInstanceOf(UserException.class)
                .hasMessage(dir.resolve("none.yaml") + ": no such configuration file");
        assertThatThrownBy(() -> ConfigYaml.file(dir))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(dir + " ");
        Path binary = Files.write(dir.resolve("binary.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1, 2});
        assertThatThrownBy(() -> ConfigYaml.file(binary))
                .isInstanceOf(UserException.class)
                .hasMessage(binary + " is not a text file in UTF-8");
        Path huge = Files.writeString(
                dir.resolve("huge.yaml"), "#".repeat(YamlText.MAX_CHARACTERS + 1), StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> ConfigYaml.file(huge))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(huge + " has ");
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(dir.resolve("my.yaml"), yaml);
    }

    @Test
    void classWeightsMayBeLeftOpen() {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        ConfigYaml.set(layers, "supervised.loss=ce+dice");
        ConfigYaml.set(layers, "supervised.class_weights=auto");
        ImasConfig config = ConfigYaml.resolve(layers);
        assertThat(config.supervised().classWeights()).isNull();
        assertThat(config.supervised().loss()).isEqualTo(ImasConfig.SupervisedLoss.CE_PLUS_DICE);
        assertThat(ConfigYaml.dump(config)).contains("loss: ce+dice\n").contains("class_weights: auto\n");
        assertThatThrownBy(() -> ConfigYaml.set(layers, "supervised.class_weights=some"))
                .hasMessage("--set: supervised.class_weights is 'some'; expected auto, or a list like [1, 2]");
        assertThatThrownBy(() -> ConfigYaml.set(layers, "supervised.loss=dice"))
                .hasMessage("--set: supervised.loss is 'dice'; expected one of ce, ohem, ce+dice");
    }

    @Test
    void whatAFileGivesIsKnownWithThePresetThatItBuildsOn() throws IOException {
        Path file =
                Files.writeString(dir.resolve("a.yaml"), "extends: camvid\ntraining: {epochs: 3}\ndata:\n  root: x\n");
        assertThat(ConfigYaml.givenBy(file))
                .contains("training.epochs", "data.root", "augment.crop", "name")
                .doesNotContain("training", "training.momentum", "seed", "data.labeled");
        assertThat(ConfigYaml.givenBy("own")).contains("data.layout").doesNotContain("training.epochs");
        Path complete = dir.resolve("b.yaml");
        Files.writeString(complete, ConfigYaml.dump(ConfigYaml.defaults()));
        assertThat(ConfigYaml.givenBy(complete))
                .containsExactlyElementsOf(RecordMapper.keys().stream()
                        .filter(key -> !RecordMapper.isSection(key))
                        .toList());
    }

    @Test
    void aRunIsCalledAsItsFileButStaysInItsFolder(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("my run \u001b[2J.yaml"), "extends: embedded\n");
        assertThat(ConfigYaml.resolve(ConfigYaml.file(file)).name()).isEqualTo("my-run-2J");
        Files.writeString(file, "extends: embedded\nname: ../../../../somewhere\n");
        assertThatThrownBy(() -> ConfigYaml.resolve(ConfigYaml.file(file)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("name is ../../../../somewhere; expected a name of up to 100 letters");
        assertThat(ConfigYaml.resolve(ConfigYaml.ofRun(file)).name()).isEqualTo("somewhere");
        String older = ConfigYaml.dump(ConfigYaml.defaults()).replace("name: voc", "name: my pictures");
        Files.writeString(file, older);
        assertThat(ConfigYaml.read(file).name()).isEqualTo("my-pictures");
    }

    @Test
    void nothingInAListIsWrittenAsFilesDo() {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        assertThatThrownBy(() -> ConfigYaml.set(layers, "training.lr=[~, {a: }, null]"))
                .hasMessage("--set: training.lr is '[~, {a=~}, ~]'; expected a number");
    }

    @Test
    void numbersWithoutEndAreNoNumbers() {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        for (String key : List.of("seed", "training.lr", "data.epoch_length")) {
            for (String number : List.of("9".repeat(500_000), "0x" + "f".repeat(500_000))) {
                assertThatThrownBy(() -> ConfigYaml.set(layers, key, number))
                        .isInstanceOf(UserException.class)
                        .hasMessageContaining(key + " is '")
                        .hasMessageContaining("number");
            }
        }
    }
}
