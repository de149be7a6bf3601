package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.floats;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.config.ImasConfig.TeacherStart;
import dev.imas.device.Torch;
import dev.imas.semi.AdamW;
import dev.imas.semi.Schedule;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Learning rate, decay of the teacher, and AdamW, as UniMatch V2 has them. */
final class DinoScheduleChecks {
    /** Double arithmetic in another order. */
    private static final double DOUBLE = 1e-12;

    private static final double ADAMW = 3e-6;
    private static final String[] GROUPS = {"w", "v"};

    private final Comparison compare;
    private final Place place;

    DinoScheduleChecks(Comparison compare, Place place) {
        this.compare = compare;
        this.place = place;
    }

    void run(JsonNode json) {
        int table = 0;
        for (JsonNode rates : field(json, "learning_rate")) {
            rates("learning_rate" + table++, rates);
        }
        JsonNode ema = field(json, "ema");
        Schedule schedule = new Schedule(1, 1, 1, 1_000_000, 0, number(field(ema, "cap")), 1, TeacherStart.AVERAGE, 1);
        for (JsonNode row : field(ema, "rows_iteration_decay")) {
            long i = row.get(0).asLong();
            compare.relative("ema.i" + i, number(row.get(1)), schedule.emaDecay(i), DOUBLE);
        }
        try (PointerScope scope = new PointerScope()) {
            adamW(field(json, "adamw"));
        }
    }

    /** Rows of an iteration, the rates of both groups in its step, and those that are set after it. */
    private void rates(String name, JsonNode table) {
        double base = number(field(table, "base_lr"));
        double[] bases = {base, base * number(field(table, "multiplier"))};
        for (int group = 0; group < bases.length; group++) {
            Schedule schedule = new Schedule(
                    bases[group],
                    number(field(table, "power")),
                    field(table, "epochs").asInt(),
                    field(table, "iterations_per_epoch").asLong(),
                    0,
                    1,
                    1,
                    TeacherStart.AVERAGE,
                    1);
            for (JsonNode row : field(table, "rows")) {
                long i = row.get(0).asLong();
                String at = name + ".group" + group + ".i" + i;
                compare.relative(at + ".used", number(row.get(1 + group)), schedule.lr(i), DOUBLE);
                compare.relative(at + ".set_after", number(row.get(3 + group)), schedule.lr(i + 1), DOUBLE);
            }
        }
    }

    /** Tensors w and v are in groups of their own; z never gets a gradient. */
    private void adamW(JsonNode recorded) {
        double decay = number(field(recorded, "weight_decay"));
        JsonNode rates = field(field(recorded, "steps").get(0), "lr");
        double multiplier = number(rates.get(1)) / number(rates.get(0));
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (String key : new String[] {"w", "v", "z"}) {
            float[] start = floats(field(recorded, key + "0"));
            Tensor parameter = place.here(Tensors.of(start, start.length));
            parameter.requires_grad_(true);
            parameters.put(key, parameter);
        }
        AdamW adamW =
                new AdamW(parameters, (key, parameter) -> new AdamW.Rule(key.equals("v") ? multiplier : 1, decay));
        int step = 0;
        for (JsonNode row : field(recorded, "steps")) {
            adamW.clearGradients();
            for (String key : GROUPS) {
                float[] gradient = floats(field(row, "grad_" + key));
                parameters.get(key).mutable_grad().put(place.here(Tensors.of(gradient, gradient.length)));
            }
            Torch.withoutGradient(() -> adamW.step(number(field(row, "lr").get(0))));
            compare(recorded, row, "adamw.step" + step++, parameters, adamW);
        }
    }

    private void compare(JsonNode recorded, JsonNode row, String name, Map<String, Tensor> parameters, AdamW adamW) {
        parameters.forEach((key, parameter) ->
                compare.absolute(name + "." + key, floats(field(row, key)), Tensors.floats(parameter), ADAMW));
        moments(row, name, "first_moment_", "adamw_mean/", adamW);
        moments(row, name, "second_moment_", "adamw_square/", adamW);
        compare.absolute(
                name + ".z_untouched",
                floats(field(recorded, "z0")),
                Tensors.floats(parameters.get("z")),
                Comparison.EXACT);
    }

    private void moments(JsonNode row, String name, String recorded, String memory, AdamW adamW) {
        for (String key : GROUPS) {
            if (row.has(recorded + key)) {
                compare.absolute(
                        name + "." + recorded + key,
                        floats(row.get(recorded + key)),
                        Tensors.floats(adamW.memory().get(memory + key)),
                        ADAMW);
            }
        }
    }
}
