package dev.imas.predict;

import dev.imas.image.ImageSize;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** How a reduced picture is cut, and what is summed of its pieces. */
interface TileMap {
    /** Where the pieces lie in the reduced picture: each of the rows with each of the columns. */
    List<Span> rows();

    List<Span> columns();

    /** Of the map that the pieces are summed up in. */
    ImageSize size();

    /** Pixels of the reduced picture from one cell of the map to the next. */
    int cellPixels();

    /** Cells of a piece of so many pixels; what it makes must have them. */
    int cells(Span span);

    /** What is summed of a piece: f32 [1,C,h,w] of its cells, in the caller's scope. */
    Tensor scores(Tensor images, Span rows, Span columns);

    /** For each of these pieces the weight of each of its cells. */
    List<float[]> weights(List<Span> spans);

    /** Whether sums of probabilities come out, not logits. */
    boolean probabilities();
}
