package dev.imas.train;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Keep;
import dev.imas.device.Compute;
import dev.imas.device.OutOfMemory;
import dev.imas.distributed.Ranks;
import dev.imas.run.EpochMetrics;
import dev.imas.run.RunSummary;
import dev.imas.run.StepMetrics;
import dev.imas.semi.SeededDraws;
import dev.imas.semi.StepResult;
import dev.imas.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** The loop: steps, rows, evaluations and checkpoints of one run. Its parts are the caller's. */
final class TrainingRun {
    private static final String TOO_LARGE = "an evaluation sees validation pictures whole or in windows:"
            + " train anew with evaluation.mode=sliding, a smaller evaluation.window or evaluation.scale";

    private final ImasConfig config;
    private final Compute compute;
    private final TrainListener listener;
    private final RunParts parts;
    private final Results results;
    private final Plan plan;
    private final Patience patience;
    private final ResultRule rule;
    private final boolean keepBest;
    private final Ranks ranks;
    private RunState state;
    /** The step of the last checkpoint. */
    private long kept;

    TrainingRun(ImasConfig config, Compute compute, TrainListener listener, RunParts parts) {
        this.config = config;
        this.compute = compute;
        this.listener = listener;
        this.parts = parts;
        this.results = parts.results;
        this.ranks = parts.ranks;
        this.plan = parts.plan;
        this.patience = Patience.of(config);
        this.rule = ResultRule.of(config);
        this.keepBest = config.training().keep() == Keep.BEST;
        this.state = parts.start;
        this.kept = state.step();
    }

    /** Trains to the end. */
    void run() throws IOException {
        listener.started(state.step(), plan.schedule().steps(), plan.stepsPerEpoch());
        long began = System.nanoTime();
        if (ranks.leads()) {
            begin();
        }
        lookThatWasCutShort();
        while (state.step() < plan.schedule().steps() && !patience.exhausted(state)) {
            epoch(plan.epoch(state.step()), plan.place(state.step()));
        }
        if (!state.evaluated()) {
            evaluateTheLast();
        }
        if (state.step() < plan.schedule().steps()) {
            listener.message("ended after epoch " + epochs() + " of "
                    + config.training().epochs() + ": nothing better since epoch " + state.bestEpoch()
                    + " (training.patience " + patience.evaluations() + "); a larger one goes on");
        }
        if (!ranks.alone()) {
            double share = 100.0 * ranks.nanoseconds() / Math.max(1, System.nanoTime() - began);
            listener.message(String.format(
                    Locale.ROOT,
                    "%d processes; %.0f %% of the time went into exchange and waiting",
                    ranks.count(),
                    share));
        }
    }

    private void begin() throws IOException {
        parts.live.started(state.step(), plan);
        if (state.step() > 0 && state.step() < plan.schedule().steps() && !patience.exhausted(state)) {
            results.clearEnd(); // of a run that goes on beyond its end
        }
        if (plan.unlabeledSamples() > 0) {
            parts.broken.begin();
        }
    }

    /** A run that ended between a checkpoint and the look at what it had evaluated has that look now. */
    private void lookThatWasCutShort() {
        boolean due = state.step() > 0
                && plan.place(state.step()) == 0
                && (state.evaluated() || parts.live.precedesUnlabelled(epochs()));
        if (ranks.any(due && ranks.leads() && parts.live.lacks(state.step()))) {
            observe();
            if (ranks.leads()) {
                parts.live.look(epochs(), state.step());
            }
        }
    }

    /** Lets the look see the validation pictures, where no evaluation did. */
    private void observe() {
        measured(() -> {
            parts.evaluations.observe();
            return null;
        });
    }

    /** The last epoch is evaluated, also where a lowered number of epochs made it the last when it was over. */
    private void evaluateTheLast() throws IOException {
        EpochMetrics found = measured(() -> parts.evaluations.of(epochs(), state.step()));
        evaluated(found);
        parts.rows.write(found);
        checkpoint();
        if (ranks.leads()) {
            parts.live.look(found.epoch(), found.step());
            parts.live.show(found);
        }
    }

    /** Epochs that were trained. */
    private int epochs() {
        return plan.epoch(state.step() - 1) + 1;
    }

