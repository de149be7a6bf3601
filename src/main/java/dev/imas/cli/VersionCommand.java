package dev.imas.cli;

import dev.imas.kernels.Kernels;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code imas version}. */
final class VersionCommand implements Command {
    @Override
    public String name() {
        return "version";
    }

    @Override
    public String summary() {
        return "print versions";
    }

    @Override
    public String usage() {
        return "version";
    }

    @Override
    public String details() {
        return "";
    }

    @Override
    public Options options() {
        return new Options();
    }

    @Override
    public int run(CommandLine line, Console console) {
        String version = Main.class.getPackage().getImplementationVersion();
        console.out().println("imas " + (version == null ? "(not packaged)" : version));
        console.out().println("kernels " + Kernels.buildInfo());
        console.out()
                .println("java " + System.getProperty("java.version") + ", " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch"));
        return 0;
    }
}
