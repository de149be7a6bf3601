/**
 * How good predictions are: label maps beside their truth, counted ({@link dev.imas.measure.ConfusionMatrix}), their
 * boundaries compared ({@link dev.imas.measure.BoundaryF1}), and both summed up over a set of pictures ({@link
 * dev.imas.measure.Measurement}). Plain Java over plain arrays; knows neither networks nor files.
 */
package dev.imas.measure;