    private void epoch(int epoch, int first) throws IOException {
        if (!plan.supervisedOnly(epoch) && ranks.leads()) {
            parts.broken.finish();
            requireSound();
        }
        parts.loaders.start(parts.feed, epoch, first, plan.supervisedOnly(epoch));
        compute.fixedShapes(true);
        lap();
        Optional<UserException> unreadable = fetched();
        if (ranks.any(unreadable.isPresent())) {
            throw cannotRead(unreadable);
        }
        for (int place = first; place < plan.stepsPerEpoch(); place++) {
            boolean last = place == plan.stepsPerEpoch() - 1;
            step(epoch, last);
            parts.memory.after(state.step());
            Optional<EpochMetrics> evaluation = Optional.empty();
            if (last) {
                evaluation = endOfEpoch(epoch);
            } else {
                parts.rows.tellArrived();
            }
            if (last || parts.checkpoints.due(state.step())) {
                checkpoint();
            }
            if (last) {
                show(epoch + 1, evaluation); // what is only looked at costs no trained step
            }
            goOnOrStop(last ? Optional.empty() : fetched());
        }
    }

    /** Fetches the next batches, and returns what kept a loader from reading a picture. */
    private Optional<UserException> fetched() {
        try {
            parts.feed.fetch();
            return Optional.empty();
        } catch (UserException e) {
            if (e.getCause() instanceof OutOfMemoryError) {
                throw e; // no file is to blame
            }
            return Optional.of(e);
        }
    }

    /** Between two steps: what is known to be broken ends the run, and so does who listens, in any of the processes. */
    private void goOnOrStop(Optional<UserException> unreadable) throws IOException {
        parts.broken.tell();
        if (plan.unlabeledSamples() > 0) {
            requireSound();
        }
        long[] ends = ranks.sum(new long[] {listener.stops() ? 1 : 0, unreadable.isPresent() ? 1 : 0});
        if (ends[0] > 0) {
            keepProgress();
            throw new RunStopped(state.step());
        }
        if (ends[1] > 0) {
            throw cannotRead(unreadable);
        }
    }

    private void requireSound() throws IOException {
        List<String> faults = parts.broken.faults();
        parts.broken.tell();
        if (!faults.isEmpty()) {
            keepProgress();
            throw new UserException((faults.size() == 1 ? "an unlabelled picture" : "unlabelled pictures")
                    + " cannot be read; " + stopped()
                    + ": mend or remove what is named here, then go on with --resume; --skip-broken goes on without"
                    + " it\n"
                    + String.join("\n", faults));
        }
    }

    /** A file that broke since it was looked at, here or in another process, ends the run where it can go on. */
    private UserException cannotRead(Optional<UserException> unreadable) throws IOException {
        keepProgress();
        ranks.any(true); // rank 0 has kept it
        if (unreadable.isEmpty()) {
            return ranks.endedByAnother(); // which says what file it is
        }
        UserException e = unreadable.get();
        return new UserException(
                e.getMessage() + "; " + stopped()
                        + ": put the file right (an unlabelled picture may be removed), then"
                        + " go on with --resume; --skip-broken goes on without it",
                e);
    }

    /** A file that breaks an evaluation, which is done again from its epoch on; or pictures too large for it. */
    private <T> T measured(Supplier<T> evaluation) {
        try {
            return evaluation.get();
        } catch (UserException e) {
            throw new UserException(
                    e.getMessage() + "; the run stopped while it was evaluated: put the file right, then go on with"
                            + " --resume from the last checkpoint; --skip-broken goes on without it",
                    e);
        } catch (RuntimeException e) {
            throw OutOfMemory.told(e, TOO_LARGE);
        } finally {
            parts.broken.tell();
        }
    }

    private String stopped() {
        return state.step() == 0
                ? "the run stopped before its first step"
                : "the run stopped after step " + state.step();
    }

    /** A checkpoint of what was trained since the last one. */
    private void keepProgress() throws IOException {
        if (state.step() > kept) {
            checkpoint();
        }
    }

