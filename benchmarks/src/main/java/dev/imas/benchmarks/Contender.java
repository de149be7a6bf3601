package dev.imas.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.imas.config.ImasConfig;
import dev.imas.semi.SeededDraws;
import dev.imas.semi.StepDraws;
import dev.imas.semi.StepInput;
import dev.imas.train.BatchFeed;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;

/** One way to compute the step, with its own networks and loaders. */
final class Contender {
    /** A step with its losses. */
    interface Runner {
        EagerStep.Losses run(StepInput.SemiSupervised input, StepDraws draws);
    }

    final String name;
    final BatchFeed feed;
    final ImasConfig config;
    final Runner runner;
    final List<Double> milliseconds = new ArrayList<>();
    final List<Double> processor = new ArrayList<>();
    long done;

    Contender(String name, BatchFeed feed, ImasConfig config, Runner runner) {
        this.name = name;
        this.feed = feed;
        this.config = config;
        this.runner = runner;
    }

    EagerStep.Losses step() {
        EagerStep.Losses losses;
        try (PointerScope scope = new PointerScope()) {
            StepDraws draws = TrainStep.always(SeededDraws.of(config, done++));
            losses = runner.run((StepInput.SemiSupervised) feed.next().input(), draws);
        }
        feed.stepQueued();
        feed.fetch();
        return losses;
    }

    void measure(int steps) {
        OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long processorTime = process.getProcessCpuTime();
        long time = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            step();
        }
        milliseconds.add((System.nanoTime() - time) / 1e6 / steps);
        processor.add((process.getProcessCpuTime() - processorTime) / 1e6 / steps);
    }
}
