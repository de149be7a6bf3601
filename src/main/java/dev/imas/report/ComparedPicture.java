package dev.imas.report;

import dev.imas.image.LabelMap;
import dev.imas.image.Overlay;
import dev.imas.image.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A validation picture under each method, as data URIs.
 *
 * @param name    of the picture
 * @param why     it is shown
 * @param picture itself
 * @param truth   laid over it
 * @param views   one a method
 */
public record ComparedPicture(String name, String why, String picture, String truth, List<View> views) {
    private static final double OVERLAY = 0.6;

    /**
     * @param name   of the method
     * @param errors wrong pixels in red
     * @param right  share of the pixels that count
     */
    record View(String name, String prediction, String errors, double right) {}

    /**
     * Makes the pictures, small enough for a page.
     *
     * @param predictions by method, in order; of the picture's size
     * @param palette     one 0xRRGGBB a class
     */
    public static ComparedPicture of(
            String name,
            String why,
            RgbImage picture,
            LabelMap truth,
            Map<String, LabelMap> predictions,
            List<Integer> palette) {
        List<View> views = new ArrayList<>();
        predictions.forEach((method, map) -> views.add(new View(
                method,
                overlay(picture, map, palette),
                Samples.uri(WorstPictures.errors(picture, truth, map).toBufferedImage()),
                right(truth, map))));
        return new ComparedPicture(
                name, why, Samples.uri(picture.toBufferedImage()), overlay(picture, truth, palette), views);
    }

    private static String overlay(RgbImage picture, LabelMap map, List<Integer> palette) {
        return Samples.uri(Overlay.blend(picture, map, palette, OVERLAY).toBufferedImage());
    }

    private static double right(LabelMap truth, LabelMap map) {
        long right = 0;
        long counted = 0;
        for (int i = 0; i < truth.labels().length; i++) {
            if ((truth.labels()[i] & 255) != LabelMap.IGNORE) {
                counted++;
                right += truth.labels()[i] == map.labels()[i] ? 1 : 0;
            }
        }
        return counted == 0 ? Double.NaN : (double) right / counted;
    }
}
