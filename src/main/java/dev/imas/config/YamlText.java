package dev.imas.config;

import dev.imas.common.UserException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads YAML without guessing types: maps in file order, lists, and every scalar as the text that stands there (null
 * where nothing or {@code null} or {@code ~} does). What a text means is decided by the key it belongs to, so
 * {@code cutmix: off} is no boolean, {@code 1e-4} is a number, and a path {@code 2007_01} keeps its underscore. No
 * object is ever constructed from the file: the nodes are walked, with limits on size, depth and aliases, and an
 * explicit tag is refused.
 */
final class YamlText {
    static final int MAX_CHARACTERS = 1 << 20;
    private static final int MAX_DEPTH = 20;
    private static final int MAX_ALIASES = 20;
    private static final int MAX_NODES = 100_000;
    private static final Pattern NULL = Pattern.compile("~|null|Null|NULL|");
    private static final Pattern BARE_COLOR = Pattern.compile("[\\[{,\\s]#[0-9a-fA-F]{6}\\s*[,\\]:]");
    /** A key that YAML takes for a comment, so that its line would be lost without a word. */
    private static final Pattern BARE_COLOR_KEY = Pattern.compile("(?m)^\\s+#[0-9a-fA-F]{6}\\s*:\\s");

    private static final Set<Tag> PLAIN = Set.of(Tag.STR, Tag.MAP, Tag.SEQ);

    private final String origin;
    private int nodes;

    private YamlText(String origin) {
        this.origin = origin;
    }

    /**
     * @param origin what messages call the text, e.g. its file name
     * @return a Map, a List, a String, or null
     * @throws UserException when it is no YAML or leaves the limits, with line and column
     */
    static Object read(String yaml, String origin) {
        Matcher lost = BARE_COLOR_KEY.matcher(yaml);
        if (lost.find()) {
            throw new UserException(origin + ": " + lost.group().strip()
                    + " is read as a comment; a colour stands in quotes, as in \"#80ff00\": 1");
        }
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(MAX_ALIASES);
        options.setNestingDepthLimit(MAX_DEPTH);
        options.setCodePointLimit(MAX_CHARACTERS);
        try {
            ParserImpl parser = new ParserImpl(new StreamReader(new StringReader(yaml)), options);
            Node root = new Composer(parser, new TextResolver(), options).getSingleNode();
            return root == null ? null : new YamlText(origin).value(root, 0);
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark();
            String where = mark == null ? "" : ", line " + (mark.getLine() + 1) + " column " + (mark.getColumn() + 1);
            String problem = firstLine(e.getProblem()) + quotes(yaml);
            throw new UserException(origin + where + " is not valid YAML: " + problem, e);
        } catch (YAMLException e) {
            throw new UserException(origin + " is not valid YAML: " + firstLine(e.getMessage()), e);
        }
    }

    /** The keys of a section, in its order; a text without any is an empty section. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> keys(String yaml, String origin) {
        Object document = read(yaml, origin);
        if (document == null) {
            return new LinkedHashMap<>();
        }
        if (!(document instanceof Map<?, ?> map)) {
            throw new UserException(origin + " holds no keys; expected YAML such as `training: {epochs: 20}`");
        }
        return (Map<String, Object>) map;
    }

    /** As {@link #keys(String, String)} of a file. */
    static Map<String, Object> keys(Path path) {
        try {
            if (Files.size(path) > MAX_CHARACTERS) {
                throw new UserException(path + " has " + Files.size(path)
                        + " bytes; expected a configuration file of at most " + MAX_CHARACTERS);
            }
            return keys(Files.readString(path), path.toString());
        } catch (MalformedInputException e) {
            throw new UserException(path + " is not a text file in UTF-8", e);
        } catch (IOException e) {
            String problem = Files.exists(path)
                    ? " cannot be read; expected a text file, check its permissions"
                    : ": no such configuration file";
            throw new UserException(path + problem, e);
        }
    }

    private Object value(Node node, int depth) {
        // Aliases are expanded here, so a small file could stand for a huge or endless tree.
        if (++nodes > MAX_NODES || depth > MAX_DEPTH) {
            throw problem(node, "too many or too deeply nested values; an alias may repeat itself");
        }
        if (!PLAIN.contains(node.getTag())) {
            String tag = node.getTag().getValue();
            throw problem(node, "the tag " + tag + "; only plain values, lists and sections are read");
        }
        if (node instanceof MappingNode mapping) {
            return map(mapping, depth);
        }
        if (node instanceof SequenceNode sequence) {
            List<Object> list = new ArrayList<>();
            for (Node item : sequence.getValue()) {
                list.add(value(item, depth + 1));
            }
            return list;
        }
        ScalarNode scalar = (ScalarNode) node;
        boolean plain = scalar.getScalarStyle() == DumperOptions.ScalarStyle.PLAIN;
        return plain && NULL.matcher(scalar.getValue()).matches() ? null : scalar.getValue();
    }

    private Map<String, Object> map(MappingNode node, int depth) {
        Map<String, Object> map = new LinkedHashMap<>();
        node.getValue().forEach(entry -> {
            if (!(value(entry.getKeyNode(), depth + 1) instanceof String key)) {
                throw problem(entry.getKeyNode(), "a key that is not a word");
            }
            if (map.containsKey(key)) {
                throw problem(entry.getKeyNode(), "the key " + key + " a second time; remove one");
            }
            map.put(key, value(entry.getValueNode(), depth + 1));
        });
        return map;
    }

    private UserException problem(Node node, String found) {
        return new UserException(origin + ", line " + (node.getStartMark().getLine() + 1) + ": found " + found);
    }

    /** A colour without quotes begins a comment, which ends a list too early. */
    private static String quotes(String yaml) {
        return BARE_COLOR.matcher(yaml).find() ? "; a colour stands in quotes: \"#80ff00\"" : "";
    }

    private static String firstLine(String text) {
        return String.valueOf(text).lines().findFirst().orElse("");
    }

    /** Resolves every untagged scalar to text. */
    private static final class TextResolver extends Resolver {
        @Override
        protected void addImplicitResolvers() {
            // none: the keys know their types
        }
    }
}
