package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.floats;
import static dev.imas.verify.engine.GoldenData.ints;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.kernels.Gamma.Rule;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.verify.memory.ArrayKernels.Composed;
import dev.imas.weights.SafetensorsFile;
import java.util.Arrays;
import java.util.TreeSet;

/** CutMix (method 3.4): pairing by gamma, and the mixed images, labels and confidences. Copies: everything is exact. */
final class CutMixGolden extends KernelGroup {
    CutMixGolden(ArrayKernels kernels) {
        super("04_cutmix", kernels);
    }

    @Override
    void check(JsonNode json, SafetensorsFile tensors, Comparison compare) {
        for (JsonNode c : field(json, "cases")) {
            mixed(compare, tensors, c);
        }
        int row = 0;
        for (JsonNode entry : field(json, "pairing_table")) {
            compare.differing(
                    "table" + row++ + ".pairing",
                    ints(field(entry, "pairing")),
                    pairing(floats(field(entry, "hardness"))));
        }
        row = 0;
        for (JsonNode statistics : field(json, "box_law_statistics")) {
            BoxLawChecks.run(compare, "boxes" + row++, statistics);
        }
    }

    private void mixed(Comparison compare, SafetensorsFile tensors, JsonNode c) {
        String name = field(c, "name").asText() + ".";
        int height = field(c, "H").asInt();
        int width = field(c, "W").asInt();
        int[] pairing = ints(field(c, "pairing"));
        float[] images = tensors.get(name + "image").floats();
        if (!field(c, "hardness").isNull()) {
            compare.differing(name + "pairing", pairing, pairing(floats(c.get("hardness"))));
        }
        // The strong images take no part in CutMix; different ones show that none of their pixels get in.
        float[] strong = new float[images.length];
        for (int i = 0; i < strong.length; i++) {
            strong[i] = -images[i];
        }
        Composed found = kernels.cutMix(
                images,
                strong,
                tensors.get(name + "labels").bytes(),
                tensors.get(name + "confidence").floats(),
                pairing,
                ints(field(c, "boxes_top_left_bottom_right")),
                height,
                width);
        int half = found.batch().length / 2;
        compare.absolute(
                name + "mixed_image",
                tensors.get(name + "mixed_image").floats(),
                Arrays.copyOf(found.batch(), half),
                Comparison.EXACT);
        compare.absolute(name + "strong", strong, Arrays.copyOfRange(found.batch(), half, 2 * half), Comparison.EXACT);
        compare.differing(
                name + "mixed_labels", tensors.get(name + "mixed_labels").bytes(), found.labels());
        compare.absolute(
                name + "mixed_confidence",
                tensors.get(name + "mixed_confidence").floats(),
                found.confidence(),
                Comparison.EXACT);
    }

    /**
     * Partners from the gamma kernel. It takes counts, not gammas, so each image gets counts whose gamma is its rank
     * among the recorded values: full agreement on one class, and as many confident pixels as the rank says. The
     * pairing depends on the order alone. NaN sorts last, which is the largest rank.
     */
    private int[] pairing(float[] recorded) {
        TreeSet<Float> order = new TreeSet<>();
        for (float value : recorded) {
            order.add(value + 0f);
        }
        int pixels = order.size();
        int classes = 2;
        int stride = 3 * classes + 2;
        int[] counts = new int[recorded.length * stride];
        for (int b = 0; b < recorded.length; b++) {
            int rank = order.headSet(recorded[b] + 0f, true).size();
            int at = b * stride;
            counts[at + 1] = pixels;
            counts[at + classes + 1] = pixels;
            counts[at + 2 * classes + 1] = pixels;
            counts[at + 3 * classes] = rank;
            counts[at + 3 * classes + 1] = rank;
        }
        return kernels.gamma(counts, recorded.length, pixels, Rule.PUBLISHED).pairing();
    }
}
