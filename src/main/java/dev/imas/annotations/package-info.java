/**
 * Annotations of other programs (QuPath, COCO, LabelMe, ImageJ, colour masks) become index masks. A reader a format
 * says what lies where ({@link dev.imas.annotations.Annotation}: a class and regions in pixels of the picture),
 * {@link dev.imas.annotations.Canvas} draws it, and {@link dev.imas.annotations.Importer} is the way in.
 */
package dev.imas.annotations;
