package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.config.ImasConfig;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.semi.StepResult;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.memory.OneThread;
import dev.imas.verify.memory.Place;
import dev.imas.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;

/**
 * Whole training runs (method 3), step by step, with the recorded draws. Rounding grows from step to step until single
 * pixels change sides of a threshold, so the replay computes on one thread, as the recording did.
 */
final class TrainingGolden extends PlacedGroup {
    TrainingGolden(Place place) {
        super("09_training", place);
    }

    @Override
    public void run(GoldenData data, Consumer<Check> report) throws IOException {
        Torch.load();
        List<Path> runs;
        try (Stream<Path> files = Files.list(data.file(name()))) {
            runs = files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
        }
        try (OneThread alone = new OneThread()) {
            for (Path file : runs) {
                String stem = file.getFileName().toString().replace(".json", "");
                RecordedRun recorded = new RecordedRun(data.json(name() + "/" + stem + ".json"));
                replay(
                        recorded,
                        data.tensors(name() + "/" + stem + ".safetensors"),
                        new TrainingChecks(recorded, new Comparison(name(), report, place.replaySlack()), place));
            }
        }
    }

    private void replay(RecordedRun recorded, SafetensorsFile tensors, TrainingChecks checks) {
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork student = filled(recorded);
                SegmentationNetwork teacher = filled(recorded)) {
            Replay replay = new Replay(recorded, place, student, teacher);
            checks.labels(tensors);
            for (JsonNode row : field(recorded.json(), "steps")) {
                int i = field(row, "i_iter").asInt();
                try (PointerScope inner = new PointerScope()) {
                    StepResult result = replay.step(row);
                    checks.rates(i, row);
                    checks.losses(i, row, result);
                    if (result instanceof StepResult.SemiSupervised semi) {
                        checks.consistency(i, row, semi);
                        checks.agreement(i, row, semi);
                        checks.maps(i, tensors, semi);
                    }
                    checks.gradients(i, row, student.parameters());
                    checks.weights(i, row, student.state(), teacher.state());
                }
            }
            checks.end(student, teacher, tensors);
        }
    }

    private SegmentationNetwork filled(RecordedRun recorded) {
        ImasConfig config = recorded.config();
        SegmentationNetwork network =
                SegmentationNetwork.create(config.network(), config.data().classes(), 0);
        FilledState.fill(network.state(), recorded.filler());
        network.to(place.compute().torchDevice());
        return network;
    }
}
