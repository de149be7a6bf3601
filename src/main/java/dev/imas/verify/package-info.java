/**
 * {@code imas verify} and the self-test of {@code imas doctor}: an installation against recorded numbers of the
 * published implementation. The entry; its rooms are {@link dev.imas.verify.engine} (recorded data and comparisons),
 * {@link dev.imas.verify.memory} (where recorded values lie while they are computed with) and
 * {@link dev.imas.verify.groups} (what is compared, one class a folder of recordings). Groups use engine and memory,
 * which know nothing of each other; nothing but the command line uses this package.
 */
package dev.imas.verify;
