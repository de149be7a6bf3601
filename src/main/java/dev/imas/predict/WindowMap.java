package dev.imas.predict;

import static org.bytedeco.pytorch.global.torch.softmax;

import dev.imas.config.ImasConfig.LastWindow;
import dev.imas.device.Torch;
import dev.imas.image.ImageSize;
import dev.imas.nn.Bilinear;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The windows of evaluation.mode=sliding, to the pixel: what they give does not depend on whether a picture fits. */
record WindowMap(ImageSize size, int side, List<Span> rows, List<Span> columns, UnaryOperator<Tensor> network)
        implements TileMap {
    WindowMap(ImageSize seen, int side, LastWindow last, UnaryOperator<Tensor> network) {
        this(seen, side, Span.windows(seen.height(), side, last), Span.windows(seen.width(), side, last), network);
    }

    @Override
    public int cellPixels() {
        return 1;
    }

    @Override
    public int cells(Span span) {
        return span.length();
    }

    @Override
    public Tensor scores(Tensor images, Span rows, Span columns) {
        return Torch.scoped(() -> {
            Tensor logits = network.apply(images).to(ScalarType.Float);
            return softmax(Bilinear.enlarged(logits, rows.length(), columns.length()), 1);
        });
    }

    @Override
    public List<float[]> weights(List<Span> spans) {
        return spans.stream()
                .map(span -> {
                    float[] ones = new float[span.length()];
                    Arrays.fill(ones, 1);
                    return ones;
                })
                .toList();
    }

    @Override
    public boolean probabilities() {
        return true;
    }
}
