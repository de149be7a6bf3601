package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.config.ImasConfig;
import dev.imas.nn.SafetensorsFile;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.nn.Torch;
import dev.imas.semi.Compute;
import dev.imas.semi.Schedule;
import dev.imas.semi.SemiSupervisedStep;
import dev.imas.semi.Sgd;
import dev.imas.semi.StepInput;
import dev.imas.semi.StepResult;
import dev.imas.semi.Teacher;
import dev.imas.semi.TensorKernels;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.Filler;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.engine.GoldenGroup;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
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
            TensorKernels kernels = new TensorKernels(compute);
            Teacher teacher = new Teacher(average, student, kernels, compute);
            // Recorded networks start equal but are two: both are asked in the first step too.
            teacher.mirrorsStudent(false);
            Sgd sgd = new Sgd(student.parameters(), config.training().momentum(), config.training().weightDecay(), config.training().headLrMultiplier());
            SemiSupervisedStep step = new SemiSupervisedStep(student, teacher, sgd, kernels, compute, config);
            Schedule schedule = recorded.schedule();
            checks.labels(tensors);
            for (JsonNode row : field(recorded.json(), "steps")) {
                int i = field(row, "i_iter").asInt();
                try (PointerScope inner = new PointerScope()) {
                    StepResult result = step.run(input(recorded, i), RecordedRun.draws(row), schedule.lr(i), schedule.emaDecay(i));
                    checks.rates(i, row, schedule);
                    checks.losses(i, row, result);
                    if (result.agreement() != null) {
                        checks.agreement(i, row, result, kernels);
                        checks.maps(i, tensors, result);
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
        return host.weak() == null ? StepInput.supervised(labeled, labels) : new StepInput(labeled, labels, place.here(host.weak()), place.here(host.strong()));
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
