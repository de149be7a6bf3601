package dev.imas.export;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.PatchFit;
import dev.imas.config.Names;
import dev.imas.device.OutOfMemory;
import dev.imas.image.Picture;
import dev.imas.predict.Segmenter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes a trained network as a model of another format and proves that it gives the network's numbers: what was
 * written is read back and asked about a test picture, before the file gets its name.
 */
public final class Exporter {
    /** Largest difference of a probability that sums in another order explain. */
    public static final double TOLERANCE = 1e-5;

    private static final String AS_EXPORTED = "; give --check the --set and --config that the file was exported with";

    private final Segmenter segmenter;
    private final ModelCard card;
    private final Accuracy accuracy;
    private final Model model;

    /** @param segmenter of the network to export: opened on the CPU, seeing pictures as a whole */
    public Exporter(Segmenter segmenter) {
        this(segmenter, ModelCard.EMPTY);
    }

    /** @param card what the files are to say of the model */
    public Exporter(Segmenter segmenter, ModelCard card) {
        this.segmenter = segmenter;
        this.accuracy = Accuracy.of(card, segmenter.spec());
        this.card = accuracy.otherwise().isEmpty() ? card : card.unmeasured();
        ModelInput input = ModelInput.of(
                segmenter.spec().input(), segmenter.settings().evaluation().scale());
        this.model = new Model(segmenter.network(), segmenter.spec(), input);
    }

    /** What the model is to be given, for people. */
    public String input() {
        return "float32 [N," + model.spec().input().channels().count() + ",H,W] of any size: "
                + model.input().described();
    }

    /** What it gives. */
    public String output() {
        return "float32 [N," + segmenter.classes() + ",H,W]: the probabilities of "
                + String.join(", ", segmenter.classNames());
    }

    /** What is known of its accuracy. */
    public String accuracy() {
        return accuracy.told();
    }

    /**
     * Writes and checks.
     *
     * @return the largest difference of a probability to the network's own
     * @throws UserException when the file cannot be written, or differs: then it is not there, and what was there
     *                       before stays
     */
    public double export(ExportFormat format, Path file) {
        return export(format, file, null);
    }

    /** @param picture what packages are shown by and tried with; null: waves */
    public double export(ExportFormat format, Path file, Picture picture) {
        requireSuited(format);
        requireFree(format, file);
        Contents contents = contents(picture);
        double[] difference = new double[1];
        DurableFiles.Writer writer = beside -> {
            format.write(contents, beside);
            difference[0] = difference(format, beside, file, "");
        };
        try {
            if (format.isFolder()) {
                WorkFolder.replace(file.toAbsolutePath(), format.files(), writer);
            } else {
                DurableFiles.replace(file.toAbsolutePath(), writer);
            }
        } catch (IOException e) {
            throw new UserException(
                    "cannot write " + file + " (" + FileProblem.of(e, file)
                            + "); name a folder that can be written to and has room",
                    e);
        }
        return difference[0];
    }

    /**
     * Asks a file that was exported before about the test picture again.
     *
     * @return the largest difference of a probability to the network's own
     * @throws UserException when it cannot be read or differs
     */
    public double check(ExportFormat format, Path file) {
        String problem =
                format.isFolder() ? Files.isDirectory(file) ? null : "is no folder" : FileProblem.ofInput(file);
        if (problem != null) {
            throw new UserException(file + " " + problem);
        }
        return difference(format, file, file, AS_EXPORTED);
    }

    /**
     * Packages for bioimage.io say who answers for the model, and on which terms.
     *
     * @throws UserException when the card does not say what the format asks for
     */
    public static void requireCard(ExportFormat format, ModelCard card) {
        if (format != ExportFormat.BIOIMAGEIO) {
            return;
        }
        List<String> missing = new ArrayList<>();
        if (card.authors().isEmpty()) {
            missing.add("an author (--author 'Ada Lovelace')");
        }
        String license = card.provenance().license().orElse("");
        if (!Licences.KNOWN.contains(license)) {
            missing.add(Licences.expected(license));
        }
        if (!missing.isEmpty()) {
            throw new UserException("a package for bioimage.io says who answers for the model and on which terms it may"
                    + " be used: name " + String.join(" and ", missing));
        }
    }

