/**
 * Pictures and masks as plain arrays ({@link dev.imas.image.Picture}, {@link dev.imas.image.LabelMap}) and their files:
 * {@link dev.imas.image.ImageFiles} reads, {@link dev.imas.image.Pngs} and {@link dev.imas.image.IndexPng} write,
 * {@link dev.imas.image.PictureNames} tells what counts as a picture's name. Java's own ImageIO does the coding; what
 * is
 * damaged or ambiguous is refused by name. Knows nothing of data sets, networks or libtorch.
 */
package dev.imas.image;
