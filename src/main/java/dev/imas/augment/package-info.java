/**
 * Views of a picture (docs/method.md 2), of colours in bytes or of channels in floats:
 * {@link dev.imas.augment.WeakView} resizes, flips and crops picture and mask alike,
 * {@link dev.imas.augment.StrongView} applies drawn operations to the weak view. Every draw is the caller's, so a
 * recorded one can be replayed; of colours the results are those of Pillow byte for byte. Knows no libtorch.
 */
package dev.imas.augment;
