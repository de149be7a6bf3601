package dev.imas.config.reference;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.CutMixPairing;
import dev.imas.config.ImasConfig.CutMixTrigger;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.GammaVersion;
import dev.imas.config.ImasConfig.IntensityMix;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.ResizeMode;
import dev.imas.config.Names;
import dev.imas.config.Nearest;
import dev.imas.config.Written;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Translates a configuration file of the published implementation (sections dataset, trainer, saver, criterion, net)
 * into ours. {@link ReferenceKeys} says what each key becomes on its own; here is what several keys say together.
 * Where a section lacks a key, the published program's own default holds. Every key is accounted for: it is read, or
 * it is noted as without effect, or the file is refused with the key's name.
 */
public final class ReferenceYaml {
    private static final Set<String> SECTIONS = Set.of("dataset", "trainer", "saver", "criterion", "net");
    private static final Set<String> FLAGGED = Set.of("true", "false");
    private static final int VOC_IMAGES = 10582;
    private static final int CITYSCAPES_IMAGES = 2975;

    private final String origin;
    private final Consumer<String> notes;
    private final Map<String, Object> source = new LinkedHashMap<>();
    private final Map<String, Object> result = new LinkedHashMap<>();

    private ReferenceYaml(String origin, Consumer<String> notes) {
        this.origin = origin;
        this.notes = notes;
    }

    /** Whether a parsed file is in the published layout. */
    public static boolean recognises(Map<String, Object> document) {
        return document.keySet().stream().anyMatch(SECTIONS::contains);
    }

    /**
     * The same settings as a document in our layout, built on the preset {@code voc} or {@code cityscapes}.
     *
     * @param origin name of the file, for messages
     * @param notes  told one line a key
     * @throws UserException for a key or feature we do not have, by name
     */
    public static Map<String, Object> translate(Map<String, Object> document, String origin, Consumer<String> notes) {
        return new ReferenceYaml(origin, notes).translate(document);
    }

    private Map<String, Object> translate(Map<String, Object> document) {
        flatten("", document);
        for (String key : source.keySet()) {
            if (!ReferenceKeys.RULES.containsKey(key)) {
                throw refuse(key, "an unknown key" + Nearest.hint(key, ReferenceKeys.RULES.keySet()));
            }
        }
        // In the rules' order, not the file's: dataset.train overrides what dataset itself says.
        ReferenceKeys.RULES.forEach((key, rule) -> {
            if (source.containsKey(key)) {
                rule.read(this, key, source.get(key));
            }
        });
        String type = text("dataset.type");
        if (type == null) {
            throw new UserException(
                    origin + ": dataset.type is missing; expected pascal_semi, cityscapes_semi, pascal or cityscapes");
        }
        boolean voc = type.startsWith("pascal");
        boolean semi = type.endsWith("_semi");
        Method method = semi ? Method.IMAS : Method.SUPERVISED;
        String preset = voc ? "voc" : "cityscapes";
        note("dataset.type = " + type, "method = " + Names.word(method) + ", on top of preset " + preset);
        length(voc, semi);
        classes(voc);
        absent();
        weights();
        resize();
        evaluation(voc);
        put("network.auxiliary", source.keySet().stream().anyMatch(key -> key.startsWith("net.aux_loss.")));
        if (semi) {
            unsupervised();
            lists();
        }
        put("method", method);
        Map<String, Object> layers = nested();
        layers.put("extends", preset);
        return layers;
    }

    private void length(boolean voc, boolean semi) {
        String key = dataset("n_sup");
        if (key == null) {
            return;
        }
        int all = voc ? VOC_IMAGES : CITYSCAPES_IMAGES;
        int labeled = number(key, "a whole number in 1.." + (all - 1)).intValue();
        if (labeled < 1 || labeled >= all) {
            throw refuse(key, "expected a whole number in 1.." + (all - 1));
        }
        read(key, "data.epoch_length", semi ? all - labeled : labeled);
    }

