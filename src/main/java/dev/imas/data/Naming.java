package dev.imas.data;

import dev.imas.image.PictureNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;

/**
 * How masks are named after their pictures: a picture is {@code NAME + pictureEnding}, its mask
 * {@code maskBeginning + NAME + maskEnding}, before the endings of their formats.
 */
record Naming(String pictureEnding, String maskBeginning, String maskEnding) {
    static final Naming SAME = new Naming("", "", "");

    /** Of the files that Cityscapes has for a picture, those that hold classes, best first. */
    private static final List<String> CITYSCAPES = List.of("_gtFine_labelTrainIds", "_gtFine_labelIds");

    private static final Comparator<Naming> ORDER = Comparator.comparingInt(Naming::rank)
            .thenComparingInt(naming -> (naming.maskEnding + naming.maskBeginning + naming.pictureEnding).length())
            .thenComparing(naming -> naming.maskBeginning + "*" + naming.maskEnding);

    /** Every naming that matches a picture with a mask, most matches first, equal names first among equals. */
    static Map<Naming, Integer> between(Collection<String> pictures, Collection<String> masks) {
        Map<Naming, Integer> counts = new LinkedHashMap<>();
        matches(pictures, masks).forEach((naming, named) -> counts.put(naming, named.size()));
        return counts;
    }

    /** As {@link #between}, with the picture of every match. */
    static Map<Naming, List<String>> matches(Collection<String> pictures, Collection<String> masks) {
        Map<Naming, List<String>> matches = new HashMap<>();
        match(pictures, masks, "", matches);
        Set<String> endings = new TreeSet<>();
        for (String picture : pictures) {
            Matcher matcher = FolderWords.PICTURE_ENDING.matcher(picture);
            if (matcher.matches()) {
                endings.add(matcher.group(2));
            }
        }
        for (String ending : endings) {
            List<String> names = pictures.stream()
                    .filter(name -> name.endsWith(ending) && name.length() > ending.length())
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .toList();
            match(names, masks, ending, matches);
        }
        Map<Naming, List<String>> sorted = new LinkedHashMap<>();
        matches.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<Naming, List<String>> entry) ->
                                -entry.getValue().size())
                        .thenComparing(Map.Entry::getKey, ORDER))
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }

    private static void match(
            Collection<String> names, Collection<String> masks, String ending, Map<Naming, List<String>> matches) {
        Set<String> known = new HashSet<>(names);
        BiConsumer<Naming, String> add = (naming, name) ->
                matches.computeIfAbsent(naming, key -> new ArrayList<>()).add(name + ending);
        for (String mask : masks) {
            if (known.contains(mask)) {
                add.accept(new Naming(ending, "", ""), mask);
            }
            longestBeginning(mask, known)
                    .ifPresent(rest ->
                            add.accept(new Naming(ending, "", rest), mask.substring(0, mask.length() - rest.length())));
            Matcher beginning = FolderWords.MASK_BEGINNING.matcher(mask);
            if (mask.indexOf('/') < 0 && beginning.lookingAt() && known.contains(mask.substring(beginning.end()))) {
                add.accept(new Naming(ending, beginning.group(), ""), mask.substring(beginning.end()));
            }
        }
    }

    /** The masks that are named so, each with its picture. */
    Map<String, String> matched(Collection<String> pictures, Collection<String> masks) {
        Set<String> known = new HashSet<>(pictures);
        Map<String, String> matched = new LinkedHashMap<>();
        for (String mask : masks) {
            int end = mask.length() - maskEnding.length();
            if (mask.startsWith(maskBeginning) && mask.endsWith(maskEnding) && end > maskBeginning.length()) {
                String picture = mask.substring(maskBeginning.length(), end) + pictureEnding;
                if (known.contains(picture)) {
                    matched.put(mask, picture);
                }
            }
        }
        return matched;
    }

    /** What follows a picture's name in a mask's; letters and digits go on with a name, so they end none. */
    static Optional<String> longestBeginning(String mask, Set<String> names) {
        for (int end = mask.length() - 1; end > mask.lastIndexOf('/') + 1; end--) {
            if (!Character.isLetterOrDigit(mask.charAt(end)) && names.contains(mask.substring(0, end))) {
                return Optional.of(mask.substring(end));
            }
        }
        return Optional.empty();
    }

    /** Equal names go first, then Cityscapes' own order, then the shortest. */
    private int rank() {
        return equals(SAME) ? 0 : CITYSCAPES.contains(maskEnding) ? 1 + CITYSCAPES.indexOf(maskEnding) : 5;
    }

    /** Whether one of two with equal matches is known to be meant. */
    boolean preferredTo(Naming other) {
        return CITYSCAPES.contains(maskEnding) && other.maskEnding.startsWith("_gtFine_");
    }

    /**
     * The pattern of the pictures below a folder.
     *
     * @param folder empty or ending in a slash
     * @param star   what stands for the name
     */
    String pictures(String folder, String star) {
        return folder + star + pictureEnding;
    }

    /** As {@link #pictures}, of the masks. */
    String masks(String folder, String star) {
        // An ending such as .jpg of 1.jpg.png would stand for the format.
        return folder + maskBeginning + star + maskEnding + (PictureNames.isPicture(maskEnding) ? ".png" : "");
    }
}