    /** One step; when a row of metrics.csv is due, its figures are asked for. */
    private void step(int epoch, boolean lastOfEpoch) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            BatchFeed.Fed fed = parts.feed.next();
            long i = state.step();
            double lr = plan.schedule().lr(i);
            double decay = plan.schedule().emaDecay(i);
            StepResult result = parts.models.step.run(fed.input(), draws(i), lr, decay);
            parts.feed.stepQueued();
            parts.watch.step(fed.images() * ranks.count());
            if (result instanceof StepResult.SemiSupervised semi) {
                Tensor gamma = semi.agreement().gamma();
                boolean everybodys = gamma.size(0) > fed.unlabeled().length || ranks.alone();
                parts.hardness.put(ranks.gathered(fed.unlabeled()), everybodys ? gamma : ranks.gathered(gamma));
            }
            state = state.stepped(parts.models.teacher.mirrorsStudent());
            if (lastOfEpoch || parts.rows.due(state.step())) {
                parts.rows.tellPending();
                parts.rows.ask(epoch + 1, state.step(), lr, lap(), result);
            } else if (!compute
                    .cuda()) { // a GPU would have to be waited for: its losses are looked at with the figures
                parts.divergence.check(result, state.step(), lr);
            }
        }
    }

    private Optional<EpochMetrics> endOfEpoch(int epoch) throws IOException {
        StepMetrics metrics = parts.rows.tell();
        compute.fixedShapes(false);
        SameWeights.require(parts.tensors(), ranks);
        Optional<EpochMetrics> evaluation = measured(() -> parts.evaluations.after(epoch + 1, state.step()));
        if (evaluation.isPresent()) {
            evaluated(evaluation.get());
        }
        parts.rows.write(metrics, evaluation);
        if (!plan.supervisedOnly(epoch)) {
            parts.hardnessRows.write(epoch + 1);
        }
        return evaluation;
    }

    /** What a person may see of it; evaluated or not, pseudo-labels are looked at before the first are learned from. */
    private void show(int epoch, Optional<EpochMetrics> evaluation) {
        boolean before = parts.live.precedesUnlabelled(epoch);
        if (before && evaluation.isEmpty()) {
            observe();
        }
        if (ranks.leads()) {
            if (before || evaluation.isPresent()) {
                parts.live.look(epoch, state.step());
            }
            evaluation.ifPresent(parts.live::show);
        }
        lap();
    }

    private void evaluated(EpochMetrics found) throws IOException {
        state = state.evaluated(found, rule.better(found, state.best()), patience.counts(found.epoch()));
        if (keepBest && state.bestStep() == state.step() && ranks.leads()) {
            results.writeBest(parts.models, found, rule.of(found));
        }
        listener.evaluated(found);
        lap();
    }

    private void checkpoint() throws IOException {
        parts.rows.tellPending(); // the row belongs to the steps before the checkpoint
        parts.divergence.check(parts.models, state.step());
        state = state.written(parts.rows.sync(), parts.hardnessRows.sync());
        kept = state.step();
        if (ranks.leads()) {
            parts.checkpoints.save(state, parts.tensors());
            listener.checkpoint(kept);
        }
    }

    private Stopwatch.Lap lap() {
        return parts.watch.lap(parts.feed.takeWait());
    }

    /** Writes what a run leaves at its end; rank 0 alone does. */
    RunSummary finish() throws IOException {
        EpochMetrics kept = keepBest ? restoreBest() : state.last();
        if (keepBest) {
            results.writeBest(parts.models, kept, rule.of(kept));
        } else {
            results.setBestAside().ifPresent(this::tellSetAside); // of a part of the run that kept the best
        }
        results.writeModels(parts.models, kept);
        results.writeClassIou(kept);
        results.writeEvaluation(parts.models, rule.of(kept));
        results.writeSamples(parts.models);
        long rss = ProcessMemory.resident();
        RunSummary summary = new RunSummary(
                config.name(),
                config.method().name(),
                config.seed(),
                compute.device(),
                compute.precision().name(),
                state.step(),
                epochs(),
                kept.miouStudent(),
                kept.miouTeacher(),
                rule.miou(state.best()),
                state.bestEpoch(),
                parts.watch.sinceStart(),
                parts.watch.waitShare(),
                parts.memory.orAtTheEnd(rss),
                rss,
                kept.epoch(),
                rule.of(kept).word(),
                state.rebuiltAt(),
                parts.start.step());
        results.writeSummary(summary);
        parts.live.finished(state.step());
        listener.finished(summary);
        return summary;
    }

    /** Puts the networks of the best evaluation back; its checkpoint is kept for that. */
    private EpochMetrics restoreBest() throws IOException {
        if (state.bestStep() == state.last().step()) {
            return state.last();
        }
        Optional<Path> tensors = parts.checkpoints.tensors(state.bestStep());
        if (tensors.isEmpty()) {
            listener.message("the checkpoint of epoch " + state.bestEpoch() + ", the best, is damaged or gone: the run"
                    + " leaves the networks of its last epoch");
            results.setBestAside().ifPresent(this::tellSetAside);
            return state.last();
        }
        try (SafetensorsFile saved = SafetensorsFile.read(tensors.get())) {
            Models.restore(saved, parts.models.tensors());
        }
        return state.best();
    }

    private void tellSetAside(Path file) {
        listener.message("the best network of earlier epochs is now " + file);
    }

    /** A step's; processes that decide each for itself draw each its own. */
    private SeededDraws draws(long step) {
        boolean own = config.training().statistics() == ImasConfig.Statistics.PROCESS;
        return SeededDraws.of(config, own ? step * ranks.count() + ranks.rank() : step);
    }
}
