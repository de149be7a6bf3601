package dev.imas.config;

import dev.imas.common.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Configurations as YAML. A configuration is built in layers, each overriding single keys of those before it: the
 * published defaults ({@code presets/defaults.yaml}), a preset or file (which may {@code extend} a preset), settings.
 */
public final class ConfigYaml {
    private static final String FOLDER = "/presets/";
    private static final String BASE = "defaults";

    private ConfigYaml() {
    }

    /** The names of the presets, most useful first. */
    public static List<String> presets() {
        return text("index.txt").lines().filter(line -> !line.isBlank()).map(line -> line.split("\\s+")[0]).toList();
    }

    /** The list of presets as it is printed: a name and what it is, one a line. */
    public static String presetIndex() {
        return text("index.txt");
    }

    /** The layers of a preset. */
    public static Map<String, Object> preset(String name) {
        if (!presets().contains(name)) {
            throw new UserException("unknown preset " + name + Nearest.hint(name, presets()) + "; known are " + String.join(", ", presets()));
        }
        return layered(parse(text(name + ".yaml"), "preset " + name));
    }

    /** The layers of a configuration file; {@code extends: PRESET} names what it builds on, else the published defaults. */
    public static Map<String, Object> file(Path path) {
        return layered(document(path));
    }

    /** A file's keys as they stand there. */
    static Map<String, Object> document(Path path) {
        try {
            return parse(Files.readString(path, StandardCharsets.UTF_8), path.toString());
        } catch (MalformedInputException e) {
            throw new UserException(path + " is not a text file in UTF-8", e);
        } catch (IOException e) {
            throw new UserException(path + (Files.exists(path) ? " cannot be read; check its permissions" : ": no such configuration file"), e);
        }
    }

    /** Sets one key, written {@code section.key=value} with the value in YAML. */
    public static void set(Map<String, Object> layers, String assignment) {
        int equals = assignment.indexOf('=');
        if (equals <= 0) {
            throw new UserException("--set " + assignment + ": expected key=value, such as training.epochs=20");
        }
        String key = assignment.substring(0, equals).strip();
        set(layers, key, scalar(assignment.substring(equals + 1), "--set " + key));
    }

    /** Sets one key to a value. */
    @SuppressWarnings("unchecked")
    public static void set(Map<String, Object> layers, String key, Object value) {
        Map<String, Object> section = layers;
        String[] names = key.split("\\.", -1);
        for (int i = 0; i < names.length - 1; i++) {
            Object next = section.get(names[i]);
            if (!(next instanceof Map)) {
                throw RecordMapper.unknownKey(String.join(".", List.of(names).subList(0, i)) + (i > 0 ? "." : ""), names[i], List.copyOf(section.keySet()));
            }
            section = (Map<String, Object>) next;
        }
        section.put(names[names.length - 1], value);
    }

    /** The checked configuration of merged layers. */
    public static ImasConfig resolve(Map<String, Object> layers) {
        return Validation.checked(RecordMapper.read(ImasConfig.class, layers, ""));
    }

    /** Reads a complete configuration as {@link #dump} writes it. */
    public static ImasConfig read(Path path) {
        return resolve(file(path));
    }

    /** YAML that reads back to an equal configuration. */
    public static String dump(ImasConfig config) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.AUTO);
        options.setWidth(120);
        return new Yaml(options).dump(RecordMapper.write(config));
    }

    private static Map<String, Object> layered(Map<String, Object> document) {
        Object parent = document.remove("extends");
        Map<String, Object> base = parent != null ? preset(parent.toString()) : parse(text(BASE + ".yaml"), BASE);
        merge(base, document);
        return base;
    }

    @SuppressWarnings("unchecked")
    private static void merge(Map<String, Object> base, Map<String, Object> over) {
        over.forEach((key, value) -> {
            if (value instanceof Map<?, ?> section && base.get(key) instanceof Map<?, ?> below) {
                merge((Map<String, Object>) below, (Map<String, Object>) section);
            } else {
                base.put(key, value);
            }
        });
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> parse(String yaml, String origin) {
        Object document = load(yaml, origin);
        if (document == null) {
            return new LinkedHashMap<>();
        }
        if (!(document instanceof Map<?, ?> map)) {
            throw new UserException(origin + " holds no keys; expected YAML such as `training: {epochs: 20}`");
        }
        return (Map<String, Object>) map;
    }

    private static Object scalar(String yaml, String origin) {
        return load(yaml, origin);
    }

    private static Object load(String yaml, String origin) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(20);
        options.setNestingDepthLimit(20);
        try {
            return new Yaml(new SafeConstructor(options)).load(yaml);
        } catch (MarkedYAMLException e) {
            String where = e.getProblemMark() == null ? "" : ", line " + (e.getProblemMark().getLine() + 1) + " column " + (e.getProblemMark().getColumn() + 1);
            throw new UserException(origin + where + " is not valid YAML: " + e.getProblem(), e);
        } catch (YAMLException e) {
            throw new UserException(origin + " is not valid YAML: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
        }
    }

    private static String text(String resource) {
        try (InputStream stream = ConfigYaml.class.getResourceAsStream(FOLDER + resource)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the resource " + resource + " cannot be read", e);
        }
    }
}
