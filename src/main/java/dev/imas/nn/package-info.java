/**
 * The networks (docs/method.md 1): DeepLabV3+ on a dilated ResNet, and the small network of the embedded preset; DPT on
 * DINOv2 (docs/dino.md); as plain layers over libtorch tensors with the published key names. Begin with {@link
 * dev.imas.nn.SegmentationNetwork}, then {@link dev.imas.nn.DeepLabV3Plus}. A network owns its parameters and buffers
 * until it is closed.
 */
package dev.imas.nn;
