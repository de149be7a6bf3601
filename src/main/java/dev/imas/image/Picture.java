package dev.imas.image;

/** A picture as it is augmented and shown to a network: colours in bytes, or any number of channels in floats. */
public sealed interface Picture permits RgbImage, FloatImage {
    /** Pixels a row, at least 1. */
    int width();

    /** Rows, at least 1. */
    int height();

    /** Values a pixel, at least 1. */
    int channels();
}
