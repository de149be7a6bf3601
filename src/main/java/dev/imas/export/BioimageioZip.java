package dev.imas.export;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.Sha256;
import dev.imas.common.UserException;
import dev.imas.image.Pngs;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.bytedeco.pytorch.Tensor;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** A package for bioimage.io: a zip with its description, the model in two formats, a page, a cover and test arrays. */
final class BioimageioZip {
    static final String TORCHSCRIPT = "model.pt";
    static final String ONNX = "model.onnx";
    static final String PAGE = "README.md";
    static final String COVER = "cover.png";
    static final String LICENSE = "LICENSE.txt";
    private static final List<String> FILES =
            List.of(ModelDescription.FILE, PAGE, COVER, LICENSE, Trial.INPUT, Trial.OUTPUT, TORCHSCRIPT, ONNX);
    /** Weights hardly become smaller. */
    private static final int FAST = 1;
    /** Bytes, many times those of any description that is written here. */
    private static final int LONGEST_DESCRIPTION = 1 << 20;
    /** Equal models make equal files. */
    private static final LocalDateTime ALWAYS = LocalDateTime.of(1980, 1, 1, 0, 0);

    private BioimageioZip() {}

    static void write(Contents contents, Path file) throws IOException {
        try (WorkFolder parts = WorkFolder.beside(file)) {
            TorchScriptFile.write(contents.model(), parts.file(TORCHSCRIPT), contents.metadata());
            OnnxFile.write(contents.model(), parts.file(ONNX), contents.metadata());
            contents.trial().write(parts.path());
            Pngs.write(parts.file(COVER), Cover.of(contents.trial(), contents.palette()));
            if (contents.card().licenseText() != null) {
                Files.writeString(parts.file(LICENSE), contents.card().licenseText());
            }
            String name = ModelDescription.name(contents);
            Files.writeString(parts.file(PAGE), ModelPage.of(contents, name, ModelDescription.text(contents)));
            Files.writeString(parts.file(ModelDescription.FILE), ModelDescription.of(contents, parts.path()));
            zip(parts, file);
        } catch (IOException e) {
            throw DurableFiles.about(file, e);
        }
    }

    private static void zip(WorkFolder parts, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(FAST);
            for (String name : FILES) {
                if (Files.exists(parts.file(name))) {
                    ZipEntry entry = new ZipEntry(name);
                    entry.setTimeLocal(ALWAYS);
                    zip.putNextEntry(entry);
                    Files.copy(parts.file(name), zip);
                }
            }
        }
    }

    /** Whether this program wrote a package: it holds no other files, and a description with our text. */
    static boolean isOurs(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry description = zip.getEntry(ModelDescription.FILE);
            return description != null
                    && zip.stream().allMatch(entry -> FILES.contains(entry.getName()))
                    && hasOurText(zip, description);
        } catch (ZipException e) {
            return false;
        }
    }

    private static boolean hasOurText(ZipFile zip, ZipEntry description) throws IOException {
        try (InputStream in = zip.getInputStream(description)) {
            String text = new String(in.readNBytes(LONGEST_DESCRIPTION), StandardCharsets.UTF_8);
            return text.contains(ModelInput.KEY + ":");
        }
    }

    /**
     * What each of the package's models makes of pictures; checksums and test arrays are tried first.
     *
     * @return in the caller's PointerScope
     */
    static List<Tensor> run(Path file, Tensor pictures) {
        try (WorkFolder parts = WorkFolder.temporary()) {
            unzip(file, parts);
            requireWhole(file, parts);
            return run(parts, file, pictures);
        } catch (ZipException | NoSuchFileException | YAMLException | IllegalArgumentException e) {
            throw damaged(file, e);
        } catch (IOException e) {
            throw new UserException(
                    "cannot unpack " + file + " in " + System.getProperty("java.io.tmpdir") + " ("
                            + FileProblem.of(e, file) + ")",
                    e);
        }
    }

    private static List<Tensor> run(WorkFolder parts, Path file, Tensor pictures) throws IOException {
        try {
            List<Tensor> found = new ArrayList<>();
            for (UnaryOperator<Tensor> model : models(parts)) {
                Trial.require(parts.path(), model, file);
                found.add(model.apply(pictures));
            }
            return found;
        } catch (UserException e) {
            throw WorkFolder.named(e, parts.path(), file);
        }
    }

    private static List<UnaryOperator<Tensor>> models(WorkFolder parts) {
        return List.of(
                pictures -> TorchScriptFile.run(parts.file(TORCHSCRIPT), pictures),
                pictures -> OnnxPass.run(parts.file(ONNX), pictures));
    }

    private static void unzip(Path file, WorkFolder parts) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (String name : FILES) {
                ZipEntry entry = zip.getEntry(name);
                if (entry != null) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        Files.copy(in, parts.file(name));
                    }
                }
            }
        }
    }

    private static void requireWhole(Path file, WorkFolder parts) throws IOException {
        Object description = new Yaml(new SafeConstructor(new LoaderOptions()))
                .load(Files.readString(parts.file(ModelDescription.FILE)));
        Map<String, String> sums = ModelDescription.checksums(description);
        if (!sums.keySet().containsAll(List.of(TORCHSCRIPT, ONNX, Trial.INPUT, Trial.OUTPUT))) {
            throw new UserException(file + " is no package that this program exported: " + ModelDescription.FILE
                    + " names other files");
        }
        for (Map.Entry<String, String> sum : sums.entrySet()) {
            Path part = parts.file(sum.getKey());
            if (!FILES.contains(sum.getKey()) || !Sha256.of(part).equals(sum.getValue())) {
                throw new UserException(file + " is damaged: " + sum.getKey() + " is not the file that "
                        + ModelDescription.FILE + " describes; export it anew");
            }
        }
    }

    private static UserException damaged(Path file, Exception cause) {
        return new UserException(file + " is damaged or no package of a model; export it anew", cause);
    }
}
