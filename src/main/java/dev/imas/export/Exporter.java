package dev.imas.export;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.predict.Segmenter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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

    private final Segmenter segmenter;
    private final Model model;

    /** @param segmenter of the network to export: opened on the CPU, seeing pictures as a whole */
    public Exporter(Segmenter segmenter) {
        this.segmenter = segmenter;
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

    /**
     * Writes and checks.
     *
     * @return the largest difference of a probability to the network's own
     * @throws UserException when the file cannot be written, or differs: then it is not there, and what was there
     *                       before stays
     */
    public double export(ExportFormat format, Path file) {
        double[] difference = new double[1];
        try {
            DurableFiles.replace(file.toAbsolutePath(), beside -> {
                format.write(model, beside, metadata());
                difference[0] = difference(format, beside);
                require(difference[0], file);
            });
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
        String problem = FileProblem.ofInput(file);
        if (problem != null) {
            throw new UserException(file + " " + problem);
        }
        double difference = difference(format, file);
        require(difference, file);
        return difference;
    }

    private static void require(double difference, Path file) {
        if (!(difference <= TOLERANCE)) {
            throw new UserException(String.format(
                    Locale.ROOT,
                    "%s gives other probabilities than the network: they differ by up to %.2g, more than %.0e",
                    file,
                    difference,
                    TOLERANCE));
        }
    }

    private double difference(ExportFormat format, Path file) {
        TestPicture picture = TestPicture.of(model.input());
        float[] expected = picture.segmented(segmenter).probabilities();
        try (PointerScope scope = new PointerScope()) {
            Tensor found = format.run(file, picture.tensor()).contiguous();
            if (found.numel() != expected.length) {
                throw new UserException(file + " gives " + found.numel() + " numbers for a test picture; expected "
                        + expected.length + ", a probability for each class and pixel");
            }
            float[] probabilities = new float[expected.length];
            found.data_ptr_float().get(probabilities);
            double largest = 0;
            for (int i = 0; i < expected.length; i++) {
                largest = Math.max(largest, Math.abs(probabilities[i] - expected[i])); // NaN stays
            }
            return largest;
        }
    }

    /** The weight file's own metadata and what the model adds. */
    private Map<String, String> metadata() {
        Map<String, String> texts = new LinkedHashMap<>(model.spec().metadata());
        texts.put("imas.model_input", input());
        texts.put("imas.model_output", output());
        return texts;
    }
}
