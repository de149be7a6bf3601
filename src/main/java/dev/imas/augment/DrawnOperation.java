package dev.imas.augment;

/**
 * An operation of the strong view with its strength drawn.
 *
 * @param magnitude as {@link StrongOperation#magnitude} gives it; 0 for an operation without one
 */
public record DrawnOperation(StrongOperation operation, double magnitude) {}
