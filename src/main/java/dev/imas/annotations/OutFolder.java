package dev.imas.annotations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.Interrupts;
import dev.imas.common.NewFolder;
import dev.imas.common.UserException;
import dev.imas.config.Colors;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.PictureNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The folder that an import writes: it appears whole or not at all. */
final class OutFolder implements AutoCloseable {
    static final String CLASSES = "classes.yaml";

    private static final String IMAGES = "images";
    private static final String MASKS = "masks";

    private final NewFolder folder;

    private OutFolder(NewFolder folder) {
        this.folder = folder;
    }

    /** @throws UserException when there is something already, or no folder can be there */
    static void require(Path out) {
        NewFolder.require(out);
    }

    /** Begins to write, in a folder beside. */
    static OutFolder open(Path out) {
        NewFolder folder = NewFolder.open(out, "import", ".importing");
        try {
            Files.createDirectory(folder.beside().resolve(IMAGES));
            Files.createDirectory(folder.beside().resolve(MASKS));
        } catch (IOException e) {
            throw folder.unusable(e);
        }
        return new OutFolder(folder);
    }

    /** @param name of the picture, behind the place of its part ({@link DataParts}) */
    void picture(Path picture, String name, boolean link) {
        Interrupts.check();
        Path target = place(name, IMAGES, name);
        try {
            Files.createDirectories(target.getParent());
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

    /** @param name of the picture, as of {@link #picture} */
    void mask(String name, LabelMap mask, List<Integer> palette) {
        Interrupts.check();
        IndexPng.write(place(name, MASKS, PictureNames.stem(name) + ".png"), mask, palette);
    }

    private Path place(String name, String kind, String file) {
        String part = name.substring(0, name.lastIndexOf('/') + 1);
        return folder.beside().resolve(part + kind).resolve(file.substring(file.lastIndexOf('/') + 1));
    }

    /**
     * The settings that say what the masks mean.
     *
     * @param sparse pixels without annotation are ignored
     */
    void classes(ClassTable table, boolean sparse) {
        text(
                CLASSES,
                String.format(
                        Locale.ROOT,
                        """
                # What the masks mean: imas train --data THIS_FOLDER finds it%s
                data:
                  layout: folders
                  classes: %d
                  class_names: %s
                  palette: %s
                %s""",
                        sparse ? ", but needs --config THIS_FILE, too, for what is ignored" : "",
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
            DurableFiles.whole(folder.beside().resolve(name), file -> Files.writeString(file, text));
        } catch (IOException e) {
            throw folder.unusable(e);
        }
    }

    /** Puts the folder in its place. */
    void finish() {
        folder.finish();
    }

    /** Removes what was not finished. */
    @Override
    public void close() {
        folder.close();
    }
}
