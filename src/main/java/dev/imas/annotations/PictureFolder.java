package dev.imas.annotations;

import dev.imas.common.UserException;
import dev.imas.image.PictureNames;
import java.io.IOException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The pictures of a folder and its subfolders, found by the names that other programs call them. Names are compared
 * as people see them: however their accents are composed, and, where none is equal, in upper or lower case.
 */
final class PictureFolder {
    /** Endings of slides, which QuPath leaves out or keeps in front of others. */
    private static final Pattern SLIDE =
            Pattern.compile("(?i)\\.(ome|svs|ndpi|mrxs|scn|czi|vsi|bif|qptiff|lif|nd2|dcm|jp2)$");

    /** What is compared of a picture's name and the name that is looked for, the surest first. */
    private static final List<UnaryOperator<String>> KEYS =
            List.of(name -> name, PictureFolder::lower, PictureFolder::bare, name -> lower(bare(name)));

    private final Path root;
    private final List<Path> pictures;
    private final List<Map<String, List<Path>>> byKey;
    private final Map<String, List<Path>> bySlide = new HashMap<>();

    private PictureFolder(Path root, List<Path> pictures) {
        this.root = root;
        this.pictures = pictures;
        byKey = KEYS.stream()
                .map(key -> pictures.stream().collect(Collectors.groupingBy(file -> key.apply(last(file)))))
                .toList();
        for (Path picture : pictures) {
            TileName.of(stem(last(picture))).filter(TileName::firstPlane).ifPresent(tile -> bySlide.computeIfAbsent(
                            slide(tile.slide()), key -> new ArrayList<>())
                    .add(picture));
        }
    }

    /**
     * Lists the pictures of a folder.
     *
     * @param annotations files that are none, though they may lie among them
     * @param findings    told of masks among the pictures, which are none either
     */
    static PictureFolder of(Path root, List<Path> annotations, Findings findings) {
        Set<Path> others = annotations.stream().map(FileListing::real).collect(Collectors.toSet());
        List<Path> files = FileListing.of(root, "--images", findings).stream()
                .filter(file -> PictureNames.isPicture(file.getFileName().toString()))
                .filter(file -> !others.contains(FileListing.real(file)))
                .toList();
        Set<String> names = files.stream().map(PictureFolder::key).collect(Collectors.toSet());
        List<Path> pictures = new ArrayList<>();
        for (Path file : files) {
            if (TileName.of(stem(last(file))).filter(tile -> !tile.firstPlane()).isPresent()) {
                findings.skip("masks of tiles on another z or t than the first", file.toString());
            }
            if (MaskNames.picture(file)
                    .filter(name -> names.contains(lower(normal(name))))
                    .isPresent()) {
                findings.skip("masks beside their pictures, by their names", file.toString());
            } else {
                pictures.add(file);
            }
        }
        if (pictures.isEmpty()) {
            throw new UserException(
                    "--images: no picture (" + String.join(", ", PictureNames.ENDINGS) + ") in " + root);
        }
        return new PictureFolder(root, pictures);
    }

    /** The picture, if it is the only one and no tile, which has its place in a slide. */
    Optional<Path> only() {
        return pictures.size() == 1 && TileName.of(stem(last(pictures.get(0)))).isEmpty()
                ? Optional.of(pictures.get(0))
                : Optional.empty();
    }

