package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.floats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.kernels.Gamma.Rule;
import dev.imas.kernels.Gamma.Version;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.verify.memory.ArrayKernels.Gamma;

/** Compares agreement, confident shares and gamma with one recorded run; shared by the groups that record them. */
final class GammaChecks {
    private GammaChecks() {}

    /**
     * @param run    holds class_weighted, ignore_background, v1, v2, iou_tea, iou_stu, ratio_tea, ratio_stu
     * @param counts of imas_pseudo_label
     * @return gamma v1 of every image
     */
    static float[] run(
            Comparison compare,
            String caseName,
            JsonNode run,
            ArrayKernels kernels,
            int[] counts,
            int images,
            long pixels,
            double tolerance) {
        boolean weighted = field(run, "class_weighted").asBoolean();
        boolean ignoring = field(run, "ignore_background").asBoolean();
        String name = caseName + (weighted ? ".by_class" : ".plain") + (ignoring ? ".foreground." : ".all.");
        Gamma v1 = kernels.gamma(counts, images, pixels, new Rule(Version.V1, weighted, ignoring));
        Gamma v2 = kernels.gamma(counts, images, pixels, new Rule(Version.V2, weighted, ignoring));
        compare.absolute(name + "iou_tea", floats(field(run, "iou_tea")), v1.part(Gamma.IOU_TEACHER), tolerance);
        compare.absolute(name + "iou_stu", floats(field(run, "iou_stu")), v1.part(Gamma.IOU_STUDENT), tolerance);
        compare.absolute(name + "ratio_tea", floats(field(run, "ratio_tea")), v1.part(Gamma.RATIO_TEACHER), tolerance);
        compare.absolute(name + "ratio_stu", floats(field(run, "ratio_stu")), v1.part(Gamma.RATIO_STUDENT), tolerance);
        compare.absolute(name + "v1", floats(field(run, "v1")), v1.part(Gamma.GAMMA), tolerance);
        compare.absolute(name + "v2", zeroForNaN(floats(field(run, "v2"))), v2.part(Gamma.GAMMA), tolerance);
        return v1.part(Gamma.GAMMA);
    }

    /** The published v2 is 0/0 without a confident pixel; here it is 0 (method 4, documented difference). */
    private static float[] zeroForNaN(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.isNaN(values[i]) ? 0 : values[i];
        }
        return values;
    }
}
