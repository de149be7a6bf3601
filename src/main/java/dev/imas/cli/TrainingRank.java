package dev.imas.cli;

import dev.imas.common.Interrupts;
import dev.imas.common.Pause;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.Inspection;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.distributed.Environment;
import dev.imas.distributed.Group;
import dev.imas.plan.Processes;
import dev.imas.run.RunDirectory;
import dev.imas.train.RunStopped;
import dev.imas.train.Together;
import dev.imas.train.Trainer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.commons.cli.CommandLine;

/** {@code imas train} as one of several processes: rank 0 plans, writes and tells; the others follow. */
final class TrainingRank {
    /** Of a process that the launcher started and that ends because another did; who started it knows which. */
    static final int OTHER_ENDED = 4;

    private static final long LOOK_MILLISECONDS = 1000;

    private final Environment environment;
    private final CommandLine line;
    private final Console console;
    private final RankLog log;
    private final Console own;
    /** The run directory; null before it is known. */
    private volatile Path out;

    TrainingRank(Environment environment, CommandLine line, Console console) {
        this.environment = environment;
        this.line = line;
        this.console = console;
        this.log = new RankLog(environment.rank());
        PrintStream lines = new PrintStream(log, true, StandardCharsets.UTF_8);
        this.own = environment.rank() == 0 ? console : new Console(lines, lines, false);
    }

    int run() throws IOException {
        if (environment.launched()) {
            endWithLauncher();
        }
        Torch.load();
        Group group = Group.join(environment, console.err()::println, this::end);
        try {
            int status = group.leads() ? lead(group) : follow(group);
            group.close();
            return status;
        } catch (RunStopped e) { // all stop after the same step
            group.close();
            return stopped();
        } catch (UserException | Interrupts.Stopped e) {
            group.fail(e.getMessage());
            if (e instanceof Interrupts.Stopped && environment.launched()) { // who started it says so
                return Interrupts.status();
            }
            throw e instanceof UserException told ? named(told) : e;
        } catch (IOException | RuntimeException | Error e) {
            group.fail(String.valueOf(e.getMessage()).lines().findFirst().orElse("for no known reason"));
            throw e;
        }
    }

    /** The run was asked to stop, here or in another process; one of them says so. */
    private int stopped() {
        if (environment.rank() == 0) {
            Interrupts.check();
            console.err().println("imas: another process was asked to stop, and all have");
        }
        if (Interrupts.asked()) {
            return Interrupts.status();
        }
        return environment.launched() ? OTHER_ENDED : Main.USER_ERROR;
    }

    /** Another process is gone; called by a thread of its own while this one may wait for ever. */
    private void end(String reason) {
        String told = "imas: " + reason + goOn();
        if (environment.rank() > 0) {
            own.err().println(told);
        }
        if (!environment.launched()) { // else who started it says so
            console.err().println(told);
        }
        Runtime.getRuntime().halt(environment.launched() ? OTHER_ENDED : Main.USER_ERROR);
    }

    private String goOn() {
        if (out == null) { // nothing was begun
            return "";
        }
        if (new RunDirectory(out).begun()) {
            return "; imas train --resume " + out + " goes on from the last checkpoint";
        }
        return environment.rank() == 0 ? "" : "; --resume goes on from the last checkpoint, if there is one";
    }

    /** Whoever started the processes may be killed without a word to them. */
    private void endWithLauncher() {
        Thread thread = new Thread(this::endWithout, "launcher-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** A process whose parent ends gets another one at once. */
    private void endWithout() {
        long launcher = environment.launcher().getAsLong();
        while (ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L) == launcher) {
            Pause.of(LOOK_MILLISECONDS);
        }
        orphaned();
    }

    private void orphaned() {
        own.err().println("imas: the process that started all others is gone, and all end" + goOn());
        Runtime.getRuntime().halt(Main.USER_ERROR);
    }

    private UserException named(UserException e) {
        String name = "rank " + environment.rank();
        return environment.rank() == 0 || e.getMessage().startsWith(name)
                ? e
                : new UserException(name + ": " + e.getMessage(), e);
    }

    private int lead(Group group) throws IOException {
        boolean again = TrainCommand.startedAgain(line);
        boolean resume = again || line.hasOption(TrainCommand.RESUME);
        asked(group, resume, again);
        Inspection run = TrainCommand.begin(line, resume, new Processes(group.count(), group.here()), console);
        Path written = TrainCommand.out(line, run.config());
        out = Path.of(group.told(written.toAbsolutePath().toString()));
        String device = Compute.nameFor(run.config().device(), group.localRank());
        return TrainCommand.train(run, device, written, resume, console, group);
    }

    /** What the command line asks for, the same in every process; a run that goes on has rank 0's. */
    private ImasConfig asked(Group group, boolean resume, boolean again) {
        ImasConfig asked;
        if (Boolean.parseBoolean(group.told(String.valueOf(resume)))) {
            String first = group.leads() ? ConfigYaml.dump(resumed(again)) : "";
            asked = ConfigYaml.parse(group.told(first), "what rank 0 says");
        } else {
            asked = Planning.start(line, "embedded", own);
        }
        Together.requireAlike(asked, group);
        return asked;
    }

    private ImasConfig resumed(boolean again) {
        return again ? TrainCommand.begun(line) : TrainCommand.resumed(line);
    }

    private int follow(Group group) throws IOException {
        ImasConfig asked = asked(group, false, false);
        out = Path.of(group.told(""));
        log.in(out);
        String device = Compute.nameFor(asked.device(), group.localRank());
        try (RunProgress progress = new TrainingProgress(own, asked, System::nanoTime)) {
            Trainer.follow(asked, device, progress, group);
        }
        return 0;
    }
}
