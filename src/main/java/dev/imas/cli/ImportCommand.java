package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import dev.imas.annotations.AnnotationFormat;
import dev.imas.annotations.ImportRequest;
import dev.imas.annotations.Importer;
import dev.imas.annotations.RoiClass;
import dev.imas.common.UserException;
import dev.imas.config.Names;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code imas import}. */
final class ImportCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "import",
                "make masks to train on from the annotations of another program",
                "import --from FORMAT --images DIR --annotations FILE|DIR --out DIR [OPTIONS]",
                """
                geojson  QuPath's export: NAME.geojson for NAME.tif, or for tiles NAME [x=..,y=..,w=..,h=..].png
                coco     instances as polygons or run lengths, one file for many pictures
                labelme  one JSON a picture
                roi      ImageJ's NAME.roi or NAME.zip (RoiSet_NAME.zip, a folder NAME of .roi files)
                colour   masks in which a colour means a class: NAME.png, NAME_mask.png, NAME-labelled.png

                Writes images/, masks/ (index PNGs), classes.yaml and import.txt, which tells what was left out.
                Pictures without annotations get no mask: they are the unlabelled ones. docs/import.md has the
                rules.

                examples:
                  imas import --from geojson --images tiles --annotations qupath --out slides
                  imas import --from coco --images photos --annotations instances.json --out leaves
                  imas train --config leaves/classes.yaml --data leaves
                """);
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(option("from", "FORMAT", Names.choice(AnnotationFormat.class)))
                .addOption(option("images", "DIR", "folder of the pictures; subfolders are looked into"))
                .addOption(option("annotations", "FILE|DIR", "the annotations"))
                .addOption(option(
                        "classes",
                        "FILE",
                        "classes in order, one a line: NAME, NAME #rrggbb, NAME = OTHER,"
                                + " NAME = ignore, NAME = skip (default: as they are found; background is class 0)"))
                .addOption(flag("background", "pixels without annotation are background (the default)"))
                .addOption(flag("sparse", "pixels without annotation are ignored: only parts are annotated"))
                .addOption(option(
                        "empty",
                        "KIND",
                        "an annotated picture on which nothing is drawn: unlabelled" + " (default) or background"))
                .addOption(option(
                        "class-from",
                        "WHAT",
                        "class of ImageJ's regions: " + Names.choice(RoiClass.class) + " (default: all, one class)"))
                .addOption(flag("link", "link to the pictures instead of copying them"))
                .addOption(option("out", "DIR", "folder for the results; absent or empty"));
    }

    @Override
    public Optional<String> smaller() {
        return Optional.of("import fewer pictures at a time");
    }

    @Override
    public boolean worksInPieces() {
        return true;
    }

    @Override
    public int run(CommandLine line, Console console) {
        Arguments.noMore(line);
        Importer.run(request(line)).forEach(console.out()::println);
        return 0;
    }

    private static ImportRequest request(CommandLine line) {
        AnnotationFormat format = choice(line, "from", AnnotationFormat.class, null);
        if (line.hasOption("background") && line.hasOption("sparse")) {
            throw new UserException("--background and --sparse exclude each other");
        }
        if (line.hasOption("class-from") && format != AnnotationFormat.ROI) {
            throw new UserException("--class-from is for --from roi; the other formats name their classes");
        }
        return new ImportRequest(
                format,
                Arguments.path(line, "images"),
                Arguments.path(line, "annotations"),
                Arguments.path(line, "out"),
                line.hasOption("classes") ? Optional.of(Arguments.path(line, "classes")) : Optional.empty(),
                line.hasOption("sparse"),
                choice(line, "empty", Empty.class, Empty.UNLABELLED) == Empty.BACKGROUND,
                choice(line, "class-from", RoiClass.class, RoiClass.ALL),
                line.hasOption("link"));
    }

    /** What becomes of an annotated picture on which nothing is drawn. */
    private enum Empty {
        UNLABELLED,
        BACKGROUND
    }

    private static <E extends Enum<E>> E choice(CommandLine line, String option, Class<E> type, E otherwise) {
        if (!line.hasOption(option)) {
            if (otherwise == null) {
                throw new UserException("--" + option + " is missing; expected " + Names.choice(type));
            }
            return otherwise;
        }
        String word = line.getOptionValue(option);
        return Names.constant(type, word)
                .orElseThrow(
                        () -> new UserException("--" + option + " is " + word + "; expected " + Names.choice(type)));
    }
}
