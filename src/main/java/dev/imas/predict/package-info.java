/**
 * Using a trained network: {@link dev.imas.predict.Segmenter} opens a weight file and segments pictures or measures
 * itself on pictures with masks. Beneath it, {@code Inference} asks a network about one picture (whole or in
 * {@link dev.imas.predict.SlidingWindows}, reduced or not), and {@link dev.imas.predict.Evaluator} counts what it gets
 * right ({@link dev.imas.predict.Confusion}). Training evaluates with the same classes.
 *
 * <p>Pictures larger than memory: {@code TiledPicture} cuts them ({@link dev.imas.predict.Tiles}, {@code TileSize},
 * {@code Span}), {@code TiledInference} reads a row of tiles ({@code SeenBand}), asks the network about each as a part
 * of the whole ({@code PartOfPicture}), adds the answers up ({@code BlendedRows}) and gives the labels' rows as they
 * are ready.
 *
 * <p>Knows networks, weight files and the device, but neither how networks are trained nor the command line.
 */
package dev.imas.predict;
