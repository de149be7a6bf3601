package dev.imas.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the names of pictures say they were cut out of or made from: tiles (QuPath's
 * {@code NAME [x=0,y=512,w=512,h=512]}, {@code NAME_x0_y512}, {@code NAME_row1_col2}, {@code NAME_tile_3}, or
 * {@code NAME_0_512} where all such numbers are multiples of 16) and changed copies ({@code NAME_flip},
 * {@code NAME_rot90}, {@code NAME_aug3}, Roboflow's {@code NAME_jpg.rf.0a1b…}). Two parts of one picture look as much
 * alike as frames of one recording.
 */
final class SourceNames {
    private static final String GAP = "[ _.-]+";

    /** Coordinates in brackets, as QuPath exports tiles. */
    private static final String IN_BRACKETS = "[ _-]*[\\[(][a-z] ?= ?-?[0-9.]+(?:[,; ]+[a-z] ?= ?-?[0-9.]+)+[\\])]";

    /** Two coordinates by their names; a plate's wells such as r01c02 are not parts of one picture. */
    private static final String COORDINATES = coordinates("x", "y", "*")
            + "|" + coordinates("i", "j", "*")
            + "|" + coordinates("row", "col(?:umn)?", "*")
            + "|" + coordinates("r", "c", "+");

    private static final String NUMBERED_PART = GAP + "(?:tile|patch|crop)s?[ _.-]?\\d+(?:[ _.-]\\d+)*";

    /** German "rot" alone is a colour, and Aug beside a year a month. */
    private static final String CHANGED = "(?:" + GAP
            + "(?:(?:h|v|(?:horizontal|vertical)(?:ly)?[ _-]?)?flip(?:ped)?(?:[ _-]?(?:[hvxy]|lr|ud))?|mirror(?:ed)?"
            + "|rot[ _-]?(?:90|180|270)|rotated?(?:[ _-]?\\d{1,3})?)"
            + "|(?<!(?:19|20)\\d\\d)" + GAP + "aug(?:mented)?(?:[ _-]?\\d{1,3})?)";

    private static final String ROBOFLOW = "(?:[_.](?:jpe?g|png|bmp|tiff?|webp))?\\.rf\\.[0-9a-z]{16,}";

    private static final Pattern PART = part(IN_BRACKETS, COORDINATES, CHANGED, ROBOFLOW);
    private static final Pattern PART_OR_NUMBERED = part(IN_BRACKETS, COORDINATES, CHANGED, ROBOFLOW, NUMBERED_PART);
    private static final Pattern NUMBERED = part(NUMBERED_PART);

    /** Numbers alone at the end of a name, with something before them. */
    private static final Pattern NUMBERS = Pattern.compile("(?<=[^/ _.,-])(?:[ _.,-]+\\d+){2,}$");

    private static final int STEP = 16;

    /** What names may end in behind frames and tiles: _image, _roi, or the _0000 of nnU-Net's first channel. */
    private static final Pattern LAST_WORD =
            Pattern.compile("(?<=[^/ _.-])[ _.-]+(?:\\d*[a-zA-Z][a-zA-Z0-9]*|0\\d{3})$");

    /** What all names end in, which tells none from another. */
    private final String ending;

    /** Of one source alone numbered parts say nothing: field_crop_001 to 100 may be as many fields. */
    private final Pattern part;

    /** How many numbers at the end of names are pixels where tiles begin; 0 or at least 2. */
    private final int offsets;

    /** @param names all that are compared: only together do numbers tell that they count pixels */
    SourceNames(List<String> names) {
        ending = ending(names.stream().map(SourceNames::bare).toList());
        long numbered = names.stream()
                .map(name -> NUMBERED.matcher(stem(name)))
                .filter(Matcher::find)
                .map(name -> name.replaceFirst(""))
                .distinct()
                .count();
        part = numbered > 1 ? PART_OR_NUMBERED : PART;
        offsets = offsets(names.stream().map(this::stem).toList());
    }

    /** Words that all names share at their ends, with something before them, and that make no part of a picture. */
    private static String ending(List<String> names) {
        String shared = "";
        while (names.size() > 1) {
            String first = names.get(0).substring(0, names.get(0).length() - shared.length());
            Matcher word = LAST_WORD.matcher(first);
            if (PART_OR_NUMBERED.matcher(first).find() || !word.find()) {
                break;
            }
            String longer = word.group() + shared;
            if (!names.stream().allMatch(name -> name.endsWith(longer) && name.length() > longer.length())) {
                break;
            }
            shared = longer;
        }
        return shared;
    }

    /** Without the ending of a picture, and NAME of NAME.ome. */
    private static String bare(String entry) {
        return WrittenNames.withoutOme(WrittenNames.withoutEnding(entry));
    }

    private String stem(String entry) {
        String bare = bare(entry);
        return bare.endsWith(ending) ? bare.substring(0, bare.length() - ending.length()) : bare;
    }

    private static Pattern part(String... kinds) {
        return Pattern.compile("(?i)(?<=[^/])(?:" + String.join("|", kinds) + ")$");
    }

    private static String coordinates(String first, String second, String gaps) {
        String number = "[ _=-]?\\d+";
        String sizes = "(?:[ _.-]*[wh]" + number + ")*";
        String gap = "[ _.-]" + gaps;
        return GAP + "(?:" + first + number + gap + second + number + "|" + second + number + gap + first + number + ")"
                + sizes;
    }

    /** A path or name without its ending, what all end in, and what makes it a part of another. */
    String source(String entry) {
        String rest = stem(entry);
        for (Matcher end = part.matcher(rest); end.find(); end = part.matcher(rest)) {
            rest = rest.substring(0, end.start());
        }
        Matcher numbers = NUMBERS.matcher(rest);
        return offsets > 0 && numbers.find() ? withoutNumbers(rest, offsets) : rest;
    }

    /** Whether a name says that its picture is a part or a copy of another. */
    boolean isPart(String entry) {
        return !source(entry).equals(stem(entry));
    }

    /**
     * Of all names that end in several numbers, how many of the last are multiples of 16 in every name, and not the
     * same in all: two at least, or 0.
     */
    private static int offsets(List<String> stems) {
        List<long[]> ends = new ArrayList<>();
        for (String stem : stems) {
            Matcher numbers = NUMBERS.matcher(stem);
            if (numbers.find()) {
                ends.add(fromTheEnd(numbers.group()));
            }
        }
        int shortest = ends.stream().mapToInt(end -> end.length).min().orElse(0);
        int count = 0;
        while (count < shortest && stepped(ends, count)) {
            count++;
        }
        return count >= 2 ? count : 0;
    }

    private static boolean stepped(List<long[]> ends, int place) {
        return ends.stream().allMatch(end -> end[place] % STEP == 0)
                && ends.stream().mapToLong(end -> end[place]).distinct().count() > 1;
    }

    private static long[] fromTheEnd(String numbers) {
        List<Long> found = new ArrayList<>(Arrays.stream(numbers.split("[ _.,-]+"))
                .filter(digits -> !digits.isEmpty())
                .map(SourceNames::value)
                .toList());
        Collections.reverse(found);
        return found.stream().mapToLong(Long::longValue).toArray();
    }

    /** A number of more digits than pixels have is none of theirs. */
    private static long value(String digits) {
        return digits.length() > 9 ? 1 : Long.parseLong(digits);
    }

    private static String withoutNumbers(String name, int count) {
        return Pattern.compile("(?:[ _.,-]+\\d+){" + count + "}$").matcher(name).replaceFirst("");
    }
}
