package dev.imas.annotations;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.Colors;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A list of classes, one a line and in order: a name, with a colour {@code #rrggbb} or three numbers up to 255 before
 * or behind it. {@code NAME = OTHER} makes one of two names, {@code NAME = ignore} leaves its pixels out of training,
 * {@code NAME = skip} leaves its annotations out; {@code * = skip} all that the list does not name. Lines that begin
 * with "# " say nothing.
 *
 * @param names   the classes in order, less those that are called ignored
 * @param colours their colours, where the file has them; a class may have several
 * @param renamed other names, and what becomes of them
 */
record ClassList(List<String> names, Map<String, List<Integer>> colours, Map<String, String> renamed) {
    /** Stands for every name that the list does not have. */
    static final String OTHERS = "*";

    static final String SKIP = "skip";
    private static final long MOST_BYTES = 1 << 20;
    private static final Pattern HEX_BEHIND = Pattern.compile("(.*\\S)\\s+(#[0-9a-fA-F]{6})");
    private static final Pattern HEX_BEFORE = Pattern.compile("(#[0-9a-fA-F]{6})\\s+(\\S.*)");
    private static final String COLOUR = "(?<r>\\d{1,3})[\\s,;]+(?<g>\\d{1,3})[\\s,;]+(?<b>\\d{1,3})";
    private static final Pattern NUMBERS_BEFORE = Pattern.compile(COLOUR + "[\\s,;]+(?<name>\\S.*)");
    private static final Pattern NUMBERS_BEHIND = Pattern.compile("(?<name>\\S.*?)[\\s,;]+" + COLOUR);

    static ClassList read(Path file) {
        Findings faults = new Findings();
        ClassList classes = new ClassList(new ArrayList<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replace("\uFEFF", "").strip();
            String origin = file + " line " + (i + 1);
            if (!line.isEmpty() && !line.startsWith("# ")) {
                faults.gather(() -> classes.add(line, origin));
            }
        }
        if (classes.names.isEmpty()) {
            faults.fault(file + " names no class; expected one a line");
        }
        classes.renamed.forEach((name, target) -> {
            boolean known = ClassNames.isIgnored(target) || ClassNames.isBackground(target) || target.equals(SKIP);
            if (!known && !classes.names.contains(target)) {
                faults.fault(file + ": " + name + " = " + target + ", which is no class of the list;"
                        + " expected one of them, background, ignore or skip");
            }
        });
        faults.raise();
        return classes;
    }

    private static List<String> lines(Path file) {
        String problem = FileProblem.ofInput(file);
        if (problem != null) {
            throw new UserException("--classes: " + file + " " + problem + "; expected a text file, one class a line");
        }
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new UserException("--classes: " + file + " has " + Files.size(file)
                        + " bytes; expected a list of classes, one a line");
            }
            return Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            throw new UserException("--classes: " + file + " is no text in UTF-8", e);
        } catch (IOException e) {
            throw new UserException("--classes: " + file + " cannot be read (" + FileProblem.of(e, file) + ")", e);
        }
    }

    private void add(String line, String origin) {
        int equals = line.lastIndexOf(" = ");
        if (equals > 0) {
            String name = ClassNames.tidy(line.substring(0, equals));
            if (renamed.put(name, ClassNames.tidy(line.substring(equals + 3))) != null || names.contains(name)) {
                throw new UserException(origin + " names " + Words.brief(name) + " a second time");
            }
            return;
        }
        Matcher behind = HEX_BEHIND.matcher(line);
        Matcher before = HEX_BEFORE.matcher(line);
        Matcher numbersBefore = NUMBERS_BEFORE.matcher(line);
        Matcher numbersBehind = NUMBERS_BEHIND.matcher(line);
        if (behind.matches()) {
            add(behind.group(1), Colors.ofHex(behind.group(2)).getAsInt(), origin);
        } else if (before.matches()) {
            add(before.group(2), Colors.ofHex(before.group(1)).getAsInt(), origin);
        } else if (numbersBefore.matches()) {
            add(numbersBefore.group("name"), colour(numbersBefore, origin), origin);
        } else if (numbersBehind.matches()) {
            add(numbersBehind.group("name"), colour(numbersBehind, origin), origin);
        } else {
            add(line, null, origin);
        }
    }

    private static int colour(Matcher numbers, String origin) {
        int colour = 0;
        for (String group : List.of("r", "g", "b")) {
            int channel = Integer.parseInt(numbers.group(group));
            if (channel > 255) {
                throw new UserException(origin + " has the colour channel " + channel + "; expected 0 to 255");
            }
            colour = colour << 8 | channel;
        }
        return colour;
    }

    private void add(String written, Integer colour, String origin) {
        String name = ClassNames.tidy(written);
        boolean ignored = ClassNames.isIgnored(name);
        boolean again = names.contains(name) || renamed.containsKey(name);
        if (again && (colour == null || !names.contains(name))) {
            throw new UserException(origin + " names " + Words.brief(name) + " a second time");
        }
        if (!ignored && !again) {
            names.add(name);
        }
        if (colour != null) {
            for (Map.Entry<String, List<Integer>> other : colours.entrySet()) {
                if (other.getValue().contains(colour)) {
                    throw new UserException(origin + " gives " + Colors.hex(colour) + " to " + Words.brief(name)
                            + ", which is the colour of " + Words.brief(other.getKey()));
                }
            }
            colours.computeIfAbsent(name, key -> new ArrayList<>()).add(colour);
        }
    }
}
