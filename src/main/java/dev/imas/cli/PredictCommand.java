package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import dev.imas.common.FileNames;
import dev.imas.common.FileProblem;
import dev.imas.common.Interrupts;
import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.data.ChannelFiles;
import dev.imas.image.Composite;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.Overlay;
import dev.imas.image.Picture;
import dev.imas.image.PictureNames;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import dev.imas.predict.Segmenter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code imas predict}. */
final class PredictCommand implements Command {
    private static final double OVERLAY = 0.5;

    @Override
    public Manual manual() {
        return new Manual(
                "predict",
                "segment pictures: an index PNG with palette and an overlay for each",
                "predict --weights FILE|RUN --input FILE|DIR --out DIR [OPTIONS]",
                """
                Writes NAME.png (class indices, viewable through its palette) and NAME-overlay.png to --out.
                Weights in a run directory predict as the run evaluates, whole or in sliding windows;
                --set evaluation.mode=sliding and evaluation.window=769 choose otherwise. Of a run that has not
                ended the newest checkpoint predicts. Pictures that cannot be predicted are named at the end, with
                exit status 2.

                example:
                  imas predict --weights runs/camvid/teacher.safetensors --input photos --out masks
                """);
    }

    @Override
    public Options options() {
        return Arguments.device(Arguments.configuration(
                new Options()
                        .addOption(Arguments.weights())
                        .addOption(Arguments.student())
                        .addOption(option("input", "FILE|DIR", "a picture, or a folder of pictures"))
                        .addOption(option("out", "DIR", "folder for the results"))
                        .addOption(flag("strict", "refuse weights with unknown or missing keys")),
                "what the weight file says"));
    }

    @Override
    public Optional<String> smaller() {
        return Optional.of(Segmenter.SMALLER + ", or cut very large pictures into tiles");
    }

    @Override
    public boolean worksInPieces() {
        return true;
    }

    @Override
    public int run(CommandLine line, Console console) throws IOException {
        Arguments.noMore(line);
        Arguments.path(line, "weights");
        List<Path> pictures = pictures(Arguments.path(line, "input"), WrittenPath.hint(line.getOptionValue("input")));
        Path out = ResultsFolder.of(line);
        keepInputs(pictures, out, PredictCommand::name);
        List<String> failed = new ArrayList<>();
        try (Segmenter segmenter = Arguments.segmenter(line, console)) {
            ChannelFiles family = new ChannelFiles(segmenter.settings().data().channels());
            pictures = family.pictures(pictures);
            keepInputs(pictures, out, family::name);
            for (Path picture : pictures) {
                Interrupts.check();
                Optional<Seen> seen = seen(segmenter, picture, failed);
                if (seen.isPresent()) {
                    write(seen.get(), out, family.name(picture), segmenter);
                    console.out().println(labelsFile(out, family.name(picture)));
                }
            }
        } catch (Unwritable e) { // of the next picture there would be no room either
            failed.add(e.getMessage() + "; the results before it are kept");
        }
        return told(failed, pictures.size(), console);
    }

    /** A picture and what is seen in it. */
    private record Seen(Picture picture, LabelMap labels) {}

    /** Says that a result cannot be written. */
    private static final class Unwritable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unwritable(UserException e) {
            super(e.getMessage(), e);
        }
    }

    /** Empty for a picture that cannot be predicted, which is noted: the others are worth having. */
    private static Optional<Seen> seen(Segmenter segmenter, Path file, List<String> failed) {
        try {
            Picture picture = segmenter.read(file);
            return Optional.of(new Seen(picture, segmenter.segment(picture).labels()));
        } catch (UserException e) {
            failed.add(e.getMessage().contains(file.toString()) ? e.getMessage() : file + ": " + e.getMessage());
        } catch (OutOfMemoryError e) {
            failed.add(
                    file + " does not fit into the memory that Java may use; cut it into tiles, or give Java more with"
                            + " IMAS_JAVA_OPTIONS=-Xmx8g");
        }
        return Optional.empty();
    }

    private static void write(Seen seen, Path out, String name, Segmenter segmenter) {
        RgbImage overlay = Overlay.blend(Composite.of(seen.picture), seen.labels, segmenter.palette(), OVERLAY);
        try {
            IndexPng.write(labelsFile(out, name), seen.labels, segmenter.palette());
            Pngs.write(overlayFile(out, name), overlay);
        } catch (UserException e) {
            throw new Unwritable(e);
        }
    }

    /** Says at the end, where it is read, what could not be done. */
    private static int told(List<String> failed, int pictures, Console console) {
        if (failed.isEmpty()) {
            return 0;
        }
        if (pictures > 1) {
            console.err().println("imas: " + failed.size() + " of " + pictures + " pictures could not be predicted:");
        }
        failed.forEach(message -> console.err().println("imas: " + message));
        return Main.USER_ERROR;
    }

    /** @param hint what is added where there is nothing */
    private static List<Path> pictures(Path input, String hint) {
        if (Files.isRegularFile(input)) {
            return List.of(input);
        }
        if (!Files.isDirectory(input)) {
            throw new UserException("--input: nothing at " + input + hint);
        }
        try (Stream<Path> entries = Files.list(input)) {
            List<Path> pictures = entries.filter(path -> PictureNames.isPicture(path.toString()))
                    .filter(path -> !hidden(path.getFileName().toString()))
                    .sorted()
                    .toList();
            if (pictures.isEmpty()) {
                throw new UserException(
                        "--input: no picture (" + String.join(", ", PictureNames.ENDINGS) + ") in " + input);
            }
            return pictures;
        } catch (IOException e) {
            throw new UserException("--input: " + input + " cannot be listed (" + FileProblem.of(e, input) + ")", e);
        }
    }

    private static boolean hidden(String name) {
        return name.startsWith(".") || FileNames.ofSystem(name);
    }

    /** No result may replace a picture or another result. */
    private static void keepInputs(List<Path> pictures, Path out, Function<Path, String> name) throws IOException {
        Set<Path> inputs = new HashSet<>();
        for (Path picture : pictures) {
            inputs.add(real(picture));
        }
        Map<Path, Path> origins = new HashMap<>();
        for (Path picture : pictures) {
            for (Path result : List.of(labelsFile(out, name.apply(picture)), overlayFile(out, name.apply(picture)))) {
                Path other = origins.put(result, picture);
                if (other != null) {
                    throw new UserException(
                            "--input: " + other + " and " + picture + " would both become " + result + "; rename one");
                }
                if (inputs.contains(real(result))) {
                    throw new UserException(
                            "--out: the result " + result + " would replace a picture of --input; name another folder");
                }
            }
        }
    }

    /** Without links, so that two ways to one file are equal. */
    private static Path real(Path file) throws IOException {
        return Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    }

    private static String name(Path picture) {
        return PictureNames.stem(picture.getFileName().toString());
    }

    private static Path labelsFile(Path out, String name) {
        return out.resolve(name + ".png");
    }

    private static Path overlayFile(Path out, String name) {
        return out.resolve(name + "-overlay.png");
    }
}
