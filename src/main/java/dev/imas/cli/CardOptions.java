package dev.imas.cli;

import static dev.imas.cli.Arguments.option;

import dev.imas.common.FileProblem;
import dev.imas.common.Printable;
import dev.imas.common.UserException;
import dev.imas.export.Author;
import dev.imas.export.ExportFormat;
import dev.imas.export.ModelCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** The options of {@code imas export} for what a model says of itself. */
final class CardOptions {
    private static final String NAME = "name";
    private static final String DESCRIPTION = "description";
    private static final String AUTHOR = "author";
    private static final String LICENSE = "license";
    private static final String LICENSE_FILE = "license-file";
    private static final String PICTURE = "picture";
    private static final List<String> ALL = List.of(NAME, DESCRIPTION, AUTHOR, LICENSE, LICENSE_FILE, PICTURE);
    private static final int LONGEST_TERMS = 1 << 20;

    private CardOptions() {}

    static void add(Options options) {
        options.addOption(option(
                        AUTHOR,
                        "AUTHOR",
                        "who answers for the model, as NAME or \"NAME; INSTITUTE; @GITHUB-ACCOUNT\"; may be repeated"))
                .addOption(option(
                        LICENSE,
                        "NAME",
                        "terms of use by their SPDX name, such as CC-BY-4.0 (default: the setting license of the run)"))
                .addOption(option(LICENSE_FILE, "FILE", "the terms' whole text, which goes along"))
                .addOption(option(NAME, "TEXT", "what lists of models call it (default: made of the run's name)"))
                .addOption(option(DESCRIPTION, "TEXT", "a sentence about it (default: made of the classes)"))
                .addOption(option(
                        PICTURE,
                        "FILE",
                        "a picture for the cover and the test arrays of bioimageio and djl (default: waves)"));
    }

    /** A comparison writes nothing that could say anything. */
    static void requireNone(CommandLine line) {
        List<String> given = ALL.stream().filter(line::hasOption).toList();
        if (!given.isEmpty()) {
            throw new UserException("--" + String.join(", --", given) + (given.size() == 1 ? " is" : " are")
                    + " for --to; --check compares and writes nothing");
        }
    }

    /** What the options say, and the weight file where these say nothing. */
    static ModelCard card(CommandLine line, ExportFormat format, Path weights) {
        boolean alone = format == ExportFormat.TORCHSCRIPT || format == ExportFormat.ONNX;
        if (line.hasOption(PICTURE) && alone) {
            throw new UserException("--" + PICTURE + " is for the formats bioimageio and djl, which hold a picture");
        }
        return ModelCard.of(weights)
                .named(name(line), description(line))
                .by(authors(line))
                .licensed(line.getOptionValue(LICENSE, "").strip(), terms(line));
    }

    private static String name(CommandLine line) {
        String name = line.getOptionValue(NAME);
        if (name != null && !ModelCard.isName(name)) {
            throw new UserException("--" + NAME + ": " + name + "; expected 5 to 64 letters from a to z, digits, spaces"
                    + " and _ + - ( )");
        }
        return name;
    }

    private static String description(CommandLine line) {
        String text = line.getOptionValue(DESCRIPTION);
        if (text != null && (text.isBlank() || text.length() > ModelCard.MOST_DESCRIBED || !Printable.is(text))) {
            throw new UserException("--" + DESCRIPTION + " has " + text.length() + " characters"
                    + (Printable.is(text) ? "" : ", some of them unprintable") + "; expected one line of 1 to "
                    + ModelCard.MOST_DESCRIBED);
        }
        return text;
    }

    private static List<Author> authors(CommandLine line) {
        List<Author> authors = new ArrayList<>();
        for (String text : line.hasOption(AUTHOR) ? line.getOptionValues(AUTHOR) : new String[0]) {
            authors.add(Author.parse(text)
                    .orElseThrow(
                            () -> new UserException("--" + AUTHOR + ": " + text + "; expected " + Author.EXPECTED)));
        }
        return authors;
    }

    private static String terms(CommandLine line) {
        if (!line.hasOption(LICENSE_FILE)) {
            return null;
        }
        Path file = Arguments.path(line, LICENSE_FILE);
        String problem = FileProblem.ofInput(file);
        try {
            if (problem == null && Files.size(file) > LONGEST_TERMS) {
                problem = "has " + Files.size(file) + " bytes; expected a text of up to " + LONGEST_TERMS;
            }
            if (problem != null) {
                throw new UserException("--" + LICENSE_FILE + ": " + file + " " + problem);
            }
            String text = Files.readString(file).replace("\r\n", "\n").replace("\f", "");
            if (text.isBlank() || !Printable.lines(text).equals(text)) {
                throw new UserException("--" + LICENSE_FILE + ": " + file + " is empty or no printable text; expected"
                        + " the terms in UTF-8");
            }
            return text;
        } catch (IOException e) {
            throw new UserException(
                    "--" + LICENSE_FILE + ": " + file + " cannot be read (" + FileProblem.of(e, file) + ")", e);
        }
    }
}
