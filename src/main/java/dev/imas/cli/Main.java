package dev.imas.cli;

import dev.imas.common.FileProblem;
import dev.imas.common.Interrupts;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.Nearest;
import dev.imas.device.OutOfMemory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.HelpFormatter;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/**
 * The program {@code imas}. Exit status: 0 done; 1 a check failed; 2 something the user can mend, told in one line;
 * 3 a fault of the program or the machine; 130 ended by Ctrl-C, 143 by SIGTERM. Stack traces appear with
 * {@code --debug} only.
 */
public final class Main {
    static final int CHECK_FAILED = 1;
    static final int USER_ERROR = 2;
    static final int PROGRAM_ERROR = 3;
    private static final int WIDTH = 100;
    private static final int LONGEST_MESSAGE = 1000;
    private static final List<Command> COMMANDS = List.of(
            new TrainCommand(),
            new DataCommand(),
            new PlanCommand(),
            new CompareCommand(),
            new EvaluateCommand(),
            new PredictCommand(),
            new RankCommand(),
            new ExportCommand(),
            new ImportCommand(),
            new VerifyCommand(),
            new DoctorCommand(),
            new ReportCommand(),
            new PresetsCommand(),
            new BenchCommand(),
            new VersionCommand());

    private Main() {}

    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT); // of libraries too: digits and letters' case are the same everywhere
        Interrupts.install();
        System.exit(run(arguments, Console.system()));
    }

    /** Runs one command line and returns the exit status. */
    static int run(String[] arguments, Console console) {
        return run(COMMANDS, arguments, console);
    }

    static int run(List<Command> commands, String[] arguments, Console given) {
        Console console = JsonLines.asked(arguments) ? JsonLines.console(given) : given;
        boolean debug = Arrays.asList(arguments).contains("--debug");
        try {
            return dispatch(commands, arguments, console);
        } catch (Interrupts.Stopped e) {
            return complain(console, debug, e, e.getMessage(), Interrupts.status());
        } catch (UserException e) {
            return complain(console, debug, e, e.getMessage(), USER_ERROR);
        } catch (InvalidPathException e) {
            return complain(console, debug, e, invalid(e), USER_ERROR);
        } catch (IOException | UncheckedIOException e) {
            return complain(console, debug, e, FileProblem.of(e), USER_ERROR);
        } catch (OutOfMemoryError e) {
            return complain(
                    console,
                    debug,
                    e,
                    "out of memory (" + e.getMessage() + "); "
                            + smaller(commands, arguments).orElse("lower the batch or the crop")
                            + ", or give Java more with IMAS_JAVA_OPTIONS=-Xmx8g",
                    PROGRAM_ERROR);
        } catch (Throwable e) { // an Error would leave the JVM with status 1, which says that a check failed
            return complain(console, debug, e, fault(e, smaller(commands, arguments)), PROGRAM_ERROR);
        }
    }

    private static String invalid(InvalidPathException e) {
        String path = e.getInput().replace('\0', '?');
        boolean ascii = path.chars().allMatch(letter -> letter < 128);
        return ascii
                ? path + " is no valid path"
                : path + " cannot be expressed in the locale's character set; set LC_ALL=C.UTF-8";
    }

    /** What the command that was called says about exhausted memory. */
    private static Optional<String> smaller(List<Command> commands, String[] arguments) {
        return commands.stream()
                .filter(command ->
                        arguments.length > 0 && command.manual().name().equals(arguments[0]))
                .findFirst()
                .flatMap(Command::smaller);
    }

    /** libtorch reports exhausted memory as an ordinary RuntimeException. */
    private static String fault(Throwable error, Optional<String> smaller) {
        Optional<String> advice =
                smaller.isPresent() ? OutOfMemory.advice(error, smaller.get()) : OutOfMemory.advice(error);
        if (advice.isPresent()) {
            return advice.get();
        }
        String message = String.valueOf(error.getMessage());
        String what = error.getClass() == RuntimeException.class
                ? firstLine(message)
                : error.getClass().getSimpleName() + ": " + firstLine(message);
        return what + " (a fault of the program: run again with --debug to see where)";
    }

    private static int complain(Console console, boolean debug, Throwable error, String message, int status) {
        if (console.json().isPresent()) {
            return complain(console.json().get(), error, message, status);
        }
        console.err().println("imas: " + firstLine(message));
        if (error instanceof UserException) { // of several faults one a line
            message.lines().skip(1).forEach(line -> console.err().println("imas: " + firstLine(line)));
        }
        if (debug) {
            error.printStackTrace(console.err());
        }
        return status;
    }

    private static int complain(JsonLines lines, Throwable error, String message, int status) {
        String whole = error instanceof UserException ? message : firstLine(message);
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("status", status);
        fields.put("message", whole);
        lines.event(error instanceof Interrupts.Stopped ? "stopped" : "failed", fields);
        return status;
    }

    private static int dispatch(List<Command> commands, String[] arguments, Console console) throws Exception {
        if (arguments.length == 0 || List.of("help", "--help", "-h").contains(arguments[0])) {
            if (arguments.length > 1) {
                printHelp(command(commands, arguments[1]), console);
            } else {
                printOverview(commands, console);
            }
            return 0;
        }
        if (arguments[0].equals("--version")) {
            return new VersionCommand().run(null, console);
        }
        Command command = command(commands, arguments[0]);
        Options options = command.options()
                .addOption(Option.builder("h")
                        .longOpt("help")
                        .desc("print this help")
                        .build())
                .addOption(Option.builder()
                        .longOpt("debug")
                        .desc("print stack traces")
                        .build());
        CommandLine line = parse(command, options, Arrays.copyOfRange(arguments, 1, arguments.length));
        if (line.hasOption("help")) {
            printHelp(command, console);
            return 0;
        }
        if (command.worksInPieces()) {
            Interrupts.worksInPieces();
        }
        return command.run(line, console);
    }

    private static Command command(List<Command> commands, String name) {
        return commands.stream()
                .filter(command -> command.manual().name().equals(name))
                .findFirst()
                .orElseThrow(() -> {
                    List<String> names = commands.stream()
                            .map(command -> command.manual().name())
                            .toList();
                    return new UserException("unknown command " + name + Nearest.hintOrAll(name, names));
                });
    }

    private static CommandLine parse(Command command, Options options, String[] arguments) {
        String seeHelp = "; see imas " + command.manual().name() + " --help";
        try {
            CommandLine line = DefaultParser.builder()
                    .setAllowPartialMatching(false)
                    .build()
                    .parse(options, arguments);
            rejectRepeats(line);
            rejectEmpty(line);
            return line;
        } catch (UnrecognizedOptionException e) {
            throw new UserException("unknown option " + e.getOption() + hint(options, e.getOption()) + seeHelp, e);
        } catch (MissingArgumentException e) {
            throw new UserException(
                    "--" + e.getOption().getLongOpt() + " needs a value ("
                            + e.getOption().getArgName() + ")" + seeHelp,
                    e);
        } catch (ParseException e) {
            throw new UserException(e.getMessage() + seeHelp, e);
        }
    }

    /** A similar option, or the setting of that name. */
    private static String hint(Options options, String unknown) {
        List<String> known = options.getOptions().stream()
                .map(option -> "--" + option.getLongOpt())
                .toList();
        Optional<String> misspelt = Nearest.misspelt(unknown.replaceFirst("=.*", ""), known);
        if (misspelt.isPresent()) {
            return "; did you mean " + misspelt.get() + "?";
        }
        String word = unknown.replaceFirst("^-+", "").replaceFirst("=.*", "").replace('-', '_');
        Optional<String> key = options.hasLongOption(Arguments.SET) ? ConfigYaml.keyEndingIn(word) : Optional.empty();
        if (key.isPresent()) {
            return "; it is the setting --set " + key.get() + "=VALUE";
        }
        return Nearest.hint(unknown, known);
    }

    private static void rejectRepeats(CommandLine line) {
        Set<String> seen = new HashSet<>();
        for (Option option : line.getOptions()) {
            boolean repeatable = option.hasArgs() || option.getLongOpt().equals(Arguments.SET);
            if (!seen.add(option.getLongOpt()) && !repeatable) {
                throw new UserException("--" + option.getLongOpt() + " is given twice; give it once");
            }
        }
    }

    /** Such as of a variable that a script did not set: as a path it would be the folder that one is in. */
    private static void rejectEmpty(CommandLine line) {
        for (Option option : line.getOptions()) {
            if (option.getValuesList().stream().anyMatch(String::isBlank)) {
                throw new UserException("--" + option.getLongOpt() + " is empty; expected " + option.getArgName());
            }
        }
    }

    private static void printOverview(List<Command> commands, Console console) {
        console.out()
                .println(
                        """
                imas - train segmentation networks from few labels

                usage: imas COMMAND [OPTIONS]
                """);
        for (Command command : commands) {
            Command.Manual manual = command.manual();
            console.out().printf(Locale.ROOT, "  %-10s %s%n", manual.name(), manual.summary());
        }
        console.out()
                .println(
                        """

                imas train                  learns on generated scenes: a tour of minutes
                imas COMMAND --help         tells the options of a command""");
    }

    private static void printHelp(Command command, Console console) {
        HelpFormatter formatter = new HelpFormatter();
        formatter.setOptionComparator(null);
        PrintWriter writer = new PrintWriter(console.out());
        Command.Manual manual = command.manual();
        writer.println("usage: imas " + manual.usage());
        writer.println();
        writer.println(manual.summary());
        writer.println();
        Options options = command.options()
                .addOption(Option.builder()
                        .longOpt("debug")
                        .desc("print stack traces")
                        .build());
        Arguments.grouped(options).forEach((group, members) -> {
            writer.println(group + ":");
            formatter.printOptions(writer, WIDTH, members, 2, 3);
            writer.println();
        });
        writer.print(manual.details());
        writer.flush();
    }

    /** Without the C++ trace that follows in libtorch's messages. */
    private static String firstLine(String message) {
        String line = String.valueOf(message).lines().findFirst().orElse("").strip();
        return line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE) + "...";
    }
}
