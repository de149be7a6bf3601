package dev.imas.annotations;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What shall be imported and how.
 *
 * @param format      of the annotations
 * @param images      folder of the annotated pictures; subfolders are looked into
 * @param annotations a file, or a folder of files
 * @param out         folder to write; absent or empty
 * @param classes     list of classes ({@link ClassList}), or none to take them as they are found
 * @param sparse      pixels without annotation are ignored, not background
 * @param emptyIsBackground a picture of whose annotations none is drawn is background as a whole; else it stays
 *                    without a mask
 * @param roiClass    where ImageJ's regions take their class from
 * @param link        link to the pictures instead of copying them
 */
public record ImportRequest(
        AnnotationFormat format,
        Path images,
        Path annotations,
        Path out,
        Optional<Path> classes,
        boolean sparse,
        boolean emptyIsBackground,
        RoiClass roiClass,
        boolean link) {}
