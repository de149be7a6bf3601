package dev.imas.config;

import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Data;
import dev.imas.config.ImasConfig.Embedded;
import dev.imas.config.ImasConfig.Head;
import dev.imas.config.ImasConfig.Instances;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.ResizeMode;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.config.ImasConfig.SupervisedLoss;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Whether a configuration makes sense. What one setting may be stands at its component ({@link Allowed}); here is what
 * must hold between several. All faults of either kind are told at once.
 */
public final class Validation {
    private static final int EMBEDDED_CLASSES = 7;

    private final ImasConfig config;
    /** Boxes of 0.4 of the area, and sides of 0.3 of one another, fit into crops up to 8 times as long as wide. */
    private static final int LONGEST_CROP = 6;

    private final Faults faults = new Faults();

    private Validation(ImasConfig config) {
        this.config = config;
    }

    /**
     * The configuration itself.
     *
     * @throws dev.imas.common.UserException with key, found and expected of what is wrong
     */
    static ImasConfig checked(ImasConfig config) {
        Validation validation = new Validation(config);
        Setting.ALL.forEach(setting -> Allowed.check(setting, setting.in(config), validation.faults));
        validation.faults.raise("");
        validation.classes();
        validation.masks();
        validation.embedded();
        validation.folders();
        validation.channels();
        validation.resize();
        validation.cutmix();
        validation.auxiliary();
        validation.head();
        validation.patches();
        validation.featureDropout();
        validation.optimizer();
        validation.twoStrongViews();
        validation.imagenet();
        validation.epochs();
        validation.classWeights();
        validation.faults.raise("");
        return config;
    }

    private void classes() {
        Data data = config.data();
        onePerClass("data.class_names", data.classNames(), " names");
        for (int i = 0; i < data.classNames().size(); i++) {
            String name = data.classNames().get(i);
            faults.require(ClassNameRule.allows(name), "data.class_names[" + i + "]", name, ClassNameRule.EXPECTED);
        }
        List<String> twice = data.classNames().stream()
                .distinct()
                .filter(name -> Collections.frequency(data.classNames(), name) > 1)
                .toList();
        faults.require(
                twice.isEmpty(), "data.class_names", String.join(" and ", twice) + " twice", "another name a class");
        onePerClass("data.palette", data.palette(), " colours");
        boolean bothOpen = data.classes() == null
                && !data.classNames().isEmpty()
                && !data.palette().isEmpty();
        faults.require(
                !bothOpen || data.palette().size() == data.classNames().size(),
                "data.palette",
                data.palette().size() + " colours",
                data.classNames().size() + " colours (data.class_names), or none");
    }

    /** What their values mean is said in one way alone. */
    private void masks() {
        Data data = config.data();
        MaskLabels.of(data, faults);
        List<String> ways = new ArrayList<>();
        if (!data.labels().isEmpty()) {
            ways.add("data.labels");
        }
        if (data.reduceZeroLabel()) {
            ways.add("data.reduce_zero_label");
        }
        if (data.instances() != Instances.OFF) {
            ways.add("data.instances");
        }
        if (ways.size() > 1) {
            faults.add(String.join(" and ", ways)
                    + " are set together; each says what the values of masks mean: keep one");
        }
        if (data.instances() != Instances.OFF && data.classes() != null) {
            int made = data.instances() == Instances.BORDER ? 3 : 2;
            faults.require(
                    data.classes() == made,
                    "data.classes",
                    data.classes(),
                    made + ", which data.instances " + Names.word(data.instances()) + " makes, or auto");
        }
    }

    private void onePerClass(String key, List<?> list, String what) {
        Integer classes = config.data().classes();
        if (classes == null) {
            return;
        }
        faults.require(
                list.isEmpty() || list.size() == classes,
                key,
                list.size() + what,
                classes + what + " (data.classes), or none");
    }

    private void embedded() {
        Data data = config.data();
        if (data.layout() != Layout.EMBEDDED) {
            return;
        }
        noFile("data.root", data.root());
        noFile("data.labeled", data.labeled());
        noFile("data.unlabeled", data.unlabeled());
        noFile("data.validation", data.validation());
        Embedded scenes = data.embedded();
        int most = scenes.images() - (config.method() == Method.SUPERVISED ? 0 : 1);
        faults.require(scenes.labeled() <= most, "data.embedded.labeled", scenes.labeled(), "1 to " + most);
        faults.require(
                Integer.valueOf(EMBEDDED_CLASSES).equals(data.classes()),
                "data.classes",
                data.classes() == null ? "auto" : data.classes(),
                EMBEDDED_CLASSES + ", the classes of the embedded scenes");
    }

