package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.Names;
import dev.imas.export.ExportFormat;
import dev.imas.export.Exporter;
import dev.imas.export.ModelCard;
import dev.imas.image.Picture;
import dev.imas.predict.Segmenter;
import dev.imas.run.RunWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code imas export}. */
final class ExportCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "export",
                "write a trained network for other programs: TorchScript, ONNX, bioimage.io, DJL",
                "export --weights FILE|RUN --to FILE|DIR [--format FORMAT] [OPTIONS]",
                """
                The exported model takes stored values, float32 [N,C,H,W] of any size, and gives the probabilities
                of the classes at that size: reduction, normalisation and softmax are inside. What was written is
                read back and compared with the network on a test picture; a file that differs is not left behind.
                --check compares a file that was exported before. Where the range of the values is each file's or
                picture's own, the caller brings them to 0 to 1: the command says how, and bioimageio and djl ask
                for a range of numbers instead.

                bioimageio is a package for QuPath, deepImageJ and JDLL, with the model in both formats; it asks for
                --author and --license. djl is a folder for the Deep Java Library. Both hold a picture and what the
                network sees in it, to try a program with: waves, or --picture.

                examples:
                  imas export --weights runs/cells --to cells.onnx
                  imas export --weights runs/cells --to cells.pt
                  imas export --weights runs/cells --check cells.onnx
                  imas export --weights runs/cells --to cells.zip --format bioimageio --license CC-BY-4.0 \\
                    --author "Ada Lovelace; University of London; @ada"
                  imas export --weights runs/cells --to cells-djl
                """);
    }

    @Override
    public Options options() {
        Options options = Arguments.configuration(
                new Options()
                        .addOption(Arguments.weights())
                        .addOption(Arguments.student())
                        .addOption(option(
                                "format",
                                "FORMAT",
                                Names.choice(ExportFormat.class) + " (default: what the name in --to ends with)"))
                        .addOption(option("to", "FILE|DIR", "the file to write, or a folder for it"))
                        .addOption(option("check", "FILE", "an exported file to compare with the weights"))
                        .addOption(flag("strict", "refuse weights with unknown or missing keys")),
                "what the weight file says");
        CardOptions.add(options);
        return options;
    }

    @Override
    public int run(CommandLine line, Console console) {
        Arguments.noMore(line);
        Arguments.path(line, "weights");
        if (line.hasOption("check") == line.hasOption("to")) {
            throw new UserException("either --to, to export, or --check, to compare; found "
                    + (line.hasOption("to") ? "both" : "neither"));
        }
        return line.hasOption("check") ? check(line, console) : export(line, console);
    }

    private static int check(CommandLine line, Console console) {
        CardOptions.requireNone(line);
        Path file = Arguments.path(line, "check");
        ExportFormat format = format(line, file);
        try (Segmenter segmenter = segmenter(line, console)) {
            Exporter exporter = new Exporter(segmenter);
            tell(console, file, exporter, exporter.check(format, file));
        }
        return 0;
    }

    private static int export(CommandLine line, Console console) {
        Path named = Arguments.path(line, "to");
        ExportFormat format = format(line, named);
        Path file = file(line, named, format);
        Path weights = weights(line);
        requireOther(weights, file, format);
        ModelCard card = CardOptions.card(line, format, weights);
        Exporter.requireCard(format, card);
        try (Segmenter segmenter = segmenter(line, console)) {
            Exporter exporter = new Exporter(segmenter, card);
            Picture picture = line.hasOption("picture") ? segmenter.read(Arguments.path(line, "picture")) : null;
            tell(console, file, exporter, exporter.export(format, file, picture));
            console.out().println("accuracy " + exporter.accuracy());
        }
        return 0;
    }

    private static Segmenter segmenter(CommandLine line, Console console) {
        return Arguments.segmenter(
                line, console, options -> options.device("cpu").whole().set("precision", "fp32"));
    }

    private static void tell(Console console, Path file, Exporter exporter, double difference) {
        console.out().println(file);
        console.out().println("input    " + exporter.input());
        console.out().println("output   " + exporter.output());
        console.out()
                .printf(Locale.ROOT, "checked  probabilities of a test picture differ by %.1g at most%n", difference);
    }

    /** The file of the weights that are meant, of a run or checkpoint as well. */
    private static Path weights(CommandLine line) {
        return RunWeights.of(Arguments.path(line, "weights"), line.hasOption("student"), note -> {})
                .file();
    }

    /** Of a folder that is there, the file or folder in it, unless it is an exported one itself. */
    private static Path file(CommandLine line, Path named, ExportFormat format) {
        return Files.isDirectory(named) && !isExport(named, format) ? named.resolve(name(line, format)) : named;
    }

    private static boolean isExport(Path folder, ExportFormat format) {
        try {
            return format.isFolder() && (folder.toString().endsWith(format.ending()) || format.isExported(folder));
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    private static ExportFormat format(CommandLine line, Path file) {
        Optional<ExportFormat> byName = Arrays.stream(ExportFormat.values())
                .filter(format -> file.toString().endsWith(format.ending()))
                .findFirst();
        if (line.hasOption("format")) {
            String word = line.getOptionValue("format");
            ExportFormat asked = Names.constant(ExportFormat.class, word)
                    .orElseThrow(() ->
                            new UserException("--format: " + word + "; expected " + Names.choice(ExportFormat.class)));
            if (byName.isPresent() && byName.get() != asked) {
                throw new UserException("--format is " + word + ", and " + file + " is called as one of "
                        + Names.word(byName.get()) + "; name it *" + asked.ending() + ", or leave --format out");
            }
            return asked;
        }
        return byName.orElseThrow(() -> new UserException("--format is missing, and " + file
                + " ends with no format's ending; expected --format " + Names.choice(ExportFormat.class)));
    }

    /** As the weight file is called, with the format's ending. */
    private static String name(CommandLine line, ExportFormat format) {
        String weights = Arguments.path(line, "weights").getFileName().toString();
        int dot = weights.lastIndexOf('.');
        return (dot > 0 ? weights.substring(0, dot) : weights) + format.ending();
    }

    /** Weights and files of others are not lost to an export that was named like them by mistake. */
    private static void requireOther(Path weights, Path file, ExportFormat format) {
        if (isSame(weights, file)) {
            throw new UserException("--to: " + file + " is the weight file itself; name another");
        }
        if (!mayReplace(format, file)) {
            throw new UserException("--to: " + file + " is there and no " + Names.word(format)
                    + " export of this program; name another, or move it away first");
        }
    }

    private static boolean mayReplace(ExportFormat format, Path file) {
        try {
            return format.mayReplace(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static UserException unreadable(Path file, IOException e) {
        return new UserException("--to: cannot look into " + file + " (" + FileProblem.of(e, file) + ")", e);
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return Files.exists(other) && Files.isSameFile(one, other);
        } catch (IOException e) {
            return one.toAbsolutePath()
                    .normalize()
                    .equals(other.toAbsolutePath().normalize());
        }
    }
}
