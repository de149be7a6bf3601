package dev.imas.cli;

import dev.imas.cli.PredictPlan.Job;
import dev.imas.common.UserException;
import dev.imas.predict.LabelFile;
import dev.imas.predict.Segmenter;
import dev.imas.predict.Tiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.apache.commons.cli.CommandLine;

/**
 * The pictures of {@code imas predict} that are seen in tiles, and written as they come: those that do not fit into
 * memory, or all where tiles are asked for.
 *
 * @param asked whether all are
 * @param tiff  whether labels become tiled TIFF
 */
record LargePictures(boolean asked, Tiles tiles, boolean tiff) {
    private static final int TENTHS = 10;
    /** Tiles that take long enough to be told of. */
    private static final int MANY = 50;

    static LargePictures of(CommandLine line) {
        OptionalInt side = line.hasOption("tile")
                ? OptionalInt.of((int) number(line, "tile", "whole pixels, such as 1024"))
                : OptionalInt.empty();
        OptionalDouble overlap = line.hasOption("overlap")
                ? OptionalDouble.of(number(line, "overlap", "a share of the side, such as 0.3"))
                : OptionalDouble.empty();
        boolean asked = side.isPresent() || overlap.isPresent() || line.hasOption("tiff");
        return new LargePictures(asked, new Tiles(side, overlap), line.hasOption("tiff"));
    }

    private static double number(CommandLine line, String option, String expected) {
        String text = line.getOptionValue(option);
        try {
            return option.equals("tile") ? Integer.parseInt(text.strip()) : Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            throw new UserException("--" + option + " is '" + text + "'; expected " + expected);
        }
    }

    /** Whether a picture is one of them; a file whose header says nothing is left to whoever reads it whole. */
    boolean take(Segmenter segmenter, Path picture) {
        try {
            return asked || segmenter.exceedsMemory(picture);
        } catch (UserException e) {
            return false;
        }
    }

    /** What is written where all pictures are seen in tiles; otherwise what is asked for. */
    PredictResults results(PredictResults wanted) {
        if (!asked) {
            return wanted;
        }
        if (!wanted.beyondLabels().isEmpty()) {
            throw new UserException("tiles give labels alone; leave " + String.join(", ", wanted.beyondLabels())
                    + " out, or --tile, --overlap and --tiff");
        }
        return tiff ? wanted.labelsAlone().asTiff() : wanted.labelsAlone();
    }

    /**
     * Writes the labels of a picture and returns their file.
     *
     * @throws UserException where more is asked for than labels, before any work
     */
    Path predict(Segmenter segmenter, Job job, PredictResults results, Console console) {
        if (!results.beyondLabels().isEmpty()) {
            throw new UserException(job.picture() + " is too large to be seen but in tiles, which give labels alone;"
                    + " predict it without " + String.join(", ", results.beyondLabels()));
        }
        Path labels = results.labels(job.stem());
        long[] tenth = {0};
        try {
            segmenter.segment(job.picture(), labels, tiles, (done, all) -> {
                if (all >= MANY && done * TENTHS / all > tenth[0]) {
                    tenth[0] = done * TENTHS / all;
                    console.err().println(job.picture() + ": " + tenth[0] * TENTHS + " % of " + all + " tiles");
                }
                return true;
            });
            return labels;
        } catch (IOException e) {
            throw new UnwritableResult(new LabelFile(labels, segmenter.palette()).unwritable(e));
        }
    }
}
