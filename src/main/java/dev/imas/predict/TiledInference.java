package dev.imas.predict;

import dev.imas.data.PictureBands;
import dev.imas.image.ImageSize;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Segments a picture that is never in memory as a whole: reads it from top to bottom, a row of tiles at a time, and
 * gives the results in the same order. Memory goes with the picture's width and the tiles' side, not with its height.
 */
final class TiledInference {
    /** Floats of enlarged rows that are made at once. */
    private static final long CHUNK = 8L << 20;

    private final Inference inference;
    private final ImageSize picture;
    private final ImageSize seen;
    private final TileMap tiles;
    private final int classes;

    /** Takes the result's rows. */
    interface Rows {
        /** The next rows of the whole width, so many. */
        void take(int count, Inference.Answer answer) throws IOException;
    }

    TiledInference(Inference inference, ImageSize picture, ImageSize seen, TileMap tiles, int classes) {
        this.inference = inference;
        this.picture = picture;
        this.seen = seen;
        this.tiles = tiles;
        this.classes = classes;
    }

    /** Pieces of work in it. */
    int pieces() {
        return tiles.rows().size() * tiles.columns().size();
    }

    /** Belongs to the PointerScope that it is called in, and leaves nothing else behind. */
    void run(Supplier<PictureBands> source, Pieces pieces, Rows sink) throws IOException {
        List<float[]> rowWeights = tiles.weights(tiles.rows());
        List<float[]> columnWeights = tiles.weights(tiles.columns());
        int tallest =
                rowWeights.stream().mapToInt(weights -> weights.length).max().orElseThrow();
        try (PointerScope scope = new PointerScope();
                SeenBand band = inference.band(source.get(), seen, tiles)) {
            BlendedRows blended = new BlendedRows(inference.compute(), classes, tiles.size(), picture, tallest);
            int given = 0;
            for (int r = 0; r < tiles.rows().size(); r++) {
                Span row = tiles.rows().get(r);
                band.moveTo(row);
                int top = row.start() / tiles.cellPixels();
                for (int c = 0; c < tiles.columns().size(); c++) {
                    Span column = tiles.columns().get(c);
                    try (PointerScope tile = new PointerScope()) {
                        Tensor scores = tiles.scores(inference.input(band.tile(column)), row, column);
                        requireCells(scores, row, column);
                        blended.add(
                                scores,
                                top,
                                column.start() / tiles.cellPixels(),
                                rowWeights.get(r),
                                columnWeights.get(c));
                    }
                    pieces.done();
                }
                boolean last = r == tiles.rows().size() - 1;
                int next =
                        last ? tiles.size().height() : tiles.rows().get(r + 1).start() / tiles.cellPixels();
                given = give(blended, given, blended.ready(next), sink);
                if (!last) {
                    blended.moveTo(next);
                }
            }
        }
    }

    /** A network of other strides would be blended in the wrong places. */
    private void requireCells(Tensor scores, Span row, Span column) {
        if (scores.size(2) != tiles.cells(row) || scores.size(3) != tiles.cells(column)) {
            throw new IllegalStateException(
                    "a tile of " + column.length() + "x" + row.length() + " pixels gives a map of " + scores.size(3)
                            + "x" + scores.size(2) + ", not " + tiles.cells(column) + "x" + tiles.cells(row));
        }
    }

    private int give(BlendedRows blended, int from, int to, Rows sink) throws IOException {
        int most = (int) Math.max(1, CHUNK / ((long) classes * picture.width()));
        for (int y = from; y < to; y += most) {
            int count = Math.min(most, to - y);
            try (PointerScope scope = new PointerScope()) {
                Tensor scores = blended.next(count);
                sink.take(count, inference.answer(scores, count, picture.width(), tiles.probabilities()));
            }
        }
        return to;
    }
}
