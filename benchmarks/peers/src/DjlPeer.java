package dev.imas.benchmarks;

import ai.djl.Device;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslatorContext;
import java.nio.file.Path;

/** An exported folder in DJL with PyTorch's own libraries: {@code DjlPeer model-djl PICTURES LABELS}. */
final class DjlPeer {
    private record Planes(float[] values, int height, int width) {}

    /** From stored values to classes, which PyTorch finds. */
    private static final class Labels implements NoBatchifyTranslator<Planes, byte[]> {
        @Override
        public NDList processInput(TranslatorContext context, Planes planes) {
            return new NDList(context.getNDManager()
                    .create(planes.values, new Shape(1, 3, planes.height, planes.width)));
        }

        @Override
        public byte[] processOutput(TranslatorContext context, NDList probabilities) {
            long[] labels = probabilities.singletonOrThrow().argMax(1).toLongArray();
            byte[] bytes = new byte[labels.length];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) labels[i];
            }
            return bytes;
        }
    }

    private DjlPeer() {}

    public static void main(String[] arguments) throws Exception {
        Criteria<Planes, byte[]> criteria = Criteria.builder()
                .setTypes(Planes.class, byte[].class)
                .optModelPath(Path.of(arguments[0]))
                .optDevice(Device.cpu())
                .optTranslator(new Labels())
                .build();
        try (ZooModel<Planes, byte[]> model = criteria.loadModel();
                Predictor<Planes, byte[]> predictor = model.newPredictor()) {
            PictureFolder.predict(
                    Path.of(arguments[1]),
                    Path.of(arguments[2]),
                    (rgb, height, width) -> predictor.predict(new Planes(PictureFolder.planes(rgb), height, width)));
        }
    }
}
