/**
 * Which pictures to annotate next: ordered by how hard they are for the networks of a run or of a weight file, chosen,
 * and shown with the places where they are hard.
 */
package dev.imas.rank;
