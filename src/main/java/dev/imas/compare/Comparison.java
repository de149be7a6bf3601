package dev.imas.compare;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.Interrupts;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.device.OutOfMemory;
import dev.imas.run.RunLock;
import dev.imas.train.RunStopped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** The runs of a comparison, trained one after another or some at once, and what came of them. */
public final class Comparison {
    private final ComparisonFolder folder;
    private final Setup setup;
    private final Recipe recipe;

    /** A piece of work: the shared part of a group, or a run. */
    private record Task(String name, RunKey run, boolean shared) {}

    Comparison(ComparisonFolder folder, Setup setup, ImasConfig plan) {
        this.folder = folder;
        this.setup = setup;
        this.recipe = new Recipe(folder, setup, plan);
    }

    /** The one in a folder. @throws UserException where there is none */
    public static Comparison resume(ComparisonFolder folder) {
        folder.requireBegun();
        return new Comparison(folder, Setup.read(folder.setup()), ConfigYaml.read(folder.plan()));
    }

    /** Writes down what was decided; from here on the comparison is begun. */
    void begin() {
        try {
            DurableFiles.createFolder(folder.root());
            write(folder.plan(), ConfigYaml.dump(recipe.plan()));
            setup.write(folder.setup());
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    public Setup setup() {
        return setup;
    }

    /** Steps of every run. */
    public long steps() {
        return recipe.steps();
    }

    /** Runs that are trained and measured, of how many. */
    public int finished() {
        Work work = new Work(folder, recipe, null);
        return (int) setup.runs().stream().filter(work::done).count();
    }

    /**
     * Trains what is not trained, one run after another.
     *
     * @return a line for every run that failed, and for every part that runs share; the others went on
     */
    public List<String> train(Training training) {
        return locked(() -> {
            Work work = new Work(folder, recipe, training);
            List<String> failures = new ArrayList<>();
            Set<String> lost = new HashSet<>();
            for (Task task : comparableTasks(work)) {
                Interrupts.check();
                if (!task.shared && lost.contains(task.run.shared()) && work.needsShared(task.run)) {
                    failures.add(task.name + ": was not begun, since " + task.run.shared() + " failed");
                    training.message("imas: " + failures.get(failures.size() - 1));
                    continue;
                }
                training.message(task.name + place(task.run));
                try {
                    work(work, task);
                } catch (RunStopped | Interrupts.Stopped e) {
                    throw e;
                } catch (RuntimeException | OutOfMemoryError e) { // the other runs are worth having
                    String reason = e instanceof UserException
                            ? e.getMessage()
                            : OutOfMemory.advice(e)
                                    .orElse(
                                            e instanceof OutOfMemoryError
                                                    ? "it does not fit into the memory that Java may use"
                                                    : "a fault of the program; --resume " + folder.root() + " --only "
                                                            + task.name + " --debug shows it");
                    failures.add(task.name + ": " + reason.lines().findFirst().orElse(""));
                    training.message("imas: " + failures.get(failures.size() - 1));
                    if (task.shared) {
                        lost.add(task.name);
                    }
                }
                written(training, task);
            }
            return failures;
        });
    }

    /**
     * The same with several processes at once, each for one run.
     *
     * @param child the process that does the piece of work of that name
     */
    public List<String> train(Training training, int processes, Function<String, ProcessBuilder> child) {
        return locked(() -> {
            Work work = new Work(folder, recipe, training);
            List<Task> tasks = comparableTasks(work);
            List<Children.Job> jobs = new ArrayList<>();
            for (Task task : tasks) {
                Optional<String> after =
                        !task.shared && work.needsShared(task.run) ? Optional.of(task.run.shared()) : Optional.empty();
                jobs.add(new Children.Job(task.name, after, folder.log(task.name), child.apply(task.name)));
            }
            return Children.run(jobs, processes, training::message, name -> tasks.stream()
                    .filter(task -> task.name.equals(name))
                    .forEach(task -> written(training, task)));
        });
    }

    /** Does one piece of work, for {@link #train(Training, int, Function)}. */
    public void only(String name, Training training) {
        Work work = new Work(folder, recipe, training);
        for (RunKey run : setup.runs()) {
            boolean shared = recipe.sharedSteps(run) > 0 && run.shared().equals(name);
            if (shared || run.name().equals(name)) {
                if (!work.done(run)) {
                    new SamePictures(folder, setup).require(run);
                }
                work(work, new Task(name, run, shared));
                return;
            }
        }
        throw new UserException("--only: there is no run " + name + " in " + folder.root() + "; expected one of "
                + String.join(", ", setup.runs().stream().map(RunKey::name).toList()));
    }

    private static void work(Work work, Task task) {
        if (task.shared) {
            work.shared(task.run);
        } else {
            work.run(task.run);
        }
    }

    /** What is left, if it can be compared with what is done. */
    private List<Task> comparableTasks(Work work) {
        List<Task> tasks = tasks(work);
        if (!tasks.isEmpty()) {
            new SamePictures(folder, setup).require();
        }
        return tasks;
    }

    private List<Task> tasks(Work work) {
        List<Task> tasks = new ArrayList<>();
        List<String> shared = new ArrayList<>();
        for (RunKey run : setup.runs()) {
            if (work.done(run)) {
                continue;
            }
            if (work.needsShared(run) && !shared.contains(run.shared())) {
                shared.add(run.shared());
                tasks.add(new Task(run.shared(), run, true));
            }
            tasks.add(new Task(run.name(), run, false));
        }
        return tasks;
    }

    private String place(RunKey run) {
        return ": run " + (setup.runs().indexOf(run) + 1) + " of "
                + setup.runs().size();
    }

    /** What there is after another run; what cannot be read or written now is told at the end. */
    private void written(Training training, Task task) {
        if (!task.shared) {
            try {
                write(Optional.empty());
                if (new Work(folder, recipe, training).done(task.run)) {
                    training.message(told(task.run));
                }
            } catch (UserException e) {
                training.message("imas: " + e.getMessage());
            }
        }
    }

    private String told(RunKey run) {
        double miou = RunFacts.read(folder.run(run)).miou();
        return run.name() + ": mIoU " + Verdict.points(miou) + " %; " + finished() + " of "
                + setup.runs().size() + " runs are finished";
    }

    private interface Locked<T> {
        T run() throws IOException;
    }

    private <T> T locked(Locked<T> body) {
        try (RunLock lock = RunLock.take(folder.lock())) {
            return body.run();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /**
     * Writes comparison.json, table.md and comparison.html from what the runs have left so far, with pictures.
     *
     * @param message told a line for what is missing
     */
    public Results results(Consumer<String> message) {
        return write(Optional.of(message));
    }

    private Results write(Optional<Consumer<String>> pictures) {
        Results results = Results.of(folder, setup, recipe, pictures);
        try {
            write(folder.json(), results.json());
            write(folder.table(), results.markdown());
            write(folder.page(), results.html());
        } catch (IOException e) {
            throw unwritable(e);
        }
        return results;
    }

    private static void write(Path file, String text) throws IOException {
        DurableFiles.replace(file, beside -> Files.writeString(beside, text, StandardCharsets.UTF_8));
    }

    private UserException unwritable(IOException e) {
        return new UserException(
                "the folder " + folder.root() + " could not be written (" + FileProblem.of(e, folder.root())
                        + "); mend that, then use --resume " + folder.root(),
                e);
    }
}
