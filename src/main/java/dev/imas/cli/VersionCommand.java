package dev.imas.cli;

import dev.imas.kernels.Kernels;
import org.apache.commons.cli.CommandLine;

/** {@code imas version}. */
final class VersionCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("version", "print versions", "version", "");
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
