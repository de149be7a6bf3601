package dev.imas.benchmarks;

/** Order of a tensor's elements in memory. */
public enum Layout {
    NCHW,
    NHWC
}
