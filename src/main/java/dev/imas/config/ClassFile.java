package dev.imas.config;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The names, and perhaps colours, of classes in a file that lies beside the pictures. As YAML: a list of names, the
 * same under {@code class_names}, {@code classes} or {@code names}, or names by number ({@code 0: background}), with
 * {@code palette} (or {@code colors}, {@code colours}) beside them, all this perhaps in a section {@code data} as a
 * configuration has it; as text: one name a line, behind its number (by which they are put in order where each has
 * one), behind or before three colour values, or before a colour {@code #rrggbb}, if there are any.
 *
 * @param path    the file
 * @param names   one a class, at least two
 * @param palette one 0xRRGGBB a class, or empty
 */
public record ClassFile(Path path, List<String> names, List<Integer> palette) {
    private static final List<String> YAML = List.of("classes.yaml", "classes.yml");
    private static final List<String> TEXT = List.of("classes.txt", "class_names.txt", "label_colors.txt");
    private static final List<String> NAMES = List.of("class_names", "classes", "names");
    private static final List<String> COLOURS = List.of("palette", "colors", "colours");
    private static final Pattern NUMBERED = Pattern.compile("(\\d{1,3})\\s*[:,;\\s]\\s*(\\S.*)");
    private static final String COLOUR = "(\\d{1,3})[\\s,;]+(\\d{1,3})[\\s,;]+(\\d{1,3})";
    private static final Pattern COLOUR_FIRST = Pattern.compile(COLOUR + "[\\s,;:]+(\\S.*)");
    private static final Pattern NUMBER_FIRST = Pattern.compile("(\\d{1,3})[\\s,;:]+(" + COLOUR + "[\\s,;:]+\\S.*)");
    private static final Pattern COLOUR_LAST = Pattern.compile("(\\S.*?)[\\s,;:]+" + COLOUR);
    private static final Pattern HEX_LAST = Pattern.compile("(\\S.*?)[\\s,;:]+(#\\p{XDigit}{6})");
    private static final int MOST = 255;
    private static final long MOST_BYTES = 1 << 20;

    /**
     * The first such file in a folder.
     *
     * @throws UserException for one that cannot be understood
     */
    public static Optional<ClassFile> in(Path folder) {
        for (String name : YAML) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return Optional.of(ofYaml(folder.resolve(name)));
            }
        }
        for (String name : TEXT) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return Optional.of(ofText(folder.resolve(name)));
            }
        }
        return Optional.empty();
    }

    private static ClassFile ofYaml(Path path) {
        Object document = YamlText.read(text(path), path.toString());
        if (document instanceof Map<?, ?> map && map.get("data") instanceof Map<?, ?> section) {
            document = section;
        }
        Object names = document;
        List<Integer> palette = List.of();
        if (document instanceof Map<?, ?> map) {
            names = NAMES.stream()
                    .<Object>map(map::get)
                    .filter(found -> found instanceof List<?> || found instanceof Map<?, ?>)
                    .findFirst()
                    .orElse(map);
            palette = COLOURS.stream()
                    .filter(map::containsKey)
                    .findFirst()
                    .map(key -> colours(path, map.get(key)))
                    .orElse(List.of());
        }
        return checked(path, names(path, names), palette);
    }

    private static List<String> names(Path path, Object found) {
        Collection<?> names = found instanceof Map<?, ?> map
                ? byNumber(path, map).values()
                : found instanceof List<?> list ? list : List.of();
        return names.stream().map(String::valueOf).toList();
    }

    private static Map<Integer, Object> byNumber(Path path, Map<?, ?> map) {
        Map<Integer, Object> names = new TreeMap<>();
        map.forEach((key, name) -> {
            if (key.toString().matches("\\d{1,3}")) {
                names.put(Integer.parseInt(key.toString()), name);
            }
        });
        for (int i = 0; i < names.size(); i++) {
            if (!names.containsKey(i)) {
                throw new UserException(
                        path + " names no class " + i + "; expected one name for each number from 0 on");
            }
        }
        return names;
    }

    private static List<Integer> colours(Path path, Object found) {
        List<Integer> colours = new ArrayList<>();
        for (Object item : found instanceof List<?> list ? list : List.of()) {
            OptionalInt colour = Colors.parse(String.valueOf(item));
            colours.add(colour.orElseThrow(
                    () -> new UserException(path + " has the colour " + item + "; expected " + Colors.EXPECTED)));
        }
        return colours;
    }

    private static ClassFile ofText(Path path) {
        List<String> lines = text(path)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        List<Matcher> four = lines.stream().map(NUMBER_FIRST::matcher).toList();
        boolean numbered = four.stream().allMatch(Matcher::matches)
                && areNumbers(four.stream()
                        .map(line -> Integer.parseInt(line.group(1)))
                        .toList());
        List<String> names = new ArrayList<>();
        List<Integer> palette = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String number = numbered ? four.get(i).group(1) + " " : "";
            String line = numbered ? four.get(i).group(2) : lines.get(i);
            Matcher hex = HEX_LAST.matcher(line);
            Matcher first = COLOUR_FIRST.matcher(line);
            Matcher last = COLOUR_LAST.matcher(line);
            if (hex.matches()) {
                palette.add(Colors.ofHex(hex.group(2)).getAsInt());
                names.add(number + hex.group(1));
            } else if (first.matches()) {
                palette.add(colour(path, line, first, 1));
                names.add(number + first.group(4));
            } else if (last.matches()) {
                palette.add(colour(path, line, last, 2));
                names.add(number + last.group(1));
            } else {
                names.add(line);
            }
        }
        return unnumbered(path, names, palette);
    }

    /** Whether they are those from 0 on, in whatever order. */
    private static boolean areNumbers(List<Integer> numbers) {
        return numbers.stream().sorted().toList().equals(places(numbers.size()));
    }

    private static List<Integer> places(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /**
     * Without the numbers in front of names where these are the classes': in their order where all have one, and where
     * some have one if it is that of their line.
     */
    private static ClassFile unnumbered(Path path, List<String> lines, List<Integer> palette) {
        List<Matcher> numbered = lines.stream().map(NUMBERED::matcher).toList();
        List<Integer> numbers = numbered.stream()
                .map(line -> line.matches() ? Integer.parseInt(line.group(1)) : -1)
                .toList();
        List<Integer> places = places(lines.size());
        if (areNumbers(numbers)) {
            List<Integer> order = places.stream().map(numbers::indexOf).toList();
            return checked(
                    path,
                    order.stream().map(i -> numbered.get(i).group(2)).toList(),
                    palette.size() == lines.size()
                            ? order.stream().map(palette::get).toList()
                            : palette);
        }
        boolean all = !numbers.contains(-1);
        boolean fromOne = areNumbers(numbers.stream().map(number -> number - 1).toList());
        if (all && (numbers.contains(0) || fromOne)) {
            int missing = places.stream()
                    .filter(i -> !numbers.contains(i))
                    .findFirst()
                    .orElseThrow();
            throw new UserException(path + " names no class " + missing + "; expected one name for each number from 0"
                    + " on, the background's first, or names in data.class_names");
        }
        boolean inPlace = places.stream()
                .allMatch(i -> numbers.get(i) < 0 || numbers.get(i).equals(i));
        List<String> names = places.stream()
                .map(i -> inPlace && numbers.get(i) >= 0 ? numbered.get(i).group(2) : lines.get(i))
                .toList();
        return checked(path, names, palette);
    }

    private static int colour(Path path, String line, Matcher found, int group) {
        int colour = 0;
        for (int i = group; i < group + 3; i++) {
            int value = Integer.parseInt(found.group(i));
            if (value > 255) {
                throw new UserException(path + " has the line '" + line + "'; expected colour values of 0 to 255");
            }
            colour = colour << 8 | value;
        }
        return colour;
    }

    private static ClassFile checked(Path path, List<String> names, List<Integer> palette) {
        if (names.size() < 2 || names.size() > MOST || names.stream().anyMatch(String::isBlank)) {
            throw new UserException(path + " names " + names.size() + " classes; expected 2 to " + MOST
                    + " names, the background's first");
        }
        names.stream().filter(name -> !ClassNameRule.allows(name)).findFirst().ifPresent(name -> {
            throw new UserException(path + " has the name '" + name + "'; expected " + ClassNameRule.EXPECTED);
        });
        if (names.stream().distinct().count() < names.size()) {
            throw new UserException(path + " has a name twice; expected another one for each class");
        }
        if (!palette.isEmpty() && palette.size() != names.size()) {
            throw new UserException(path + " has " + names.size() + " names and " + palette.size()
                    + " colours; expected one colour a name, or none");
        }
        return new ClassFile(path, List.copyOf(names), List.copyOf(palette));
    }

    private static String text(Path path) {
        try {
            if (Files.size(path) > MOST_BYTES) {
                throw new UserException(path + " has " + Files.size(path) + " bytes; expected a short list of names");
            }
            String text = Files.readString(path, StandardCharsets.UTF_8);
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (IOException e) {
            throw new UserException(path + " cannot be read; expected a text file in UTF-8 that names the classes", e);
        }
    }
}
