package dev.imas.config;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.ResizeMode;
import java.util.List;

/** The ranges of all settings, and what must hold between them. */
final class Validation {
    private Validation() {
    }

    /** The configuration itself; throws for the first setting that is out of its range. */
    static ImasConfig checked(ImasConfig config) {
        require(config.name() != null && !config.name().isBlank(), "name", config.name(), "a name");
        require(config.device() != null && config.device().matches("auto|cpu|cuda(:\\d{1,3})?"), "device", config.device(), "auto, cpu, cuda or cuda:INDEX");
        data(config.data(), config.method());
        network(config.network());
        augment(config.augment());
        training(config.training());
        supervised(config.supervised());
        unsupervised(config.unsupervised());
        positive("evaluation.window", config.evaluation().window());
        positive("evaluation.every_epochs", config.evaluation().everyEpochs());
        if (config.network().auxiliary() && config.network().backbone() == Backbone.TINY) {
            throw new UserException("network.auxiliary is true, but the tiny backbone has no auxiliary head; set it to false");
        }
        if (config.method() != Method.SUPERVISED && config.training().supOnlyEpochs() >= config.training().epochs()) {
            throw new UserException("training.sup_only_epochs is " + config.training().supOnlyEpochs() + " of training.epochs " + config.training().epochs()
                    + "; leave epochs for the unlabelled images, or use method=supervised");
        }
        return config;
    }

    private static void data(ImasConfig.Data data, Method method) {
        path("data.root", data.root());
        path("data.labeled", data.labeled());
        path("data.unlabeled", data.unlabeled());
        path("data.validation", data.validation());
        between("data.classes", data.classes(), 1, 255);
        require(data.classNames().isEmpty() || data.classNames().size() == data.classes(), "data.class_names", data.classNames().size() + " names", data.classes() + " names (data.classes), or none");
        require(data.palette().isEmpty() || data.palette().size() == data.classes(), "data.palette", data.palette().size() + " colours", data.classes() + " colours (data.classes), or none");
        data.palette().forEach(colour -> between("data.palette", colour, 0, 0xffffff));
        atLeast("data.epoch_length", data.epochLength(), 0);
        if (data.workers() != null) {
            between("data.workers", data.workers(), 0, 256);
        }
        between("data.prefetch", data.prefetch(), 1, 1024);
        if (data.layout() == Layout.EMBEDDED) {
            noFiles("data.root", data.root());
            noFiles("data.labeled", data.labeled());
            noFiles("data.unlabeled", data.unlabeled());
            noFiles("data.validation", data.validation());
            ImasConfig.Embedded embedded = data.embedded();
            between("data.embedded.images", embedded.images(), 2, 1_000_000);
            between("data.embedded.labeled", embedded.labeled(), 1, embedded.images() - (method == Method.SUPERVISED ? 0 : 1));
            between("data.embedded.validation", embedded.validation(), 1, 1_000_000);
            between("data.embedded.size", embedded.size(), 16, 4096);
            require(data.classes() == 7, "data.classes", data.classes(), "7, the classes of the embedded scenes");
        }
    }

    private static void path(String key, String value) {
        require(value == null || !value.isBlank() && value.indexOf('\0') < 0, key, value, "a path");
    }

    private static void noFiles(String key, String found) {
        require(found == null, key, found, "nothing, as data.layout is embedded; for images in files name a --preset or --config, or set data.layout=list and data.classes");
    }

    private static void network(ImasConfig.Network network) {
        path("network.init_weights", network.initWeights());
        require(network.outputStride() == 8 || network.outputStride() == 16, "network.output_stride", network.outputStride(), "8 or 16");
        require(network.aspp().size() == 3, "network.aspp", network.aspp(), "three dilations, such as [6, 12, 18]");
        network.aspp().forEach(dilation -> between("network.aspp", dilation, 1, 1000));
    }

    private static void augment(ImasConfig.Augment augment) {
        require(augment.crop().size() == 2, "augment.crop", augment.crop(), "[height, width]");
        augment.crop().forEach(side -> between("augment.crop", side, 16, 8192));
        require(augment.resizeBase().isEmpty() || augment.resizeBase().size() == 2, "augment.resize_base", augment.resizeBase(), "[height, width], or []");
        augment.resizeBase().forEach(side -> between("augment.resize_base", side, 1, 32768));
        if (augment.resize() != ResizeMode.NONE) {
            double lowest = augment.resize() == ResizeMode.LONG_SIDE ? 1 : 0.01;
            double highest = augment.resize() == ResizeMode.LONG_SIDE ? 32768 : 100;
            between("augment.resize_min", augment.resizeMin(), lowest, highest);
            between("augment.resize_max", augment.resizeMax(), augment.resizeMin(), highest);
        }
        share("augment.flip", augment.flip());
        between("augment.strong_ops", augment.strongOps(), 0, 12);
    }

    private static void training(ImasConfig.Training training) {
        positive("training.epochs", training.epochs());
        atLeast("training.sup_only_epochs", training.supOnlyEpochs(), 0);
        between("training.batch_labeled", training.batchLabeled(), 1, 4096);
        between("training.batch_unlabeled", training.batchUnlabeled(), 1, 4096);
        between("training.lr", training.lr(), 0, 1000);
        between("training.head_lr_multiplier", training.headLrMultiplier(), 0, 1000);
        require(training.momentum() >= 0 && training.momentum() < 1, "training.momentum", training.momentum(), "0 up to, but not including, 1");
        between("training.weight_decay", training.weightDecay(), 0, 1);
        between("training.poly_power", training.polyPower(), 0, 10);
        share("training.ema_decay", training.emaDecay());
        atLeast("training.checkpoint_every", training.checkpointEvery(), 0);
        positive("training.log_every", training.logEvery());
    }

    private static void supervised(ImasConfig.Supervised supervised) {
        share("supervised.ohem_threshold", supervised.ohemThreshold());
        require(supervised.ohemMinKept() >= 0, "supervised.ohem_min_kept", supervised.ohemMinKept(), "0 or more");
        between("supervised.aux_weight", supervised.auxWeight(), 0, 100);
    }

    private static void unsupervised(ImasConfig.Unsupervised unsupervised) {
        share("unsupervised.threshold", unsupervised.threshold());
        between("unsupervised.weight", unsupervised.weight(), 0, 1000);
        share("unsupervised.cutmix_probability", unsupervised.cutmixProbability());
        List<Double> scale = unsupervised.cutmixScale();
        require(scale.size() == 2 && scale.get(0) >= 0 && scale.get(0) <= scale.get(1) && scale.get(1) <= 1, "unsupervised.cutmix_scale", scale, "[low, high] with 0 <= low <= high <= 1");
    }

    private static void share(String key, double value) {
        between(key, value, 0, 1);
    }

    private static void positive(String key, double value) {
        atLeast(key, value, 1);
    }

    private static void atLeast(String key, double value, double low) {
        require(value >= low, key, number(value), number(low) + " or more");
    }

    private static void between(String key, double value, double low, double high) {
        require(value >= low && value <= high, key, number(value), number(low) + " to " + number(high));
    }

    private static void require(boolean holds, String key, Object found, String expected) {
        if (!holds) {
            throw new UserException(key + " is " + (found == null || found.toString().isBlank() ? "empty" : found.toString().replaceAll("\\p{Cntrl}", " ")) + "; expected " + expected);
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : Double.toString(value);
    }
}
