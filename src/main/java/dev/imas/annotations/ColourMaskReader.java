package dev.imas.annotations;

import dev.imas.common.UserException;
import dev.imas.config.Colors;
import dev.imas.image.ImageFiles;
import dev.imas.image.ImageSize;
import dev.imas.image.PictureNames;
import dev.imas.image.SmoothedEdges;
import dev.imas.image.StoredMask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Masks in which a colour, or a grey, means a class: one file a picture, named as it is, or with a word behind. */
final class ColourMaskReader implements AnnotationReader {
    /** More are the shades of smooth edges or of a photograph. */
    private static final int MOST_COLOURS = 255;

    private final boolean listed;

    /** @param listed a list names the colours that are classes, so that those of smoothed edges are strangers to it */
    ColourMaskReader(boolean listed) {
        this.listed = listed;
    }

    @Override
    public boolean reads(Path file) {
        return PictureNames.isPicture(file.getFileName().toString());
    }

    @Override
    public List<AnnotatedPicture> read(Path file, Findings findings) {
        return List.of(new ColourMask(file, listed));
    }

    /** Decoded whenever it is asked, so that one mask is in memory at a time. */
    private static final class ColourMask implements AnnotatedPicture {
        private final Path file;
        /** It is asked twice, and need not be looked through twice. */
        private boolean sharp;

        /** @param sharp its edges need not be */
        ColourMask(Path file, boolean sharp) {
            this.file = file;
            this.sharp = sharp;
        }

        @Override
        public String origin() {
            return file.toString();
        }

        @Override
        public List<String> names() {
            String own = PictureNames.stem(file.getFileName().toString());
            return MaskNames.picture(file).map(name -> List.of(own, name)).orElse(List.of(own));
        }

        @Override
        public Optional<ImageSize> size() {
            return Optional.empty(); // compared where the mask is read
        }

        @Override
        public List<Annotation> annotations(ImageSize picture) {
            StoredMask mask = ImageFiles.storedMask(file, picture);
            if (mask.alpha()) {
                throw new UserException(
                        file + " has transparent pixels, whose colour is not seen;" + " save it without transparency");
            }
            Map<Integer, BitSet> colours = new TreeMap<>();
            int last = -1;
            BitSet pixels = null;
            for (int i = 0; i < mask.values().length; i++) {
                int colour = colour(mask, mask.values()[i]);
                if (colour != last) { // mostly it is as its neighbour
                    pixels = colours.computeIfAbsent(colour, key -> new BitSet());
                    last = colour;
                }
                pixels.set(i);
                if (colours.size() > MOST_COLOURS) {
                    throw new UserException(file + " has more than " + MOST_COLOURS
                            + " colours; expected one a class: save it without smooth edges, not as JPEG");
                }
            }
            if (!sharp) {
                requireSharp(mask);
                sharp = true;
            }
            List<Annotation> annotations = new ArrayList<>();
            colours.forEach((colour, bits) -> annotations.add(new Annotation(
                    file + " " + Colors.hex(colour),
                    Colors.hex(colour),
                    colour,
                    List.of(new Bitmap(0, 0, mask.width(), mask.height(), bits)))));
            return annotations;
        }

        private void requireSharp(StoredMask mask) {
            SmoothedEdges.of(mask).ifPresent(between -> {
                throw new UserException(file + " has " + between + ", so its edges were smoothed, or it was resized or"
                        + " compressed; expected one colour a class: save it anew without that, or list the classes'"
                        + " colours in a file (--classes), with * = ignore for the others");
            });
        }

        private int colour(StoredMask mask, int value) {
            if (mask.colour()) {
                return value;
            }
            if (!mask.palette().isEmpty()) {
                return mask.palette().get(value);
            }
            if (value < 0 || value > 255) {
                throw new UserException(
                        file + " holds numbers up to " + value + " at least; expected colours, or greys from 0 to 255");
            }
            return value << 16 | value << 8 | value;
        }
    }
}
