package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.ints;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.config.ImasConfig;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.device.Compute;
import dev.imas.semi.Schedule;
import dev.imas.semi.SemiSupervisedStep;
import dev.imas.semi.Sgd;
import dev.imas.semi.StepDraws;
import dev.imas.semi.StepInput;
import dev.imas.semi.StepResult;
import dev.imas.semi.Teacher;
import dev.imas.device.TensorKernels;
import dev.imas.verify.memory.Place;
import java.util.ArrayList;
import java.util.List;

/** A recorded run made again, step by step: the one place here that wires the training step and feeds it. */
final class Replay {
    private final RecordedRun recorded;
    private final Place place;
    private final Schedule schedule;
    private final SemiSupervisedStep step;

    /** @param student and {@code average}: filled alike; the step changes them, they stay the caller's */
    Replay(RecordedRun recorded, Place place, SegmentationNetwork student, SegmentationNetwork average) {
        this.recorded = recorded;
        this.place = place;
        schedule = recorded.schedule();
        ImasConfig config = recorded.config();
        Compute compute = place.compute();
        TensorKernels kernels = new TensorKernels(compute);
        Teacher teacher = new Teacher(average, student, kernels, compute);
        // Recorded networks start equal but are two: both are asked in the first step too.
        teacher.mirrorsStudent(false);
        Sgd sgd = new Sgd(student.parameters(), config.training().momentum(), config.training().weightDecay(), config.training().headLrMultiplier());
        step = new SemiSupervisedStep(student, teacher, sgd, kernels, compute, config);
    }

    /** The step of a recorded row, with the row's draws; the result is the caller's PointerScope's. */
    StepResult step(JsonNode row) {
        int i = field(row, "i_iter").asInt();
        return step.run(input(i), draws(row), schedule.lr(i), schedule.emaDecay(i));
    }

    private StepInput input(int i) {
        RecordedRun.Batch batch = recorded.batch(i);
        if (recorded.supervisedOnly(i)) {
            return StepInput.supervised(place.here(batch.labeled()), place.here(batch.labels()));
        }
        return new StepInput(place.here(batch.labeled()), place.here(batch.labels()), place.here(batch.weak()), place.here(batch.strong()));
    }

    private static StepDraws draws(JsonNode row) {
        return new StepDraws() {
            @Override
            public double trigger() {
                return number(field(row, "trigger_draw"));
            }

            @Override
            public int[][] boxes(int count, int height, int width, double spread) {
                List<int[]> boxes = new ArrayList<>();
                field(row, "boxes_top_left_bottom_right").forEach(box -> boxes.add(ints(box)));
                return boxes.toArray(int[][]::new);
            }

            @Override
            public int[] pairing(int count) {
                return ints(field(row, "pairing"));
            }

            @Override
            public float[] intensity(int count) {
                throw new IllegalArgumentException("the recorded runs blend strong and weak views, they draw no choice");
            }
        };
    }
}
