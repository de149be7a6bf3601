package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import dev.imas.common.UserException;
import dev.imas.config.Names;
import dev.imas.export.ExportFormat;
import dev.imas.export.Exporter;
import dev.imas.predict.Segmenter;
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
                "write a trained network for other programs: TorchScript, ONNX",
                "export --weights FILE --to FILE|DIR [--format FORMAT] [OPTIONS]",
                """
                The exported model takes stored values, float32 [N,C,H,W] of any size, and gives the probabilities of
                the classes at that size: reduction, normalisation and softmax are inside. What was written is read
                back and compared with the network on a test picture; a file that differs is not left behind.
                --check compares a file that was exported before.

                examples:
                  imas export --weights runs/cells/teacher.safetensors --to cells.onnx
                  imas export --weights runs/cells/teacher.safetensors --format torchscript --to models
                  imas export --weights runs/cells/teacher.safetensors --check cells.onnx
                """);
    }

    @Override
    public Options options() {
        return Arguments.configuration(
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
    }

    @Override
    public int run(CommandLine line, Console console) {
        Arguments.noMore(line);
        Arguments.path(line, "weights");
        if (line.hasOption("check") == line.hasOption("to")) {
            throw new UserException("either --to, to export, or --check, to compare; found "
                    + (line.hasOption("to") ? "both" : "neither"));
        }
        boolean check = line.hasOption("check");
        Path named = Arguments.path(line, check ? "check" : "to");
        ExportFormat format = format(line, named);
        Path file = !check && Files.isDirectory(named) ? named.resolve(name(line, format)) : named;
        requireOther(line, file);
        try (Segmenter segmenter = Arguments.segmenter(
                line, console, options -> options.device("cpu").whole().set("precision", "fp32"))) {
            Exporter exporter = new Exporter(segmenter);
            double difference = check ? exporter.check(format, file) : exporter.export(format, file);
            console.out().println(file);
            console.out().println("input    " + exporter.input());
            console.out().println("output   " + exporter.output());
            console.out()
                    .printf(
                            Locale.ROOT,
                            "checked  probabilities of a test picture differ by %.1g at most%n",
                            difference);
        }
        return 0;
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

    private static void requireOther(CommandLine line, Path file) {
        if (file.toAbsolutePath()
                .normalize()
                .equals(Arguments.path(line, "weights").toAbsolutePath().normalize())) {
            throw new UserException("--to: " + file + " is the weight file itself; name another");
        }
    }
}
