package dev.imas.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/** An exported model in ONNX Runtime: {@code OnnxPeer model.onnx PICTURES LABELS}. */
final class OnnxPeer {
    private OnnxPeer() {}

    public static void main(String[] arguments) throws Exception {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(Integer.parseInt(System.getenv("OMP_NUM_THREADS")));
        options.addConfigEntry("session.intra_op.allow_spinning", "0"); // as OMP_WAIT_POLICY=PASSIVE says to the others
        try (OrtSession session = environment.createSession(arguments[0], options)) {
            PictureFolder.predict(Path.of(arguments[1]), Path.of(arguments[2]), (rgb, height, width) -> {
                FloatBuffer planes = FloatBuffer.wrap(PictureFolder.planes(rgb));
                try (OnnxTensor pictures =
                                OnnxTensor.createTensor(environment, planes, new long[] {1, 3, height, width});
                        OrtSession.Result result = session.run(Map.of("pictures", pictures))) {
                    FloatBuffer probabilities = ((OnnxTensor) result.get(0)).getFloatBuffer();
                    float[] values = new float[probabilities.remaining()];
                    probabilities.get(values);
                    return PictureFolder.largest(values, height * width);
                }
            });
        }
    }
}
