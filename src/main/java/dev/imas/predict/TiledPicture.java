package dev.imas.predict;

import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.data.PictureBands;
import dev.imas.device.Compute;
import dev.imas.image.ImageSize;
import dev.imas.nn.SegmentationNetwork;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * One picture in pieces, as its settings say that it is seen: as a whole, in tiles that together give what the whole
 * would give, or in the windows of evaluation.mode=sliding. Belongs to the PointerScope that it was made in.
 */
final class TiledPicture {
    private final TrainedNetwork trained;
    private final UnaryOperator<Tensor> passes;
    private final Inference inference;
    private final Evaluation evaluation;
    private final Supplier<PictureBands> source;
    private final ImageSize picture;
    private final ImageSize seen;

    /**
     * @param passes how windows become logits
     * @param source opens the picture, at its first row, as often as it is asked
     */
    TiledPicture(
            TrainedNetwork trained,
            UnaryOperator<Tensor> passes,
            Inference inference,
            Evaluation evaluation,
            Supplier<PictureBands> source,
            ImageSize picture) {
        this.trained = trained;
        this.passes = passes;
        this.inference = inference;
        this.evaluation = evaluation;
        this.source = source;
        this.picture = picture;
        this.seen = inference.seen(picture);
    }

    /**
     * Gives the result's rows as they are ready.
     *
     * @param told in a part of a sentence how the picture is seen
     */
    void segment(Tiles wanted, Progress progress, Consumer<String> told, TiledInference.Rows sink) throws IOException {
        if (evaluation.mode() == EvaluationMode.SLIDING) {
            TileMap windows = new WindowMap(seen, evaluation.window(), passes);
            TiledInference tiled = tiled(windows);
            told.accept("seen in " + tiled.pieces() + " windows of " + evaluation.window() + " pixels");
            tiled.run(source, new Pieces(progress, tiled.pieces()), sink);
        } else {
            inTiles(TileSize.of(wanted, trained.spec(), trained.compute(), seen), progress, told, sink);
        }
    }

    private TiledInference tiled(TileMap map) {
        return new TiledInference(inference, picture, seen, map, trained.spec().classes());
    }

    private void inTiles(TileSize size, Progress progress, Consumer<String> told, TiledInference.Rows sink)
            throws IOException {
        int outputStride = trained.spec().network().outputStride();
        Grid rows = Grid.of(seen.height(), outputStride);
        Grid columns = Grid.of(seen.width(), outputStride);
        List<Span> tall = Span.tiles(seen.height(), size.side(), size.overlap(), Grid.UNIT);
        List<Span> wide = Span.tiles(seen.width(), size.side(), size.overlap(), Grid.UNIT);
        SegmentationNetwork network = trained.network();
        Compute compute = trained.compute();
        PictureMeans look = new PictureMeans(network, compute, rows, columns, tall, wide);
        Tensor[] means = new Tensor[1]; // known once the first look is over
        BlendedMap map =
                new BlendedMap(new ImageSize(columns.fine(), rows.fine()), tall, wide, (images, row, column) -> {
                    TileSurroundings around = new TileSurroundings(
                            compute, means[0], rows, columns, row.start(), column.start());
                    return compute.forward(false, () -> network.part(images, around));
                });
        TiledInference tiled = tiled(map);
        told.accept("seen in " + tiled.pieces() + " tiles of " + size.side() + " pixels that overlap by "
                + size.overlap());
        Pieces pieces = new Pieces(progress, look.tiles() + tiled.pieces());
        look(look, map, pieces);
        means[0] = look.means();
        tiled.run(source, pieces, sink);
    }

    private void look(PictureMeans means, TileMap map, Pieces pieces) {
        try (PointerScope scope = new PointerScope();
                SeenBand band = inference.band(source.get(), seen, map)) {
            for (int r : means.rowsOfTiles()) {
                band.moveTo(map.rows().get(r));
                for (int c : means.columnsOfTiles()) {
                    try (PointerScope tile = new PointerScope()) {
                        means.look(inference.input(band.tile(map.columns().get(c))), r, c);
                    }
                    pieces.done();
                }
            }
        }
    }
}
