package dev.imas.benchmarks;

import dev.imas.device.DeviceQueue;
import dev.imas.device.DeviceQueue.Mark;
import dev.imas.semi.Networks;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Device time of the parts of steps, seen from outside: it stands between a step and its networks, and what the step
 * does between their calls is the kernels' work. A mark at the beginning of each part is read when all steps are done.
 * Belongs to the PointerScope that it was made in.
 */
final class StepSplit {
    /** What a step spends its time on. */
    enum Part {
        /** Normalising the images that came from the loader. */
        INPUT,
        /** The teacher's and the student's predictions for the unlabelled images. */
        PREDICT,
        /** Pseudo-labels, gamma and the composed batch; then the losses. */
        KERNELS,
        /** The student's pass over the batch; then its way back. */
        LEARN,
        /** Optimizer and teacher. */
        UPDATE
    }

    private record Begin(Part part, Mark mark) {}

    /** Input, predict, kernels, learn, kernels, learn, update. */
    private static final int BEGINS = 7;

    private final int steps;
    private final List<Mark> marks;
    private final List<Begin> begins = new ArrayList<>();
    private final Mark end;
    private boolean running;

    /** @param steps that will be split */
    StepSplit(DeviceQueue queue, int steps) {
        this.steps = steps;
        marks = Stream.generate(queue::newMark).limit((long) steps * BEGINS).toList();
        end = queue.newMark();
    }

    /** From now on steps are split. */
    void start() {
        running = true;
    }

    /** A step begins, with its input. */
    void step() {
        begin(Part.INPUT);
    }

    /** The last part of the last step ends here. */
    void end() {
        end.set();
        running = false;
    }

    private void begin(Part part) {
        if (running) {
            Mark mark = marks.get(begins.size());
            mark.set();
            begins.add(new Begin(part, mark));
        }
    }

    /** Milliseconds a step by part; to be asked when the device is done. */
    Map<Part, Double> perStep() {
        Map<Part, Double> sums = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            sums.put(part, 0.0);
        }
        for (int i = 0; i < begins.size(); i++) {
            Mark next = i + 1 < begins.size() ? begins.get(i + 1).mark : end;
            sums.merge(begins.get(i).part, next.millisecondsSince(begins.get(i).mark), Double::sum);
        }
        sums.replaceAll((part, sum) -> sum / steps);
        return sums;
    }

    /** The same networks, with a part beginning at each of their calls, and another where they come back. */
    Networks around(Networks networks) {
        return new Networks() {
            @Override
            public void forgetGradients() {
                networks.forgetGradients();
            }

            @Override
            public Predictions predict(Tensor weak) {
                begin(Part.PREDICT);
                Predictions predictions = networks.predict(weak);
                begin(Part.KERNELS);
                return predictions;
            }

            @Override
            public Pass learn(Tensor batch) {
                begin(Part.LEARN);
                Pass pass = networks.learn(batch);
                begin(Part.KERNELS);
                return pass;
            }

            @Override
            public Pass learn(Tensor batch, Tensor factors) {
                begin(Part.LEARN);
                Pass pass = networks.learn(batch, factors);
                begin(Part.KERNELS);
                return pass;
            }

            @Override
            public void backpropagate(Pass pass) {
                begin(Part.LEARN);
                networks.backpropagate(pass);
            }

            @Override
            public void update(double lr, double emaDecay) {
                begin(Part.UPDATE);
                networks.update(lr, emaDecay);
            }
        };
    }
}
