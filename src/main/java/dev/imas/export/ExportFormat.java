package dev.imas.export;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The formats that models are exported in. */
public enum ExportFormat {
    /** For libtorch, PyTorch, DJL, JDLL: a .pt file. */
    TORCHSCRIPT(".pt") {
        @Override
        void write(Model model, Path file, Map<String, String> metadata) throws IOException {
            TorchScriptFile.write(model, file, metadata);
        }

        @Override
        Tensor run(Path file, Tensor pictures) {
            return TorchScriptFile.run(file, pictures);
        }
    },
    /** For ONNX Runtime and what builds on it: a .onnx file. */
    ONNX(".onnx") {
        @Override
        void write(Model model, Path file, Map<String, String> metadata) throws IOException {
            OnnxFile.write(model, file, metadata);
        }

        @Override
        Tensor run(Path file, Tensor pictures) {
            return OnnxPass.run(file, pictures);
        }
    };

    private final String ending;

    ExportFormat(String ending) {
        this.ending = ending;
    }

    /** How the names of its files end, with the dot. */
    public String ending() {
        return ending;
    }

    /** Writes a model; the file is replaced. */
    abstract void write(Model model, Path file, Map<String, String> metadata) throws IOException;

    /**
     * What a file's model makes of pictures float32 [N,C,H,W]: probabilities [N,classes,H,W] in the caller's
     * PointerScope.
     *
     * @throws dev.imas.common.UserException when the file cannot be read as this format
     */
    abstract Tensor run(Path file, Tensor pictures);
}
