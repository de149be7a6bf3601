package dev.imas.weights;

import java.nio.file.Path;
import java.util.List;

/**
 * What loading a weight file did.
 *
 * @param file       the file
 * @param loaded     state-dict keys of the network that were set
 * @param missing    keys of the network that the file lacks; they keep their values
 * @param unexpected keys of the file that the network lacks
 * @param ignored    keys of the file that are known to be of no use (the fully connected layer of a classifier)
 * @param prefix     what was taken off the file's keys; empty: nothing
 * @param otherClasses keys of the network's last layers, which the file has for another number of classes; they keep
 *                   their values
 * @param adapted    what became of the first convolution where the network has other channels than the file; or empty
 */
public record LoadReport(
        Path file,
        List<String> loaded,
        List<String> missing,
        List<String> unexpected,
        List<String> ignored,
        String prefix,
        List<String> otherClasses,
        List<String> adapted) {
    private static final int NAMED = 3;

    /** One line for the log. */
    public String summary() {
        return file + ": " + loaded.size() + " tensors loaded"
                + (prefix.isEmpty() ? "" : " (the prefix " + prefix + " taken off)")
                + part(", of another number of classes and left at random: ", otherClasses)
                + part(", missing: ", missing)
                + part(", unexpected: ", unexpected) + part(", ignored: ", ignored) + part("; ", adapted);
    }

    /** Keys as text: the first few and how many more. */
    static String part(String title, List<String> keys) {
        if (keys.isEmpty()) {
            return "";
        }
        String named = String.join(", ", keys.subList(0, Math.min(NAMED, keys.size())));
        return title + named + (keys.size() > NAMED ? " and " + (keys.size() - NAMED) + " more" : "");
    }
}
