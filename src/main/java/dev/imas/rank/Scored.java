package dev.imas.rank;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A picture and how hard it is.
 *
 * @param picture its number in its collection
 * @param name    its name there
 * @param score   by the criterion, in [0,1]; the larger, the harder
 * @param parts   what the score is made of, by name, the same names in the same order for every picture of a ranking
 */
public record Scored(int picture, String name, double score, Map<String, Double> parts) {
    /** The hardest first; equally hard ones by name. */
    static final Comparator<Scored> HARDEST_FIRST =
            Comparator.comparingDouble(Scored::score).reversed().thenComparing(Scored::name);

    /** In {@link #HARDEST_FIRST}. */
    static List<Scored> ordered(List<Scored> pictures) {
        return pictures.stream().sorted(HARDEST_FIRST).toList();
    }
}
