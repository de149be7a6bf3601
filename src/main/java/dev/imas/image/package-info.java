/**
 * Pictures and masks as plain arrays ({@link dev.imas.image.Picture}, {@link dev.imas.image.LabelMap}) and their files:
 * {@link dev.imas.image.ImageFiles} reads, {@link dev.imas.image.Pngs} and {@link dev.imas.image.IndexPng} write,
 * {@link dev.imas.image.PictureNames} tells what counts as a picture's name.
 *
 * <p>A file is told by its first bytes ({@code Format}), its header becomes a {@code PictureFile}, its pixels a
 * {@code Stored}: samples as they are with what they mean, of which {@code Rgb}, {@code MaskValues} and
 * {@code SampleValues} make what programs use. PNG, GIF, BMP and TIFF are decoded here, strictly; JPEG by Java's own
 * decoder behind a header that leaves it nothing to guess, WebP by TwelveMonkeys. What is damaged or ambiguous is
 * refused by name. Knows nothing of data sets, networks or libtorch.
 */
package dev.imas.image;
