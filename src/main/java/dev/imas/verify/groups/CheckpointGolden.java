package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.engine.GoldenGroup;
import dev.imas.weights.PthFile;
import dev.imas.weights.SafetensorsFile;
import dev.imas.weights.WeightFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Checkpoint files of PyTorch, both formats, read without running their code: every tensor and number, bit for bit. */
final class CheckpointGolden implements GoldenGroup {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String name() {
        return "12_checkpoint";
    }

    @Override
    public void run(GoldenData data, Consumer<Check> report) throws IOException {
        Comparison compare = new Comparison(name(), report);
        for (JsonNode file : field(data.json(name() + "/checkpoint.json"), "files")) {
            String fileName = field(file, "file").asText();
            SafetensorsFile expected =
                    data.tensors(name() + "/" + field(file, "expected").asText());
            try (PointerScope scope = new PointerScope();
                    PthFile pth = PthFile.open(data.file(name() + "/" + fileName))) {
                checkTensors(compare, fileName, expected, flatten(pth, pth.root()));
                checkNumbers(compare, fileName, file, (Map<?, ?>) pth.root());
                if (file.has("model_state_keys")) {
                    checkState(compare, data, file, "model_state", "dtypes", WeightFiles.Part.STUDENT);
                    checkState(compare, data, file, "teacher_state", "teacher_dtypes", WeightFiles.Part.TEACHER);
                }
            }
        }
    }

    /** Every tensor of the object by its path, as {@code optimizer_state/state/0/momentum_buffer}. */
    private static Map<String, Tensor> flatten(PthFile pth, Object node) {
        Map<String, Tensor> result = new LinkedHashMap<>();
        if (node instanceof Map<?, ?> map) {
            result.putAll(pth.tensors(map));
            map.forEach((key, value) ->
                    flatten(pth, value).forEach((path, tensor) -> result.put(key + "/" + path, tensor)));
        }
        return result;
    }

    private static void checkTensors(
            Comparison compare, String file, SafetensorsFile expected, Map<String, Tensor> found) {
        compare.equal(file + ".tensors", expected.entries().size(), found.size());
        expected.entries().forEach((key, entry) -> {
            Tensor tensor = found.get(key);
            if (tensor == null) {
                compare.report(
                        file + "." + key + ".values", Double.NaN, Comparison.EXACT, "it was not found in the file");
            } else if (!Arrays.equals(entry.shape(), tensor.shape())) {
                compare.report(
                        file + "." + key + ".values",
                        Double.NaN,
                        Comparison.EXACT,
                        "the shape is " + Arrays.toString(tensor.shape()) + ", " + Arrays.toString(entry.shape())
                                + " is recorded");
            } else {
                byte[] recorded = new byte[entry.data().remaining()];
                entry.data().duplicate().get(recorded);
                compare.differing(file + "." + key + ".values", recorded, bytes(tensor));
            }
        });
    }

    private static byte[] bytes(Tensor tensor) {
        byte[] values = new byte[Math.toIntExact(tensor.nbytes())];
        if (values.length > 0) { // an empty tensor has no memory
            new BytePointer(tensor.data_ptr()).get(values);
        }
        return values;
    }

    private static void checkNumbers(Comparison compare, String file, JsonNode recorded, Map<?, ?> root) {
        for (String key : List.of("epoch", "best_miou")) {
            if (recorded.has(key)) {
                double found = root.get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
                compare.relative(file + "." + key, GoldenData.number(recorded.get(key)), found, Comparison.EXACT);
            }
        }
        if (recorded.has("optimizer_param_groups")) {
            Object groups =
                    root.get("optimizer_state") instanceof Map<?, ?> optimizer ? optimizer.get("param_groups") : null;
            // Through text, since 0 may be recorded as 0 or 0.0 only if the file differs.
            boolean same = recorded.get("optimizer_param_groups")
                    .toString()
                    .equals(JSON.valueToTree(groups).toString());
            compare.equal(file + ".optimizer_param_groups", 1, same ? 1 : 0);
        }
    }

    /** One network's state through the ordinary reader: keys without their prefix, order and types. */
    private void checkState(
            Comparison compare, GoldenData data, JsonNode file, String state, String types, WeightFiles.Part part) {
        String fileName = field(file, "file").asText();
        Map<String, Tensor> found = WeightFiles.read(data.file(name() + "/" + fileName), part);
        List<String> keys = new ArrayList<>();
        int wrongTypes = 0;
        for (JsonNode key : field(file, state + "_keys")) {
            String plain = key.asText().replaceFirst("^module\\.", "");
            keys.add(plain);
            String type = field(field(file, types), key.asText()).asText();
            wrongTypes += found.containsKey(plain)
                            && NetworkGolden.typeName(found.get(plain)).equals(type)
                    ? 0
                    : 1;
        }
        compare.equal(fileName + "." + state + ".key_order", 1, keys.equals(List.copyOf(found.keySet())) ? 1 : 0);
        compare.equal(fileName + "." + state + ".types", 0, wrongTypes);
    }
}
