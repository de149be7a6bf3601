package dev.imas.annotations;

import dev.imas.common.UserException;
import dev.imas.image.ImageFiles;
import dev.imas.image.ImageSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Which picture is annotated by what. */
final class Matches {
    /**
     * A picture with the annotations about it.
     *
     * @param file    the picture
     * @param size    as it is shown
     * @param sources what annotates it, the lowest first
     */
    record Annotated(Path file, ImageSize size, List<Source> sources) {}

    /**
     * Annotations, and where the picture's pixels lie among them.
     *
     * @param annotated the annotations
     * @param frame     the picture's place
     * @param tile      the picture is a part of the annotated one
     */
    record Source(AnnotatedPicture annotated, Frame frame, boolean tile) {}

    private final ImportRequest request;
    private final PictureFolder pictures;
    private final Findings findings;
    private final Map<Path, List<Claim>> found = new TreeMap<>();

    Matches(ImportRequest request, PictureFolder pictures, Findings findings) {
        this.request = request;
        this.pictures = pictures;
        this.findings = findings;
    }

    /**
     * Looks for the pictures that something annotates; notes where there are none.
     *
     * @param source the file that says so
     */
    void add(Path source, AnnotatedPicture annotated) {
        List<Path> files =
                new ArrayList<>(pictures.find(annotated.names(), request.format() == AnnotationFormat.GEOJSON));
        if (files.isEmpty() && namesOnlyPicture(annotated)) {
            pictures.only().ifPresent(files::add);
        }
        if (files.isEmpty()) {
            noteAbsent(annotated);
        }
        if (request.format() == AnnotationFormat.LABELME) {
            requireOne(annotated, files);
        }
        Claim claim = new Claim(source, namesPictures() ? leading(annotated) : "", annotated);
        files.forEach(
                file -> found.computeIfAbsent(file, key -> new ArrayList<>()).add(claim));
    }

    private void noteAbsent(AnnotatedPicture annotated) {
        findings.skip(
                "annotated pictures that are not in --images",
                annotated.names().get(0) + " (" + annotated.origin() + ")");
    }

    /** The name that a picture was found by; the likeliest where none was. */
    private String leading(AnnotatedPicture annotated) {
        return annotated.names().stream()
                .filter(name -> !pictures.find(List.of(name), false).isEmpty())
                .findFirst()
                .orElse(annotated.names().get(0));
    }

    /** One file for one picture needs no equal names, unless it names another picture itself. */
    private boolean namesOnlyPicture(AnnotatedPicture annotated) {
        return !namesPictures()
                && Files.isRegularFile(request.annotations())
                && pictures.only().isPresent();
    }

    private boolean namesPictures() {
        return request.format() == AnnotationFormat.COCO || request.format() == AnnotationFormat.LABELME;
    }

    /** After pictures were renamed, what a file says and what it is called may lead to different ones. */
    private void requireOne(AnnotatedPicture annotated, List<Path> files) {
        for (String name : annotated.names()) {
            for (Path other : pictures.find(List.of(name), false)) {
                if (!files.contains(other)) {
                    throw new UserException(annotated.origin() + ": $.imagePath leads to " + files.get(0)
                            + ", the file's own name to " + other + "; correct imagePath or rename the file");
                }
            }
        }
    }

    /** The annotated pictures, by name; a picture of another size than its annotations say is a fault. */
    List<Annotated> annotated() {
        List<Annotated> annotated = new ArrayList<>();
        found.forEach((file, claims) -> findings.gather(() -> {
            List<Claim> own = namesPictures() ? own(file, claims) : claims;
            ImageSize size = ImageFiles.size(file);
            List<Source> framed = own.stream()
                    .map(Claim::annotated)
                    .map(source -> new Source(
                            source,
                            frame(file, size, source),
                            pictures.tile(file, source.names()).isPresent()))
                    .toList();
            annotated.add(new Annotated(file, size, framed));
        }));
        return annotated;
    }

    /** The claims that are about the picture; notes those about another of its name, which folders tell. */
    private List<Claim> own(Path picture, List<Claim> claims) {
        List<Claim> nearest = Claim.nearest(picture, claims);
        Map<Boolean, List<Claim>> own =
                claims.stream().collect(Collectors.partitioningBy(claim -> claim.maybeSame(nearest)));
        own.get(false).forEach(claim -> noteAbsent(claim.annotated()));
        own.get(true).forEach(claim -> noteFolders(claim, picture));
        return own.get(true);
    }

    /** Folders were renamed, or the picture is another one; LabelMe's files name none where they lie beside theirs. */
    private void noteFolders(Claim claim, Path picture) {
        if (request.format() == AnnotationFormat.COCO && claim.namesOtherFolders(picture)) {
            findings.note(
                    "found by the base name alone, in other folders than the annotations say",
                    Words.briefPath(claim.name()) + " as " + picture);
        }
    }

    private Frame frame(Path file, ImageSize size, AnnotatedPicture source) {
        source.size().filter(stated -> !stated.equals(size)).ifPresent(stated -> {
            throw new UserException(source.origin() + " is about a picture of " + stated.width() + "x"
                    + stated.height() + ", but " + file + " is " + size.width() + "x" + size.height()
                    + "; expected the picture that was annotated");
        });
        return pictures.tile(file, source.names())
                .map(tile -> tile.frame(file.toString(), size))
                .orElseGet(() -> Frame.of(size));
    }
}
