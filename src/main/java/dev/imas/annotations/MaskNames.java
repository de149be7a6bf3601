package dev.imas.annotations;

import dev.imas.image.PictureNames;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of mask files that are made of their picture's name and a word, such as {@code NAME_mask.png}. */
final class MaskNames {
    private static final Pattern WORD =
            Pattern.compile("(?i)(.+?)[-_. ]+(labell?ed|labels?|masks?|gt|seg|segmentation|colou?rs?|annotations?)");

    private MaskNames() {}

    /** The name of the picture without ending; empty for a name without such a word. */
    static Optional<String> picture(Path mask) {
        Matcher name = WORD.matcher(PictureNames.stem(mask.getFileName().toString()));
        return name.matches() ? Optional.of(name.group(1)) : Optional.empty();
    }
}
