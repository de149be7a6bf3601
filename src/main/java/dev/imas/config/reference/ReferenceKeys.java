package dev.imas.config.reference;

import dev.imas.common.Normalization;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.SupervisedLoss;
import dev.imas.config.Names;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Every key of the published implementation's configuration files, and what becomes of it. */
final class ReferenceKeys {
    /** What to do with a key that a file has. */
    interface Rule {
        void read(ReferenceYaml translation, String key, Object value);
    }

    /** Where the switches of the method may stand; the published files use the first. */
    static final List<String> FLAG_PLACES = List.of(
            "dataset.train.hardness_aware.",
            "dataset.hardness_aware.",
            "trainer.unsupervised.hardness_aware.",
            "trainer.unsupervised.");

    private static final List<String> FLAGS = List.of(
            "flag_using_v1",
            "flag_hardness_weighted_loss",
            "flag_cal_iou_weighted",
            "flag_cal_iou_ignore_bg",
            "flag_cmix_trigger_by_hard",
            "flag_augs_mixup_by_hard",
            "flag_mapping_random",
            "flag_mapping_gaussian");
    private static final String OUTPUT = "--out names the run directory";
    private static final String BATCH_NORM = "one process normalises over its whole batch";

    /** Key to rule; later ones override what earlier ones set. */
    static final Map<String, Rule> RULES = rules();

    private ReferenceKeys() {}

    static boolean isHardnessFlag(String key) {
        return FLAGS.contains(key.substring(key.lastIndexOf('.') + 1));
    }

    static boolean isSection(String name) {
        return RULES.keySet().stream().anyMatch(key -> key.startsWith(name + "."));
    }

    private static Map<String, Rule> rules() {
        Map<String, Rule> rules = new LinkedHashMap<>();
        dataset(rules);
        trainer(rules);
        network(rules);
        rules.put(
                "criterion.type",
                choice("supervised.loss", Map.of("celoss", SupervisedLoss.CE, "ohem", SupervisedLoss.OHEM)));
        rules.put("criterion.kwargs.thresh", copy("supervised.ohem_threshold"));
        rules.put("criterion.kwargs.min_kept", copy("supervised.ohem_min_kept"));
        rules.put("criterion.kwargs.use_weight", only("class weights in the loss are not offered", "false"));
        rules.put("saver.snapshot_dir", without(OUTPUT));
        rules.put("saver.use_tb", without("the report replaces TensorBoard"));
        rules.put("saver.auto_resume", without("--resume continues a run"));
        for (String path : List.of("exp_path", "save_path", "log_path")) { // as the published logs print it
            rules.put(path, without(OUTPUT));
        }
        rules.put("saver.pretrain", only("start from weights with network.init_weights", "", "null"));
        return rules;
    }

    private static void dataset(Map<String, Rule> rules) {
        rules.put("dataset.type", (translation, key, value) -> {
            if (!List.of("pascal_semi", "cityscapes_semi", "pascal", "cityscapes")
                    .contains(String.valueOf(value))) {
                throw translation.refuse(key, "expected pascal_semi, cityscapes_semi, pascal or cityscapes");
            }
        });
        rules.put("dataset.ignore_label", only("255 is the ignored label", "255"));
        rules.put("dataset.mean", normalization(Normalization.MEAN));
        rules.put("dataset.std", normalization(Normalization.STD));
        for (String place : List.of("dataset.", "dataset.train.")) {
            rules.put(place + "data_root", copy("data.root"));
            rules.put(place + "data_list", copy("data.labeled"));
            rules.put(place + "batch_size", ReferenceKeys::batch);
            rules.put(place + "workers", copy("data.workers"));
            rules.put(place + "n_sup", together());
            rules.put(place + "flip", choice("augment.flip", Map.of("true", "0.5", "false", "0.0")));
            rules.put(place + "rand_resize", together());
            rules.put(place + "resize_base_size", together());
        }
        rules.put("dataset.train.crop.type", only("training crops are random", "rand"));
        rules.put(
                "dataset.train.crop.size",
                (translation, key, value) ->
                        translation.read(key, "augment.crop", value instanceof String ? List.of(value, value) : value));
        rules.put("dataset.train.strong_aug.num_augs", copy("augment.strong_ops"));
        for (String name : List.of("flag_using_random_num", "flag_use_random_num_sampling")) {
            rules.put("dataset.train.strong_aug." + name, copy("augment.strong_random_count"));
        }
        rules.put("dataset.val.data_root", together());
        rules.put("dataset.val.data_list", copy("data.validation"));
        rules.put("dataset.val.batch_size", without("images are evaluated one at a time"));
        rules.put("dataset.val.workers", without("images are evaluated one at a time"));
        rules.put("dataset.val.crop.size", together());
        rules.put("dataset.val.crop.type", without("evaluation does not crop"));
        for (String place : FLAG_PLACES) {
            FLAGS.forEach(flag -> rules.put(place + flag, together()));
            rules.put(
                    place + "flag_mapping_gaussian",
                    only("a box side drawn from a truncated normal is not offered", "false"));
        }
    }

