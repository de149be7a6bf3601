/**
 * The settings of a run. {@link dev.imas.config.ImasConfig} has a record a section and a component a setting; what a
 * value may be stands at the component ({@link dev.imas.config.Allowed}), the published default in
 * {@code presets/defaults.yaml}. {@link dev.imas.config.ConfigYaml} merges defaults, preset or file, and single
 * settings
 * into a checked configuration, and writes it. Names in files follow from those in Java
 * ({@link dev.imas.config.Names}), so that a new setting is added to its record and the defaults, and is then known to
 * files, options, messages and checkpoints. A leaf of the package graph: it uses {@code common} alone.
 */
package dev.imas.config;
