package dev.imas.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.device.Compute;
import dev.imas.machine.CpuFeatures;
import dev.imas.predict.Segmenter;
import dev.imas.run.CsvLog;
import dev.imas.run.DurableFiles;
import dev.imas.run.EpochMetrics;
import dev.imas.run.RunDirectory;
import dev.imas.run.RunSummary;
import dev.imas.weights.NetworkSpec;
import dev.imas.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/** What a finished run leaves beside its logs: weights, per-class results and the summary. */
final class Results {
    private static final ObjectMapper JSON = new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).enable(SerializationFeature.INDENT_OUTPUT);

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

    void writeModels(Models models, RunState state) {
        Map<String, String> metadata = new LinkedHashMap<>(spec().metadata());
        metadata.put("name", config.name());
        metadata.put("method", config.method().name());
        metadata.put("step", Long.toString(state.step()));
        WeightFiles.save(models.student.state(), directory.student(), metadata);
        WeightFiles.save(models.teacher.network().state(), directory.teacher(), metadata);
    }

    void writeSamples(Models models) throws IOException {
        try (Segmenter student = Segmenter.of(models.student, spec(), config, compute);
                Segmenter teacher = Segmenter.of(models.teacher.network(), spec(), config, compute)) {
            SamplePictures.write(directory.samples(), data, student, teacher);
        }
    }

    private NetworkSpec spec() {
        return new NetworkSpec(config.network(), config.data().classes(), data.classNames(), data.palette());
    }

    void writeClassIou(EpochMetrics last) throws IOException {
        Files.deleteIfExists(directory.classIou());
        try (CsvLog csv = new CsvLog(directory.classIou(), 0, "class", "name", "iou_student", "iou_teacher")) {
            List<String> names = data.classNames();
            for (int c = 0; c < last.iouStudent().length; c++) {
                csv.row(c, c < names.size() ? names.get(c) : "class " + c, last.iouStudent()[c], last.iouTeacher()[c]);
            }
        }
    }

    void writeSummary(RunSummary summary) throws IOException {
        ObjectNode json = JSON.valueToTree(summary);
        json.putObject("data").put("labeled", data.labeled().size()).put("unlabeled", data.unlabeled().size()).put("validation", data.validation().size())
            .set("fingerprints", ConfigDifference.json(data.fingerprints()));
        json.putObject("versions").put("imas", version()).put("libtorch", libtorch()).put("java", System.getProperty("java.version"));
        json.putObject("machine").put("cpu", CpuFeatures.read().model()).put("cores", Runtime.getRuntime().availableProcessors()).put("threads", torch.get_num_threads())
            .put("os", System.getProperty("os.name") + " " + System.getProperty("os.version")).put("device", compute.device()).put("channels_last", compute.channelsLast());
        DurableFiles.replace(directory.summary(), file -> JSON.writeValue(file.toFile(), json));
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
