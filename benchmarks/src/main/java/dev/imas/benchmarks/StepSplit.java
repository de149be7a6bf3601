package dev.imas.benchmarks;

import dev.imas.device.DeviceQueue;
import dev.imas.device.DeviceQueue.Mark;
import dev.imas.semi.SemiSupervisedStep.Part;
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
    private record Begin(Part part, Mark mark) {
    }

    /** Input, predict, kernels, learn, kernels, learn, update. */
    private static final int BEGINS = 7;

    private final List<Mark> marks;
    private final List<Begin> begins = new ArrayList<>();
    private int steps;

    /** @param steps that will be split */
    StepSplit(DeviceQueue queue, int steps) {
        marks = Stream.generate(queue::newMark).limit(steps * BEGINS + 1L).toList();
    }

    /** @param part null: the input's normalisation, or the end of the last step */
    void begin(Part part) {
        Mark mark = marks.get(begins.size());
        mark.set();
        begins.add(new Begin(part, mark));
        steps += part == null ? 1 : 0;
    }

    /** Milliseconds a step by part; under null those of the input. To be asked when the device is done. */
    Map<Part, Double> perStep() {
        Map<Part, Double> sums = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            sums.put(part, 0.0);
        }
        for (int i = 0; i + 1 < begins.size(); i++) {
            if (begins.get(i).part != null) {
                sums.merge(begins.get(i).part, begins.get(i + 1).mark.millisecondsSince(begins.get(i).mark), Double::sum);
            }
        }
        sums.replaceAll((part, sum) -> sum / (steps - 1));
        return sums;
    }

    /** Milliseconds a step that the input took. */
    double inputPerStep() {
        double sum = 0;
        for (int i = 0; i + 1 < begins.size(); i++) {
            sum += begins.get(i).part == null ? begins.get(i + 1).mark.millisecondsSince(begins.get(i).mark) : 0;
        }
        return sum / (steps - 1);
    }
}
