package dev.imas.predict;

import dev.imas.common.Interrupts;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.LastWindow;
import dev.imas.data.PictureBands;
import dev.imas.image.ImageSize;
import dev.imas.weights.NetworkSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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
    /** Side of DINOv2's own pictures, where it is not known what a network learned from. */
    private static final int WINDOW = 518;

    private final Passes passes;
    private final Inference inference;
    private final Evaluation evaluation;
    private final Supplier<PictureBands> source;
    private final ImageSize picture;
    private final ImageSize seen;

    /**
     * What a picture is shown to.
     *
     * @param networks at least one, all for pictures of one kind and on one device
     * @param all      images to logits, whatever is averaged
     * @param turned   whether all sees images in several positions; tiles are then seen each by itself
     * @param memory   of the device
     */
    record Passes(List<TrainedNetwork> networks, UnaryOperator<Tensor> all, boolean turned, DeviceMemory memory) {
        List<NetworkSpec> specs() {
            return networks.stream().map(TrainedNetwork::spec).toList();
        }
    }

    /** @param source opens the picture, at its first row, as often as it is asked */
    TiledPicture(
            Passes passes,
            Inference inference,
            Evaluation evaluation,
            Supplier<PictureBands> source,
            ImageSize picture) {
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
            TiledInference tiled = tiled(new WindowMap(seen, evaluation.window(), evaluation.lastWindow(), passes.all));
            told.accept("seen in " + tiled.pieces() + " windows of " + evaluation.window() + " pixels");
            tiled.run(source, new Pieces(progress, tiled.pieces()), sink);
        } else if (passes.networks.stream().anyMatch(one -> one.network().sideMultiple() > 1)) {
            inWindows(wanted, progress, told, sink);
        } else {
            inTiles(TileSize.of(wanted, passes.specs(), passes.memory, seen), progress, told, sink);
        }
    }

    private TiledInference tiled(TileMap map) {
        return new TiledInference(
                inference, picture, seen, map, passes.networks.get(0).spec().classes());
    }

    /**
     * A vision transformer sees a picture as a whole or not at all: one that does not fit is seen in windows, whose
     * probabilities are averaged where they overlap. They are as large as the squares that it learned from.
     */
    private void inWindows(Tiles wanted, Progress progress, Consumer<String> told, TiledInference.Rows sink)
            throws IOException {
        WindowMap windows = windows(passes.networks, wanted);
        TiledInference tiled = tiled(windows);
        told.accept("seen in " + tiled.pieces() + " windows of " + windows.side() + " pixels"
                + otherwise(wanted, windows)
                + ", each by itself: a vision transformer gives something else for a whole picture");
        tiled.run(source, new Pieces(progress, tiled.pieces()), sink);
    }

    /** What of a wish for tiles windows cannot heed. */
    private static String otherwise(Tiles wanted, WindowMap windows) {
        List<String> changed = new ArrayList<>();
        if (wanted.side().isPresent() && wanted.side().getAsInt() != windows.side()) {
            changed.add("for --tile " + wanted.side().getAsInt() + ", taken to whole patches");
        }
        if (wanted.overlap().isPresent()) {
            changed.add("which overlap by a third whatever --overlap is");
        }
        return changed.isEmpty() ? "" : " (" + String.join("; ", changed) + ")";
    }

    /** Windows that every one of some networks takes, as large as the largest squares that one learned from. */
    private WindowMap windows(List<TrainedNetwork> networks, Tiles wanted) {
        int learned = networks.stream()
                .flatMap(one -> one.spec().sight().tile().stream().boxed())
                .max(Comparator.naturalOrder())
                .orElse(WINDOW);
        int multiple = networks.stream()
                .mapToInt(one -> one.network().sideMultiple())
                .max()
                .orElseThrow();
        int side = (int) WholePatches.rounded(wanted.side().orElse(learned), multiple);
        return new WindowMap(seen, side, LastWindow.MOVED, passes.all);
    }

    private void inTiles(TileSize size, Progress progress, Consumer<String> told, TiledInference.Rows sink)
            throws IOException {
        List<Span> tall = Span.tiles(seen.height(), size.side(), size.overlap(), Grid.UNIT);
        List<Span> wide = Span.tiles(seen.width(), size.side(), size.overlap(), Grid.UNIT);
        boolean cut = tall.size() * wide.size() > 1;
        List<PartOfPicture> parts = passes.turned || !cut
                ? List.of()
                : passes.networks.stream()
                        .map(network -> new PartOfPicture(network, seen, tall, wide))
                        .toList();
        BlendedMap map = BlendedMap.of(seen, tall, wide, passes.all, parts);
        TiledInference tiled = tiled(map);
        told.accept(cut ? "seen in " + tiled.pieces() + " tiles of " + size : "seen in one tile");
        int looks = parts.isEmpty() ? 0 : parts.get(0).tilesToLookAt();
        Pieces pieces = new Pieces(progress, looks + tiled.pieces());
        if (looks > 0) {
            look(parts, map, pieces);
        }
        tiled.run(source, pieces, sink);
    }

    /** What the first network's encoder makes of the picture, by the tiles or windows that are looked at. */
    float[] pooled() {
        TrainedNetwork first = passes.networks.get(0);
        return first.network().sideMultiple() > 1 ? pooledByWindows(first) : pooledByTiles();
    }

    /** The mean over the windows, each of which counts alike. */
    private float[] pooledByWindows(TrainedNetwork network) {
        TileMap windows = windows(List.of(network), Tiles.AUTO);
        double[] sums = new double[network.network().featureChannels()];
        try (PointerScope scope = new PointerScope();
                SeenBand band = inference.band(source.get(), seen, windows)) {
            for (Span row : windows.rows()) {
                band.moveTo(row);
                for (Span column : windows.columns()) {
                    Interrupts.check();
                    try (PointerScope window = new PointerScope()) {
                        float[] means = network.pooled(inference.input(band.tile(column)));
                        Arrays.setAll(sums, c -> sums[c] + means[c]);
                    }
                }
            }
        }
        float[] means = new float[sums.length];
        for (int c = 0; c < means.length; c++) {
            means[c] =
                    (float) (sums[c] / windows.rows().size() / windows.columns().size());
        }
        return means;
    }

    private float[] pooledByTiles() {
        TileSize size = TileSize.of(Tiles.AUTO, passes.specs(), passes.memory, seen);
        List<Span> tall = Span.tiles(seen.height(), size.side(), size.overlap(), Grid.UNIT);
        List<Span> wide = Span.tiles(seen.width(), size.side(), size.overlap(), Grid.UNIT);
        PartOfPicture part = new PartOfPicture(passes.networks.get(0), seen, tall, wide);
        TileMap map = BlendedMap.of(seen, tall, wide, passes.all, List.of(part));
        look(List.of(part), map, new Pieces(Progress.NONE, part.tilesToLookAt()));
        return part.pooled();
    }

    private void look(List<PartOfPicture> parts, TileMap map, Pieces pieces) {
        try (PointerScope scope = new PointerScope();
                SeenBand band = inference.band(source.get(), seen, map)) {
            for (int r : parts.get(0).rowsToLookAt()) {
                band.moveTo(map.rows().get(r));
                for (int c : parts.get(0).columnsToLookAt()) {
                    try (PointerScope tile = new PointerScope()) {
                        Tensor images = inference.input(band.tile(map.columns().get(c)));
                        for (PartOfPicture part : parts) {
                            Interrupts.check();
                            part.look(images, r, c);
                        }
                    }
                    pieces.done();
                }
            }
        }
    }
}
