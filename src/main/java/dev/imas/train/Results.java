package dev.imas.train;

import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.device.Compute;
import dev.imas.machine.CpuFeatures;
import dev.imas.predict.Segmenter;
import dev.imas.run.ClassIou;
import dev.imas.run.EpochMetrics;
import dev.imas.run.RunDirectory;
import dev.imas.run.RunSummary;
import dev.imas.run.Summary;
import dev.imas.weights.NetworkSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Loader;
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

    /** @param step after which the networks are as they are */
    void writeModels(Models models, long step) throws IOException {
        CheckpointStore.writeWeights(models.student.state(), directory.student(), metadata(step));
        CheckpointStore.writeWeights(models.teacher.network().state(), directory.teacher(), metadata(step));
    }

    /** The best teacher so far. */
    void writeBest(Models models, long step) throws IOException {
        CheckpointStore.writeWeights(models.teacher.network().state(), directory.best(), metadata(step));
    }

    private Map<String, String> metadata(long step) {
        Map<String, String> metadata = new LinkedHashMap<>(spec().metadata());
        metadata.put("name", config.name());
        metadata.put("method", config.method().name());
        metadata.put("step", Long.toString(step));
        return metadata;
    }

    void writeSamples(Models models) throws IOException {
        try (Segmenter student = Segmenter.of(models.student, spec(), config, compute);
                Segmenter teacher = Segmenter.of(models.teacher.network(), spec(), config, compute)) {
            SamplePictures.write(directory.samples(), data, student, teacher);
        }
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
        Summary.Versions versions = new Summary.Versions(version(), libtorch(), System.getProperty("java.version"));
        Summary.write(directory.summary(), summary, pictures, versions, machine);
    }

    private static String version() {
        String version = Results.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Version of the bindings, which begins with that of libtorch. */
    private static String libtorch() throws IOException {
        return Loader.getVersion("org.bytedeco", "pytorch");
    }
}
