package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.ints;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.semi.Schedule;
import dev.imas.semi.SemiSupervisedStep;
import dev.imas.semi.StepAssembly;
import dev.imas.semi.StepDraws;
import dev.imas.semi.StepInput;
import dev.imas.semi.StepResult;
import dev.imas.verify.memory.Place;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

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
        StepAssembly assembly = StepAssembly.of(recorded.config(), place.compute(), student, average);
        // Recorded networks start equal but are two: both are asked in the first step too.
        assembly.teacher().mirrorsStudent(false);
        step = assembly.step();
    }

    /** The step of a recorded row, with the row's draws; the result is the caller's PointerScope's. */
    StepResult step(JsonNode row) {
        int i = field(row, "i_iter").asInt();
        return step.run(input(i), draws(row), schedule.lr(i), schedule.emaDecay(i));
    }

    private StepInput input(int i) {
        RecordedRun.Batch batch = recorded.batch(i);
        Tensor labeled = place.here(batch.labeled());
        Tensor labels = place.here(batch.labels());
        return recorded.supervisedOnly(i)
                ? new StepInput.Supervised(labeled, labels)
                : new StepInput.SemiSupervised(labeled, labels, place.here(batch.weak()), place.here(batch.strong()));
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
                throw new IllegalArgumentException(
                        "the recorded runs blend strong and weak views, they draw no choice");
            }
        };
    }
}
