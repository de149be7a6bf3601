/**
 * TensorBoard's event files without TensorBoard: records with checksums ({@link dev.imas.tensorboard.EventFile}) that
 * hold events, messages of protocol buffers ({@link dev.imas.tensorboard.Summaries}). Field numbers and tags are those
 * of TensorBoard's published event.proto, summary.proto, tensor.proto and plugin_data.proto.
 */
package dev.imas.tensorboard;
