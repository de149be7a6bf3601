package dev.imas.report;

import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.measure.Measurement;
import java.util.List;
import java.util.Map;

/**
 * What an evaluation found, for {@link EvaluationFiles}.
 *
 * @param title     what was measured
 * @param facts     name and value of what a reader needs to know of it, in order; empty values are left out
 * @param seen      key and value of how pictures were seen, for programs
 * @param names     one a class
 * @param palette   one 0xRRGGBB a class
 * @param absent    what classes that no mask shows are in the means
 * @param tolerance of the boundaries, in pixels
 */
public record Evaluated(
        String title,
        Map<String, String> facts,
        Map<String, Object> seen,
        List<String> names,
        List<Integer> palette,
        AbsentClasses absent,
        double tolerance,
        Measurement measurement,
        WorstPictures worst) {}
