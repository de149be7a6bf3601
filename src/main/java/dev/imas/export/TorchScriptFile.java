package dev.imas.export;

import dev.imas.common.UserException;
import dev.imas.device.Torch;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ExtraFilesMap;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** TorchScript files (.pt), as {@code torch.jit.load} of libtorch, PyTorch, DJL and JDLL reads them. */
final class TorchScriptFile {
    private static final String CLASS = "__torch__.imas.Model";
    private static final int CHUNK = 1 << 20;
    /** Names, padding and the code that uses it. */
    private static final int BESIDE_A_TENSOR = 4096;

    private TorchScriptFile() {}

    /**
     * Writes a model; the file is replaced.
     *
     * @param metadata texts beside the model, which {@code torch.jit.load} hands out as extra files
     */
    static void write(Model model, Path file, Map<String, String> metadata) throws IOException {
        requireRoom(file, size(model, metadata));
        try (PointerScope scope = new PointerScope()) {
            JitModule module = Torch.withoutGradient(() -> module(model));
            ExtraFilesMap extra = new ExtraFilesMap();
            metadata.forEach((key, text) -> extra.put(new BytePointer(key), new BytePointer(text)));
            save(module, file, extra);
        }
    }

    /** Says what is wrong with the place; libtorch says nothing, and where a disk fills up it ends the process. */
    private static void requireRoom(Path file, long bytes) throws IOException {
        byte[] zeros = new byte[CHUNK];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long rest = bytes; rest > 0; rest -= CHUNK) {
                out.write(zeros, 0, (int) Math.min(CHUNK, rest));
            }
        }
    }

    /** Bytes that a file does not exceed. */
    static long size(Model model, Map<String, String> metadata) {
        Collection<Tensor> weights = model.network().state().values();
        long texts =
                metadata.values().stream().mapToLong(text -> 4L * text.length()).sum();
        return weights.stream()
                        .mapToLong(tensor -> tensor.nbytes() + BESIDE_A_TENSOR)
                        .sum()
                + texts
                + CHUNK;
    }

    private static void save(JitModule module, Path file, ExtraFilesMap extra) throws IOException {
        try {
            module.save(file.toString(), extra);
        } catch (RuntimeException e) {
            throw new IOException("No space left on device", e); // the place was tried, and libtorch gives no reason
        }
    }

    private static JitModule module(Model model) {
        TorchScriptText text =
                new TorchScriptText(model.input().input().channels().count());
        String result = model.describe(text, TorchScriptText.PICTURES);
        JitModule module = new JitModule(new QualifiedName(CLASS));
        Map<String, Tensor> state = model.network().state();
        boolean isBuffer = true;
        text.weights().forEach((key, name) -> {
            Tensor tensor = state.get(key).detach().cpu().contiguous();
            module.register_parameter(name, tensor, isBuffer); // not learned there
        });
        text.constants().forEach((name, numbers) -> {
            Tensor tensor = torch.tensor(numbers).view(1, numbers.length, 1, 1);
            module.register_parameter(name, tensor, isBuffer);
        });
        text.methods(result).forEach(module::define);
        module.eval();
        return module;
    }

    /** Whether this program wrote a file: it has our text among the extra files, whatever it was called then. */
    static boolean isOurs(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return zip.stream().anyMatch(entry -> entry.getName().endsWith("/extra/" + ModelInput.KEY));
        } catch (ZipException e) {
            return false;
        }
    }

    /** What a file's model makes of pictures [N,C,H,W]. */
    static Tensor run(Path file, Tensor pictures) {
        JitModule module = load(file);
        module.eval();
        return Torch.withoutGradient(
                () -> module.forward(new IValueVector(new IValue(pictures))).toTensor());
    }

    private static JitModule load(Path file) {
        try {
            return torch.load(file.toString());
        } catch (RuntimeException e) {
            throw new UserException(file + " is damaged or no TorchScript file; export it anew", e);
        }
    }
}
