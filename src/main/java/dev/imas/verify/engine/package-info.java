/**
 * How recorded data are read, compared and shown: no group is named here and nothing is computed but differences.
 * A {@link dev.imas.verify.engine.GoldenGroup} takes {@link dev.imas.verify.engine.GoldenData} and makes
 * {@link dev.imas.verify.engine.Check}s through a {@link dev.imas.verify.engine.Comparison};
 * {@link dev.imas.verify.engine.GroupRunner} turns whatever goes wrong into a failed check, and
 * {@link dev.imas.verify.engine.CheckTable} prints them.
 */
package dev.imas.verify.engine;