    /** Patterns go with folders alone, and masks with pictures. */
    private void folders() {
        Data data = config.data();
        boolean folders = data.layout() == Layout.FOLDERS || data.layout() == Layout.AUTO;
        faults.require(
                folders || data.pictures().isEmpty(),
                "data.pictures",
                data.pictures(),
                "nothing, as data.layout is " + Names.word(data.layout()) + "; set data.layout=folders");
        faults.require(
                folders || data.validationPictures().isEmpty(),
                "data.validation_pictures",
                data.validationPictures(),
                "nothing, as data.layout is " + Names.word(data.layout()) + "; name a list with data.validation");
        fewerOrAsMany("data.masks", data.masks(), "data.pictures", data.pictures());
        fewerOrAsMany(
                "data.validation_masks", data.validationMasks(), "data.validation_pictures", data.validationPictures());
    }

    private void fewerOrAsMany(String key, List<String> masks, String picturesKey, List<String> pictures) {
        faults.require(masks.size() <= pictures.size(), key, masks, "one a path of " + picturesKey);
    }

    private void channels() {
        Data data = config.data();
        int count = data.channels().count();
        String expected = count + " numbers, one a channel (data.channels), or none";
        for (List<Double> numbers : List.of(data.mean(), data.std())) {
            String key = numbers == data.mean() ? "data.mean" : "data.std";
            faults.require(numbers.isEmpty() || numbers.size() == count, key, numbers.size() + " numbers", expected);
        }
        int windows = data.range().windows().size();
        int most = data.channels().rgb() ? 1 : count; // colours keep their balance under one window alone
        faults.require(
                windows <= 1 || windows == most,
                "data.range",
                windows + " pairs",
                most == 1 ? "one pair" : "one pair, or " + most + ", one a channel (data.channels)");
        if (data.layout() == Layout.EMBEDDED) {
            faults.require(data.channels().rgb(), "data.channels", data.channels(), "rgb, as data.layout is embedded");
        }
    }

    private void noFile(String key, String found) {
        faults.require(
                found == null,
                key,
                found,
                "nothing, as data.layout is embedded; for images in files name a"
                        + " --preset or --config, or set data.layout=list and data.classes");
    }

    /** Pixels or factors, as the mode says. */
    private void resize() {
        ImasConfig.Augment augment = config.augment();
        if (augment.resize() == ResizeMode.NONE) {
            return;
        }
        boolean pixels = augment.resize() == ResizeMode.LONG_SIDE;
        double highest = pixels ? 32768 : 100;
        between("augment.resize_min", augment.resizeMin(), pixels ? 1 : 0.01, highest);
        between("augment.resize_max", augment.resizeMax(), augment.resizeMin(), highest);
    }

    private void between(String key, double value, double low, double high) {
        faults.require(
                value >= low && value <= high,
                key,
                Allowed.number(value),
                Allowed.number(low) + " to " + Allowed.number(high));
    }

    private void cutmix() {
        List<Double> scale = config.unsupervised().cutmixScale();
        faults.require(scale.get(0) <= scale.get(1), "unsupervised.cutmix_scale", scale, ImasConfig.Unsupervised.SCALE);
    }

    private void auxiliary() {
        if (config.network().auxiliary() && config.network().backbone() == Backbone.TINY) {
            faults.add("network.auxiliary is true, but the tiny backbone has no auxiliary head; set it to false");
        }
    }

    /** A transformer's features are the DPT head's, a ResNet's the decoder's. */
    private void head() {
        ImasConfig.Network network = config.network();
        Backbone backbone = network.backbone();
        Head expected = backbone.transformer() ? Head.DPT : Head.DEEPLABV3PLUS;
        faults.require(
                network.head() == expected,
                "network.head",
                Names.word(network.head()),
                Names.word(expected) + ", which goes with network.backbone " + Names.word(backbone));
        if (backbone.transformer() && network.auxiliary()) {
            faults.add("network.auxiliary is true, but network.backbone " + Names.word(backbone)
                    + " has no auxiliary head; set it to false");
        }
        if (!backbone.transformer() && network.freezeEncoder()) {
            faults.add("network.freeze_encoder is true, but network.backbone is " + Names.word(backbone)
                    + ", whose batch statistics would go on changing; set it to false, or take a backbone of "
                    + "dinov2_small, dinov2_base and dinov2_large");
        }
    }

    /** A transformer cuts its pictures into patches, so what it learns from and is shown must be whole patches. */
    private void patches() {
        if (!config.network().backbone().transformer()) {
            return;
        }
        List<Integer> crop = config.augment().crop();
        for (int axis = 0; axis < crop.size(); axis++) {
            wholePatches(
                    "augment.crop[" + axis + "]",
                    crop.get(axis),
                    config.network().backbone(),
                    faults);
        }
        if (config.evaluation().mode() == ImasConfig.EvaluationMode.SLIDING) {
            wholePatches(
                    "evaluation.window",
                    config.evaluation().window(),
                    config.network().backbone(),
                    faults);
        }
    }

    /**
     * A vision transformer sees windows of whole patches, and full ones. For runs that begin, and for networks that are
     * opened, of which the configuration need not know the backbone.
     *
     * @throws dev.imas.common.UserException with key, found and expected of what is otherwise
     */
    public static void requireWindows(Backbone backbone, ImasConfig.Evaluation evaluation) {
        if (!backbone.transformer() || evaluation.mode() != ImasConfig.EvaluationMode.SLIDING) {
            return;
        }
        Faults faults = new Faults();
        wholePatches("evaluation.window", evaluation.window(), backbone, faults);
        faults.require(
                evaluation.lastWindow() == ImasConfig.LastWindow.MOVED,
                "evaluation.last_window",
                Names.word(evaluation.lastWindow()),
                "moved, with network.backbone " + Names.word(backbone) + ", to which windows that a picture's border"
                        + " cuts would be shown resized");
        faults.raise("");
    }

