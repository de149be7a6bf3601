/**
 * What is compared: the {@code ...Golden} classes, one a folder of the recordings, each through the code that training,
 * evaluation or loading runs. Tolerances stand in the class that uses them, with their reason.
 * {@link dev.imas.verify.groups.Groups} lists them; everything else is of this package alone.
 */
package dev.imas.verify.groups;
