package dev.imas.cli;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.data.Endings;
import dev.imas.data.FolderTree;
import dev.imas.image.PictureNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The pictures that {@code --input} names: files, folders, and patterns of both.
 *
 * @param pictures each with the folder of its results, relative to that of all results
 * @param folders  in which pictures were looked for, and whether in those below, too
 * @param patterns by which pictures, and folders of them, were looked for
 * @param unread   names of pictures in the folders that are of kinds that are not read
 * @param closed   folders in the folders that hold pictures and were not looked into
 */
record PredictInputs(
        List<Found> pictures, Map<Path, Boolean> folders, List<Glob> patterns, List<String> unread, List<Path> closed) {
    /** A picture, and the folder of its results, relative to that of all results. */
    record Found(Path file, Path folder) {}

    private static final Path TOP = Path.of("");

    /**
     * Looks for pictures.
     *
     * @param texts     what was written behind --input
     * @param recursive whether folders below those that are named are looked into
     * @throws UserException naming everything that leads to no picture
     */
    static PredictInputs of(List<String> texts, boolean recursive) {
        Search search = new Search(recursive);
        texts.forEach(search::add);
        if (!search.faults.isEmpty()) {
            throw new UserException(String.join("\n", search.faults));
        }
        return new PredictInputs(
                List.copyOf(search.found.values()), search.folders, search.patterns, search.unread, search.closed);
    }

    private static final class Search {
        private final boolean recursive;
        private final Map<List<Path>, Found> found = new LinkedHashMap<>();
        private final Map<Path, Boolean> folders = new LinkedHashMap<>();
        private final List<Glob> patterns = new ArrayList<>();
        private final List<String> faults = new ArrayList<>();
        private final List<String> unread = new ArrayList<>();
        private final List<Path> closed = new ArrayList<>();

        Search(boolean recursive) {
            this.recursive = recursive;
        }

        void add(String text) {
            Path path = WrittenPath.of(text);
            if (Files.isRegularFile(path)) {
                add(path, TOP);
            } else if (Files.isDirectory(path)) {
                if (!folder(path, TOP)) {
                    faults.add("--input: no picture (" + String.join(", ", PictureNames.ENDINGS) + ") in " + path
                            + (recursive || !hasFolders(path) ? "" : "; --recursive looks into the folders in it"));
                }
            } else if (Glob.is(text)) {
                glob(text);
            } else {
                faults.add("--input: nothing at " + path + WrittenPath.hint(text));
            }
        }

        /** One picture may be named in two ways. */
        private void add(Path file, Path folder) {
            found.putIfAbsent(List.of(RealPath.of(file), folder), new Found(file, folder));
        }

        private void glob(String text) {
            Glob glob = Glob.of(text);
            patterns.add(glob);
            boolean any = false;
            for (Path match : glob.matches()) {
                Path place = glob.root().relativize(match);
                if (Files.isDirectory(match)) {
                    any |= folder(match, place);
                } else if (PictureNames.isPicture(match.toString())) {
                    folders.putIfAbsent(match.toAbsolutePath().getParent(), false);
                    add(match, place.getParent() == null ? TOP : place.getParent());
                    any = true;
                }
            }
            if (!any) {
                faults.add(
                        "--input: no picture matches " + text + " (" + String.join(", ", PictureNames.ENDINGS) + ")");
            }
        }

        /** Whether there are pictures. */
        private boolean folder(Path folder, Path place) {
            folders.put(folder, recursive);
            List<Path> pictures = recursive ? below(folder) : in(folder);
            for (Path picture : pictures) {
                Path above = folder.relativize(picture).getParent();
                add(picture, above == null ? place : place.resolve(above));
            }
            return !pictures.isEmpty();
        }

        private List<Path> below(Path folder) {
            FolderTree tree = FolderTree.of(folder);
            tree.others().stream().filter(Endings::ofStill).forEach(unread::add);
            return tree.pictures().stream().map(folder::resolve).toList();
        }

        private List<Path> in(Path folder) {
            List<Path> entries = entries(folder);
            entries.stream()
                    .filter(path -> !FolderTree.ignored(path) && Files.isRegularFile(path))
                    .map(path -> path.getFileName().toString())
                    .filter(name -> Endings.ofStill(name) && !PictureNames.isPicture(name))
                    .forEach(unread::add);
            entries.stream()
                    .filter(path -> !FolderTree.ignored(path) && Files.isDirectory(path) && hasPictures(path))
                    .forEach(closed::add);
            return entries.stream()
                    .filter(path -> PictureNames.isPicture(path.toString()) && !FolderTree.ignored(path))
                    .toList();
        }

        private static boolean hasPictures(Path folder) {
            try (Stream<Path> entries = Files.list(folder)) {
                return entries.anyMatch(path -> PictureNames.isPicture(path.toString()));
            } catch (IOException | UncheckedIOException e) {
                return false; // it was not asked for
            }
        }

        private static boolean hasFolders(Path folder) {
            return entries(folder).stream().anyMatch(Files::isDirectory);
        }

        private static List<Path> entries(Path folder) {
            try (Stream<Path> entries = Files.list(folder)) {
                return entries.sorted().toList();
            } catch (IOException e) {
                throw new UserException(
                        "--input: " + folder + " cannot be listed (" + FileProblem.of(e, folder) + ")", e);
            }
        }
    }

    /** What else lies in the folders and may have been meant, in sentences. */
    List<String> passed(Path out) {
        List<String> told = new ArrayList<>();
        if (!unread.isEmpty()) {
            told.add("--input: " + unread.size() + (unread.size() == 1 ? " picture" : " pictures")
                    + " of kinds that are not read " + (unread.size() == 1 ? "is" : "are") + " passed over ("
                    + Endings.told(Endings.count(unread)) + "); convert to PNG or TIFF");
        }
        Set<Path> seen = Stream.concat(
                        folders.keySet().stream(),
                        pictures.stream()
                                .map(found -> found.file().toAbsolutePath().getParent()))
                .distinct()
                .map(RealPath::of)
                .collect(Collectors.toSet());
        List<Path> others = closed.stream()
                .filter(folder ->
                        !seen.contains(RealPath.of(folder)) && !RealPath.of(out).equals(RealPath.of(folder)))
                .toList();
        if (!others.isEmpty()) {
            told.add("--input: the pictures in " + others.get(0)
                    + (others.size() > 1 ? " and other folders there (" + others.size() + " in all)" : "")
                    + " are passed over; --recursive looks into folders in folders");
        }
        return told;
    }

    /**
     * Refuses a folder of results among those of the pictures, where the next run would take results for pictures.
     *
     * @param files all results
     */
    void keepApart(Path out, List<Path> files) {
        keepApart(out);
        for (Glob pattern : patterns) {
            files.stream().filter(pattern::finds).findFirst().ifPresent(file -> {
                throw new UserException("--out: the pattern " + pattern + " of --input would find the result " + file
                        + ", too, in the next run; name a folder outside");
            });
        }
    }

    private void keepApart(Path out) {
        Path results = RealPath.of(out);
        boolean among = Stream.concat(
                        pictures.stream()
                                .map(found -> found.file().toAbsolutePath().getParent()),
                        folders.keySet().stream())
                .distinct()
                .anyMatch(folder -> results.equals(RealPath.of(folder)));
        if (among) {
            throw new UserException("--out: " + out + " is the folder of the pictures; name another folder");
        }
        folders.forEach((folder, recursive) -> {
            Path looked = RealPath.of(folder);
            if (recursive && results.startsWith(looked)) {
                throw new UserException("--out: " + out + " lies in " + folder
                        + ", which is looked through for pictures; name a folder outside");
            }
        });
    }
}
