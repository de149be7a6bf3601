package dev.imas.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of checkpoints/: for the checkpoint after step N {@code step-N.safetensors} with its tensors and
 * {@code step-N.json} with everything else. N has nine digits, so that names sort as steps do.
 */
public record CheckpointFiles(Path folder) {
    private static final Pattern DESCRIPTION = Pattern.compile("step-(\\d{1,18})\\.json");

    /** Where the tensors after a step are. */
    public Path tensors(long step) {
        return folder.resolve(name(step) + ".safetensors");
    }

    /** Where everything else after a step is. */
    public Path description(long step) {
        return folder.resolve(name(step) + ".json");
    }

    /** The steps that have a description, newest first; none if there is no folder. */
    public List<Long> steps() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> DESCRIPTION.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(name -> Long.valueOf(name.group(1)))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    /** Removes a checkpoint, its description first, without which it does not count. */
    public void delete(long step) throws IOException {
        Files.deleteIfExists(description(step));
        Files.deleteIfExists(tensors(step));
    }

    private static String name(long step) {
        return String.format(Locale.ROOT, "step-%09d", step);
    }
}
