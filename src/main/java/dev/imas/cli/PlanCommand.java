package dev.imas.cli;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.device.Compute;
import dev.imas.plan.Processes;
import dev.imas.plan.Proposal;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code imas plan}. */
final class PlanCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "plan",
                "show how training on your pictures would go, without training",
                "plan --data FOLDER [--budget TIME] [OPTIONS]",
                """
                Looks at the pictures and times a few steps on this machine, then prints how long the run takes and
                the settings that the plan decides. Settings that are given stay. imas train with the same options
                does it.
                --processes plans for so many on this machine, by one's part of a step on its share of the cores;
                what they exchange is not in the times.

                examples:
                  imas plan --data photos
                  imas plan --data photos --budget 30m --set augment.crop=[256,256]
                  imas plan --data photos --processes 4
                """);
    }

    @Override
    public Options options() {
        return Arguments.device(Arguments.dataset(Arguments.configuration(new Options(), Planning.OWN)))
                .addOption(Arguments.option("seed", "N", "the one seed of all random numbers (default: 1)"))
                .addOption(Arguments.budget())
                .addOption(Arguments.option(
                        TrainCommand.PROCESSES, "N", "for so many processes on this machine (default: 1)"));
    }

    @Override
    public int run(CommandLine line, Console console) {
        Arguments.noMore(line);
        if (!line.hasOption("config")) {
            Arguments.path(line, "data");
        }
        int processes = Arguments.whole(line, TrainCommand.PROCESSES, 1, 1, TrainCommand.MOST_PROCESSES);
        ImasConfig start = Planning.start(line, Planning.OWN, console);
        if (processes > 1) {
            Compute.nameFor(start.device(), processes - 1); // there is a GPU for the last of them, or all are on CPUs
        }
        Proposal proposal = ChildProcess.withShare(
                processes, () -> Planning.proposal(line, start, new Processes(processes, processes), console));
        console.out().println(proposal.summary());
        proposal.reasons().forEach(console.out()::println);
        proposal.warning().ifPresent(console.out()::println);
        console.out().println();
        ImasConfig config = proposal.config();
        proposal.planned().forEach(key -> console.out().println(key + ": " + ConfigYaml.value(config, key)));
        return 0;
    }
}
