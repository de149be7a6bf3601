package dev.imas.config;

import dev.imas.config.ImasConfig.Augment;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.CutMixTrigger;
import dev.imas.config.ImasConfig.Data;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.OptimizerKind;
import dev.imas.config.ImasConfig.ResizeMode;
import dev.imas.config.ImasConfig.StrongKind;
import dev.imas.config.ImasConfig.SupervisedLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Settings that do nothing beside others. As defaults they trouble nobody, and one preset may serve several networks
 * and methods; but who sets one by name expects something of it, and is told that nothing would come.
 */
public final class Unheeded {
    private static final List<String> OF_RESNETS = List.of(
            "network.stem",
            "network.output_stride",
            "network.aspp",
            "network.multi_grid",
            "training.sync_batch_norm",
            "unsupervised.weak_in_batch");
    private static final List<String> OF_TRANSFORMERS = List.of("evaluation.patch_fit");
    private static final List<String> OF_OPERATIONS = List.of("augment.strong_ops", "augment.strong_random_count");
    private static final List<String> OF_ONE_STRONG_VIEW = List.of(
            "unsupervised.gamma_version",
            "unsupervised.class_weighted",
            "unsupervised.ignore_background",
            "unsupervised.weight_by_hardness",
            "unsupervised.cutmix_pairing",
            "unsupervised.cutmix_scale",
            "unsupervised.cutmix_scale_by_hardness",
            "unsupervised.weak_in_batch");
    private static final List<String> OF_UNLABELED =
            List.of("augment.strong", "unsupervised.feature_dropout", "unsupervised.ignore_padding");

    private static final String UNLABELED_UNSEEN = "method supervised, which sees no unlabelled picture";
    /** What a supervised run heeds as well: its report says what pseudo-labels would be worth. */
    private static final Set<String> OF_PSEUDO_LABELS =
            Set.of("unsupervised.threshold", "unsupervised.class_thresholds");

    private final Set<String> given;
    private final Faults faults = new Faults();
    private final List<String> told = new ArrayList<>();

    private Unheeded(Set<String> given) {
        this.given = given;
    }

    /**
     * Nothing that was given is without effect.
     *
     * @param methods that the configuration is for; what one of them heeds is heeded
     * @param given   keys that a person set by name, not those of a preset
     * @param said    those of them that were said for this run, and do not wait in a file for another one
     * @param planned what was not given is still to be chosen
     * @throws dev.imas.common.UserException that names all that nothing would come of, and why
     */
    public static void refuse(
            ImasConfig config, List<Method> methods, Set<String> given, Set<String> said, boolean planned) {
        Unheeded unheeded = new Unheeded(given);
        Backbone backbone = config.network().backbone();
        String network = "network.backbone " + Names.word(backbone);
        if (backbone.transformer()) {
            unheeded.add(OF_RESNETS, network + ", a vision transformer, which has no such part");
        } else {
            unheeded.add(OF_TRANSFORMERS, network + ", which sees pictures of any size");
        }
        if (methods.equals(List.of(Method.UNIMATCH_V2))) {
            unheeded.add(OF_ONE_STRONG_VIEW, "method unimatch_v2, which measures no hardness and has boxes of its own");
        }
        if (methods.equals(List.of(Method.SUPERVISED))) {
            unheeded.add(OF_UNLABELED, UNLABELED_UNSEEN);
        }
        unheeded.views(config.augment(), config.data().channels());
        Unheeded ofRun = new Unheeded(said);
        ofRun.choices(config, methods, planned);
        ofRun.faults.messages().forEach(unheeded.faults::add);
        unheeded.faults.raise("");
    }

    /** What another choice would need; where a plan is still to choose, what was chosen counts alone. */
    private void choices(ImasConfig config, List<Method> methods, boolean planned) {
        if (config.supervised().loss() != SupervisedLoss.OHEM) {
            add(
                    List.of("supervised.ohem_threshold", "supervised.ohem_min_kept"),
                    "supervised.loss " + Names.word(config.supervised().loss()));
        }
        CutMixTrigger cutmix = config.unsupervised().cutmix();
        if (cutmix != CutMixTrigger.FIXED && !methods.contains(Method.UNIMATCH_V2)) {
            add(List.of("unsupervised.cutmix_probability"), "unsupervised.cutmix " + Names.word(cutmix));
        }
        if (cutmix == CutMixTrigger.OFF && !methods.contains(Method.UNIMATCH_V2)) {
            add(
                    List.of(
                            "unsupervised.cutmix_pairing",
                            "unsupervised.cutmix_scale",
                            "unsupervised.cutmix_scale_by_hardness"),
                    "unsupervised.cutmix off");
        }
        if (config.training().optimizer() != OptimizerKind.SGD) {
            add(
                    List.of("training.momentum"),
                    "training.optimizer " + Names.word(config.training().optimizer()));
        }
        if (methods.equals(List.of(Method.SUPERVISED))) {
            add(
                    given.stream()
                            .filter(key -> key.startsWith("unsupervised.") && !OF_PSEUDO_LABELS.contains(key))
                            .toList(),
                    UNLABELED_UNSEEN);
        }
        if (!config.network().auxiliary()) {
            add(List.of("supervised.aux_weight"), "network.auxiliary false");
        }
        if (!config.network().startsFromFile() && (!planned || given.contains("network.init_weights"))) {
            add(List.of("network.strict_weights"), "no initial weights (network.init_weights), which --strict checks");
        }
        if (config.evaluation().mode() == EvaluationMode.WHOLE && (!planned || given.contains("evaluation.mode"))) {
            add(List.of("evaluation.window", "evaluation.last_window"), "evaluation.mode whole");
        }
        if (config.augment().resize() == ResizeMode.NONE && (!planned || given.contains("augment.resize"))) {
            add(List.of("augment.resize_min", "augment.resize_max"), "augment.resize none");
        }
        if (config.augment().resize() != ResizeMode.SCALE && (!planned || given.contains("augment.resize"))) {
            add(
                    List.of("augment.resize_base"),
                    "augment.resize " + Names.word(config.augment().resize()));
        }
        if (config.data().layout() == Layout.EMBEDDED) {
            add(List.of("data.page", "data.range", "data.labels", "data.reduce_zero_label"), "generated scenes");
        } else {
            add(given.stream().filter(key -> key.startsWith("data.embedded.")).toList(), "pictures of your own");
        }
        validation(config.data());
    }

    private void validation(Data data) {
        if (data.validation() != null) {
            add(
                    List.of("data.set_aside", "data.validation_pictures", "data.validation_masks"),
                    "a list of validation pictures (data.validation, --val)");
        } else if (data.layout() == Layout.EMBEDDED) {
            add(List.of("data.set_aside"), "generated scenes");
        }
    }

    private void views(Augment augment, Channels channels) {
        if (augment.strong() != StrongKind.JITTER) {
            return;
        }
        add(OF_OPERATIONS, "augment.strong jitter, which draws its own");
        if (!channels.rgb() && given.contains("augment.strong")) {
            faults.add("augment.strong is jitter, whose colours, hue and grey do nothing to data.channels " + channels
                    + "; set augment.strong=operations, or data.channels=rgb");
        }
    }

    private void add(List<String> keys, String beside) {
        keys.stream().filter(key -> given.contains(key) && !told.contains(key)).forEach(key -> {
            told.add(key);
            faults.add(key + " does nothing with " + beside + "; leave it out");
        });
    }
}
