package dev.imas.weights;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Weight files: safetensors (read and written) and PyTorch's .pth, zip or legacy (read, never executed). The format
 * is told by the content, not by the name.
 *
 * <p>Three conventions of key names are understood beside the network's own ({@link KeyNames}): a prefix such as
 * {@code module.} or {@code model.}, which is taken off; torchvision's classification networks
 * ({@code conv1.weight}, {@code layer1...}, {@code fc...}), whose keys become the encoder's; and DINOv2's
 * ({@code cls_token}, {@code blocks.0...}), likewise.
 */
public final class WeightFiles {
    /** Which state of a training checkpoint. */
    public enum Part {
        /** The teacher's if there is one, else the student's, else the file's tensors themselves. */
        AUTO,
        /** {@code teacher_state} of a checkpoint, {@code model_ema} of UniMatch's. */
        TEACHER,
        /** {@code model_state} of a checkpoint, {@code model} of UniMatch's. */
        STUDENT,
        /** The file is a state dictionary. */
        PLAIN
    }

    private static final String TEACHER = "teacher_state";
    private static final String STUDENT = "model_state";
    /** What UniMatch calls them. */
    private static final String UNIMATCH_TEACHER = "model_ema";

    private static final String UNIMATCH_STUDENT = "model";
    /** In the order in which AUTO looks for them; those after the first two are other projects' habits. */
    private static final List<String> STATES =
            List.of(TEACHER, STUDENT, "state_dict", UNIMATCH_TEACHER, UNIMATCH_STUDENT);
    /** What those two are called in a run's checkpoints. */
    private static final Map<String, String> OF_RUNS = Map.of(TEACHER, "teacher", STUDENT, "student");

    private static final String MODULE = "module.";

    private WeightFiles() {}

    /** As {@link #read(Path, Part)} with {@link Part#AUTO}. */
    public static Map<String, Tensor> read(Path file) {
        return read(file, Part.AUTO);
    }

    /**
     * The tensors of a weight file by key, {@code module.} taken off, in file order: contiguous, on the CPU, in the
     * types that the file has; they belong to the current PointerScope.
     *
     * @throws UserException if the file is missing, damaged, of an unknown format, has no tensor in that part, or
     *                       tries to run code
     */
    public static Map<String, Tensor> read(Path file, Part part) {
        Torch.load();
        Map<String, Tensor> tensors = isSafetensors(file) ? readSafetensors(file, part) : readPth(file, part);
        if (tensors.isEmpty()) {
            throw new UserException(file + " holds no tensors"
                    + (part == Part.AUTO ? "" : " in the part " + part.name().toLowerCase(Locale.ROOT))
                    + "; a state dictionary or a training checkpoint is expected");
        }
        return withoutModule(file, tensors);
    }

    /** The metadata of a safetensors file; empty for other formats. */
    public static Map<String, String> metadata(Path file) {
        if (!isSafetensors(file)) {
            return Map.of();
        }
        try (SafetensorsFile contents = safetensors(file)) {
            return contents.metadata();
        }
    }

    /**
     * Writes a safetensors file: beside the target, forced to the disk, then renamed.
     *
     * @param tensors  any device, layout and strides; row-major in the file
     * @param metadata free texts, see {@link NetworkSpec#metadata()}
     */
    public static void save(Map<String, Tensor> tensors, Path target, Map<String, String> metadata) {
        Torch.load();
        SafetensorsWriter.write(tensors, target, metadata);
    }

    /** How much of a network a file must hold. */
    public enum Fit {
        /** Every key of the network and no other. */
        EXACT,
        /** Every key of the network; others are reported. To use a network as it is. */
        COMPLETE,
        /**
         * Any part of the network; what is missing keeps its values, and so does a last layer of another number of
         * classes; the first convolution of a file for RGB is made one for the network's channels (method 1). To start
         * a training from.
         */
        PARTIAL
    }

    /** As {@link #load(SegmentationNetwork, Path, Part, Fit)} with {@link Part#AUTO}. */
    public static LoadReport load(SegmentationNetwork network, Path file, Fit fit) {
        return load(network, file, Part.AUTO, fit);
    }

