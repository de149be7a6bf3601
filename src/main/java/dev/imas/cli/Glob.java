package dev.imas.cli;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.data.FolderTree;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;

/**
 * A pattern of paths as shells have them, for those who put it in quotes: {@code *}, {@code ?}, {@code [a-c]} and
 * <code>{a,b}</code> within a name, and <code>**</code> for folders of any depth. Hidden files match nothing.
 *
 * @param root  the folder that the pattern begins in
 * @param parts names below it
 */
record Glob(Path root, List<String> parts) {
    private static final int DEEPEST = 16;

    /** Whether a text is a pattern rather than a path. */
    static boolean is(String text) {
        return text.chars().anyMatch(letter -> "*?[{".indexOf(letter) >= 0);
    }

    static Glob of(String text) {
        String[] parts = text.split("/+");
        int fixed = 0;
        while (fixed < parts.length - 1 && !is(parts[fixed])) {
            fixed++;
        }
        String root = String.join("/", List.of(parts).subList(0, fixed));
        Path folder = root.isEmpty() ? Path.of(text.startsWith("/") ? "/" : "") : WrittenPath.of(root);
        return new Glob(folder, List.of(parts).subList(fixed, parts.length));
    }

    /** The files and folders that match, in order. */
    List<Path> matches() {
        List<Path> matches = new ArrayList<>();
        find(root, 0, matches);
        return matches.stream().distinct().sorted().toList();
    }

    /** Whether this file, or the folder that it is in, would match, were it there. */
    boolean finds(Path file) {
        Path start = RealPath.of(root);
        Path real = RealPath.of(file);
        if (!real.startsWith(start)) {
            return false;
        }
        Path place = start.relativize(real);
        return fits(place, 0, 0) || place.getParent() != null && fits(place.getParent(), 0, 0);
    }

    private boolean fits(Path place, int name, int part) {
        if (part == parts.size()) {
            return name == place.getNameCount();
        }
        boolean more = name < place.getNameCount();
        if (parts.get(part).equals("**")) {
            return fits(place, name, part + 1) || more && fits(place, name + 1, part);
        }
        return more && matcher(root, parts.get(part)).matches(place.getName(name)) && fits(place, name + 1, part + 1);
    }

    @Override
    public String toString() {
        return root.resolve(String.join("/", parts)).toString();
    }

    private void find(Path folder, int part, List<Path> matches) {
        if (part == parts.size()) {
            matches.add(folder);
            return;
        }
        if (!Files.isDirectory(folder)) {
            return;
        }
        if (parts.get(part).equals("**")) {
            find(folder, part + 1, matches);
            boolean deeper = root.relativize(folder).getNameCount() < DEEPEST;
            entries(folder).stream()
                    .filter(entry -> deeper && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
                    .forEach(entry -> find(entry, part, matches));
        } else {
            PathMatcher matcher = matcher(folder, parts.get(part));
            entries(folder).stream()
                    .filter(entry -> matcher.matches(entry.getFileName()))
                    .forEach(entry -> find(entry, part + 1, matches));
        }
    }

    private static PathMatcher matcher(Path folder, String part) {
        try {
            return folder.getFileSystem().getPathMatcher("glob:" + part);
        } catch (PatternSyntaxException e) {
            throw new UserException(
                    "--input: " + part + " is no pattern of names (a bracket is not closed); expected such as *.tif",
                    e);
        }
    }

    private static List<Path> entries(Path folder) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(entry -> {
                if (!FolderTree.ignored(entry)) {
                    entries.add(entry);
                }
            });
        } catch (IOException e) {
            throw new UserException("--input: " + folder + " cannot be listed (" + FileProblem.of(e, folder) + ")", e);
        }
        return entries;
    }
}
