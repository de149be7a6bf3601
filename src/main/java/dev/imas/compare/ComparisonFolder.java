package dev.imas.compare;

import dev.imas.common.FileNames;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder of one comparison and the names in it; every run has a folder of its own there. */
public record ComparisonFolder(Path root) {
    /** Whether a comparison was begun in the folder. */
    public boolean begun() {
        return Files.isRegularFile(setup()) && Files.isRegularFile(plan());
    }

    /** @throws UserException unless a comparison was begun in the folder */
    public void requireBegun() {
        if (!begun()) {
            throw new UserException("--resume: " + root + " is no folder of a comparison (it has no "
                    + setup().getFileName() + " and " + plan().getFileName() + "); give the folder that imas compare"
                    + " made");
        }
    }

    /** @throws UserException where no new comparison may begin; makes nothing */
    public void requireFree() {
        if (!Files.exists(root)) {
            return;
        }
        if (!Files.isDirectory(root)) {
            throw new UserException(root + " is a file, expected a folder for the comparison; give another --out");
        }
        try (Stream<Path> entries = Files.list(root)) {
            List<String> names = entries.map(path -> path.getFileName().toString())
                    .filter(name -> !FileNames.ofSystem(name))
                    .toList();
            boolean begunOnly = names.stream().allMatch(name -> name.equals("lists") || name.equals(".lock"));
            if (!begunOnly || !ownLists()) {
                throw new UserException(root + " is not empty; use --resume " + root
                        + " to continue the comparison in it, or another --out");
            }
        } catch (IOException e) {
            throw new UserException(
                    "the folder " + root + " cannot be used (" + FileProblem.of(e, root) + "); give another --out", e);
        }
    }

    /** Whether {@code lists/} holds nothing but what a comparison writes there before it is begun. */
    private boolean ownLists() throws IOException {
        Path lists = root.resolve("lists");
        if (!Files.isDirectory(lists)) {
            return !Files.exists(lists);
        }
        try (Stream<Path> entries = Files.list(lists)) {
            return entries.map(path -> path.getFileName().toString())
                    .allMatch(name -> name.matches("(labels\\d+-seed\\d+|ceiling.*)-(un)?labeled\\.txt"));
        }
    }

    /** See {@link Setup}. Written last of what a comparison begins with: with it, it is begun. */
    Path setup() {
        return root.resolve("setup.json");
    }

    /** Every setting that the runs have in common; what tells them apart is replaced. */
    Path plan() {
        return root.resolve("plan.yaml");
    }

    /** Held while a process trains the runs. */
    Path lock() {
        return root.resolve(".lock");
    }

    /** The labelled pictures of a draw. */
    Path labeled(RunKey run) {
        return list(run, "labeled");
    }

    /** The unlabelled pictures of a draw; there may be none. */
    Path unlabeled(RunKey run) {
        return list(run, "unlabeled");
    }

    private Path list(RunKey run, String kind) {
        return root.resolve("lists").resolve((run.ceiling() ? run.name() : run.group()) + "-" + kind + ".txt");
    }

    RunDirectory run(RunKey run) {
        return new RunDirectory(root.resolve(run.name()));
    }

    RunDirectory shared(RunKey run) {
        return new RunDirectory(root.resolve(run.shared()));
    }

    /** What a run said. */
    Path log(String name) {
        return root.resolve(name + ".log");
    }

    /** All figures, for programs. */
    public Path json() {
        return root.resolve("comparison.json");
    }

    /** The table, in Markdown. */
    public Path table() {
        return root.resolve("table.md");
    }

    /** The page for people. */
    public Path page() {
        return root.resolve("comparison.html");
    }
}
