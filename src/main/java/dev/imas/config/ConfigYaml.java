package dev.imas.config;

import dev.imas.common.FileNames;
import dev.imas.common.UserException;
import dev.imas.config.reference.ReferenceYaml;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;

/**
 * Configurations as YAML. A configuration is built in layers, each overriding single keys of those before it: the
 * published defaults ({@code presets/defaults.yaml}), a preset or file (which may {@code extend} a preset), settings.
 */
public final class ConfigYaml {
    private static final String FOLDER = "/presets/";
    private static final String BASE = "defaults";
    /** So many missing keys are named. */
    private static final int MOST_TOLD = 5;

    private ConfigYaml() {}

    /** The names of the presets, most useful first. */
    public static List<String> presets() {
        return text("index.txt")
                .lines()
                .filter(line -> !line.isBlank())
                .map(line -> line.split("\\s+")[0])
                .toList();
    }

    /** The list of presets as it is printed: a name and what it is, one a line. */
    public static String presetIndex() {
        return text("index.txt");
    }

    /** The layers of a preset. */
    public static Map<String, Object> preset(String name) {
        if (!presets().contains(name)) {
            throw new UserException("unknown preset " + name + Nearest.hintOrAll(name, presets()));
        }
        return layered(YamlText.keys(text(name + ".yaml"), "preset " + name), "preset " + name);
    }

    /** The published defaults, from which every configuration starts. */
    public static ImasConfig defaults() {
        return Defaults.CONFIG;
    }

    /** As {@link #file(Path, Consumer)}, without notes. */
    public static Map<String, Object> file(Path path) {
        return file(path, note -> {});
    }

    /**
     * The layers of a configuration file; {@code extends: PRESET} names what it builds on, else the published
     * defaults. A file in the published implementation's layout is translated ({@link ReferenceYaml}).
     *
     * @param notes told how each key of such a file was read
     * @throws UserException for a file that cannot be read, an unknown key or a value of a wrong type, naming the file
     */
    public static Map<String, Object> file(Path path, Consumer<String> notes) {
        Map<String, Object> document = YamlText.keys(path);
        if (ReferenceYaml.recognises(document)) {
            document = ReferenceYaml.translate(document, path.toString(), notes);
        }
        document.putIfAbsent("name", FileNames.plain(FileNames.stem(path), "run"));
        return layered(document, path.toString());
    }

    /** As {@link #file(Path)}, of the file that a run keeps: earlier versions gave runs any name. */
    public static Map<String, Object> ofRun(Path path) {
        Map<String, Object> layers = file(path);
        plainName(layers);
        return layers;
    }

    private static void plainName(Map<String, Object> layers) {
        layers.computeIfPresent("name", (key, name) -> FileNames.plain(name.toString(), "run"));
    }

    /** The keys that a preset sets, those that it builds on included; the published defaults set none. */
    public static Set<String> givenBy(String preset) {
        return given(YamlText.keys(text(preset + ".yaml"), "preset " + preset));
    }

    /** The keys that a configuration file sets, those of the preset that it builds on included. */
    public static Set<String> givenBy(Path path) {
        Map<String, Object> document = YamlText.keys(path);
        return given(
                ReferenceYaml.recognises(document)
                        ? ReferenceYaml.translate(document, path.toString(), note -> {})
                        : document);
    }

    /**
     * The keys that a person wrote into a configuration file, without those of the preset that it builds on; none of a
     * file that holds every key, as this program writes them, or in the published implementation's layout.
     */
    public static Set<String> writtenIn(Path path) {
        Map<String, Object> document = YamlText.keys(path);
        Set<String> keys = settings(document);
        boolean dumped = keys.size() == Setting.ALL.size();
        return dumped || ReferenceYaml.recognises(document) ? Set.of() : keys;
    }

    private static Set<String> given(Map<String, Object> document) {
        Set<String> keys = new LinkedHashSet<>();
        Object parent = document.remove("extends");
        if (parent != null) {
            keys.addAll(givenBy(parent.toString()));
        }
        keys.addAll(settings(document));
        return keys;
    }

