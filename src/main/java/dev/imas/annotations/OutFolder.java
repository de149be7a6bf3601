package dev.imas.annotations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.common.FileProblem;
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
                    if (entries.findAny().isPresent()) {
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

    void picture(Path picture, String name, boolean link) {
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
                            + FileProblem.of(e, picture) + ")",
                    e);
        } catch (UnsupportedOperationException e) {
            throw new UserException("--link: this file system has no links; leave it out", e);
        }
    }

    /** @param name of the picture */
    void mask(String name, LabelMap mask, List<Integer> palette) {
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
            Files.writeString(beside.resolve(name), text);
        } catch (IOException e) {
            throw unusable(out, e);
        }
    }

    /** Puts the folder in its place. */
    void finish() {
        try {
            Files.deleteIfExists(out); // an empty one
            Files.move(beside, out.toAbsolutePath().normalize());
        } catch (IOException e) {
            throw unusable(out, e);
        }
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