    private static void trainer(Map<String, Rule> rules) {
        rules.put("trainer.epochs", copy("training.epochs"));
        rules.put("trainer.eval_on", only("every epoch is evaluated; see evaluation.every_epochs", "true"));
        rules.put("trainer.sup_only_epoch", (translation, key, value) -> {
            if (String.valueOf(value).equals("-1")) {
                throw translation.refuse(
                        key, "an average that starts before the first epoch ends is not offered; use 0 or more");
            }
            translation.read(key, "training.sup_only_epochs", value);
        });
        rules.put("trainer.optimizer.type", only("the optimizer is SGD", "sgd"));
        rules.put("trainer.optimizer.kwargs.lr", copy("training.lr"));
        rules.put("trainer.optimizer.kwargs.momentum", copy("training.momentum"));
        rules.put("trainer.optimizer.kwargs.weight_decay", copy("training.weight_decay"));
        rules.put("trainer.lr_scheduler.mode", only("the schedule is poly", "poly"));
        rules.put("trainer.lr_scheduler.kwargs.power", copy("training.poly_power"));
        rules.put("trainer.unsupervised.flag_ema_pseudo", only("pseudo-labels come from the teacher", "true"));
        rules.put("trainer.unsupervised.threshold", copy("unsupervised.threshold"));
        rules.put("trainer.unsupervised.loss_weight", copy("unsupervised.weight"));
        rules.put("trainer.unsupervised.use_cutmix", together());
        rules.put(
                "trainer.unsupervised.use_cutmix_beta",
                only("a box area drawn from a beta distribution is not offered", "false"));
        rules.put("trainer.unsupervised.use_cutmix_range", copy("unsupervised.cutmix_scale"));
        rules.put("trainer.unsupervised.use_cutmix_trigger_prob", copy("unsupervised.cutmix_probability"));
    }

