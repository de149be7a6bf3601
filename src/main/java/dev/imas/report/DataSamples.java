package dev.imas.report;

import dev.imas.common.UserException;
import dev.imas.config.Colors;
import dev.imas.data.Dataset;
import dev.imas.data.ImageSource;
import dev.imas.data.Inspection;
import dev.imas.image.Composite;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.Overlay;
import dev.imas.image.RgbImage;
import java.util.List;

/** Some labelled pictures of a data set, with their masks laid over and beside them. */
final class DataSamples {
    private static final int SHOWN = 6;
    private static final double STRENGTH = 0.5;

    private DataSamples() {}

    static String html(Inspection inspection) {
        if (inspection.dataset().isEmpty()) {
            return "";
        }
        Dataset data = inspection.dataset().get();
        ImageSource labeled = data.labeled();
        int shown = Math.min(SHOWN, labeled.size());
        StringBuilder rows = new StringBuilder();
        for (int n = 0; n < shown; n++) {
            int i = (int) ((long) n * labeled.size() / shown);
            rows.append(row(labeled, i, data.palette()));
        }
        return Html.section(
                "samples",
                "Labelled pictures",
                shown < labeled.size()
                        ? shown + " of " + labeled.size() + ": picture, mask laid over it, mask."
                        : "Picture, mask laid over it, mask.",
                legend(inspection) + "<div class=\"samples data\">\n" + rows + "</div>\n");
    }

    private static String row(ImageSource source, int i, List<Integer> palette) {
        try {
            RgbImage image = Composite.of(source.image(i));
            LabelMap mask = source.mask(i);
            RgbImage over = Overlay.blend(image, mask, palette, STRENGTH);
            return "<div class=\"sample\">\n" + figure(Samples.uri(image.toBufferedImage()), source.id(i), "")
                    + figure(Samples.uri(over.toBufferedImage()), "mask over " + source.id(i), "")
                    + figure(Samples.uri(mask, IndexPng.colors(palette)), "mask of " + source.id(i), labelled(mask))
                    + "</div>\n";
        } catch (UserException e) {
            return "<p class=\"lead\">" + Html.escape(e.getMessage()) + "</p>\n";
        }
    }

    private static String figure(String uri, String title, String remark) {
        return "<figure><img src=\"" + uri + "\" alt=\"" + Html.escape(title) + "\"><figcaption><span>"
                + Html.escape(title) + "</span>" + (remark.isEmpty() ? "" : "<b>" + remark + "</b>")
                + "</figcaption></figure>\n";
    }

    private static String labelled(LabelMap mask) {
        long annotated = 0;
        for (byte label : mask.labels()) {
            annotated += (label & 255) == LabelMap.IGNORE ? 0 : 1;
        }
        double share = (double) annotated / mask.labels().length;
        return share == 1 ? "" : Format.percent(share) + " annotated";
    }

    static List<Integer> palette(Inspection inspection) {
        return inspection.dataset().map(Dataset::palette).orElse(List.of());
    }

    /** The colour of a class, of no class grey. */
    static String color(List<Integer> palette, int index) {
        return index < palette.size() ? Colors.hex(palette.get(index)) : "#808080";
    }

    private static String legend(Inspection inspection) {
        StringBuilder entries = new StringBuilder();
        List<Integer> palette = palette(inspection);
        for (int i = 0; i < inspection.classes().size(); i++) {
            entries.append("<li><span class=\"chip\" style=\"background:")
                    .append(color(palette, i))
                    .append("\"></span>")
                    .append(Html.escape(inspection.classes().get(i).name()))
                    .append("</li>");
        }
        return entries.isEmpty() ? "" : "<ul class=\"colors\">" + entries + "</ul>\n";
    }
}
