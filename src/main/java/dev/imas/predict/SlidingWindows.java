package dev.imas.predict;

import static org.bytedeco.pytorch.global.torch.softmax;
import static org.bytedeco.pytorch.global.torch.zeros;

import dev.imas.config.ImasConfig.LastWindow;
import dev.imas.nn.Bilinear;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Evaluation in overlapping windows (method 5): a window starts every floor(2/3 * side) pixels while inside the
 * image. At the border it is cut, so border windows can be small, down to one pixel; or it is moved back into the
 * image, and is the last one then.
 *
 * @param side side of the square window, at least 2
 * @param last which of the two
 */
public record SlidingWindows(int side, LastWindow last) {
    /** A window's first row and column, and its extent. */
    public record Window(int top, int left, int height, int width) {}

    /** Cut at the border. */
    public SlidingWindows(int side) {
        this(side, LastWindow.CUT);
    }

    public SlidingWindows {
        if (side < 2) {
            throw new IllegalArgumentException("a sliding window needs a side of at least 2 pixels, got " + side);
        }
    }

    /** The windows of an image in the order of evaluation: row by row. */
    public List<Window> windows(int height, int width) {
        List<Window> windows = new ArrayList<>();
        for (Span rows : Span.windows(height, side, last)) {
            for (Span columns : Span.windows(width, side, last)) {
                windows.add(new Window(rows.start(), columns.start(), rows.length(), columns.length()));
            }
        }
        return windows;
    }

    /**
     * Sum of the windows' class probabilities; its argmax is the prediction.
     *
     * @param images  [B,3,H,W] normalised
     * @param network images to logits [B,C,h,w] of any size, enlarged here to the window
     * @return f32 [B,C,H,W]
     */
    public Tensor accumulate(Tensor images, int classes, UnaryOperator<Tensor> network) {
        return accumulate(images, classes, network, Progress.NONE);
    }

    Tensor accumulate(Tensor images, int classes, UnaryOperator<Tensor> network, Progress progress) {
        int height = (int) images.size(2);
        int width = (int) images.size(3);
        Tensor sums = zeros(
                new long[] {images.size(0), classes, height, width},
                new TensorOptions(ScalarType.Float).device(new DeviceOptional(images.device())));
        List<Window> windows = windows(height, width);
        Pieces pieces = new Pieces(progress, windows.size());
        for (Window w : windows) {
            try (PointerScope scope = new PointerScope()) {
                Tensor logits = network.apply(cut(images, w)).to(ScalarType.Float);
                Tensor enlarged = Bilinear.enlarged(logits, w.height, w.width);
                cut(sums, w).add_(softmax(enlarged, 1));
            }
            pieces.done();
        }
        return sums;
    }

    private static Tensor cut(Tensor t, Window w) {
        return t.narrow(2, w.top, w.height).narrow(3, w.left, w.width);
    }
}