    /**
     * The pictures that something is about: the first of the names that any has. Several pictures are found only where
     * they are tiles of one slide.
     *
     * @param names with or without folders and endings
     * @param tiles look for tiles of a slide of the name too
     * @throws UserException when several pictures fit equally well
     */
    List<Path> find(List<String> names, boolean tiles) {
        for (String name : names) {
            List<Path> found = new ArrayList<>(find(name).stream().toList());
            if (tiles) {
                found.addAll(bySlide.getOrDefault(slide(normal(name)), List.of()));
            }
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    private Optional<Path> find(String given) {
        String name = normal(given.replace('\\', '/'));
        String last = name.substring(name.lastIndexOf('/') + 1);
        for (int i = 0; i < KEYS.size(); i++) {
            List<Path> found = byKey.get(i).get(KEYS.get(i).apply(last));
            if (found != null) {
                return Optional.of(nearest(found, name));
            }
        }
        return Optional.empty();
    }

    /**
     * Of pictures in several folders the one that shares most of the name's folders; those below {@code --images} tell
     * more than those above it.
     */
    private Path nearest(List<Path> found, String name) {
        List<Path> best = most(found, file -> sharedFolders(relative(file), name));
        if (best.size() > 1) {
            best = most(best, file -> sharedFolders(file, name));
        }
        if (best.size() > 1) {
            throw new UserException("the name " + Words.briefPath(name) + " fits " + best.get(0) + " and " + best.get(1)
                    + "; keep one of them in --images");
        }
        return best.get(0);
    }

    private static List<Path> most(List<Path> files, ToIntFunction<Path> shared) {
        return new TreeMap<>(files.stream().collect(Collectors.groupingBy(shared::applyAsInt)))
                .lastEntry()
                .getValue();
    }

    /** How many folders next to the picture a name has too, whether the picture's are those of a link or of its end. */
    static int sharedFolders(Path picture, String name) {
        int written = sharedFolders(picture.toAbsolutePath().normalize().toString(), name);
        try {
            return Math.max(written, sharedFolders(picture.toRealPath().toString(), name));
        } catch (IOException e) {
            return written; // told when the picture is read
        }
    }

    private static int sharedFolders(String path, String name) {
        String[] mine = normal(path).replace('\\', '/').split("/");
        String[] theirs = normal(name).replace('\\', '/').split("/");
        int shared = 0;
        while (shared < mine.length - 1
                && shared < theirs.length - 1
                && mine[mine.length - 2 - shared].equals(theirs[theirs.length - 2 - shared])) {
            shared++;
        }
        return shared;
    }

    /** What a tile's name says, where it is one of a slide of these names; empty for the picture of the name itself. */
    Optional<TileName> tile(Path file, List<String> slides) {
        return TileName.of(stem(last(file))).filter(tile -> slides.stream()
                .anyMatch(name -> slide(normal(name)).equals(slide(tile.slide()))));
    }

    /** The picture's path below the folder, with slashes. */
    String relative(Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    private static String last(Path file) {
        return normal(file.getFileName().toString());
    }

    private static String normal(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC);
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static String stem(String name) {
        return PictureNames.stem(name);
    }

    private static String slide(String name) {
        return lower(bare(name));
    }

    /** Without the ending of a picture and, in front of it, that of a slide. */
    private static String bare(String name) {
        return SLIDE.matcher(stem(name)).replaceFirst("");
    }

    /**
     * A name for every picture in the folder of its part of the data set ({@link DataParts}), or in one folder: its
     * own, or where two share one but for its ending, with the folders in front.
     *
     * @throws UserException naming pictures that would still share one
     */
    Map<Path, String> flatNames() {
        List<DataParts> parts =
                DataParts.of(pictures.stream().map(this::relative).toList());
        Map<Path, String> places = new HashMap<>();
        for (int i = 0; i < pictures.size(); i++) {
            places.put(pictures.get(i), parts.isEmpty() ? "" : parts.get(i).place);
        }
        Map<String, Long> stems = pictures.stream()
                .collect(Collectors.groupingBy(picture -> places.get(picture) + key(picture), Collectors.counting()));
        Map<Path, String> names = new LinkedHashMap<>();
        Map<String, Path> taken = new HashMap<>();
        Findings faults = new Findings();
        for (Path picture : pictures) {
            String place = places.get(picture);
            String below = relative(picture);
            String name = place
                    + (stems.get(place + key(picture)) == 1
                            ? picture.getFileName().toString()
                            : below.substring(parts.isEmpty() ? 0 : below.indexOf('/') + 1)
                                    .replace('/', '-'));
            Path other = taken.put(place + lower(stem(name)), picture);
            if (other != null) {
                faults.fault(other + " and " + picture + " share one name; a picture and its mask are matched by the"
                        + " name before the ending: rename one");
            }
            names.put(picture, name);
        }
        faults.raise();
        return names;
    }

    private static String key(Path picture) {
        return lower(stem(last(picture)));
    }
}
