package dev.imas.data;

import dev.imas.image.PictureNames;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;

/**
 * How masks are named after their pictures: a picture is {@code NAME + pictureEnding}, its mask
 * {@code maskBeginning + NAME + maskEnding}, before the endings of their formats.
 */
record Naming(String pictureEnding, String maskBeginning, String maskEnding) {
    static final Naming SAME = new Naming("", "", "");

    /** Of the files that Cityscapes has for a picture, those that hold classes, best first. */
    private static final List<String> CITYSCAPES = List.of("_gtFine_labelTrainIds", "_gtFine_labelIds");

    /** Every naming that matches a picture with a mask, most matches first, equal names first among equals. */
    static Map<Naming, Integer> between(Collection<String> pictures, Collection<String> masks) {
        Map<Naming, Integer> matches = new HashMap<>();
        count(pictures, masks, "", matches);
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
            count(names, masks, ending, matches);
        }
        Map<Naming, Integer> sorted = new LinkedHashMap<>();
        matches.entrySet().stream()
                .sorted((a, b) -> a.getValue().equals(b.getValue())
                        ? a.getKey().order().compareTo(b.getKey().order())
                        : b.getValue() - a.getValue())
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }

    private static void count(
            Collection<String> names, Collection<String> masks, String ending, Map<Naming, Integer> matches) {
        Set<String> known = new HashSet<>(names);
        for (String mask : masks) {
            if (known.contains(mask)) {
                matches.merge(new Naming(ending, "", ""), 1, Integer::sum);
            }
            longestBeginning(mask, known)
                    .ifPresent(rest -> matches.merge(new Naming(ending, "", rest), 1, Integer::sum));
            String folder = mask.substring(0, mask.lastIndexOf('/') + 1);
            Matcher beginning = FolderWords.MASK_BEGINNING.matcher(mask.substring(folder.length()));
            if (beginning.lookingAt()
                    && folder.isEmpty()
                    && known.contains(folder + mask.substring(folder.length() + beginning.end()))) {
                matches.merge(new Naming(ending, beginning.group(), ""), 1, Integer::sum);
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

    /** Sorts equal names first, then Cityscapes' own order, then the shortest. */
    private String order() {
        int rank = equals(SAME) ? 0 : CITYSCAPES.contains(maskEnding) ? 1 + CITYSCAPES.indexOf(maskEnding) : 5;
        return rank
                + String.format(
                        Locale.ROOT, "%05d", maskEnding.length() + maskBeginning.length() + pictureEnding.length())
                + maskBeginning + "*" + maskEnding;
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