    private void classes(boolean voc) {
        BigDecimal classes = source.containsKey("net.num_classes") ? number("net.num_classes", "a whole number") : null;
        if (!voc && classes != null && classes.intValue() != 19) {
            put("data.class_names", List.of());
            put("data.palette", List.of());
        }
        String decoder = "net.decoder.kwargs.num_classes";
        if (source.containsKey(decoder)) {
            if (classes == null || number(decoder, "a whole number").compareTo(classes) != 0) {
                throw refuse(decoder, "expected the value of net.num_classes, " + classes);
            }
            without(decoder, "it is data.classes already");
        }
    }

    /**
     * What the published program assumes for keys that a section lacks; a section that is not there keeps the preset's
     * settings.
     */
    private void absent() {
        String dilation = "net.encoder.kwargs.replace_stride_with_dilation";
        if (has("net.encoder.kwargs.") && !source.containsKey(dilation)) {
            throw new UserException(origin + ": " + dilation + " is missing, which means an output stride of 32;"
                    + " expected [false, false, true] or [false, true, true]");
        }
        absent("net.encoder.kwargs.", "multi_grid", "network.multi_grid", "false");
        absent("net.decoder.kwargs.", "dilations", "network.aspp", List.of("12", "24", "36"));
        absent("trainer.optimizer.kwargs.", "momentum", "training.momentum", "0");
        absent("trainer.optimizer.kwargs.", "weight_decay", "training.weight_decay", "0");
        absent(
                "trainer.unsupervised.",
                "use_cutmix_range",
                "unsupervised.cutmix_scale",
                List.of("0.3", "0.3333333333333333"));
        if (has("dataset.train.crop.") && dataset("flip") == null) {
            absent("dataset.train.", "flip", "augment.flip", "0");
        }
        if (has("dataset.train.crop.") && dataset("rand_resize") == null && dataset("resize_base_size") == null) {
            absent("dataset.train.", "rand_resize", "augment.resize", ResizeMode.NONE);
        }
    }

    private void absent(String section, String name, String target, Object value) {
        if (has(section) && !source.containsKey(section + name)) {
            put(target, value);
            note(section + name + " absent", target + " = " + word(value));
        }
    }

    private boolean has(String section) {
        return source.keySet().stream().anyMatch(key -> key.startsWith(section));
    }

    /** Whether the named weights are loaded is a switch of its own, on if absent. */
    private void weights() {
        String key = "net.encoder.kwargs.pretrained";
        boolean wanted = !source.containsKey(key) || flagged(key);
        if (wanted && source.containsKey(key) && result.get("network.init_weights") == null) {
            throw refuse(key, "weights are not downloaded; name a file in net.encoder.pretrain");
        }
        if (!wanted && result.get("network.init_weights") != null) {
            read(key, "network.init_weights", null);
        } else if (source.containsKey(key)) {
            without(key, "net.encoder.pretrain decides");
        }
        String zero = "net.encoder.kwargs.zero_init_residual";
        if (source.containsKey(zero)) {
            if (!flagged(zero) && result.get("network.init_weights") == null) {
                throw refuse(zero, "the last normalisation of a residual branch starts at 0; set it to true");
            }
            without(zero, flagged(zero) ? "it is so here" : "the loaded weights decide");
        }
    }

    private void resize() {
        String rangeKey = dataset("rand_resize");
        String baseKey = dataset("resize_base_size");
        if (rangeKey == null && baseKey == null) {
            return;
        }
        if (rangeKey == null || baseKey == null) {
            String missing = rangeKey == null ? "rand_resize" : "resize_base_size";
            throw new UserException(origin + ": dataset.train." + missing
                    + " is missing; rand_resize and resize_base_size are read together");
        }
        List<BigDecimal> range = numbers(rangeKey, 2);
        if (source.get(baseKey) instanceof List) {
            List<BigDecimal> base = numbers(baseKey, 2);
            read(rangeKey, "augment.resize_min", range.get(0));
            put("augment.resize_max", range.get(1));
            put("augment.resize", ResizeMode.SCALE);
            read(baseKey, "augment.resize_base", base);
        } else {
            BigDecimal side = number(baseKey, "a size in pixels, or [height, width]");
            read(rangeKey, "augment.resize_min", range.get(0).multiply(side).setScale(0, RoundingMode.DOWN));
            read(baseKey, "augment.resize_max", range.get(1).multiply(side).setScale(0, RoundingMode.DOWN));
            put("augment.resize", ResizeMode.LONG_SIDE);
            put("augment.resize_base", List.of());
        }
    }

