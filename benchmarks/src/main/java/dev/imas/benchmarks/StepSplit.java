package dev.imas.benchmarks;

import dev.imas.device.DeviceQueue;
import dev.imas.device.DeviceQueue.Mark;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Device time of the parts of steps: a mark at the beginning of each part, read when all steps are done. Belongs to the
 * PointerScope that it was made in.
 */
final class StepSplit {
    private record Begin(StepPart part, Mark mark) {
    }

    /** Input, predict, kernels, learn, kernels, learn, update. */
    private static final int BEGINS = 7;

    private final int steps;
    private final List<Mark> marks;
    private final List<Begin> begins = new ArrayList<>();
    private final Mark end;

    /** @param steps that will be split */
    StepSplit(DeviceQueue queue, int steps) {
        this.steps = steps;
        marks = Stream.generate(queue::newMark).limit((long) steps * BEGINS).toList();
        end = queue.newMark();
    }

    /** The part before ends here, and this one begins. */
    void begin(StepPart part) {
        Mark mark = marks.get(begins.size());
        mark.set();
        begins.add(new Begin(part, mark));
    }

    /** The last part of the last step ends here. */
    void end() {
        end.set();
    }

    /** Milliseconds a step by part; to be asked when the device is done. */
    Map<StepPart, Double> perStep() {
        Map<StepPart, Double> sums = new EnumMap<>(StepPart.class);
        for (StepPart part : StepPart.values()) {
            sums.put(part, 0.0);
        }
        for (int i = 0; i < begins.size(); i++) {
            Mark next = i + 1 < begins.size() ? begins.get(i + 1).mark : end;
            sums.merge(begins.get(i).part, next.millisecondsSince(begins.get(i).mark), Double::sum);
        }
        sums.replaceAll((part, sum) -> sum / steps);
        return sums;
    }
}
