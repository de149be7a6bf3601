package dev.imas.train;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.machine.CpuFeatures;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.predict.Segmenter;
import dev.imas.run.ClassIou;
import dev.imas.run.EpochMetrics;
import dev.imas.run.Role;
import dev.imas.run.RunDirectory;
import dev.imas.run.RunSummary;
import dev.imas.run.SampleFile;
import dev.imas.run.Summary;
import dev.imas.weights.NetworkSpec;
import dev.imas.weights.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.global.torch;

/** What a finished run leaves beside its logs: weights, per-class results and the summary. */
final class Results {
    private final ImasConfig config;
    private final RunDirectory directory;
    private final Dataset data;
    private final Compute compute;

    Results(ImasConfig config, RunDirectory directory, Dataset data, Compute compute) {
        this.config = config;
        this.directory = directory;
        this.data = data;
        this.compute = compute;
    }

    /** @param found by the evaluation of the networks as they are */
    void writeModels(Models models, EpochMetrics found) throws IOException {
        write(models, Role.STUDENT, directory.student(), found);
        write(models, Role.TEACHER, directory.teacher(), found);
    }

    /** The best result so far. */
    void writeBest(Models models, EpochMetrics found, Role result) throws IOException {
        write(models, result, directory.best(), found);
    }

    /**
     * Gives a best network that is not the run's result a name with its step, so that it is neither lost nor taken for
     * the result.
     */
    Optional<Path> setBestAside() throws IOException {
        Path best = directory.best();
        if (!Files.isRegularFile(best)) {
            return Optional.empty();
        }
        Path aside = best.resolveSibling("best-step-" + step(best) + ".safetensors");
        return Optional.of(Files.move(best, aside, StandardCopyOption.REPLACE_EXISTING));
    }

    private static String step(Path weights) {
        try {
            return Provenance.of(weights).step().orElse("unknown");
        } catch (UserException e) {
            return "unknown"; // a damaged file is no reason to end a run without its result
        }
    }

    private void write(Models models, Role network, Path file, EpochMetrics found) throws IOException {
        Map<String, String> metadata = metadata(found, network);
        CheckpointStore.writeWeights(models.network(network).state(), file, metadata);
    }

    private Map<String, String> metadata(EpochMetrics found, Role network) {
        Map<String, String> metadata = new LinkedHashMap<>(spec().metadata());
        metadata.putAll(provenance()
                .after(network.word(), found.step(), found.miou(network))
                .texts());
        return metadata;
    }

    private Provenance provenance() {
        return Provenance.ofRun(
                config.name(),
                config.method().name(),
                config.seed(),
                data.fingerprints(),
                "imas " + version() + ", libtorch " + Torch.bindings(),
                config.license());
    }

    void writeSamples(Models models) throws IOException {
        writeSamples(models, 1, (number, strip) -> {});
    }

    /** Few of them, while the run goes on. */
    void writeSomeSamples(Models models, SamplePictures.Written written) throws IOException {
        writeSamples(models, SamplePictures.SOME, written);
    }

    private void writeSamples(Models models, int every, SamplePictures.Written written) throws IOException {
        try (Segmenter student = segmenter(models.student);
                Segmenter teacher = segmenter(models.teacher.network())) {
            SamplePictures.write(directory.samples(), data, student, teacher, every, written);
        }
    }

    /** Removes what told of an end that is none any more; networks and tables stay. */
    void clearEnd() throws IOException {
        for (Path file : List.of(directory.summary(), directory.confusion(), directory.pictures())) {
            Files.deleteIfExists(file);
        }
        FinalEvaluation.clear(directory.worst());
    }

    /** What the result of the run takes for what, and sees worst. */
    void writeEvaluation(Models models, Role result) throws IOException {
        try (Segmenter segmenter = segmenter(models.network(result))) {
            FinalEvaluation.write(directory, data, segmenter, SampleFile.View.valueOf(result.name()));
        }
    }

    /** Lets pictures be segmented with a network as it is now. */
    <T> T with(SegmentationNetwork network, Function<Segmenter, T> work) {
        try (Segmenter segmenter = segmenter(network)) {
            return work.apply(segmenter);
        }
    }

    private Segmenter segmenter(SegmentationNetwork network) {
        return Segmenter.of(network, spec(), config, compute);
    }

    private NetworkSpec spec() {
        return NetworkSpec.of(config).named(data.classNames(), data.palette());
    }

    void writeClassIou(EpochMetrics found) throws IOException {
        List<String> names = data.classNames();
        List<ClassIou> classes = new ArrayList<>();
        for (int c = 0; c < found.iouStudent().length; c++) {
            String name = c < names.size() ? names.get(c) : "class " + c;
            classes.add(new ClassIou(c, name, found.iouStudent()[c], found.iouTeacher()[c]));
        }
        ClassIou.write(directory.classIou(), classes);
    }

    void writeSummary(RunSummary summary) throws IOException {
        Summary.Data pictures = new Summary.Data(
                data.labeled().size(),
                data.unlabeled().size(),
                data.validation().size(),
                data.fingerprints());
        Summary.Machine machine = new Summary.Machine(
                CpuFeatures.read().model(),
                Runtime.getRuntime().availableProcessors(),
                torch.get_num_threads(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                compute.device(),
                compute.channelsLast());
        Summary.Versions versions =
                new Summary.Versions(version(), Torch.bindings(), System.getProperty("java.version"));
        Summary.write(directory.summary(), summary, pictures, versions, machine);
    }

    private static String version() {
        String version = Results.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