    private static Set<String> settings(Map<String, Object> document) {
        return RecordMapper.keys().stream()
                .filter(key -> !RecordMapper.isSection(key) && names(document, key))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static boolean names(Map<String, Object> document, String key) {
        Object section = document;
        for (String name : key.split("\\.")) {
            if (!(section instanceof Map<?, ?> map) || !map.containsKey(name)) {
                return false;
            }
            section = map.get(name);
        }
        return true;
    }

    /** Sets one key, written {@code section.key=value} with the value in YAML. */
    public static void set(Map<String, Object> layers, String assignment) {
        int equals = assignment.indexOf('=');
        if (equals <= 0) {
            throw new UserException("--set " + assignment + ": expected key=value, such as training.epochs=20");
        }
        String key = assignment.substring(0, equals).strip();
        set(layers, key, YamlText.read(assignment.substring(equals + 1), "--set " + key), "--set");
    }

    /**
     * As {@link #set(Map, String)} of each.
     *
     * @throws UserException that tells all that cannot be set
     */
    public static void set(Map<String, Object> layers, List<String> assignments) {
        Faults faults = new Faults();
        assignments.forEach(assignment -> faults.gather(() -> set(layers, assignment)));
        faults.raise("");
    }

    /** Sets one key to a value: text, or of the key's own type. */
    public static void set(Map<String, Object> layers, String key, Object value) {
        set(layers, key, value, "settings");
    }

    /** @param origin what messages call the source of the value, e.g. the option's name */
    public static void set(Map<String, Object> layers, String key, Object value, String origin) {
        Map<String, Object> document = new LinkedHashMap<>();
        Map<String, Object> section = document;
        String[] names = key.split("\\.", -1);
        for (int i = 0; i < names.length - 1; i++) {
            Map<String, Object> inner = new LinkedHashMap<>();
            section.put(names[i], inner);
            section = inner;
        }
        section.put(names[names.length - 1], value);
        RecordMapper.check(document, origin);
        merge(layers, document, "");
    }

    /** The whole key whose last part is this word, if there is one. */
    public static Optional<String> keyEndingIn(String word) {
        return RecordMapper.keys().stream()
                .filter(key -> key.equals(word) || key.endsWith("." + word))
                .findFirst();
    }

    /**
     * Keys that a resumed run may set to other values than it was started with: they steer where, how often and how
     * long, not what a step computes; what another number of epochs changes, the run says.
     */
    public static Set<String> freeOnResume() {
        return Setting.ALL.stream()
                .filter(setting -> setting.has(Allowed.OnResume.class))
                .map(Setting::key)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The checked configuration of merged layers. */
    public static ImasConfig resolve(Map<String, Object> layers) {
        return Validation.checked(RecordMapper.read(ImasConfig.class, layers, ""));
    }

    /** The layers of a complete configuration, from which it resolves again. */
    public static Map<String, Object> layers(ImasConfig config) {
        return RecordMapper.write(config);
    }

    /** The value of one key as it is written. */
    public static Object value(ImasConfig config, String key) {
        Object value = layers(config);
        for (String name : key.split("\\.")) {
            value = ((Map<?, ?>) value).get(name);
        }
        return value;
    }

    /** Reads a complete configuration as {@link #dump} writes it. */
    public static ImasConfig read(Path path) {
        return resolve(complete(path));
    }

    /**
     * The layers of a file that {@link #dump} wrote: nothing is filled in from the defaults, so that a file which lost
     * its end is refused, not continued with other settings.
     *
     * @throws UserException for a file that cannot be read, is no configuration, or lacks a key
     */
    public static Map<String, Object> complete(Path path) {
        Map<String, Object> document = YamlText.keys(path);
        RecordMapper.check(document, path.toString());
        plainName(document);
        requireComplete(path, document);
        try {
            resolve(document);
        } catch (UserException e) {
            throw new UserException(path + ": " + e.getMessage(), e);
        }
        return document;
    }

    /** Keys that are missing between others are those of a later version; a missing end is lost. */
    private static void requireComplete(Path path, Map<String, Object> document) {
        List<String> keys = RecordMapper.keys().stream()
                .filter(key -> !RecordMapper.isSection(key))
                .toList();
        List<String> missing =
                keys.stream().filter(key -> !names(document, key)).toList();
        if (missing.isEmpty()) {
            return;
        }
        boolean end = missing.equals(keys.subList(keys.size() - missing.size(), keys.size()));
        String what = String.join(", ", missing.subList(0, Math.min(MOST_TOLD, missing.size())))
                + (missing.size() > MOST_TOLD ? " and " + (missing.size() - MOST_TOLD) + " more" : "");
        throw new UserException(
                end
                        ? path + ": " + firstMissing(missing.get(0), document)
                                + " is missing, and nothing follows it: the"
                                + " file lost its end, or the run was begun by an older version of this program; put"
                                + " the file back, or train anew with another --out"
                        : path + " lacks " + what
                                + ": the run was begun by an older version of this program, which had no"
                                + " such setting; continue it with that version, or train anew with another --out"
                                + " (network.init_weights can name this run's weights)");
    }

    /** The section of a key where all of it is missing, else the key. */
    private static String firstMissing(String key, Map<String, Object> document) {
        String section = key.substring(0, Math.max(0, key.indexOf('.')));
        return section.isEmpty() || document.containsKey(section) ? key : section;
    }

    /**
     * A configuration from what {@link #dump} wrote.
     *
     * @param origin where it is from, for messages
     */
    public static ImasConfig parse(String yaml, String origin) {
        return resolve(layered(YamlText.keys(yaml, origin), origin));
    }

    /** YAML that reads back to an equal configuration. */
    public static String dump(ImasConfig config) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setWidth(120);
        options.setNonPrintableStyle(DumperOptions.NonPrintableStyle.ESCAPE); // or such a name would be !!binary
        return new Yaml(new FlatLists(options), options).dump(RecordMapper.write(config));
    }

    /** As {@link #dump}, of the section {@code data} alone. */
    public static String dumpData(ImasConfig config) {
        return dump(config)
                .lines()
                .dropWhile(line -> !line.equals("data:"))
                .takeWhile(line -> line.equals("data:") || line.startsWith(" "))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static Map<String, Object> layered(Map<String, Object> document, String origin) {
        Object parent = document.remove("extends");
        Map<String, Object> base = parent == null ? defaultLayers() : parent(parent, origin);
        RecordMapper.check(document, origin);
        merge(base, document, "");
        return base;
    }

    private static Map<String, Object> defaultLayers() {
        return YamlText.keys(text(BASE + ".yaml"), BASE);
    }

    private static Map<String, Object> parent(Object name, String origin) {
        try {
            return preset(name.toString());
        } catch (UserException e) {
            throw new UserException(origin + ": extends: " + e.getMessage(), e);
        }
    }

    @SuppressWarnings("unchecked")
    private static void merge(Map<String, Object> base, Map<String, Object> over, String prefix) {
        over.forEach((key, value) -> {
            if (RecordMapper.isSection(prefix + key) && base.get(key) instanceof Map<?, ?> below) {
                if (value != null) { // a section with nothing in it sets nothing
                    merge((Map<String, Object>) below, (Map<String, Object>) value, prefix + key + ".");
                }
            } else {
                base.put(key, value);
            }
        });
    }

    private static String text(String resource) {
        try (InputStream stream = ConfigYaml.class.getResourceAsStream(FOLDER + resource)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the resource " + resource + " cannot be read", e);
        }
    }

    /** Read once. */
    private static final class Defaults {
        static final ImasConfig CONFIG = resolve(defaultLayers());
    }

    /** Sections as blocks, lists and pairs on one line, colours in double quotes. */
    private static final class FlatLists extends Representer {
        FlatLists(DumperOptions options) {
            super(options);
        }

        @Override
        protected Node representSequence(Tag tag, Iterable<?> sequence, DumperOptions.FlowStyle style) {
            return super.representSequence(tag, sequence, DumperOptions.FlowStyle.FLOW);
        }

        @Override
        protected Node representMapping(Tag tag, Map<?, ?> mapping, DumperOptions.FlowStyle style) {
            boolean pairs = mapping instanceof RecordMapper.Pairs;
            return super.representMapping(pairs ? Tag.MAP : tag, mapping, pairs ? DumperOptions.FlowStyle.FLOW : style);
        }

        @Override
        protected Node representScalar(Tag tag, String value, DumperOptions.ScalarStyle style) {
            boolean color = Colors.ofHex(value).isPresent();
            return super.representScalar(tag, value, color ? DumperOptions.ScalarStyle.DOUBLE_QUOTED : style);
        }
    }
}
