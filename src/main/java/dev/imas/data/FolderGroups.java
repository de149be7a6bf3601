package dev.imas.data;

import dev.imas.data.FolderWords.Kind;
import dev.imas.data.FolderWords.Meaning;
import dev.imas.data.FolderWords.Split;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The pictures of a folder by what the names of their folders say: what lies together has one meaning. */
final class FolderGroups {
    /** What the folders below cannot change: unlabeled/images are unlabelled. */
    private static final Set<Kind> SETTLED = EnumSet.of(Kind.UNLABELED, Kind.OTHER);

    /** By the path up to the last part that has a meaning. */
    private final Map<String, Group> groups = new TreeMap<>();

    private final FolderTree tree;

    FolderGroups(FolderTree tree) {
        this.tree = tree;
        tree.pictures().forEach(this::place);
    }

    /**
     * @param folder  path below the root, empty or ending in a slash
     * @param context the folder's path without the parts that have a meaning
     * @param names   of its files: paths below it, without ending
     */
    record Group(String folder, Kind kind, Split split, String context, List<String> names) {
        /** Stands for the names in a pattern. */
        String star() {
            return names.stream().anyMatch(name -> name.indexOf('/') >= 0) ? "**" : "*";
        }

        /** The pattern of all its files. */
        String all() {
            return folder + star();
        }
    }

    private void place(String path) {
        String folder = "";
        String context = "";
        Kind kind = Kind.UNKNOWN;
        Split split = Split.NONE;
        int from = 0;
        StringBuilder unknown = new StringBuilder();
        for (Meaning meaning : tree.meanings(path)) {
            int slash = path.indexOf('/', from);
            String name = path.substring(from, slash);
            from = slash + 1;
            if (meaning.told()) {
                folder = path.substring(0, from);
                context = unknown.toString();
                kind = meaning.kind() == Kind.UNKNOWN || SETTLED.contains(kind) ? kind : meaning.kind();
                split = meaning.split() == Split.NONE ? split : meaning.split();
            } else {
                unknown.append(name).append('/');
            }
        }
        Kind foundKind = kind;
        Split foundSplit = split;
        String foundContext = context;
        groups.computeIfAbsent(folder, key -> new Group(key, foundKind, foundSplit, foundContext, new ArrayList<>()))
                .names()
                .add(WrittenNames.matched(WrittenNames.withoutEnding(path.substring(folder.length()))));
    }

    FolderTree tree() {
        return tree;
    }

    Collection<Group> all() {
        return groups.values();
    }

    /** Those of a part and kind, in the order of their paths. */
    List<Group> of(Split split, Kind kind) {
        return groups.values().stream()
                .filter(group -> group.split() == split && group.kind() == kind)
                .toList();
    }

    /** Folders called so; where there is none, those that are called nothing, such as train beside trainannot. */
    List<Group> pictures(Split split) {
        List<Group> called = of(split, Kind.PICTURES);
        return called.isEmpty()
                ? of(split, Kind.UNKNOWN).stream().map(FolderGroups::atItsTop).toList()
                : called;
    }

    /** Beside pictures, a folder whose name says nothing may be anything, such as predictions. */
    private static Group atItsTop(Group group) {
        List<String> top =
                group.names().stream().filter(name -> name.indexOf('/') < 0).toList();
        return top.isEmpty() ? group : new Group(group.folder(), group.kind(), group.split(), group.context(), top);
    }

    /** Folders of masks for the pictures of a part: of that part, else of none in particular. */
    List<Group> masks(Split split, Group pictures) {
        List<Group> ofPart = of(split, Kind.MASKS).stream()
                .filter(group -> group.context().equals(pictures.context()))
                .toList();
        return ofPart.isEmpty() && split != Split.NONE ? masks(Split.NONE, pictures) : ofPart;
    }
}
