package dev.imas.annotations;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The files below a folder but hidden ones. Links are followed; a folder that several paths lead to is listed once. */
final class FileListing extends SimpleFileVisitor<Path> {
    private static final int DEEPEST = 20;

    private final Path root;
    private final Path realRoot;
    private final Findings findings;
    private final Map<Path, List<Path>> byFolder = new TreeMap<>();
    /** Of every folder the path it is listed by. */
    private final Map<Path, Path> byRealFolder = new HashMap<>();

    private FileListing(Path root, Findings findings) throws IOException {
        this.root = root;
        realRoot = root.toRealPath();
        this.findings = findings;
    }

    /**
     * Lists the files in the order of their names.
     *
     * @param option   that named the folder
     * @param findings told of links that lead to no file
     * @throws UserException where there is no such folder, or a folder in it cannot be read
     */
    static List<Path> of(Path folder, String option, Findings findings) {
        if (!Files.isDirectory(folder)) {
            throw new UserException(option + ": no folder at " + folder);
        }
        try {
            FileListing listing = new FileListing(folder, findings);
            Files.walkFileTree(folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), DEEPEST, listing);
            return listing.files();
        } catch (IOException e) {
            throw new UserException(
                    option + ": " + folder + " cannot be listed (" + FileProblem.of(e, folder) + ")", e);
        }
    }

    /** The same for all paths that lead to a file through linked folders. */
    static Path real(Path file) {
        return realFolder(file.toAbsolutePath().getParent()).resolve(file.getFileName());
    }

    static Path realFolder(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            return folder.toAbsolutePath().normalize(); // told where the folder is listed
        }
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
        if (isHidden(folder)) {
            return FileVisitResult.SKIP_SUBTREE;
        }
        byFolder.put(folder, new ArrayList<>());
        Path real = folder.toRealPath();
        byRealFolder.merge(real, folder, (one, other) -> preferred(one, other, real));
        return FileVisitResult.CONTINUE;
    }

    /** The path without links, or else the first by name. */
    private Path preferred(Path one, Path other, Path real) {
        for (Path path : List.of(one, other)) {
            if (realRoot.resolve(root.relativize(path)).equals(real)) {
                return path;
            }
        }
        return one.compareTo(other) < 0 ? one : other;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (isHidden(file)) {
            return FileVisitResult.CONTINUE;
        }
        if (attributes.isRegularFile()) {
            byFolder.get(file.getParent() == null ? root : file.getParent()).add(file);
        } else if (attributes.isSymbolicLink()) { // those that lead somewhere are followed
            findings.skip("links that lead nowhere", file.toString());
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
        if (e instanceof FileSystemLoopException) {
            findings.skip("links that lead back to a folder they lie in", file.toString());
        } else if (!isHidden(file)) {
            throw e;
        }
        return FileVisitResult.CONTINUE;
    }

    private boolean isHidden(Path file) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString();
        return !file.equals(root) && (name.startsWith(".") || name.equals("__MACOSX"));
    }

    private List<Path> files() {
        return byRealFolder.values().stream()
                .flatMap(folder -> byFolder.get(folder).stream())
                .sorted()
                .toList();
    }
}
