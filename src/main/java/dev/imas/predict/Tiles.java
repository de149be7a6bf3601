package dev.imas.predict;

import dev.imas.common.UserException;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How a picture that is too large for memory is cut: into overlapping square tiles, whose logits are blended. What is
 * empty is chosen by the network and by memory.
 *
 * @param side    of a tile in the pixels that the network sees (after evaluation.scale), 64 to 32,768; taken up
 *                to a multiple of 16
 * @param overlap share of a tile's side that it has in common with the next one, 0.25 to 0.75
 */
public record Tiles(OptionalInt side, OptionalDouble overlap) {
    /** Everything is chosen. */
    public static final Tiles AUTO = new Tiles(OptionalInt.empty(), OptionalDouble.empty());

    static final double LEAST_OVERLAP = 0.25;
    private static final double MOST_OVERLAP = 0.75;
    private static final int LEAST = 64;
    private static final int MOST = 32_768;

    /** @throws UserException for a side or an overlap out of range */
    public Tiles {
        if (side.isPresent() && (side.getAsInt() < LEAST || side.getAsInt() > MOST)) {
            throw new UserException(
                    "the side of tiles (--tile) is " + side.getAsInt() + " pixels; expected " + LEAST + " to " + MOST);
        }
        if (overlap.isPresent() && !(overlap.getAsDouble() >= LEAST_OVERLAP && overlap.getAsDouble() <= MOST_OVERLAP)) {
            throw new UserException("the overlap of tiles (--overlap) is " + overlap.getAsDouble() + "; expected "
                    + LEAST_OVERLAP + " to " + MOST_OVERLAP + " of their side");
        }
    }
}
