/**
 * Does it help? Methods trained at equal steps on the same pictures, over seeds and numbers of labels, and what may be
 * said of their difference. Begin with {@link dev.imas.compare.Comparison}, which trains what {@link
 * dev.imas.compare.Setup} asks for, and {@link dev.imas.compare.RunsCompared}, which reads run directories, of a
 * comparison or any others. {@link dev.imas.compare.Bootstrap} holds the statistics, {@link dev.imas.compare.Verdict}
 * the words.
 */
package dev.imas.compare;
