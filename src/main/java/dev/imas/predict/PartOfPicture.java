package dev.imas.predict;

import dev.imas.device.Compute;
import dev.imas.image.ImageSize;
import dev.imas.nn.SegmentationNetwork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Shows tiles to a network as parts of their picture, which it sees the means of beside each place: those of its last
 * stage's planes. They must be known before any tile is segmented, so all tiles are looked at first, and every cell of
 * the picture's map is taken from the tile in whose middle it lies. Of more than 64 tiles 8x8 that lie evenly are taken
 * for the whole.
 */
final class PartOfPicture {
    private static final int MOST = 8;

    private final SegmentationNetwork network;
    private final Compute compute;
    private final Grid rows;
    private final Grid columns;
    private final List<Span> tall;
    private final List<Span> wide;
    private double[] sums;
    private long cells;

    PartOfPicture(TrainedNetwork trained, ImageSize seen, List<Span> tall, List<Span> wide) {
        int outputStride = trained.spec().network().outputStride();
        this.network = trained.network();
        this.compute = trained.compute();
        this.rows = Grid.of(seen.height(), outputStride);
        this.columns = Grid.of(seen.width(), outputStride);
        this.tall = tall;
        this.wide = wide;
    }

    /** Logits of a tile [1,C,h,w], in the caller's scope, once the tiles are looked at. */
    Tensor logits(Tensor images, Span row, Span column) {
        TileSurroundings around = new TileSurroundings(compute, means(), rows, columns, row.start(), column.start());
        return compute.forward(false, () -> network.part(images, around));
    }

    /** Numbers of the rows of tiles that are looked at. */
    List<Integer> rowsToLookAt() {
        return spread(tall.size());
    }

    /** And of the columns. */
    List<Integer> columnsToLookAt() {
        return spread(wide.size());
    }

    /** Tiles that are looked at. */
    int tilesToLookAt() {
        return rowsToLookAt().size() * columnsToLookAt().size();
    }

    private static List<Integer> spread(int tiles) {
        List<Integer> numbers = new ArrayList<>();
        int taken = Math.min(tiles, MOST);
        for (int i = 0; i < taken; i++) {
            numbers.add((int) ((2L * i + 1) * tiles / (2L * taken)));
        }
        return numbers;
    }

    /** Adds a tile's own cells. */
    void look(Tensor images, int row, int column) {
        Span down = own(tall, row, rows);
        Span along = own(wide, column, columns);
        try (PointerScope scope = new PointerScope()) {
            Tensor map = compute.forward(false, () -> network.features(images)).to(ScalarType.Double);
            Tensor total = map.narrow(2, down.start(), down.length())
                    .narrow(3, along.start(), along.length())
                    .sum(new long[] {2, 3}, false, new ScalarTypeOptional())
                    .cpu();
            double[] planes = new double[Math.toIntExact(total.numel())];
            total.data_ptr_double().get(planes);
            sums = sums == null ? new double[planes.length] : sums;
            Arrays.setAll(sums, c -> sums[c] + planes[c]);
        }
        cells += (long) down.length() * along.length();
    }

    /** Cells of a tile's map that are nearer to its middle than to its neighbours', counted from its own first. */
    private static Span own(List<Span> tiles, int i, Grid grid) {
        int start = tiles.get(i).start() / grid.coarsePixels();
        int from = i == 0 ? 0 : border(tiles.get(i - 1), tiles.get(i), grid);
        int to = i == tiles.size() - 1 ? grid.coarse() : border(tiles.get(i), tiles.get(i + 1), grid);
        return new Span(from - start, to - from);
    }

    private static int border(Span before, Span behind, Grid grid) {
        return (before.end() + behind.start()) / 2 / grid.coarsePixels();
    }

    /** Over the picture, one a plane, once the tiles are looked at. */
    float[] pooled() {
        float[] means = new float[sums.length];
        for (int c = 0; c < means.length; c++) {
            means[c] = (float) (sums[c] / cells);
        }
        return means;
    }

    /** f32 [1,C4,1,1] on the device, in the caller's scope. */
    private Tensor means() {
        float[] means = pooled();
        return compute.upload(means, 1, means.length, 1, 1);
    }
}
