/**
 * Reads configuration files of the published implementation: what each of its keys becomes here
 * ({@code ReferenceKeys}), and what several say together ({@link dev.imas.config.reference.ReferenceYaml}).
 */
package dev.imas.config.reference;