    private void evaluation(boolean voc) {
        String key = "dataset.val.crop.size";
        if (source.containsKey(key)) {
            List<BigDecimal> size = numbers(key, 2);
            if (size.get(0).compareTo(size.get(1)) != 0) {
                throw refuse(key, "only square windows are evaluated");
            }
            read(key, "evaluation.window", size.get(0));
            put("evaluation.mode", EvaluationMode.SLIDING);
        } else if (voc) {
            put("evaluation.mode", EvaluationMode.WHOLE);
        } else {
            put("evaluation.mode", EvaluationMode.SLIDING);
            put("evaluation.window", 769);
            note(key + " absent", "evaluation.window = 769");
        }
        String root = "dataset.val.data_root";
        if (source.containsKey(root) && !Objects.equals(source.get(root), result.get("data.root"))) {
            throw refuse(root, "validation images must lie below dataset.train.data_root");
        }
        if (source.containsKey(root)) {
            without(root, "it is data.root already");
        }
    }

    /** The switches of the method; without hardness_aware the published program is the plain baseline. */
    private void unsupervised() {
        if (!source.containsKey("dataset.train.strong_aug.num_augs")) {
            throw new UserException(origin + ": dataset.train.strong_aug.num_augs is missing;"
                    + " training without a strong view is not offered");
        }
        boolean hardness = source.keySet().stream().anyMatch(ReferenceKeys::isHardnessFlag);
        GammaVersion version = flag("flag_using_v1", true) ? GammaVersion.V1 : GammaVersion.V2;
        turn("flag_using_v1", "unsupervised.gamma_version", version);
        turn("flag_cal_iou_weighted", "unsupervised.class_weighted", flag("flag_cal_iou_weighted", true));
        turn("flag_cal_iou_ignore_bg", "unsupervised.ignore_background", flag("flag_cal_iou_ignore_bg", true));
        turn(
                "flag_hardness_weighted_loss",
                "unsupervised.weight_by_hardness",
                flag("flag_hardness_weighted_loss", hardness));
        IntensityMix mix = flag("flag_augs_mixup_by_hard", false) ? IntensityMix.BLEND : IntensityMix.BERNOULLI;
        turn("flag_augs_mixup_by_hard", "unsupervised.intensity_mix", hardness ? mix : IntensityMix.OFF);
        turn("flag_mapping_random", "unsupervised.cutmix_scale_by_hardness", flag("flag_mapping_random", false));
        CutMixTrigger trigger = flag("flag_cmix_trigger_by_hard", false) ? CutMixTrigger.ADAPTIVE : CutMixTrigger.FIXED;
        CutMixTrigger cutmix = flag("use_cutmix", false) ? trigger : CutMixTrigger.OFF;
        turn("use_cutmix", "unsupervised.cutmix", cutmix);
        turn("flag_cmix_trigger_by_hard", "unsupervised.cutmix", cutmix);
        CutMixPairing pairing = hardness ? CutMixPairing.HARDNESS : CutMixPairing.RANDOM;
        put("unsupervised.cutmix_pairing", pairing);
        putDefault("unsupervised.cutmix_probability", "1.0");
        putDefault("unsupervised.weight", "1.0");
        putDefault("unsupervised.threshold", "0.95");
        note(hardness ? "hardness_aware" : "no hardness_aware", "unsupervised.cutmix_pairing = " + Names.word(pairing));
    }

    /** The published program finds the unlabelled list by the labelled list's name. */
    private void lists() {
        String labeled = text("dataset.train.data_list");
        if (labeled != null && labeled.contains("labeled.txt")) {
            read("dataset.train.data_list", "data.unlabeled", labeled.replace("labeled.txt", "unlabeled.txt"));
        } else if (labeled != null) {
            note(
                    "dataset.train.data_list = " + labeled,
                    "no unlabelled list (only a name with labeled.txt implies one); give --unlabeled");
        }
    }

