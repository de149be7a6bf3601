package dev.imas.cli;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.predict.TestTimeAugmentation;
import dev.imas.run.RunWeights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.apache.commons.cli.CommandLine;

/**
 * Which networks made the results of a folder and of those below, by the last command that wrote into it: a file beside
 * them, so that {@code --skip-existing} takes no other network's results for its own. The nearest one above a result
 * counts, since a part of a tree may have been written by a command of its own.
 *
 * @param text a line for each weight file, its checksum and length, and for which network of it, and what was added up
 */
record MadeBy(String text) {
    private static final String FILE = ".imas-predict";
    private static final int AT_ONCE = 1 << 20;

    static MadeBy of(CommandLine line) {
        StringBuilder text = new StringBuilder();
        for (Path given : Arguments.paths(line, "weights")) {
            Path file =
                    RunWeights.of(given, line.hasOption("student"), note -> {}).file();
            text.append("weights ").append(checksum(file)).append('\n');
        }
        TestTimeAugmentation positions = Arguments.augmentation(line);
        text.append(line.hasOption("student") ? "student\n" : "");
        return new MadeBy(text.append("tta ")
                .append(positions.name().toLowerCase(Locale.ROOT))
                .append('\n')
                .toString());
    }

    private static String checksum(Path file) {
        CRC32C sum = new CRC32C();
        byte[] piece = new byte[AT_ONCE];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                sum.update(piece, 0, read);
            }
            return String.format(Locale.ROOT, "%08x %d", sum.getValue(), Files.size(file));
        } catch (IOException e) {
            throw new UserException(file + " cannot be read (" + FileProblem.of(e, file) + ")", e);
        }
    }

    /**
     * Since when these networks have written into a folder: results that are older are others'.
     *
     * @param folder of results, absolute
     * @return empty where others have come since, so that no result is theirs
     */
    Optional<FileTime> since(Path folder) {
        return nearest(folder).map(this::said).orElse(Optional.of(FileTime.fromMillis(0))); // an early version's
    }

    private static Optional<Path> nearest(Path folder) {
        for (Path at = folder; at != null; at = at.getParent()) {
            Path file = at.resolve(FILE);
            if (Files.isRegularFile(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private Optional<FileTime> said(Path file) {
        try {
            return text.equals(Files.readString(file))
                    ? Optional.of(Files.getLastModifiedTime(file))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UserException(file + " cannot be read (" + FileProblem.of(e, file) + "); remove it", e);
        }
    }

    /**
     * Says so in the folder of all results, and in the place of what others said nearer to those that will be written.
     *
     * @param folders of these results, absolute
     */
    void writeTo(Path out, List<Path> folders) {
        write(out.resolve(FILE));
        folders.forEach(folder -> nearest(folder).ifPresent(this::write));
    }

    private void write(Path file) {
        try {
            if (!Files.isRegularFile(file) || !text.equals(Files.readString(file))) {
                DurableFiles.replace(file, beside -> Files.writeString(beside, text));
            }
        } catch (IOException e) {
            throw new UserException(file + " cannot be written (" + FileProblem.of(e, file) + ")", e);
        }
    }
}
