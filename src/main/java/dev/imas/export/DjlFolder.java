package dev.imas.export;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * A folder as DJL (Deep Java Library) opens models: TorchScript, what DJL has to know of it, the classes a line each,
 * and a picture to try it with.
 */
final class DjlFolder {
    static final String MODEL = "model.pt";
    private static final String PROPERTIES = "serving.properties";
    private static final String CLASSES = "synset.txt";
    private static final String LICENSE = "LICENSE.txt";
    static final Set<String> FILES = Set.of(MODEL, PROPERTIES, CLASSES, LICENSE, Trial.INPUT, Trial.OUTPUT);

    private DjlFolder() {}

    /** Into an empty folder. */
    static void write(Contents contents, Path folder) throws IOException {
        TorchScriptFile.write(contents.model(), folder.resolve(MODEL), contents.metadata());
        Files.writeString(
                folder.resolve(PROPERTIES),
                """
                engine=PyTorch
                option.modelName=model
                """);
        Files.writeString(folder.resolve(CLASSES), String.join("\n", contents.classNames()) + "\n");
        contents.trial().write(folder);
        if (contents.card().licenseText() != null) {
            Files.writeString(folder.resolve(LICENSE), contents.card().licenseText());
        }
    }

    /** Whether this program wrote a folder: it holds no other files, and a model of ours. */
    static boolean isOurs(Path folder) throws IOException {
        Path model = folder.resolve(MODEL);
        return WorkFolder.holdsOnly(folder, FILES) && Files.isRegularFile(model) && TorchScriptFile.isOurs(model);
    }

    /** What the folder's model makes of pictures, which is tried with its own picture first. */
    static Tensor run(Path folder, Tensor pictures) {
        Path model = folder.resolve(MODEL);
        try {
            Trial.require(folder, asked -> TorchScriptFile.run(model, asked), folder);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserException(
                    folder + " is damaged or no exported folder: " + Trial.INPUT + " or " + Trial.OUTPUT
                            + " is missing or no array; export it anew",
                    e);
        }
        return TorchScriptFile.run(model, pictures);
    }
}