    /** A key's value becomes ours. */
    void read(String key, String target, Object value) {
        put(target, value);
        note(key + " = " + Written.of(source.get(key)), target + " = " + word(value));
    }

    /** A key whose value changes nothing here. */
    void without(String key, String reason) {
        notes.accept(key + " = " + Written.of(source.get(key)) + ": no effect, " + reason);
    }

    /** Something to know about a key beside what became of it. */
    void remark(String key, String text) {
        notes.accept(key + ": " + text);
    }

    UserException refuse(String key, String reason) {
        return new UserException(origin + ": " + key + " = " + Written.of(source.get(key)) + ": " + reason);
    }

    private void note(String found, String meaning) {
        notes.accept(found + ": read as " + meaning);
    }

    /** As a value of ours is written. */
    private static Object word(Object value) {
        return value instanceof Enum<?> constant ? Names.word(constant) : value;
    }

    private void put(String target, Object value) {
        result.put(target, value instanceof BigDecimal number ? number.toPlainString() : value);
    }

    private void putDefault(String target, Object value) {
        result.putIfAbsent(target, value);
    }

    /** The place of a dataset key: in dataset.train, else in dataset, else null. */
    private String dataset(String name) {
        return Stream.of("dataset.train." + name, "dataset." + name)
                .filter(source::containsKey)
                .findFirst()
                .orElse(null);
    }

    private String text(String key) {
        return source.get(key) == null ? null : source.get(key).toString();
    }

    private BigDecimal number(String key, String expected) {
        return decimal(key, source.get(key), expected);
    }

    private BigDecimal decimal(String key, Object value, String expected) {
        try {
            return new BigDecimal(String.valueOf(value));
        } catch (NumberFormatException e) {
            throw refuse(key, "expected " + expected);
        }
    }

    private List<BigDecimal> numbers(String key, int count) {
        if (source.get(key) instanceof Collection<?> values && values.size() == count) {
            return values.stream()
                    .map(value -> decimal(key, value, count + " numbers"))
                    .toList();
        }
        throw refuse(key, "expected " + count + " numbers");
    }

    /** A switch, in whichever of its places it stands. */
    private boolean flag(String name, boolean absent) {
        Optional<String> key = place(name);
        if (key.isEmpty()) {
            return absent;
        }
        return flagged(key.get());
    }

    private boolean flagged(String key) {
        String value = String.valueOf(source.get(key)).toLowerCase(Locale.ROOT);
        if (!FLAGGED.contains(value)) {
            throw refuse(key, "expected true or false");
        }
        return value.equals("true");
    }

    private Optional<String> place(String flag) {
        return ReferenceKeys.FLAG_PLACES.stream()
                .map(place -> place + flag)
                .filter(source::containsKey)
                .findFirst();
    }

    /** What a switch means, told if the file has it. */
    private void turn(String flag, String target, Object value) {
        place(flag).ifPresentOrElse(key -> read(key, target, value), () -> put(target, value));
    }

    @SuppressWarnings("unchecked")
    private void flatten(String prefix, Map<String, Object> section) {
        section.forEach((name, value) -> {
            if (value instanceof Map<?, ?> inner) {
                flatten(prefix + name + ".", (Map<String, Object>) inner);
            } else if (off(value) && (ReferenceKeys.isSection(prefix + name) || name.equals("rand_resize"))) {
                notes.accept(prefix + name + " = " + value + ": no effect, it is switched off");
            } else {
                source.put(prefix + name, value);
            }
        });
    }

    private static boolean off(Object value) {
        return value == null || value.toString().equalsIgnoreCase("false");
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> nested() {
        Map<String, Object> layers = new LinkedHashMap<>();
        result.forEach((key, value) -> {
            Map<String, Object> section = layers;
            String[] names = key.split("\\.");
            for (int i = 0; i < names.length - 1; i++) {
                section = (Map<String, Object>)
                        section.computeIfAbsent(names[i], absent -> new LinkedHashMap<String, Object>());
            }
            section.put(names[names.length - 1], value);
        });
        return layers;
    }
}
