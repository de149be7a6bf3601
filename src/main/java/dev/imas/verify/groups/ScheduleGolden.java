package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.floats;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.config.ImasConfig.TeacherStart;
import dev.imas.device.Torch;
import dev.imas.semi.Schedule;
import dev.imas.semi.Sgd;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Learning rate, EMA decay and the optimizer (method 3.8, 3.9). */
final class ScheduleGolden extends PlacedGroup {
    /** Double arithmetic in another order. */
    private static final double DOUBLE = 1e-12;
    /** Float32 arithmetic of a few steps. */
    private static final double FLOAT = 1e-6;

    ScheduleGolden(Place place) {
        super("10_schedule", place);
    }

    @Override
    public void run(GoldenData data, Consumer<Check> report) throws IOException {
        JsonNode json = data.json(name() + "/schedule.json");
        Comparison compare = new Comparison(name(), report);
        int table = 0;
        for (JsonNode poly : field(json, "poly")) {
            poly("poly" + table++, poly, compare);
        }
        table = 0;
        for (JsonNode ema : field(json, "ema")) {
            ema("ema" + table++, ema, compare);
        }
        sgd(field(json, "sgd"), compare);
    }

    private static void poly(String name, JsonNode table, Comparison compare) {
        JsonNode bases = field(table, "base_lr");
        for (int group = 0; group < bases.size(); group++) {
            Schedule schedule = new Schedule(
                    number(bases.get(group)),
                    number(field(table, "power")),
                    field(table, "epochs").asInt(),
                    field(table, "iterations_per_epoch").asLong(),
                    0,
                    1,
                    1,
                    TeacherStart.COPY);
            compare.equal(name + ".max_iter", field(table, "max_iter").asLong(), schedule.steps());
            for (JsonNode row : field(table, "rows")) {
                long i = field(row, "iteration").asLong();
                compare.relative(
                        name + ".group" + group + ".i" + i,
                        number(field(row, "used_by_the_step").get(group)),
                        schedule.lr(i),
                        DOUBLE);
            }
        }
    }

    private static void ema(String name, JsonNode table, Comparison compare) {
        Schedule schedule = new Schedule(
                1,
                1,
                1,
                field(table, "iterations_per_epoch").asLong(),
                field(table, "sup_only_epoch").asInt(),
                number(field(table, "ema_decay_cap")),
                1,
                TeacherStart.COPY);
        for (JsonNode row : field(table, "rows_iteration_epoch_decay")) {
            compare.relative(
                    name + ".i" + row.get(0).asLong(),
                    number(row.get(2)),
                    schedule.emaDecay(row.get(0).asLong()),
                    DOUBLE);
        }
    }

    /** Tensor w is in the first group, v in the second; each gets an optimizer of its own, with its own rates. */
    private void sgd(JsonNode recorded, Comparison compare) {
        for (int group = 0; group < 2; group++) {
            int current = group;
            Torch.withoutGradient(() -> sgd(recorded, current, compare));
        }
    }

    private void sgd(JsonNode recorded, int group, Comparison compare) {
        String tensor = group == 0 ? "w" : "v";
        try (PointerScope scope = new PointerScope()) {
            float[] start = floats(field(recorded, tensor + "0"));
            Tensor parameter = place.here(Tensors.of(start, start.length));
            parameter.requires_grad_(true);
            Sgd sgd = new Sgd(
                    Map.of("encoder." + tensor, parameter),
                    number(field(recorded, "momentum")),
                    number(field(recorded, "weight_decay")),
                    1);
            int step = 0;
            for (JsonNode row : field(recorded, "steps")) {
                float[] gradient = floats(field(row, "grad_" + tensor));
                sgd.clearGradients();
                parameter.mutable_grad().put(place.here(Tensors.of(gradient, gradient.length)));
                sgd.step(number(field(row, "lr").get(group)));
                String name = "sgd.step" + step++ + "." + tensor;
                compare.relativeToMax(name, floats(field(row, tensor)), Tensors.floats(parameter), FLOAT);
                if (row.has("momentum_" + tensor)) {
                    Tensor momentum = sgd.momentumBuffers().get("encoder." + tensor);
                    compare.relativeToMax(
                            name + ".momentum", floats(row.get("momentum_" + tensor)), Tensors.floats(momentum), FLOAT);
                }
            }
        }
    }
}
