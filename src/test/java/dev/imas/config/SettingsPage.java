package dev.imas.config;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** docs/settings.md, made of the records (keys, values) and of presets/defaults.yaml (defaults, meanings). */
final class SettingsPage {
    private static final Pattern KEY = Pattern.compile("( *)(\\w+):(.*?)(?:# (.*))?");
    private static final Pattern CONTINUED = Pattern.compile(" +# (.*)");
    private static final Pattern METHOD = Pattern.compile("method (\\d(?:\\.\\d)?)");

    /** A key as defaults.yaml has it: the value's text, empty for a section, and the comment behind it. */
    record Entry(String value, String comment) {}

    private SettingsPage() {}

    /** The keys of defaults.yaml, sections too, in the file's order. A comment may go on in the lines below its key. */
    static Map<String, Entry> defaults() {
        Map<String, Entry> entries = new LinkedHashMap<>();
        List<String> sections = new ArrayList<>();
        String last = null;
        for (String line : text().lines().toList()) {
            Matcher continued = CONTINUED.matcher(line);
            Matcher key = KEY.matcher(line);
            if (continued.matches()) {
                String more = " " + continued.group(1);
                entries.computeIfPresent(last, (k, entry) -> new Entry(entry.value, entry.comment + more));
            } else if (key.matches()) {
                sections.subList(key.group(1).length() / 2, sections.size()).clear();
                sections.add(key.group(2));
                last = String.join(".", sections);
                String comment = key.group(4) == null ? "" : key.group(4);
                entries.put(last, new Entry(key.group(3).strip(), comment));
            }
        }
        return entries;
    }

    static String text() {
        try (InputStream stream = ConfigYaml.class.getResourceAsStream("/presets/defaults.yaml")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static String page() {
        Map<String, Entry> defaults = defaults();
        StringBuilder page = new StringBuilder(
                """
                # Settings

                Every key of a configuration, in the order of `./imas presets NAME`, which prints one in full. A YAML
                file has the sections as they stand here; on the command line a key is whole:
                `--set training.epochs=20`. A preset or file names what it changes; all else has the default, which is
                the published behaviour on PASCAL VOC ([method.md](method.md)). Both ends of a range belong to it.

                ↻ marks what may be set anew when a run is resumed; everything else must stay as it was.

                This page is generated from the records in `ImasConfig` and the comments in
                `src/main/resources/presets/defaults.yaml`. When it is out of date, `SettingsPageTest` fails and names
                the file to copy.
                """);
        String section = null;
        for (Setting setting : bySection()) {
            String own = section(setting);
            if (!own.equals(section)) {
                section = own;
                page.append(own.isEmpty() ? "\n## The run\n" : "\n## " + own + "\n");
                String about = own.isEmpty() ? "" : defaults.get(own).comment;
                page.append(about.isEmpty() ? "" : "\n" + capital(linked(about)) + ".\n");
                page.append("\n| key | values | default | meaning |\n|---|---|---|---|\n");
            }
            Entry entry = defaults.get(setting.key());
            page.append("| `")
                    .append(setting.key().substring(own.isEmpty() ? 0 : own.length() + 1))
                    .append('`')
                    .append(setting.has(Allowed.OnResume.class) ? " ↻" : "")
                    .append(" | ")
                    .append(values(setting))
                    .append(" | `")
                    .append(entry.value)
                    .append("` | ")
                    .append(linked(entry.comment))
                    .append(" |\n");
        }
        return page.toString();
    }

    /** A section that holds another one among its keys is told as a whole, then the other. */
    private static List<Setting> bySection() {
        return Setting.ALL.stream()
                .collect(Collectors.groupingBy(SettingsPage::section, LinkedHashMap::new, Collectors.toList()))
                .values()
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    private static String section(Setting setting) {
        return setting.key().substring(0, Math.max(0, setting.key().lastIndexOf('.')));
    }

    private static String capital(String text) {
        boolean word = Character.isLetter(text.charAt(0));
        return word ? Character.toUpperCase(text.charAt(0)) + text.substring(1) : text.replaceFirst("\\[m", "[M");
    }

    /** References to the method become links. */
    private static String linked(String comment) {
        return METHOD.matcher(comment.replace("|", "\\|"))
                .replaceAll(found -> "[method " + found.group(1) + "](method.md#m"
                        + found.group(1).replace('.', '-') + ")");
    }

    private static String values(Setting setting) {
        RecordComponent component = setting.component();
        Class<?> type = component.getType();
        if (type.isEnum()) {
            return Names.words(constants(type)).stream()
                    .map(word -> "`" + word + "`")
                    .collect(Collectors.joining(", "));
        }
        if (type == Channels.class) {
            return Channels.EXPECTED;
        }
        if (type == PixelRange.class) {
            return PixelRange.EXPECTED;
        }
        if (setting.has(Allowed.Text.class)) {
            return component.getAnnotation(Allowed.Text.class).expected();
        }
        if (setting.has(Allowed.PathOrNull.class)) {
            return "a path, or `null`";
        }
        if (type == Map.class) {
            return "pairs such as `{0: 0, 255: 1}`";
        }
        if (type == List.class) {
            Class<?> item = (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
            Allowed.Items items = component.getAnnotation(Allowed.Items.class);
            return (setting.has(Allowed.OrAuto.class) ? "`auto`, or " : "")
                    + (items == null ? "a list" : items.expected()) + "; each " + single(setting, item);
        }
        return (type == Integer.class ? "`auto`, or " : "") + single(setting, type);
    }

    private static String single(Setting setting, Class<?> type) {
        if (type == boolean.class) {
            return "`true`, `false`";
        }
        if (setting.has(Allowed.Color.class)) {
            return "a colour such as `\"#80ff00\"`";
        }
        if (type == String.class) {
            return "a text";
        }
        if (setting.has(Allowed.OneOf.class)) {
            return Allowed.words(setting.component().getAnnotation(Allowed.OneOf.class));
        }
        String number = type == double.class || type == Double.class ? "a number" : "a whole number";
        Allowed.Range range = setting.component().getAnnotation(Allowed.Range.class);
        return range == null ? number : number + ", " + Allowed.words(range);
    }

    @SuppressWarnings("unchecked")
    static Class<? extends Enum<?>> constants(Class<?> type) {
        return (Class<? extends Enum<?>>) type;
    }
}