    private void featureDropout() {
        Backbone backbone = config.network().backbone();
        if (config.unsupervised().featureDropout() && !backbone.transformer()) {
            faults.add("unsupervised.feature_dropout is true, but the stages of network.backbone "
                    + Names.word(backbone) + " have no common channels; set it to false, or take a vision transformer");
        }
    }

    private void optimizer() {
        ImasConfig.Training training = config.training();
        boolean layers =
                config.network().backbone().transformer() && training.optimizer() == ImasConfig.OptimizerKind.ADAMW;
        faults.require(
                training.layerDecay() == 1 || layers,
                "training.layer_decay",
                training.layerDecay(),
                "1, unless training.optimizer is adamw and network.backbone a vision transformer");
        faults.require(
                training.decayed() == ImasConfig.Decayed.ALL || training.optimizer() == ImasConfig.OptimizerKind.ADAMW,
                "training.decayed",
                Names.word(training.decayed()),
                "all, unless training.optimizer is adamw");
    }

    /** UniMatch V2 measures no hardness, so nothing can follow it; and its boxes keep their ratio. */
    private void twoStrongViews() {
        if (config.method() != ImasConfig.Method.UNIMATCH_V2) {
            return;
        }
        ImasConfig.Unsupervised settings = config.unsupervised();
        String expected =
                " with method unimatch_v2, which measures no hardness (./imas presets voc-dinov2 has all of its"
                        + " settings)";
        faults.require(
                settings.cutmix() != ImasConfig.CutMixTrigger.ADAPTIVE,
                "unsupervised.cutmix",
                Names.word(settings.cutmix()),
                "fixed or off" + expected);
        faults.require(
                settings.intensityMix() == ImasConfig.IntensityMix.OFF,
                "unsupervised.intensity_mix",
                Names.word(settings.intensityMix()),
                "off" + expected);
        List<Integer> crop = config.augment().crop();
        faults.require(
                Math.max(crop.get(0), crop.get(1)) <= LONGEST_CROP * Math.min(crop.get(0), crop.get(1)),
                "augment.crop",
                crop,
                "sides of which one is at most " + LONGEST_CROP + " times the other, so that the boxes of method"
                        + " unimatch_v2 fit");
    }

    private static void wholePatches(String key, int side, Backbone backbone, Faults faults) {
        int below = side / Backbone.PATCH * Backbone.PATCH;
        int above = below + Backbone.PATCH;
        faults.require(
                side % Backbone.PATCH == 0,
                key,
                side,
                (below == 0 ? "" : below + " or ") + above + ", a multiple of the " + Backbone.PATCH
                        + " pixels of a patch of network.backbone " + Names.word(backbone));
    }

    private void imagenet() {
        ImasConfig.Network network = config.network();
        if (!network.startsFromImageNet()) {
            return;
        }
        String backbone = Names.word(network.backbone());
        if (network.backbone().transformer()) {
            faults.add("network.init_weights is imagenet, but there are no such weights of network.backbone " + backbone
                    + "; name a file of DINOv2's weights, or set network.init_weights=none");
        } else if (network.backbone().tiny()) {
            faults.add("network.init_weights is imagenet, but there are no such weights of the tiny backbone; set"
                    + " network.backbone to resnet18 to resnet101, or network.init_weights=none");
        } else if (network.stem() == Stem.DEEP) {
            faults.add("network.init_weights is imagenet, torchvision's weights, but network.stem is deep; set"
                    + " network.stem=conv7, the stem that they have, or name a file of a network with a deep stem");
        }
    }

    private void epochs() {
        ImasConfig.Training training = config.training();
        if (config.method() != Method.SUPERVISED && training.supOnlyEpochs() >= training.epochs()) {
            faults.add("training.sup_only_epochs is " + training.supOnlyEpochs()
                    + " of training.epochs " + training.epochs()
                    + "; leave epochs for the unlabelled images, or use method=supervised");
        }
    }

    private void classWeights() {
        ImasConfig.Supervised supervised = config.supervised();
        List<Double> weights = supervised.classWeights();
        if (weights != null && weights.isEmpty()) {
            return;
        }
        if (supervised.loss() == SupervisedLoss.OHEM) {
            faults.add("supervised.class_weights go with supervised.loss ce or ce+dice; ohem chooses pixels by itself:"
                    + " set one of the two");
        }
        if (weights != null) {
            onePerClass("supervised.class_weights", weights, " weights");
            faults.require(
                    weights.stream().anyMatch(weight -> weight > 0),
                    "supervised.class_weights",
                    weights,
                    "a weight above 0 for one class at least");
        }
    }
}
