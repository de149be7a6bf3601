package dev.imas.annotations;

import dev.imas.common.Interrupts;
import dev.imas.common.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Makes a folder to train on from pictures and the annotations of another program: {@code images/} with all pictures,
 * {@code masks/} with an index PNG for those that are annotated, {@code classes.yaml} with the settings of the classes
 * and {@code import.txt} with what was read and what was left out.
 *
 * <p>A pixel belongs to an annotation when its centre does; a later annotation lies over an earlier one. Pixels
 * without annotation are background, or ignored where the request says so. Pictures without annotation get no mask.
 */
public final class Importer {
    private final ImportRequest request;
    private final AnnotationReader reader;
    private final Findings findings = new Findings();

    private Importer(ImportRequest request) {
        this.request = request;
        reader = request.format().reader(request.roiClass(), request.classes().isPresent());
    }

    /**
     * Imports and returns the report, in lines.
     *
     * @throws UserException naming all faults when something cannot be read or does not fit, or when there is nothing
     *                       to learn from; then nothing is written
     */
    public static List<String> run(ImportRequest request) {
        OutFolder.require(request.out());
        try {
            return new Importer(request).run();
        } catch (OutOfMemoryError e) {
            throw new UserException(
                    "the annotations do not fit into the "
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MB this program may use; give it more with IMAS_JAVA_OPTIONS=-Xmx8g",
                    e);
        }
    }

    private List<String> run() {
        List<Path> files = files();
        PictureFolder pictures = PictureFolder.of(request.images(), files, findings);
        Map<Path, String> names = pictures.flatNames();
        List<Matches.Annotated> annotated = annotated(files, pictures);
        ImportedClasses classes = classes(annotated);
        ClassTable table = classes.table(request);
        try (OutFolder out = OutFolder.open(request.out())) {
            Drawing drawing = new Drawing(request, classes, table);
            for (Matches.Annotated picture : annotated) {
                drawing.mask(picture, findings)
                        .ifPresent(mask -> out.mask(names.get(picture.file()), mask, table.palette()));
            }
            Drawing.Counts counts = drawing.finish(findings);
            if (counts.masks == 0) {
                throw nothing("no annotation lies on its picture");
            }
            names.forEach((picture, name) -> out.picture(picture, name, request.link()));
            List<String> report =
                    new ImportReport(request, table, counts, files.size(), List.copyOf(names.values())).lines(findings);
            out.classes(table, request.sparse());
            out.text("import.txt", String.join("\n", report) + "\n");
            out.finish();
            return report;
        }
    }

    /** The files of annotations. */
    private List<Path> files() {
        Path given = request.annotations();
        if (Files.isRegularFile(given)) {
            return List.of(given);
        }
        if (!Files.isDirectory(given)) {
            throw new UserException("--annotations: nothing at " + given);
        }
        List<Path> files = FileListing.of(given, "--annotations", findings).stream()
                .filter(reader::reads)
                .collect(Collectors.toCollection(ArrayList::new));
        if (request.format() == AnnotationFormat.COLOUR) {
            files.removeIf(file ->
                    liesAmongPictures(file, given) && MaskNames.picture(file).isEmpty());
        }
        if (files.isEmpty()) {
            throw new UserException("--annotations: no " + request.format().files() + " in " + given);
        }
        return files;
    }

    /** Whether a file may be a picture as well as a mask: the folder of masks is, or holds, that of the pictures. */
    private boolean liesAmongPictures(Path file, Path masks) {
        Path pictures = FileListing.realFolder(request.images());
        Path folder = file.getParent();
        while (folder != null && folder.startsWith(masks)) {
            if (FileListing.realFolder(folder).equals(pictures)) {
                return true;
            }
            folder = folder.getParent();
        }
        return false;
    }

    private List<Matches.Annotated> annotated(List<Path> files, PictureFolder pictures) {
        Matches matches = new Matches(request, pictures, findings);
        for (Path file : files) {
            Interrupts.check();
            findings.gather(
                    () -> reader.read(file, findings).forEach(one -> findings.gather(() -> matches.add(file, one))));
        }
        List<Matches.Annotated> annotated = matches.annotated();
        findings.raise();
        if (annotated.isEmpty()) {
            throw nothing("no annotation is about a picture in " + request.images());
        }
        return annotated;
    }

    private ImportedClasses classes(List<Matches.Annotated> annotated) {
        ImportedClasses classes = new ImportedClasses(reader.declared());
        for (Matches.Annotated picture : annotated) {
            for (Matches.Source source : picture.sources()) {
                findings.gather(() -> {
                    List<Annotation> annotations = source.annotated().annotations(picture.size());
                    if (!source.tile()) {
                        Outside.requireFew(
                                picture, source, annotations, request.format().statesSizes());
                    }
                    annotations.forEach(classes::add);
                });
            }
        }
        findings.raise();
        if (classes.isEmpty()) {
            throw nothing("no annotation covers anything");
        }
        return classes;
    }

    private UserException nothing(String what) {
        List<String> skips = findings.skips();
        Set<String> told = new TreeSet<>(skips.subList(0, Math.min(4, skips.size())));
        return new UserException(
                "--annotations: " + what + (told.isEmpty() ? "" : "; left out: " + String.join("; ", told)));
    }
}
