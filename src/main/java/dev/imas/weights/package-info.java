/**
 * Files of weights: safetensors in and out, PyTorch's {@code .pth} in (zip and legacy). A pickle is read by a small
 * machine of our own that knows tensors and containers and never runs what a file names. Begin with {@link
 * dev.imas.weights.WeightFiles}; {@link dev.imas.weights.NetworkSpec} is what our own files say about their network.
 */
package dev.imas.weights;
