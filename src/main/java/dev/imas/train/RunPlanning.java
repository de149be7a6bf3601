package dev.imas.train;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.data.Dataset;
import dev.imas.data.Inspection;
import dev.imas.device.Compute;
import dev.imas.device.Gpu;
import dev.imas.device.Torch;
import dev.imas.plan.DataFacts;
import dev.imas.plan.Machine;
import dev.imas.plan.Planner;
import dev.imas.plan.Processes;
import dev.imas.plan.Proposal;
import dev.imas.plan.Survey;
import dev.imas.weights.fetch.PretrainedWeights;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Plans runs for this machine: looks at the pictures, times steps, and asks for ImageNet weights. */
public final class RunPlanning {
    /** What a single run may do without unlabelled pictures. */
    public static final String OF_A_RUN = "set method: supervised";

    private final ImasConfig start;
    private final Set<String> given;
    private final Optional<Duration> wish;
    private final Processes processes;
    private final int atOnce;
    private final String remedy;
    private final TrainListener listener;
    private Inspection inspection;

    /**
     * @param start  what is known, with classes and layout settled; settings not given may change
     * @param given  keys of settings that a person set
     * @param wish   the time that there is; empty: the usual one of the machine
     * @param processes that train together; this one measures the part of one
     * @param atOnce runs that are trained side by side on this machine, and share its memory
     * @param remedy what may be done where unlabelled pictures are wanted and there are none, such as {@link #OF_A_RUN}
     */
    public RunPlanning(
            ImasConfig start,
            Set<String> given,
            Optional<Duration> wish,
            Processes processes,
            int atOnce,
            String remedy,
            TrainListener listener) {
        this.start = start;
        this.given = Set.copyOf(given);
        this.wish = wish;
        this.processes = processes;
        this.atOnce = atOnce;
        this.remedy = remedy;
        this.listener = listener;
    }

    /**
     * A plan of a whole run.
     *
     * @param fetch whether weights may be fetched now, as a run follows; else it is only asked whether they could be
     */
    public Proposal plan(boolean fetch) {
        if (!fetch) { // a run tells it itself
            compute().notes(start.device()).forEach(listener::message);
        }
        return planner(given).plan(start, backbone -> obstacle(backbone, fetch));
    }

    /** How long the run takes as it is configured. */
    public Proposal estimate() {
        return planner(given).estimate(start);
    }

    /** More epochs for a run that goes on. */
    public Proposal longer() {
        return planner(Set.of()).longer(start);
    }

    /** The data set that a plan was made for, with the plan's settings: what {@link Trainer} begins with. */
    public Inspection run(Proposal proposal) {
        return inspection.forRun(proposal.config());
    }

    private Compute compute() {
        Torch.load();
        return Compute.of(start.device(), start.precision(), start.network().backbone());
    }

    private Planner planner(Set<String> kept) {
        Compute compute = compute();
        int cores = Runtime.getRuntime().availableProcessors();
        Machine machine = new Machine(
                compute.cuda(), cores * processes.count() / processes.here(), memory(compute), processes.count());
        inspection = Inspection.of(start);
        Dataset data = inspection.usable();
        Plan.requirePictures(inspection.config().method(), data, remedy); // before steps are timed
        ClassWeights.requireOnePerClass(
                start.supervised().classWeights(), inspection.config().data().classes());
        listener.message("looking at the pictures and timing some steps"
                + (processes.count() > 1 ? ", without what " + processes.count() + " processes exchange" : ""));
        DataFacts facts = Survey.of(data, System::nanoTime);
        StepTrial trial = new StepTrial(System::nanoTime);
        return new Planner(
                facts,
                machine,
                wish.orElse(Planner.usualBudget(compute.cuda())),
                kept,
                config -> trial.measure(part(config.withData(inspection.config().data()))));
    }

    private long memory(Compute compute) {
        long free =
                compute.cuda() ? Gpu.of(compute.deviceIndex()).free() : ProcessMemory.available() / processes.here();
        return free > 0 ? free / atOnce : Long.MAX_VALUE;
    }

    /** A step as one of the processes has it; but a process alone has no variance in a single image. */
    private ImasConfig part(ImasConfig config) {
        Together.requireDivisible(config, processes.count());
        if (processes.count() == 1) {
            return config;
        }
        ImasConfig.Training whole = config.training();
        int labeled = Math.max(2 * whole.accumulate(), whole.batchLabeled() / processes.count());
        return config.withTraining(
                whole.with(t -> t.batchLabeled(labeled).batchUnlabeled(whole.batchUnlabeled() / processes.count())));
    }

    /** Why there are no ImageNet weights; whoever did not ask for them goes on without. */
    private Optional<String> obstacle(Backbone backbone, boolean fetch) {
        PretrainedWeights weights = PretrainedWeights.ofThisMachine(InitialWeights.heardBy(listener));
        Optional<String> obstacle = weights.obstacle(backbone);
        if (obstacle.isPresent() || !fetch) {
            return obstacle;
        }
        try {
            weights.imagenet(backbone);
            return Optional.empty();
        } catch (UserException e) {
            return Optional.of(e.getMessage());
        }
    }
}
