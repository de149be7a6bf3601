package dev.imas.data;

import java.text.Normalizer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Pictures that masks of other names were most likely meant for. */
final class Nearby {
    /** Where more masks match nothing, the first tell enough. */
    private static final int MOST_SEARCHED = 500;

    /** What is given back of a picture, by its plain name. */
    private final Map<String, String> pictures = new LinkedHashMap<>();

    /** The same by the name without zeros in front of numbers. */
    private final Map<String, String> numbered = new HashMap<>();

    private int searched;

    /** @param names of pictures, by what is given back */
    Nearby(Map<String, String> names) {
        names.forEach((picture, name) -> {
            pictures.putIfAbsent(plain(name), picture);
            numbered.putIfAbsent(counted(plain(name)), picture);
        });
    }

    /**
     * The picture whose name is the mask's but for case, separators, zeros in front of numbers, or something before or
     * behind it.
     */
    Optional<String> to(String mask) {
        String wanted = plain(mask);
        if (pictures.containsKey(wanted)) {
            return Optional.of(pictures.get(wanted));
        }
        if (numbered.containsKey(counted(wanted))) {
            return Optional.of(numbered.get(counted(wanted)));
        }
        if (++searched > MOST_SEARCHED) {
            return Optional.empty();
        }
        return pictures.keySet().stream()
                .filter(name -> isPart(name, wanted))
                .max(Comparator.comparingInt(String::length))
                .map(pictures::get);
    }

    /** In lower case, accents apart from their letters, one kind of separator. */
    private static String plain(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFKD)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[\\s._-]+", "_");
    }

    /** Numbers without zeros in front. */
    private static String counted(String plain) {
        return plain.replaceAll("(?<!\\d)0+(?=\\d)", "");
    }

    /** Whether a name stands in a longer one, apart from its other letters and digits. */
    private static boolean isPart(String name, String whole) {
        for (int at = whole.indexOf(name); at >= 0 && !name.isEmpty(); at = whole.indexOf(name, at + 1)) {
            int end = at + name.length();
            boolean before = at == 0 || !Character.isLetterOrDigit(whole.charAt(at - 1));
            boolean behind = end == whole.length() || !Character.isLetterOrDigit(whole.charAt(end));
            if (before && behind) {
                return true;
            }
        }
        return false;
    }
}
