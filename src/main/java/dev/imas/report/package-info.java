/**
 * What a run leaves for people: pictures of labels and one HTML file. Knows the files of a run directory, not the
 * trainer that writes them, and no libtorch; so a report can be made anywhere, also of a run that was killed.
 */
package dev.imas.report;
