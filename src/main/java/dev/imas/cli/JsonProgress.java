package dev.imas.cli;

import dev.imas.common.Interrupts;
import dev.imas.config.ImasConfig;
import dev.imas.run.EpochMetrics;
import dev.imas.run.PseudoLabels;
import dev.imas.run.RunDirectory;
import dev.imas.run.RunSummary;
import dev.imas.run.StepMetrics;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tells programs of a run; docs/watch.md has the keys. */
final class JsonProgress implements RunProgress {
    private final JsonLines lines;
    private final ImasConfig config;
    private final RunDirectory run;
    private boolean started;
    private long told = -1;

    JsonProgress(JsonLines lines, ImasConfig config, Path out) {
        this.lines = lines;
        this.config = config;
        this.run = new RunDirectory(out);
    }

    @Override
    public void started(long startStep, long totalSteps, int stepsPerEpoch) {
        started = true;
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("run", run.root().toString());
        fields.put("step", startStep);
        fields.put("steps", totalSteps);
        fields.put("steps_per_epoch", stepsPerEpoch);
        fields.put("epochs", config.training().epochs());
        lines.event("started", fields);
    }

    @Override
    public boolean stops() {
        return Interrupts.asked();
    }

    @Override
    public void step(StepMetrics metrics) {
        lines.event("step", metrics);
    }

    @Override
    public void evaluated(EpochMetrics metrics) {
        lines.event("evaluated", metrics);
    }

    @Override
    public void pseudoLabels(PseudoLabels.Look look) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("epoch", look.epoch());
        fields.put("step", look.step());
        fields.put("confident_unlabelled", look.confidentUnlabelled());
        fields.put("confident_validation", look.confidentValidation());
        fields.put("right", look.precision());
        fields.put("classes", look.classes().stream().map(JsonProgress::ofClass).toList());
        lines.event("pseudo_labels", fields);
    }

    private static Map<String, Object> ofClass(PseudoLabels.OfClass c) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", c.name());
        fields.put("threshold", c.threshold());
        fields.put("confident_unlabelled", c.confidentUnlabelled());
        fields.put("right", c.precision());
        fields.put("found", c.found());
        return fields;
    }

    @Override
    public void checkpoint(long step) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("step", step);
        fields.put("file", run.checkpoints().tensors(step).toString());
        lines.event("checkpoint", fields);
    }

    @Override
    public void message(String line) {
        lines.event("message", Map.of("text", line));
        if (!started) {
            Interrupts.check(); // before the first step there is nothing to keep
        }
    }

    /** Once a percent. */
    @Override
    public void fetching(String name, long done, long total) {
        Interrupts.check();
        long percent = total > 0 ? 100 * done / total : done >> 20;
        if (percent != told) {
            told = percent;
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("name", name);
            fields.put("bytes", done);
            fields.put("of", total < 0 ? null : total);
            lines.event("fetching", fields);
        }
    }

    @Override
    public void close() {}

    /** The run has come to its end, and its report is written. */
    void ended(RunSummary summary) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("run", run.root().toString());
        fields.put("weights", run.result().toString());
        fields.put("report", run.report().toString());
        fields.put("summary", summary);
        lines.event("finished", fields);
    }
}
