package dev.imas.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** The formats that models are exported in. */
public enum ExportFormat {
    /** For libtorch, PyTorch, DJL, JDLL: a .pt file. */
    TORCHSCRIPT(".pt") {
        @Override
        void write(Contents contents, Path file) throws IOException {
            TorchScriptFile.write(contents.model(), file, contents.metadata());
        }

        @Override
        List<Tensor> run(Path file, Tensor pictures) {
            return List.of(TorchScriptFile.run(file, pictures));
        }

        @Override
        boolean isOurs(Path file) throws IOException {
            return TorchScriptFile.isOurs(file);
        }
    },
    /** For ONNX Runtime and what builds on it: a .onnx file. */
    ONNX(".onnx") {
        @Override
        void write(Contents contents, Path file) throws IOException {
            OnnxFile.write(contents.model(), file, contents.metadata());
        }

        @Override
        List<Tensor> run(Path file, Tensor pictures) {
            return List.of(OnnxPass.run(file, pictures));
        }

        @Override
        boolean isOurs(Path file) throws IOException {
            return OnnxFile.isOurs(file);
        }
    },
    /** For QuPath, deepImageJ, JDLL and what else reads packages of bioimage.io: a .zip file. */
    BIOIMAGEIO(".zip") {
        @Override
        void write(Contents contents, Path file) throws IOException {
            BioimageioZip.write(contents, file);
        }

        @Override
        List<Tensor> run(Path file, Tensor pictures) {
            return BioimageioZip.run(file, pictures);
        }

        @Override
        boolean isOurs(Path file) throws IOException {
            return BioimageioZip.isOurs(file);
        }
    },
    /** For DJL: a folder. */
    DJL("-djl") {
        @Override
        void write(Contents contents, Path folder) throws IOException {
            DjlFolder.write(contents, folder);
        }

        @Override
        List<Tensor> run(Path folder, Tensor pictures) {
            return List.of(DjlFolder.run(folder, pictures));
        }

        @Override
        boolean isOurs(Path folder) throws IOException {
            return DjlFolder.isOurs(folder);
        }

        @Override
        Set<String> files() {
            return DjlFolder.FILES;
        }
    };

    private final String ending;

    ExportFormat(String ending) {
        this.ending = ending;
    }

    /** How the names of its files or folders end, with a dot or hyphen. */
    public String ending() {
        return ending;
    }

    /** Whether it is a folder, not a file. */
    public boolean isFolder() {
        return !files().isEmpty();
    }

    /** Whether a file or folder was exported in this format by this program, and holds nothing else. */
    public boolean isExported(Path file) throws IOException {
        return isKind(file) && isOurs(file);
    }

    /** Whether an export may have this name without the loss of anything but an earlier export in this format. */
    public boolean mayReplace(Path file) throws IOException {
        return !Files.exists(file) || isKind(file) && (isEmpty(file) || isOurs(file));
    }

    private boolean isKind(Path file) {
        return isFolder() ? Files.isDirectory(file) : Files.isRegularFile(file);
    }

    private boolean isEmpty(Path file) throws IOException {
        return isFolder() ? WorkFolder.holdsOnly(file, Set.of()) : Files.size(file) == 0;
    }

    /** The names of a folder's files; none for a format of one file. */
    Set<String> files() {
        return Set.of();
    }

    /** Whether this program wrote what is there, which is a folder or a file as the format is. */
    abstract boolean isOurs(Path file) throws IOException;

    /** Writes a model; a file is replaced, a folder is empty. */
    abstract void write(Contents contents, Path file) throws IOException;

    /**
     * What the models in a file make of pictures float32 [N,C,H,W]: probabilities [N,classes,H,W] of each in the
     * caller's PointerScope.
     *
     * @throws dev.imas.common.UserException when the file cannot be read as this format
     */
    abstract List<Tensor> run(Path file, Tensor pictures);
}
