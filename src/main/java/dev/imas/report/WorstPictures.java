package dev.imas.report;

import dev.imas.image.Composite;
import dev.imas.image.LabelMap;
import dev.imas.image.Overlay;
import dev.imas.image.Picture;
import dev.imas.image.RgbImage;
import dev.imas.measure.PictureScore;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Of pictures that come one by one the worst {@link #SHOWN}, each as four small pictures for a page; of the others
 * nothing is kept.
 */
public final class WorstPictures {
    static final int SHOWN = 12;
    /** Colour of a wrong pixel. */
    static final int WRONG = 0xd92d20;
    /** Colour of a pixel whose truth is ignored. */
    static final int IGNORED = 0x8a90a0;

    private static final double OVERLAY = 0.6;
    /** How far right pixels stand back. */
    private static final double PALE = 0.6;

    private final List<Integer> palette;
    private final PriorityQueue<Shown> kept =
            new PriorityQueue<>(Comparator.comparing(Shown::score, PictureScore.WORST_FIRST.reversed()));

    /** A picture's figures, and data URIs of itself, truth and prediction laid over it, and its errors. */
    record Shown(PictureScore score, String picture, String truth, String prediction, String errors) {}

    /** @param palette one 0xRRGGBB a class */
    public WorstPictures(List<Integer> palette) {
        this.palette = palette;
    }

    /** Keeps a picture if it is among the worst so far; one without a mistake is not. */
    public void offer(PictureScore score, Picture picture, LabelMap truth, LabelMap prediction) {
        boolean better = kept.size() == SHOWN && PictureScore.WORST_FIRST.compare(score, kept.peek().score) >= 0;
        if (score.mistake().isEmpty() || better) {
            return;
        }
        RgbImage image = Composite.of(picture);
        kept.add(new Shown(
                score,
                Samples.uri(image.toBufferedImage()),
                Samples.uri(Overlay.blend(image, truth, palette, OVERLAY).toBufferedImage()),
                Samples.uri(Overlay.blend(image, prediction, palette, OVERLAY).toBufferedImage()),
                Samples.uri(errors(image, truth, prediction).toBufferedImage())));
        if (kept.size() > SHOWN) {
            kept.poll();
        }
    }

    /** The picture in pale grey, wrong pixels red. */
    static RgbImage errors(RgbImage image, LabelMap truth, LabelMap prediction) {
        byte[] rgb = new byte[image.rgb().length];
        for (int i = 0; i < truth.labels().length; i++) {
            int grey = pale(image.rgb(), 3 * i);
            boolean ignored = (truth.labels()[i] & 255) == LabelMap.IGNORE;
            boolean wrong = !ignored && truth.labels()[i] != prediction.labels()[i];
            int colour = wrong ? WRONG : ignored ? IGNORED : grey * 0x010101;
            for (int channel = 0; channel < 3; channel++) {
                rgb[3 * i + channel] = (byte) (colour >> (16 - 8 * channel));
            }
        }
        return new RgbImage(image.width(), image.height(), rgb);
    }

    private static int pale(byte[] rgb, int at) {
        int mean = ((rgb[at] & 255) + (rgb[at + 1] & 255) + (rgb[at + 2] & 255)) / 3;
        return (int) Math.round(mean + PALE * (255 - mean));
    }

    /** The worst first. */
    List<Shown> shown() {
        return kept.stream()
                .sorted(Comparator.comparing(Shown::score, PictureScore.WORST_FIRST))
                .toList();
    }
}
