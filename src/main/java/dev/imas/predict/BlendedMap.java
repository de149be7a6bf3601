package dev.imas.predict;

import dev.imas.image.ImageSize;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * Tiles of a picture that is seen as a whole: their logits are blended where the network has them, at a quarter of the
 * reduced picture, by weights that sum to 1 everywhere: of what two tiles share the outer parts, which do not see what
 * lies beyond, count nothing, and in its middle one tile passes smoothly into the other.
 *
 * @param size    of the whole picture's logits
 * @param rows    tiles that begin at multiples of {@link Grid#UNIT}
 * @param network the network's logits of a tile
 */
record BlendedMap(ImageSize size, List<Span> rows, List<Span> columns, OfTile network) implements TileMap {
    /** Part of what two tiles share in which one passes into the other. */
    private static final double RAMP = 0.25;

    /**
     * Of a reduced picture.
     *
     * @param alone what sees each tile by itself, where there are no parts
     * @param parts networks that see tiles as parts of the picture, whose answers are averaged
     */
    static BlendedMap of(
            ImageSize seen,
            List<Span> rows,
            List<Span> columns,
            UnaryOperator<Tensor> alone,
            List<PartOfPicture> parts) {
        ImageSize logits = new ImageSize(cells(seen.width()), cells(seen.height()));
        OfTile network = parts.isEmpty()
                ? (images, row, column) -> alone.apply(images)
                : (images, row, column) -> AveragedPasses.of(parts.stream()
                                .<UnaryOperator<Tensor>>map(part -> tile -> part.logits(tile, row, column))
                                .toList())
                        .apply(images);
        return new BlendedMap(logits, rows, columns, network);
    }

    private static int cells(int pixels) {
        return Grid.of(pixels, Grid.FINE_PIXELS).fine();
    }

    /** Shows a tile to a network, or to several. */
    interface OfTile {
        /** @return logits [1,C,h,w] at a quarter of the tile, in the caller's scope */
        Tensor logits(Tensor images, Span rows, Span columns);
    }

    @Override
    public int cellPixels() {
        return Grid.FINE_PIXELS;
    }

    @Override
    public int cells(Span span) {
        return cells(span.length());
    }

    @Override
    public Tensor scores(Tensor images, Span rows, Span columns) {
        return network.logits(images, rows, columns);
    }

    @Override
    public List<float[]> weights(List<Span> spans) {
        List<float[]> weights = new ArrayList<>();
        for (int t = 0; t < spans.size(); t++) {
            Span span = spans.get(t);
            float[] weight = new float[cells(span)];
            for (int i = 0; i < weight.length; i++) {
                int pixel = span.start() + i * Grid.FINE_PIXELS;
                double fromBefore = t == 0 ? 1 : passed(spans.get(t - 1), span, pixel);
                double toNext = t == spans.size() - 1 ? 0 : passed(span, spans.get(t + 1), pixel);
                weight[i] = (float) Math.max(0, fromBefore - toNext);
            }
            weights.add(weight);
        }
        return weights;
    }

    /** How far a pixel has passed from one tile to the next: 0 before the middle of what they share, 1 behind it. */
    private static double passed(Span before, Span next, int pixel) {
        double shared = before.end() - next.start();
        double place = (pixel - next.start()) / shared; // 0 to 1 in what they share
        double along = (place - 0.5) / RAMP + 0.5;
        double inside = Math.max(0, Math.min(1, along));
        return inside * inside * (3 - 2 * inside);
    }

    @Override
    public boolean probabilities() {
        return false;
    }
}
