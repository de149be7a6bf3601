package dev.imas.data;

import dev.imas.data.FolderGroups.Group;
import dev.imas.data.FolderWords.Kind;
import dev.imas.data.FolderWords.Meaning;
import dev.imas.data.FolderWords.Split;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A folder for each picture, with folders of pictures and masks in it. */
final class ObjectFolders {
    private final FolderGroups groups;

    ObjectFolders(FolderGroups groups) {
        this.groups = groups;
    }

    /** As in the Data Science Bowl: ID/images/ID.png and ID/masks/ with one mask an object. */
    Optional<FolderPatterns> patterns() {
        Set<String> found = new LinkedHashSet<>();
        for (Group group : groups.all()) {
            String[] parts = group.folder().split("/");
            boolean single = group.kind() == Kind.PICTURES && group.names().size() == 1 && parts.length >= 2;
            if (single && parts[parts.length - 2].equals(group.names().get(0))) {
                String parent = String.join("/", List.of(parts).subList(0, parts.length - 2));
                found.add((parent.isEmpty() ? "" : parent + "/") + "*/" + parts[parts.length - 1] + "/*");
            }
        }
        Map<Split, Map<String, String>> bySplit = new LinkedHashMap<>();
        for (String pictures : found) {
            String folder = pictures.substring(0, pictures.indexOf('*'));
            masksOfFolders(pictures)
                    .ifPresent(masks -> bySplit.computeIfAbsent(splitOf(folder), key -> new LinkedHashMap<>())
                            .put(pictures, masks));
        }
        Map<String, String> learned = bySplit.getOrDefault(Split.TRAIN, bySplit.getOrDefault(Split.NONE, Map.of()));
        Map<String, String> validation = bySplit.getOrDefault(Split.VALIDATION, Map.of());
        return learned.isEmpty()
                ? Optional.empty()
                : Optional.of(new FolderPatterns(
                        List.copyOf(learned.keySet()),
                        List.copyOf(learned.values()),
                        List.copyOf(validation.keySet()),
                        List.copyOf(validation.values())));
    }

    /** The folders of masks beside those of pictures; of one mask that is called as the picture, the mask itself. */
    private Optional<String> masksOfFolders(String pictures) {
        String folder = pictures.substring(0, pictures.indexOf('*'));
        Pattern inFolder = Pattern.compile(Pattern.quote(folder) + "([^/]+)/([^/]+/)");
        boolean alone = true;
        String name = null;
        for (Group group : groups.all()) {
            Matcher matcher = inFolder.matcher(group.folder());
            if (group.kind() == Kind.MASKS && matcher.matches()) {
                alone &= group.names().equals(List.of(matcher.group(1)));
                name = matcher.group(2);
            }
        }
        return Optional.ofNullable(name)
                .map(alone ? masks -> folder + "*/" + masks + "*" : masks -> folder + "*/" + masks);
    }

    private Split splitOf(String folder) {
        Split split = Split.NONE;
        for (Meaning meaning : groups.tree().meanings(folder)) {
            split = meaning.split() == Split.NONE ? split : meaning.split();
        }
        return split;
    }
}
