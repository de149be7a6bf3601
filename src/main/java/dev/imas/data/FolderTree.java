package dev.imas.data;

import dev.imas.common.FileNames;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.data.FolderWords.Meaning;
import dev.imas.image.PictureNames;
import dev.imas.run.RunDirectory;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The files below a folder, as people mean them: without hidden ones, what systems put beside pictures, and folders of
 * runs, whose sample pictures are no data.
 *
 * @param root     the folder
 * @param pictures files that end as pictures do, relative to the root, written with slashes, in order
 * @param others   other files
 * @param broken   links that lead nowhere
 * @param parts    folders that are parts of a data set by what lies beside them ({@link FolderWords#parts}), relative
 *                 to the root and ending in a slash
 */
public record FolderTree(
        Path root, List<String> pictures, List<String> others, List<String> broken, Set<String> parts) {
    private static final int DEEPEST = 16;
    private static final int MOST_FILES = 5_000_000;

    FolderTree(Path root, List<String> pictures, List<String> others) {
        this(root, pictures, others, List.of());
    }

    private FolderTree(Path root, List<String> pictures, List<String> others, List<String> broken) {
        this(root, pictures, others, broken, partsOf(pictures));
    }

    private static Set<String> partsOf(List<String> pictures) {
        Map<String, Set<String>> below = new HashMap<>();
        String last = null;
        for (String path : pictures) {
            String folder = WrittenNames.folder(path);
            if (!folder.equals(last)) {
                int from = 0;
                for (int slash = folder.indexOf('/'); slash >= 0; slash = folder.indexOf('/', from)) {
                    below.computeIfAbsent(folder.substring(0, from), key -> new HashSet<>())
                            .add(folder.substring(from, slash));
                    from = slash + 1;
                }
                last = folder;
            }
        }
        Set<String> parts = new HashSet<>();
        below.forEach((folder, names) ->
                FolderWords.parts(names).forEach(name -> parts.add(WrittenNames.key(folder + name + "/"))));
        return parts;
    }

    /** What the folders of a path say, each by its name or by what lies beside it, from the top. */
    List<Meaning> meanings(String path) {
        List<Meaning> meanings = new ArrayList<>();
        int from = 0;
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', from)) {
            String name = path.substring(from, slash);
            from = slash + 1;
            boolean part = !parts.isEmpty() && parts.contains(WrittenNames.key(path.substring(0, from)));
            meanings.add(part ? FolderWords.ofPart(name) : FolderWords.of(name));
        }
        return meanings;
    }

    /** @throws UserException for a folder that cannot be read */
    public static FolderTree of(Path root) {
        Walk walk = new Walk(root);
        try {
            Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), DEEPEST, walk);
        } catch (IOException e) {
            throw new UserException(root + " cannot be listed (" + FileProblem.of(e, root) + ")", e);
        }
        Collections.sort(walk.pictures);
        Collections.sort(walk.others);
        Collections.sort(walk.broken);
        return new FolderTree(root, walk.pictures, walk.others, walk.broken);
    }

    /**
     * The pictures whose path begins with a folder, found without a look at the others: a data set with a folder for
     * each picture asks as many times as it has pictures.
     *
     * @param folder relative to the root, ending in a slash, or empty
     */
    List<String> picturesBelow(String folder) {
        int found = Collections.binarySearch(pictures, folder);
        int from = found < 0 ? -found - 1 : found;
        int to = from;
        while (to < pictures.size() && pictures.get(to).startsWith(folder)) {
            to++;
        }
        return pictures.subList(from, to);
    }

    /** What messages say of all links that lead nowhere; empty where there are none. */
    String brokenLinks() {
        return broken.isEmpty() ? "" : told(broken);
    }

    /** What messages say of some of them. */
    String told(List<String> links) {
        return (links.size() == 1 ? "1 link leads" : links.size() + " links lead") + " nowhere: "
                + Finding.named(links.stream()
                        .map(link -> root.resolve(link) + target(link))
                        .toList());
    }

    private String target(String link) {
        try {
            return " (to " + Files.readSymbolicLink(root.resolve(link)) + ")";
        } catch (IOException e) {
            return "";
        }
    }

    /** What messages call a folder below the root. */
    String called(String folder) {
        return folder.isEmpty() ? root + " itself" : folder;
    }

    /** Whether a file or folder is hidden, or of the system's making. */
    public static boolean ignored(Path path) {
        String name = path.getFileName().toString();
        return name.startsWith(".") || name.startsWith("@ea") || FileNames.ofSystem(name);
    }

    private static final class Walk extends SimpleFileVisitor<Path> {
        private final Path root;
        private final List<String> pictures = new ArrayList<>();
        private final List<String> others = new ArrayList<>();
        private final List<String> broken = new ArrayList<>();

        Walk(Path root) {
            this.root = root;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            boolean skipped = !folder.equals(root) && (ignored(folder) || new RunDirectory(folder).begun());
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!ignored(file)) {
                String path = WrittenNames.slashes(root.relativize(file));
                if (attributes.isRegularFile()) {
                    (PictureNames.isPicture(path) ? pictures : others).add(path);
                } else if (attributes.isSymbolicLink()) { // links are followed where they lead somewhere
                    broken.add(path);
                }
            }
            if (pictures.size() + others.size() > MOST_FILES) {
                throw new UserException(root + " holds more than " + MOST_FILES + " files; name a folder of pictures");
            }
            return FileVisitResult.CONTINUE;
        }

        /** A link that leads back is no picture; a folder that may not be read is a fault. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (Files.isDirectory(file) && !Files.isReadable(file)) {
                throw e;
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
