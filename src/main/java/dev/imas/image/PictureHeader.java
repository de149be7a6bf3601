package dev.imas.image;

/**
 * What a picture file says of itself before its pixels.
 *
 * @param stored      size as stored
 * @param shown       size as {@link ImageFiles#picture} gives it
 * @param orientation EXIF's code, 1 to 8; 1: as stored
 * @param channels    samples a pixel, alpha among them; 1 for a palette
 * @param bits        of a sample
 */
public record PictureHeader(ImageSize stored, ImageSize shown, int orientation, int channels, int bits) {}
