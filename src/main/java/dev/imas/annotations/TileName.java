package dev.imas.annotations;

import dev.imas.common.UserException;
import dev.imas.image.ImageSize;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name that QuPath gives an exported tile, less its ending: {@code NAME [d=2,x=0,y=512,w=1024,h=1024]}.
 *
 * @param slide      the name of the picture that it is a part of
 * @param downsample pixels of that picture a pixel of the tile
 * @param x          first column in that picture
 * @param y          first row in that picture
 * @param width      columns of that picture
 * @param height     rows of that picture
 * @param firstPlane it is of the first z and t
 */
record TileName(String slide, double downsample, int x, int y, int width, int height, boolean firstPlane) {
    private static final String WHOLE = "(-?\\d{1,9})";
    private static final Pattern PATTERN = Pattern.compile("(.+?) ?\\[(?:d=([0-9.]{1,20}),)?x=" + WHOLE + ",y=" + WHOLE
            + ",w=" + WHOLE + ",h=" + WHOLE + "(?:,z=(\\d{1,9}))?(?:,t=(\\d{1,9}))?\\]");

    /** Reads a name without ending; empty for a picture that is no tile. */
    static Optional<TileName> of(String stem) {
        Matcher name = PATTERN.matcher(stem);
        if (!name.matches()) {
            return Optional.empty();
        }
        double downsample;
        try {
            downsample = name.group(2) == null ? 1 : Double.parseDouble(name.group(2));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
        boolean first = isZero(name.group(7)) && isZero(name.group(8));
        return Optional.of(new TileName(
                name.group(1),
                downsample,
                Integer.parseInt(name.group(3)),
                Integer.parseInt(name.group(4)),
                Integer.parseInt(name.group(5)),
                Integer.parseInt(name.group(6)),
                first));
    }

    private static boolean isZero(String index) {
        return index == null || Integer.parseInt(index) == 0;
    }

    /**
     * Where the tile's pixels lie in its slide.
     *
     * @param file what messages call the tile
     * @throws UserException when its size is not what its name says, give or take the pixel that QuPath rounds
     */
    Frame frame(String file, ImageSize size) {
        double columns = width / downsample;
        double rows = height / downsample;
        if (!(downsample > 0 && Math.abs(columns - size.width()) <= 1 && Math.abs(rows - size.height()) <= 1)) {
            throw new UserException(file + " is " + size.width() + "x" + size.height() + "; by its name it would be "
                    + Math.round(columns) + "x" + Math.round(rows) + ": export the tiles with QuPath's names");
        }
        return new Frame(x, y, downsample, size.width(), size.height());
    }
}
