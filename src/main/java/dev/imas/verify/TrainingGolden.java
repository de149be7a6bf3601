package dev.imas.verify;

import static dev.imas.verify.GoldenData.field;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.config.ImasConfig;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.semi.Schedule;
import dev.imas.semi.StepAssembly;
import dev.imas.semi.StepInput;
import dev.imas.semi.StepResult;
import dev.imas.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Whole training runs (method 3), step by step, with the recorded draws. */
final class TrainingGolden implements GoldenGroup {
    private final Place place;

    TrainingGolden(Place place) {
        this.place = place;
    }

    @Override
    public String name() {
        return "09_training";
    }

    @Override
    public void run(GoldenData data, Consumer<Check> report) throws IOException {
        Torch.load();
        List<Path> runs;
        try (Stream<Path> files = Files.list(data.file(name()))) {
            runs = files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
        }
        for (Path file : runs) {
            String stem = file.getFileName().toString().replace(".json", "");
            RecordedRun recorded = new RecordedRun(data.json(name() + "/" + stem + ".json"));
            replay(recorded, data.tensors(name() + "/" + stem + ".safetensors"), new TrainingChecks(recorded, new Comparison(name(), report, place.slack()), place));
        }
    }

    private void replay(RecordedRun recorded, SafetensorsFile tensors, TrainingChecks checks) {
        ImasConfig config = recorded.config();
        Compute compute = place.compute();
        try (PointerScope scope = new PointerScope();
             SegmentationNetwork student = filled(config);
             SegmentationNetwork average = filled(config)) {
            StepAssembly assembly = StepAssembly.of(config, compute, student, average);
            // Recorded networks start equal but are two: both are asked in the first step too.
            assembly.teacher().mirrorsStudent(false);
            Schedule schedule = recorded.schedule();
            checks.labels(tensors);
            for (JsonNode row : field(recorded.json(), "steps")) {
                int i = field(row, "i_iter").asInt();
                try (PointerScope inner = new PointerScope()) {
                    StepResult result = assembly.step().run(input(recorded, i), RecordedRun.draws(row), schedule.lr(i), schedule.emaDecay(i));
                    checks.rates(i, row, schedule);
                    checks.losses(i, row, result);
                    if (result instanceof StepResult.SemiSupervised semi) {
                        checks.consistency(i, row, semi);
                        checks.agreement(i, row, semi, assembly.kernels());
                        checks.maps(i, tensors, semi);
                    }
                    checks.gradients(i, row, student.parameters());
                    checks.weights(i, row, student.state(), average.state());
                }
            }
            checks.end(student, average, tensors);
        }
    }

    private StepInput input(RecordedRun recorded, int step) {
        StepInput host = recorded.input(step);
        Tensor labeled = place.here(host.labeled());
        Tensor labels = place.here(host.labels());
        return host instanceof StepInput.SemiSupervised semi
            ? new StepInput.SemiSupervised(labeled, labels, place.here(semi.weak()), place.here(semi.strong()))
            : new StepInput.Supervised(labeled, labels);
    }

    private SegmentationNetwork filled(ImasConfig config) {
        SegmentationNetwork network = SegmentationNetwork.create(config.network(), config.data().classes(), 0);
        fill(network.state());
        network.to(place.compute().torchDevice());
        return network;
    }

    private static void fill(Map<String, Tensor> state) {
        Torch.withoutGradient(() -> state.forEach((key, tensor) -> {
            try (PointerScope scope = new PointerScope()) {
                long[] shape = new long[(int) tensor.dim()];
                for (int axis = 0; axis < shape.length; axis++) {
                    shape[axis] = tensor.size(axis);
                }
                tensor.copy_(Tensors.of(Filler.state(key, shape), shape));
            }
        }));
    }
}
