package example;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;

/**
 * From stored values to the probabilities of the classes, by a folder that {@code imas export --format djl} wrote. Copy
 * it into your program: range, normalisation and softmax are in the model, so it neither scales nor resizes, and DJL
 * adds and removes the batch's dimension itself.
 */
public final class ImasTranslator implements Translator<Planes, Planes> {
    @Override
    public NDList processInput(TranslatorContext context, Planes picture) {
        Shape shape = new Shape(picture.channels(), picture.height(), picture.width());
        return new NDList(context.getNDManager().create(picture.values(), shape));
    }

    @Override
    public Planes processOutput(TranslatorContext context, NDList results) {
        NDArray probabilities = results.singletonOrThrow();
        Shape shape = probabilities.getShape();
        return new Planes((int) shape.get(0), (int) shape.get(1), (int) shape.get(2), probabilities.toFloatArray());
    }
}