    private static void network(Map<String, Rule> rules) {
        rules.put("net.num_classes", copy("data.classes"));
        rules.put("net.sync_bn", without(BATCH_NORM));
        rules.put("net.ema_decay", copy("training.ema_decay"));
        rules.put("net.aux_loss.aux_plane", only("the auxiliary head reads layer3's 1024 planes", "1024"));
        rules.put("net.aux_loss.loss_weight", copy("supervised.aux_weight"));
        rules.put("net.encoder.type", ReferenceKeys::encoder);
        rules.put("net.encoder.pretrain", (translation, key, value) -> {
            boolean none = value == null || value.toString().isBlank();
            translation.read(key, "network.init_weights", none ? null : value);
        });
        rules.put("net.encoder.kwargs.pretrained", together());
        rules.put("net.encoder.kwargs.multi_grid", copy("network.multi_grid"));
        rules.put("net.encoder.kwargs.zero_init_residual", together());
        rules.put("net.encoder.kwargs.fpn", only("the decoder needs the encoder's first stage", "true"));
        rules.put(
                "net.encoder.kwargs.replace_stride_with_dilation",
                choice("network.output_stride", Map.of("[false, false, true]", "16", "[false, true, true]", "8")));
        rules.put("net.encoder.kwargs.sync_bn", without(BATCH_NORM));
        rules.put("net.decoder.type", (translation, key, value) -> {
            if (!String.valueOf(value).endsWith(".dec_deeplabv3_plus")) {
                throw translation.refuse(key, "the decoder is dec_deeplabv3_plus");
            }
            translation.without(key, "it is the decoder here");
        });
        rules.put("net.decoder.kwargs.rep_head", only("a representation head is not offered", "false"));
        rules.put("net.decoder.kwargs.inner_planes", only("the decoder has 256 inner planes", "256"));
        rules.put("net.decoder.kwargs.low_conv_planes", only("the low-level branch has 48 planes", "48"));
        rules.put("net.decoder.kwargs.in_planes", only("the encoder ends in 2048 planes", "2048"));
        rules.put("net.decoder.kwargs.dilations", copy("network.aspp"));
        rules.put("net.decoder.kwargs.sync_bn", without(BATCH_NORM));
        rules.put("net.decoder.kwargs.num_classes", together());
    }

    private static Rule copy(String target) {
        return (translation, key, value) -> translation.read(key, target, value);
    }

    /** Read in {@link ReferenceYaml} with others. */
    private static Rule together() {
        return (translation, key, value) -> {};
    }

    private static Rule without(String reason) {
        return (translation, key, value) -> translation.without(key, reason);
    }

    /** The value must be one of these, which is what we do anyway. */
    private static Rule only(String reason, String... values) {
        return (translation, key, value) -> {
            if (!List.of(values).contains(lower(value))) {
                throw translation.refuse(key, reason);
            }
            translation.without(key, "it is so here");
        };
    }

    private static Rule choice(String target, Map<String, ?> meanings) {
        return (translation, key, value) -> {
            Object meaning = meanings.get(lower(value));
            if (meaning == null) {
                throw translation.refuse(
                        key,
                        "expected one of "
                                + String.join(
                                        "; ",
                                        meanings.keySet().stream().sorted().toList()));
            }
            translation.read(key, target, meaning);
        };
    }

    /** The published normalisation, for pixels in [0,1] or in 0..255. */
    private static Rule normalization(List<Double> unit) {
        List<BigDecimal> bytes = decimals(unit).stream()
                .map(v -> v.multiply(BigDecimal.valueOf(255)).stripTrailingZeros())
                .toList();
        return (translation, key, value) -> {
            if (!same(value, decimals(unit)) && !same(value, bytes)) {
                throw translation.refuse(key, "another normalisation than " + unit + " is not offered");
            }
            translation.without(key, "it is so here");
        };
    }

    private static boolean same(Object value, List<BigDecimal> expected) {
        try {
            return value instanceof Collection<?> list && decimals(list).equals(expected);
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static List<BigDecimal> decimals(Collection<?> numbers) {
        return numbers.stream()
                .map(v -> new BigDecimal(String.valueOf(v)).stripTrailingZeros())
                .toList();
    }

    /** Published batch sizes are per process, and the runs had four. */
    private static void batch(ReferenceYaml translation, String key, Object value) {
        translation.read(key, "training.batch_labeled", value);
        translation.read(key, "training.batch_unlabeled", value);
        translation.remark(key, "it counts for each of the published four processes; here is one, whose batch it is");
    }

    private static void encoder(ReferenceYaml translation, String key, Object value) {
        String type = String.valueOf(value);
        String name = type.substring(type.lastIndexOf('.') + 1);
        Backbone backbone = Names.constant(Backbone.class, name)
                .filter(b -> !b.tiny() && !b.transformer() && type.contains("."))
                .orElseThrow(() -> translation.refuse(
                        key, "expected a type that ends in .resnet18, .resnet34, .resnet50 or .resnet101"));
        translation.read(key, "network.backbone", backbone);
    }

    private static String lower(Object value) {
        return String.valueOf(value).toLowerCase(Locale.ROOT);
    }
}
