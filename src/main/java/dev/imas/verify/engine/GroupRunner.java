package dev.imas.verify.engine;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Runs groups over recorded data. Whatever goes wrong inside a group becomes a failed check of it. */
public final class GroupRunner {
    private GroupRunner() {}

    /**
     * The groups whose folders the data has, in the order of the folders. A folder that no group knows is a failed
     * check, and so are data without any folder.
     *
     * @param progress told of each check as soon as it is made
     * @return all checks in the order they were made
     */
    public static List<Check> run(List<GoldenGroup> groups, GoldenData data, Consumer<Check> progress) {
        List<Check> checks = new ArrayList<>();
        Consumer<Check> report = check -> {
            checks.add(check);
            progress.accept(check);
        };
        for (String folder : data.folders()) {
            groups.stream()
                    .filter(group -> group.name().equals(folder))
                    .findFirst()
                    .ifPresentOrElse(
                            group -> run(group, data, report),
                            () -> report.accept(failed(
                                    folder,
                                    "folder",
                                    "no check knows this folder; expected the names "
                                            + String.join(
                                                    ", ",
                                                    groups.stream()
                                                            .map(GoldenGroup::name)
                                                            .toList()))));
        }
        if (checks.isEmpty()) {
            report.accept(failed(
                    "", "folders", data.root() + " holds no folder of recorded data; expected 01_hardness and so on"));
        }
        return checks;
    }

    /** One group; one that compares nothing fails. */
    public static void run(GoldenGroup group, GoldenData data, Consumer<Check> report) {
        int[] made = {0};
        try {
            group.run(data, check -> {
                made[0]++;
                report.accept(check);
            });
            if (made[0] == 0) {
                report.accept(failed(group.name(), "cases", "the folder holds no case, nothing was compared"));
            }
        } catch (NoSuchFileException e) {
            report.accept(failed(
                    group.name(),
                    "files",
                    "the file " + e.getMessage() + " is missing; fetch the recorded data again"));
        } catch (UserException | IOException | IllegalArgumentException e) {
            report.accept(failed(group.name(), "run", firstLine(e.getMessage())));
        } catch (Exception | LinkageError | OutOfMemoryError e) {
            report.accept(failed(group.name(), "run", e.getClass().getSimpleName() + ": " + firstLine(e.getMessage())));
        }
    }

    private static Check failed(String group, String name, String note) {
        return new Check(group, name, Double.NaN, Comparison.EXACT, note);
    }

    private static String firstLine(String message) {
        return message == null ? "no message" : message.lines().findFirst().orElse("");
    }
}
