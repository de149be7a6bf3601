package dev.imas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Method;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnheededTest {
    private static ImasConfig preset(String name, String... settings) {
        Map<String, Object> layers = ConfigYaml.preset(name);
        List.of(settings).forEach(setting -> ConfigYaml.set(layers, setting));
        return ConfigYaml.resolve(layers);
    }

    private static void refuse(ImasConfig config, List<Method> methods, Set<String> given) {
        Unheeded.refuse(config, methods, given, Set.of(), true);
    }

    /** In a file they may wait for another run. */
    @Test
    void whatNeedsAnotherChoiceIsToldWhereItWasSaid() {
        ImasConfig config = preset("camvid", "evaluation.mode=whole", "augment.resize=none", "supervised.loss=ce");
        Set<String> said = Set.of(
                "supervised.ohem_threshold",
                "unsupervised.cutmix_probability",
                "evaluation.mode",
                "evaluation.window",
                "augment.resize_min",
                "data.embedded.images");
        assertThatThrownBy(() -> Unheeded.refuse(config, List.of(Method.IMAS), Set.of(), said, true))
                .isInstanceOf(UserException.class)
                .hasMessage("supervised.ohem_threshold does nothing with supervised.loss ce; leave it out."
                        + " unsupervised.cutmix_probability does nothing with unsupervised.cutmix adaptive; leave it"
                        + " out. evaluation.window does nothing with evaluation.mode whole; leave it out."
                        + " data.embedded.images does nothing with pictures of your own; leave it out");
        refuse(config, List.of(Method.IMAS), said);
        Unheeded.refuse(
                preset("embedded", "unsupervised.cutmix=fixed"),
                List.of(Method.IMAS),
                Set.of(),
                Set.of("unsupervised.cutmix_probability", "data.embedded.images"),
                true);
    }

    @Test
    void partsOfAnotherOptimiserAndOfUnlabelledPicturesAreTold() {
        Set<String> said = Set.of("training.momentum", "unsupervised.weight", "unsupervised.threshold");
        assertThatThrownBy(() -> Unheeded.refuse(
                        preset("camvid", "training.optimizer=adamw"), List.of(Method.SUPERVISED), Set.of(), said, true))
                .isInstanceOf(UserException.class)
                .hasMessage("training.momentum does nothing with training.optimizer adamw; leave it out."
                        + " unsupervised.weight does nothing with method supervised, which sees no unlabelled picture;"
                        + " leave it out");
        Unheeded.refuse(preset("camvid"), List.of(Method.IMAS), Set.of(), said, true);
        Unheeded.refuse(
                preset("camvid"),
                List.of(Method.SUPERVISED, Method.IMAS),
                Set.of(),
                Set.of("training.momentum", "unsupervised.weight"),
                true);
    }

    @Test
    void whatNoPlanChoosesIsAsItStands() {
        ImasConfig config = preset("camvid", "evaluation.mode=whole", "augment.resize=none");
        Set<String> said = Set.of("evaluation.window", "augment.resize_max");
        Unheeded.refuse(config, List.of(Method.IMAS), Set.of(), said, true);
        assertThatThrownBy(() -> Unheeded.refuse(config, List.of(Method.IMAS), Set.of(), said, false))
                .hasMessage("evaluation.window does nothing with evaluation.mode whole; leave it out."
                        + " augment.resize_max does nothing with augment.resize none; leave it out");
    }

    @Test
    void partsOfWhatIsSwitchedOffDoNothing() {
        ImasConfig config = preset("embedded", "unsupervised.cutmix=off", "augment.resize=none");
        Set<String> said = Set.of(
                "unsupervised.cutmix_pairing",
                "unsupervised.cutmix_scale",
                "augment.resize_base",
                "supervised.aux_weight",
                "network.strict_weights");
        assertThatThrownBy(() -> Unheeded.refuse(config, List.of(Method.IMAS), Set.of(), said, false))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(
                        "unsupervised.cutmix_pairing does nothing with unsupervised.cutmix off",
                        "unsupervised.cutmix_scale does nothing",
                        "augment.resize_base does nothing with augment.resize none",
                        "supervised.aux_weight does nothing with network.auxiliary false",
                        "network.strict_weights does nothing with no initial weights (network.init_weights)");
        assertThatThrownBy(() -> Unheeded.refuse(config, List.of(Method.IMAS), Set.of(), Set.of("data.range"), false))
                .hasMessage("data.range does nothing with generated scenes; leave it out");
        Unheeded.refuse(
                preset("embedded", "network.init_weights=a.pth"),
                List.of(Method.IMAS),
                Set.of(),
                Set.of("network.strict_weights", "unsupervised.cutmix_scale"),
                false);
    }

    @Test
    void picturesToValidateBesideAListOfOthersAreRefused() {
        ImasConfig config = preset("folders", "data.root=x", "data.validation=val.txt", "data.set_aside=[a.png]");
        assertThatThrownBy(
                        () -> Unheeded.refuse(config, List.of(Method.IMAS), Set.of(), Set.of("data.set_aside"), false))
                .hasMessageStartingWith("data.set_aside does nothing with a list of validation pictures");
        Unheeded.refuse(config, List.of(Method.IMAS), Set.of(), Set.of(), false);
    }

    @Test
    void allThatDoesNothingIsToldAtOnce() {
        Set<String> given = Set.of(
                "network.output_stride", "network.aspp", "augment.strong_ops", "unsupervised.cutmix_scale", "seed");
        assertThatThrownBy(() -> refuse(preset("voc-92-dinov2s"), List.of(Method.UNIMATCH_V2), given))
                .isInstanceOf(UserException.class)
                .hasMessage("network.output_stride does nothing with network.backbone dinov2_small, a vision"
                        + " transformer, which has no such part; leave it out. network.aspp does nothing with"
                        + " network.backbone dinov2_small, a vision transformer, which has no such part; leave it out."
                        + " unsupervised.cutmix_scale does nothing with method unimatch_v2, which measures no hardness"
                        + " and has boxes of its own; leave it out. augment.strong_ops does nothing with augment.strong"
                        + " jitter, which draws its own; leave it out");
        assertThatThrownBy(() -> refuse(preset("voc"), List.of(Method.IMAS), Set.of("evaluation.patch_fit")))
                .hasMessageContaining("evaluation.patch_fit does nothing with network.backbone resnet50");
        assertThatThrownBy(() -> refuse(
                        preset("voc", "data.channels=4", "augment.strong=jitter"),
                        List.of(Method.IMAS),
                        Set.of("augment.strong")))
                .hasMessageContaining("augment.strong is jitter")
                .hasMessageContaining("data.channels 4");
        ImasConfig supervised = preset("voc-92-dinov2s", "method=supervised");
        assertThatThrownBy(() -> refuse(supervised, List.of(Method.SUPERVISED), Set.of("unsupervised.feature_dropout")))
                .hasMessageContaining("unsupervised.feature_dropout does nothing with method supervised");
    }

    @Test
    void whatAPresetSetsOrAnotherMethodHeedsTroublesNobody() {
        for (String name : ConfigYaml.presets()) {
            ImasConfig config = preset(name);
            assertThatCode(() -> refuse(config, List.of(config.method()), Set.of("seed")))
                    .doesNotThrowAnyException();
        }
        refuse(
                preset("voc-92-dinov2s", "method=imas"),
                List.of(Method.SUPERVISED, Method.IMAS),
                Set.of("unsupervised.feature_dropout", "unsupervised.cutmix_scale"));
    }

    @Test
    void ofAFileCountsWhatAPersonWrote(@TempDir Path folder) throws IOException {
        Path own = Files.writeString(
                folder.resolve("own.yaml"),
                """
                extends: voc-92-dinov2s
                network: {output_stride: 8}
                seed: 3
                """);
        assertThat(ConfigYaml.writtenIn(own)).containsExactlyInAnyOrder("network.output_stride", "seed");
        Path dumped = Files.writeString(folder.resolve("dumped.yaml"), ConfigYaml.dump(preset("voc-92-dinov2s")));
        assertThat(ConfigYaml.writtenIn(dumped)).isEmpty();
    }
}
