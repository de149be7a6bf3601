package dev.imas.annotations;

import java.util.List;

/**
 * One annotation.
 *
 * @param where     its place, for reports
 * @param className its class as the other program calls it; null: it has none
 * @param colour    0xRRGGBB of the class there, or null
 * @param regions   what it covers, in pixels of the annotated picture
 */
record Annotation(String where, String className, Integer colour, List<Region> regions) {}
