package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.floats;
import static dev.imas.verify.engine.GoldenData.ints;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.nn.PositionTable;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.Filler;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import dev.imas.weights.SafetensorsFile;
import java.util.LinkedHashSet;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/** The table of positions for pictures of many sizes, and the gradient that it gets. */
final class DinoPositionChecks {
    private static final double VALUE = 2e-5;
    private static final double GRADIENT = 2e-5;
    private static final double NORM = 2e-6;

    private final Comparison compare;
    private final Place place;

    DinoPositionChecks(Comparison compare, Place place) {
        this.compare = compare;
        this.place = place;
    }

    void run(JsonNode json, SafetensorsFile tensors) {
        DinoFiller filler = new DinoFiller(Filler.of(json));
        Set<String> tables = new LinkedHashSet<>();
        for (JsonNode recorded : field(json, "cases")) {
            try (PointerScope scope = new PointerScope()) {
                String table = field(recorded, "table").asText();
                if (tables.add(table)) {
                    SafetensorsFile.Entry stored = tensors.get(table);
                    compare.absolute(table, stored.floats(), filler.values(table, stored.shape()), Comparison.EXACT);
                }
                run(recorded, tensors, filler, table);
            }
        }
    }

    private void run(JsonNode recorded, SafetensorsFile tensors, DinoFiller filler, String tableName) {
        int[] grid = ints(field(recorded, "grid"));
        String name = tableName.replaceFirst("\\.pos_embed$", "") + "." + grid[0] + "x" + grid[1];
        Tensor table = place.here(Tensors.floats(tensors.get(tableName)));
        table.requires_grad_(true);
        Tensor y = PositionTable.resized(table, grid[0], grid[1]);
        compare.equal(
                name + ".untouched",
                field(recorded, "untouched").asBoolean() ? 1 : 0,
                y.data_ptr().address() == table.data_ptr().address() ? 1 : 0);
        Statistics found = Statistics.of(y);
        compare.relative(name + ".l2", number(field(recorded, "l2_float64")), found.norm(), NORM);
        compare.absolute(name + ".samples", floats(field(recorded, "samples")), found.samples(), VALUE);
        tensor(field(recorded, "y"), tensors, y, false);
        if (tensors.entries().containsKey(name + ".y_float64")) {
            compare.absolute(
                    name + ".y_float64", tensors.get(name + ".y_float64").doubles(), Tensors.floats(y), VALUE);
        }
        Tensor given =
                place.here(filler.gradient(field(recorded, "grad_y_filler_name").asText(), y.shape()));
        // The product gives a graph to the table that is returned untouched, too.
        y.mul(new Scalar(1)).backward(given, new BoolOptional(), false, new TensorArrayRefOptional());
        Statistics gradient = Statistics.of(table.grad());
        compare.relative(
                name + ".grad_table_l2", number(field(recorded, "grad_table_l2_float64")), gradient.norm(), GRADIENT);
        compare.relativeToMax(
                name + ".grad_table_samples",
                floats(field(recorded, "grad_table_samples")),
                gradient.samples(),
                GRADIENT);
        tensor(field(recorded, "grad_table"), tensors, table.grad(), true);
    }

    /** A recorded tensor, or its first channel. */
    private void tensor(JsonNode recorded, SafetensorsFile tensors, Tensor found, boolean gradient) {
        if (!recorded.isTextual()) {
            return;
        }
        String name = recorded.asText();
        Tensor part = name.endsWith("_channel0") ? found.narrow(2, 0, 1) : found;
        float[] expected = tensors.get(name).floats();
        if (gradient) {
            compare.relativeToMax(name, expected, Tensors.floats(part), GRADIENT);
        } else {
            compare.absolute(name, expected, Tensors.floats(part), VALUE);
        }
    }
}
