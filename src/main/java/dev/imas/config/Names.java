package dev.imas.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How Java's names are written in files and on the command line: a record component {@code batchLabeled} is the key
 * {@code batch_labeled}, an enum constant {@code LONG_SIDE} the word {@code long_side}, {@code CE_PLUS_DICE} the word
 * {@code ce+dice}. A word may be given with hyphens, too. The one place with this rule.
 */
public final class Names {
    private Names() {}

    /** The key of a record component. */
    public static String key(String component) {
        StringBuilder key = new StringBuilder();
        for (char letter : component.toCharArray()) {
            if (letter >= 'A' && letter <= 'Z') {
                key.append('_');
            }
            key.append(Character.toLowerCase(letter));
        }
        return key.toString();
    }

    /** The word of an enum constant. */
    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace("_plus_", "+");
    }

    /** All words of an enum, in its order. */
    public static List<String> words(Class<? extends Enum<?>> type) {
        return Arrays.stream(type.getEnumConstants()).map(Names::word).toList();
    }

    /** All words of an enum as a person lists them: {@code auto, fp32, tf32 or bf16}. */
    public static String choice(Class<? extends Enum<?>> type) {
        List<String> words = words(type);
        int last = words.size() - 1;
        return last == 0 ? words.get(0) : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }

    /** The constant of a word in upper or lower case, its parts joined in either way; empty if there is none. */
    public static <E extends Enum<E>> Optional<E> constant(Class<E> type, String word) {
        String lower = word.toLowerCase(Locale.ROOT).replace('-', '_');
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> word(constant).equals(lower))
                .findFirst();
    }
}
