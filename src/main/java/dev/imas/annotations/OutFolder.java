package dev.imas.annotations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.common.DurableFiles;
import dev.imas.common.FileNames;
import dev.imas.common.FileProblem;
import dev.imas.common.Interrupts;
import dev.imas.common.UserException;
import dev.imas.config.Colors;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.PictureNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The folder that an import writes: it appears whole or not at all. */
final class OutFolder implements AutoCloseable {
    private final Path out;
    private final Path beside;

    private OutFolder(Path out, Path beside) {
        this.out = out;
        this.beside = beside;
    }

    /** @throws UserException when there is something already, or no folder can be there */
    static void require(Path out) {
        try {
            if (Files.exists(out) && !Files.isDirectory(out)) {
                throw new UserException("--out: " + out + " is a file; name a folder that does not exist yet");
            }
            if (Files.isDirectory(out)) {
                try (Stream<Path> entries = Files.list(out)) {
                    if (!entries.allMatch(OutFolder::isOfSystem)) {
                        throw new UserException(
                                "--out: " + out + " is not empty; name a folder that does not exist yet");
                    }
                }
            }
            if (out.toAbsolutePath().normalize().getFileName() == null) {
                throw new UserException("--out: " + out + " cannot be written; name a folder that does not exist yet");
            }
        } catch (IOException e) {
            throw unusable(out, e);
        }
    }

    /** Begins to write, in a folder beside. */
    static OutFolder open(Path out) {
        require(out);
        Path whole = out.toAbsolutePath().normalize();
        Path beside = whole.resolveSibling(whole.getFileName() + ".importing");
        try {
            Files.createDirectories(whole.getParent());
            if (Files.exists(beside)) {
                throw new UserException("--out: " + beside + " is left of an interrupted import; remove it");
            }
            Files.createDirectory(beside);
            Files.createDirectory(beside.resolve("images"));
            Files.createDirectory(beside.resolve("masks"));
        } catch (IOException e) {
            throw unusable(out, e);
        }
        return new OutFolder(out, beside);
    }

    private static UserException unusable(Path out, IOException e) {
        return new UserException("--out: " + out + " cannot be written (" + FileProblem.of(e, out) + ")", e);
    }

    /** A folder that systems put their files into is empty to people. */
    private static boolean isOfSystem(Path entry) {
        return FileNames.ofSystem(entry.getFileName().toString());
    }

    void picture(Path picture, String name, boolean link) {
        Interrupts.check();
        Path target = beside.resolve("images").resolve(name);
        try {
            if (link) {
                Files.createSymbolicLink(target, picture.toRealPath());
            } else {
                Files.copy(picture, target);
            }
        } catch (IOException e) {
            throw new UserException(
                    picture + " cannot be " + (link ? "linked to" : "copied to") + " --out ("
                            + FileProblem.of(e, picture) + "); nothing was imported",
                    e);
        } catch (UnsupportedOperationException e) {
            throw new UserException("--link: this file system has no links; leave it out", e);
        }
    }

    /** @param name of the picture */
    void mask(String name, LabelMap mask, List<Integer> palette) {
        Interrupts.check();
        IndexPng.write(beside.resolve("masks").resolve(PictureNames.stem(name) + ".png"), mask, palette);
    }

    /**
     * The settings that say what the masks mean.
     *
     * @param sparse pixels without annotation are ignored
     */
    void classes(ClassTable table, boolean sparse) {
        text(
                "classes.yaml",
                String.format(
                        Locale.ROOT,
                        """
                # What the masks mean: imas train --config THIS_FILE --data THIS_FOLDER
                data:
                  layout: folders
                  classes: %d
                  class_names: %s
                  palette: %s
                %s""",
                        table.names().size(),
                        quoted(table.names()),
                        quoted(table.palette().stream().map(Colors::hex).toList()),
                        sparse ? "  sparse: on\n" : ""));
    }

    /** A list of texts in JSON is one in YAML too. */
    private static String quoted(List<String> texts) {
        try {
            return new ObjectMapper().writeValueAsString(texts).replace("\",\"", "\", \"");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts cannot be written as JSON", e);
        }
    }

    void text(String name, String text) {
        try {
            DurableFiles.whole(beside.resolve(name), file -> Files.writeString(file, text));
        } catch (IOException e) {
            throw unusable(out, e);
        }
    }

    /** Puts the folder in its place. */
    void finish() {
        try {
            removeEmpty();
            Files.move(beside, out.toAbsolutePath().normalize());
        } catch (IOException e) {
            throw unusable(out, e);
        }
    }

    /** Empty as {@link #require} means it. */
    private void removeEmpty() throws IOException {
        if (!Files.isDirectory(out)) {
            return;
        }
        try (Stream<Path> entries = Files.list(out)) {
            for (Path entry : entries.filter(OutFolder::isOfSystem).toList()) {
                Files.deleteIfExists(entry);
            }
        }
        Files.delete(out);
    }

    /** Removes what was not finished. */
    @Override
    public void close() {
        if (!Files.exists(beside)) {
            return;
        }
        try (Stream<Path> entries = Files.walk(beside)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