    /** Programs that run packages and folders give stored values, and know no rule that looks at files or pictures. */
    private void requireSuited(ExportFormat format) {
        requireCard(format, card);
        requireResizing();
        boolean graph = format == ExportFormat.TORCHSCRIPT || format == ExportFormat.ONNX;
        if (!graph && model.input().kind() == ModelInput.Kind.UNIT) {
            throw new UserException("data.range is " + model.input().input().range() + ", which depends on the file or"
                    + " the picture, and programs that run " + Names.word(format) + " exports do not know it: export as"
                    + " torchscript or onnx, or say which stored values become 0 and 1, such as"
                    + " --set data.range=[[0,65535]], and measure anew how right the network then is (imas evaluate"
                    + " with the same --set)");
        }
    }

    /** The one way to whole patches that a model has inside. */
    private void requireResizing() {
        boolean patches = segmenter.network().sideMultiple() > 1;
        if (patches && segmenter.settings().evaluation().patchFit() != PatchFit.RESIZE) {
            throw new UserException("evaluation.patch_fit is pad, but exported models resize pictures to whole patches;"
                    + " export with --set evaluation.patch_fit=resize");
        }
    }

    private static void requireFree(ExportFormat format, Path file) {
        try {
            if (!format.isFolder() && Files.isDirectory(file)) {
                throw new UserException(file + " is a folder; name a file");
            }
            if (format.isFolder() && Files.exists(file) && !WorkFolder.holdsOnly(file, format.files())) {
                throw new UserException(file + " is there and no exported folder; name another");
            }
        } catch (IOException e) {
            throw new UserException("cannot look into " + file + " (" + FileProblem.of(e, file) + ")", e);
        }
    }

    /** @param what the difference is to */
    static void require(double difference, Path file, String what) {
        require(difference, file, what, "");
    }

    private static void require(double difference, Path file, String what, String hint) {
        if (Double.isInfinite(difference)) {
            throw new UserException(file + " gives probabilities of another shape than " + what + hint);
        }
        if (!(difference <= TOLERANCE)) {
            throw new UserException(String.format(
                    Locale.ROOT,
                    "%s gives other probabilities than %s: they differ by up to %.2g, more than %.0e%s",
                    file,
                    what,
                    difference,
                    TOLERANCE,
                    hint));
        }
    }

    /**
     * @param named what messages call the file
     * @param hint  what may have led to a difference
     */
    private double difference(ExportFormat format, Path file, Path named, String hint) {
        TestPicture picture = TestPicture.of(model.input());
        NpyArray expected = Trial.of(picture, segmenter).probabilities();
        double largest = 0;
        try (PointerScope scope = new PointerScope()) {
            for (Tensor found : run(format, file, named, picture.tensor())) {
                double difference = NpyArray.of(found).difference(expected);
                require(difference, named, "the network", hint);
                largest = Math.max(largest, difference);
            }
        }
        return largest;
    }

    private static List<Tensor> run(ExportFormat format, Path file, Path named, Tensor pictures) {
        try {
            return format.run(file, pictures);
        } catch (UserException e) {
            throw WorkFolder.named(e, file, named);
        } catch (RuntimeException e) {
            if (e.getClass() != RuntimeException.class || OutOfMemory.is(e)) {
                throw e; // libtorch's faults are of no other class
            }
            throw new UserException(
                    named + " takes no picture of this network's " + pictures.size(1)
                            + " channels: it is another network's, or damaged",
                    e);
        }
    }

    private Contents contents(Picture picture) {
        TestPicture tried =
                picture == null ? TestPicture.ofTile(model.input()) : TestPicture.of(model.input(), picture);
        return new Contents(
                model,
                segmenter.classNames(),
                segmenter.palette(),
                card,
                accuracy,
                metadata(),
                Trial.of(tried, segmenter));
    }

    /** The weight file's own metadata and what the card and the model add. */
    private Map<String, String> metadata() {
        Map<String, String> texts = new LinkedHashMap<>(model.spec().metadata());
        texts.putAll(card.metadata());
        texts.put(ModelInput.KEY, input());
        texts.put("imas.model_output", output());
        return texts;
    }
}
