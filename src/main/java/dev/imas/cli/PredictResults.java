package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import dev.imas.annotations.GeoJsonWriter;
import dev.imas.annotations.GeoJsonWriter.Objects;
import dev.imas.common.UserException;
import dev.imas.config.Names;
import dev.imas.image.Composite;
import dev.imas.image.FloatTiff;
import dev.imas.image.Overlay;
import dev.imas.image.Picture;
import dev.imas.image.Pngs;
import dev.imas.predict.LabelFile;
import dev.imas.predict.Segmentation;
import dev.imas.predict.Segmenter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/**
 * What is written of a picture. Every file is whole or not there.
 *
 * @param overlay       opacity of the classes over the picture; empty: no such file
 * @param probabilities whether every class's probability is written
 * @param confidence    whether the probability of the pixel's class is written
 * @param geojson       outlines, by class or by part; null: no such file
 * @param simplify      tolerance of the outlines in pixels
 * @param leftOut       name of the class without outlines, or null for the background
 * @param beyondLabels  options that were given for more than labels
 * @param tiff          whether labels are TIFF, not PNG
 */
record PredictResults(
        OptionalDouble overlay,
        boolean probabilities,
        boolean confidence,
        Objects geojson,
        double simplify,
        String leftOut,
        List<String> beyondLabels,
        boolean tiff) {
    private static final double OVERLAY = 0.5;
    private static final double ROUGHEST = 100;
    private static final String NONE = "none";
    /** The first class where classes have no names: in masks without names it is what is nothing. */
    private static final String UNNAMED = "class 0";

    static Options options(Options options) {
        return options.addOption(option(
                        "overlay",
                        "OPACITY",
                        "of the classes in NAME-overlay.png, 0 to 1, or none for no such file (default: 0.5)"))
                .addOption(flag(
                        "probabilities",
                        "write NAME-probabilities.ome.tif: float32 in [0,1], a plane a class, with its name"))
                .addOption(flag(
                        "confidence",
                        "write NAME-confidence.tif: float32, the probability of each pixel's class, 0 to 1"))
                .addOption(Option.builder()
                        .longOpt("geojson")
                        .hasArg()
                        .optionalArg(true)
                        .argName("OBJECTS")
                        .desc("write NAME.geojson for QuPath: an annotation for each of the "
                                + Names.choice(Objects.class) + " (default: classes)")
                        .build())
                .addOption(option(
                        "simplify",
                        "PIXELS",
                        "how far outlines in NAME.geojson may leave the pixels' (default: 0, exact)"))
                .addOption(option(
                        "leave-out",
                        "CLASS",
                        "class without outlines in NAME.geojson, or none (default: the one called background; without"
                                + " names, class 0)"));
    }

    static PredictResults of(CommandLine line) {
        Objects geojson = line.hasOption("geojson") ? objects(line.getOptionValue("geojson", "classes")) : null;
        for (String option : List.of("simplify", "leave-out")) {
            if (geojson == null && line.hasOption(option)) {
                throw new UserException("--" + option + " is about --geojson, which is not given");
            }
        }
        return new PredictResults(
                NONE.equals(line.getOptionValue("overlay"))
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(Arguments.number(line, "overlay", OVERLAY, 0, 1)),
                line.hasOption("probabilities"),
                line.hasOption("confidence"),
                geojson,
                Arguments.number(line, "simplify", 0, 0, ROUGHEST),
                line.getOptionValue("leave-out"),
                Stream.of("overlay", "probabilities", "confidence", "geojson")
                        .filter(line::hasOption)
                        .filter(option -> !NONE.equals(line.getOptionValue(option)))
                        .map(option -> "--" + option)
                        .toList(),
                false);
    }

    private static Objects objects(String word) {
        return Names.constant(Objects.class, word)
                .orElseThrow(() -> new UserException(
                        "--geojson is " + word + "; expected nothing, or " + Names.choice(Objects.class)));
    }

    /** Without everything but labels. */
    PredictResults labelsAlone() {
        return new PredictResults(OptionalDouble.empty(), false, false, null, 0, null, beyondLabels, tiff);
    }

    /** With labels as TIFF. */
    PredictResults asTiff() {
        return new PredictResults(overlay, probabilities, confidence, geojson, simplify, leftOut, beyondLabels, true);
    }

    /** The files of a picture. */
    List<Path> files(Path stem) {
        return Stream.of(
                        labels(stem),
                        overlay.isPresent() ? with(stem, "-overlay.png") : null,
                        probabilities ? with(stem, "-probabilities.ome.tif") : null,
                        confidence ? with(stem, "-confidence.tif") : null,
                        geojson != null ? with(stem, ".geojson") : null)
                .filter(file -> file != null)
                .toList();
    }

    /** Those of them that a person could have drawn. */
    List<Path> likeDrawn(Path stem) {
        return geojson == null ? List.of(labels(stem)) : List.of(labels(stem), with(stem, ".geojson"));
    }

    /** Whether a picture has all its files, none of them empty or older than what it is made of. */
    boolean there(Path stem, FileTime since) {
        return files(stem).stream().allMatch(file -> isResult(file, since));
    }

    private static boolean isResult(Path file, FileTime since) {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return found.isRegularFile()
                    && found.size() > 0
                    && found.lastModifiedTime().compareTo(since) >= 0;
        } catch (IOException e) { // mostly: it is not there
            return false;
        }
    }

    /** The file of the class indices. */
    Path labels(Path stem) {
        return with(stem, tiff ? ".tif" : ".png");
    }

    private static Path with(Path stem, String ending) {
        return stem.resolveSibling(stem.getFileName() + ending);
    }

    /** Which class gets no outlines, in a sentence; empty where none are asked for. */
    Optional<String> outlines(List<String> names) {
        if (geojson == null) {
            return Optional.empty();
        }
        OptionalInt without = withoutOutlines(names);
        return Optional.of(
                without.isPresent()
                        ? "GeoJSON without \"" + names.get(without.getAsInt()) + "\" (--leave-out none writes it, too)"
                        : "GeoJSON with every class (--leave-out CLASS leaves one out)");
    }

    private OptionalInt withoutOutlines(List<String> names) {
        if (leftOut == null) {
            OptionalInt background = GeoJsonWriter.background(names);
            return background.isEmpty() && names.get(0).equals(UNNAMED) ? OptionalInt.of(0) : background;
        }
        if (leftOut.equals(NONE)) {
            return OptionalInt.empty();
        }
        int index = names.indexOf(leftOut);
        if (index < 0) {
            throw new UserException(
                    "--leave-out is " + leftOut + "; expected none, or a class: " + String.join(", ", names));
        }
        return OptionalInt.of(index);
    }

    /** What is seen in a picture, as far as it is to be written. */
    Segmentation segmentation(Segmenter segmenter, Picture picture) {
        return probabilities ? segmenter.segmentWithProbabilities(picture) : segmenter.segment(picture);
    }

    /**
     * Writes the files of a picture.
     *
     * @throws UserException naming the file that cannot be written
     */
    void write(Path stem, Picture picture, Segmentation seen, Segmenter segmenter) {
        List<Integer> palette = segmenter.palette();
        int width = picture.width();
        int height = picture.height();
        if (overlay.isPresent()) {
            Pngs.write(
                    with(stem, "-overlay.png"),
                    Overlay.blend(Composite.of(picture), seen.labels(), palette, overlay.getAsDouble()));
        }
        if (probabilities) {
            FloatTiff.write(
                    with(stem, "-probabilities.ome.tif"), width, height, segmenter.classNames(), seen.probabilities());
        }
        if (confidence) {
            FloatTiff.write(with(stem, "-confidence.tif"), width, height, List.of("confidence"), seen.confidence());
        }
        if (geojson != null) {
            new GeoJsonWriter(
                            segmenter.classNames(), palette, withoutOutlines(segmenter.classNames()), geojson, simplify)
                    .write(with(stem, ".geojson"), seen.labels());
        }
        new LabelFile(labels(stem), palette).write(seen.labels());
    }
}
