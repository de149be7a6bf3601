package dev.imas.export;

import dev.imas.common.UserException;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import dev.imas.predict.Segmentation;
import dev.imas.predict.Segmenter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A picture and what the network itself sees in it, which packages carry along so that every program can try the model.
 *
 * @param picture       as people see it
 * @param labels        its most probable classes
 * @param pictures      as the model takes it, [1,C,H,W]
 * @param probabilities as the model gives them, [1,classes,H,W]
 */
record Trial(RgbImage picture, LabelMap labels, NpyArray pictures, NpyArray probabilities) {
    static final String INPUT = "test_input.npy";
    static final String OUTPUT = "test_output.npy";

    static Trial of(TestPicture picture, Segmenter segmenter) {
        Segmentation seen = picture.segmented(segmenter);
        long[] shape = {1, segmenter.classes(), picture.height(), picture.width()};
        try (PointerScope scope = new PointerScope()) {
            return new Trial(
                    picture.visible(),
                    seen.labels(),
                    NpyArray.of(picture.tensor()),
                    new NpyArray(shape, seen.probabilities()));
        }
    }

    void write(Path folder) throws IOException {
        pictures.write(folder.resolve(INPUT));
        probabilities.write(folder.resolve(OUTPUT));
    }

    /**
     * Asks a model about the picture that lies beside it.
     *
     * @param named what messages call the package
     * @throws UserException when it gives other probabilities than lie beside it
     */
    static void require(Path folder, UnaryOperator<Tensor> model, Path named) throws IOException {
        NpyArray pictures = NpyArray.read(folder.resolve(INPUT));
        NpyArray expected = NpyArray.read(folder.resolve(OUTPUT));
        try (PointerScope scope = new PointerScope()) {
            NpyArray found = NpyArray.of(model.apply(pictures.tensor()));
            Exporter.require(found.difference(expected), named, OUTPUT);
        }
    }
}