    /**
     * Copies a file's values into a network, which keeps its types, devices and layouts. Nothing is copied unless
     * everything fits.
     *
     * @throws UserException if a shape differs, a value is not finite, no key fits, or fewer do than asked for
     */
    public static LoadReport load(SegmentationNetwork network, Path file, Part part, Fit fit) {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> state = network.state();
            Map<String, Tensor> read = read(file, part);
            refuseRegisters(file, read.keySet());
            KeyNames names = KeyNames.of(file, read.keySet(), state.keySet());
            Map<String, Tensor> matched = new LinkedHashMap<>();
            List<String> otherClasses = new ArrayList<>();
            List<String> adapted = new ArrayList<>();
            names.ofNetwork().forEach((key, name) -> {
                Tensor tensor = read.get(name);
                Tensor target = state.get(key);
                boolean sameShape = Arrays.equals(tensor.shape(), target.shape());
                if (!sameShape && fit == Fit.PARTIAL && SegmentationNetwork.dependsOnClasses(key)) {
                    otherClasses.add(key);
                } else if (fit == Fit.PARTIAL
                        && key.equals(network.firstConvolution())
                        && FirstConvolution.adapts(tensor, target)) {
                    adapted.add(FirstConvolution.note(name, target.size(1)));
                    matched.put(key, fitting(file, name, FirstConvolution.adapted(tensor, target.size(1)), target));
                } else {
                    matched.put(key, fitting(file, name, tensor, target));
                }
            });
            // Files from before that counter existed lack it; it only counts.
            List<String> missing = state.keySet().stream()
                    .filter(k -> !names.ofNetwork().containsKey(k) && !k.endsWith("num_batches_tracked"))
                    .toList();
            LoadReport report = new LoadReport(
                    file,
                    List.copyOf(matched.keySet()),
                    missing,
                    names.unexpected(),
                    names.ignored(),
                    names.prefix(),
                    List.copyOf(otherClasses),
                    List.copyOf(adapted));
            requireEnough(report, fit);
            Torch.withoutGradient(
                    () -> matched.forEach((key, tensor) -> state.get(key).copy_(tensor)));
            return report;
        }
    }

    /** Such transformers have further tokens, and learned with positions that are resized in another way. */
    private static void refuseRegisters(Path file, Set<String> names) {
        if (names.stream().anyMatch(name -> name.endsWith("register_tokens"))) {
            throw new UserException(file + " holds a DINOv2 with registers (register_tokens), which is another network;"
                    + " expected the file without, such as dinov2_vits14_pretrain.pth");
        }
    }

    private static void requireEnough(LoadReport report, Fit fit) {
        List<String> missing = report.missing();
        List<String> unexpected = report.unexpected();
        boolean nothing = report.loaded().isEmpty();
        if (nothing || fit == Fit.EXACT && !(missing.isEmpty() && unexpected.isEmpty())) {
            throw new UserException(
                    report.file() + " does not fit the network" + LoadReport.part(", missing: ", missing)
                            + LoadReport.part(", unexpected: ", unexpected)
                            + "; check backbone, stem, auxiliary head and classes"
                            + (nothing ? "" : ", or allow a partial load"));
        }
        if (fit == Fit.COMPLETE && !missing.isEmpty()) {
            throw new UserException(missing.size() + " tensors of the network are missing in " + report.file()
                    + LoadReport.part(" (", missing) + LoadReport.part("; unexpected there: ", unexpected)
                    + "); predictions would come from random weights: check backbone, stem and auxiliary head, or"
                    + " train from the file with network.init_weights, which alone takes a part of a network");
        }
    }

    /** The tensor itself, if it is one that the target can take. */
    private static Tensor fitting(Path file, String name, Tensor tensor, Tensor target) {
        if (!Arrays.equals(tensor.shape(), target.shape())) {
            throw new UserException(file + ": tensor " + name + " has the shape " + Arrays.toString(tensor.shape())
                    + ", the network needs " + Arrays.toString(target.shape()) + "; check backbone, stem and classes");
        }
        if (torch.is_floating_point(target) && !torch.is_floating_point(tensor)) {
            throw new UserException(file + ": tensor " + name + " holds whole numbers, such as quantised weights have,"
                    + " whose scale is not known here; expected float32, float64, float16 or bfloat16");
        }
        if (!isFinite(tensor)) {
            throw new UserException(
                    file + ": tensor " + name + " holds values that are not finite; the weights are not usable");
        }
        return tensor;
    }

    /** A sum is finite only where all values are, and takes one pass over memory; it may overflow without a fault. */
    private static boolean isFinite(Tensor tensor) {
        return torch.isfinite(tensor.sum()).item_bool()
                || torch.isfinite(tensor).all().item_bool();
    }

    private static boolean isSafetensors(Path file) {
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(9);
        } catch (IOException e) {
            throw new UserException(
                    "cannot read the weight file " + file + ": "
                            + (Files.isDirectory(file) ? "it is a folder" : FileProblem.of(e, file)),
                    e);
        }
        boolean zip = start.length > 1 && start[0] == 'P' && start[1] == 'K';
        boolean pickle = start.length > 1 && start[0] == (byte) 0x80 && start[1] <= 5;
        boolean safetensors = start.length == 9 && start[8] == '{';
        if (!zip && !safetensors && !pickle) {
            throw new UserException(file + " is neither a safetensors nor a PyTorch weight file");
        }
        return safetensors;
    }

    private static SafetensorsFile safetensors(Path file) {
        try {
            return SafetensorsFile.read(file);
        } catch (IOException e) {
            throw new UserException("cannot read " + file + ": " + FileProblem.of(e, file), e);
        }
    }

    private static Map<String, Tensor> readSafetensors(Path file, Part part) {
        try (SafetensorsFile contents = safetensors(file)) {
            contents.requireIntact();
            return tensors(file, contents, part);
        }
    }

    private static Map<String, Tensor> tensors(Path file, SafetensorsFile contents, Part part) {
        Set<String> folders = contents.entries().keySet().stream()
                .map(key -> key.substring(0, Math.max(0, key.indexOf('/'))))
                .collect(Collectors.toSet());
        boolean ofRun = folders.containsAll(OF_RUNS.values());
        String state = chosen(
                file,
                part,
                STATES.stream()
                        .filter(s -> folders.contains(s) || ofRun && OF_RUNS.containsKey(s))
                        .toList());
        String folder = ofRun ? OF_RUNS.getOrDefault(state, state) : state;
        String prefix = state == null ? "" : folder + "/";
        Map<String, Tensor> result = new LinkedHashMap<>();
        contents.entries().forEach((key, entry) -> {
            if (key.startsWith(prefix)) {
                result.put(key.substring(prefix.length()), tensor(entry));
            }
        });
        return result;
    }

    private static Tensor tensor(SafetensorsFile.Entry entry) {
        Tensor tensor = torch.empty(
                entry.shape(),
                new TensorOptions(SafetensorsWriter.scalarType(entry.dtype())),
                new MemoryFormatOptional());
        if (entry.data().hasRemaining()) {
            new BytePointer(tensor.data_ptr())
                    .capacity(tensor.nbytes())
                    .asByteBuffer()
                    .put(entry.data());
        }
        return tensor;
    }

    private static Map<String, Tensor> readPth(Path file, Part part) {
        try (PthFile contents = PthFile.open(file)) {
            if (!(contents.root() instanceof Map<?, ?> root)) {
                throw new UserException(
                        file + " holds no dictionary; a state dictionary or a training checkpoint is expected");
            }
            String state = chosen(
                    file,
                    part,
                    STATES.stream().filter(s -> root.get(s) instanceof Map).toList());
            return contents.tensors(state == null ? root : (Map<?, ?>) root.get(state));
        }
    }

    /** The name of the state to read, of those present, or null for the file's own tensors. */
    private static String chosen(Path file, Part part, List<String> present) {
        String wanted =
                switch (part) {
                    case AUTO -> present.isEmpty() ? null : present.get(0);
                    case TEACHER -> either(present, TEACHER, UNIMATCH_TEACHER);
                    case STUDENT -> either(present, STUDENT, UNIMATCH_STUDENT);
                    case PLAIN -> null;
                };
        if (wanted != null && !present.contains(wanted)) {
            throw new UserException(file + " has no " + wanted + "; "
                    + (present.isEmpty() ? "it is not a training checkpoint" : "it has " + present));
        }
        return wanted;
    }

    /** The second name where only it is there. */
    private static String either(List<String> present, String first, String second) {
        return !present.contains(first) && present.contains(second) ? second : first;
    }

    private static Map<String, Tensor> withoutModule(Path file, Map<String, Tensor> tensors) {
        Map<String, Tensor> result = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            String key = name.startsWith(MODULE) ? name.substring(MODULE.length()) : name;
            if (result.put(key, tensor) != null) {
                throw new UserException(file + " holds " + key + " twice, with and without the prefix " + MODULE);
            }
        });
        return result;
    }
}
