package dev.imas.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * One figure: a line chart, bars or quantile bands as inline SVG, its title and a legend that also names the last
 * values. Colours are CSS classes, so the figure follows the page's light, dark and print appearance; lines differ in
 * dash and marker too, so that no one needs to tell colours apart.
 */
final class Chart {
    /** Width and height in user units, and the frame that the curves live in. */
    private static final int WIDTH = 460;

    private static final int HEIGHT = 236;
    private static final int LEFT = 42;
    private static final int RIGHT = 454;
    private static final int TOP = 10;
    private static final int BOTTOM = 196;
    /** More points than this are thinned: the picture has no more columns. */
    private static final int MAX_POINTS = 400;

    private final String title;
    private final String xLabel;
    private final String yLabel;
    private final DoubleFunction<String> values;
    private final StringBuilder marks = new StringBuilder();
    private final StringBuilder legend = new StringBuilder();
    private final List<Runnable> layers = new ArrayList<>();
    private double xMin = 0;
    private double xMax = Double.NEGATIVE_INFINITY;
    private double yScale = 1;
    private double yTop = 0;
    private double yFrom = 0;
    private double yCap = Double.POSITIVE_INFINITY;
    private boolean wholeX = true;

    /**
     * @param yLabel quantity and unit of the vertical axis
     * @param values how a value is written in the legend
     */
    Chart(String title, String xLabel, String yLabel, DoubleFunction<String> values) {
        this.title = title;
        this.xLabel = xLabel;
        this.yLabel = yLabel;
        this.values = values;
    }

    /** The vertical axis is in percent: values are shares and it ends at 100 at most. */
    Chart percent() {
        yScale = 100;
        yCap = 100;
        return this;
    }

    /** The vertical axis reaches {@code top}, whatever the values. */
    Chart top(double top) {
        yTop = Math.max(yTop, top);
        return this;
    }

    /** The vertical axis begins at a round number below {@code low}, a value, where that is above 0. */
    Chart from(double low) {
        yFrom = Math.max(0, low * yScale);
        return this;
    }

    /** The horizontal axis runs from {@code min} to {@code max}, in whole numbers or not. */
    Chart horizontal(double min, double max, boolean whole) {
        xMin = min;
        xMax = max;
        wholeX = whole;
        return this;
    }

    /** A curve with a marker a point; {@code style} is a CSS class (a, b or c). */
    Chart dots(String name, String style, Series series) {
        reach(series);
        key(name, style, "line", values.apply(series.last()));
        layers.add(() -> {
            path("line " + style, series.x(), series.y());
            if (series.x().length <= 60) {
                for (int i = 0; i < series.x().length; i++) {
                    marks.append("<circle class=\"dot ")
                            .append(style)
                            .append("\" cx=\"")
                            .append(px(series.x()[i]))
                            .append("\" cy=\"")
                            .append(py(series.y()[i]))
                            .append("\" r=\"2.6\"><title>")
                            .append(Html.escape(name + ", " + xLabel + " " + Format.count((long) series.x()[i]) + ": "
                                    + values.apply(series.y()[i])))
                            .append("</title></circle>\n");
                }
            }
        });
        return this;
    }

    /** A smooth curve without markers. */
    Chart line(String name, String style, Series series) {
        reach(series);
        key(name, style, "line", values.apply(series.last()));
        layers.add(() -> thinned("line " + style, series.x(), series.y(), true));
        return this;
    }

    /** A noisy curve: faint as it is, and a running mean over a twenty-fifth of it. */
    Chart noisy(String name, String style, Series series) {
        reach(series);
        int window = series.x().length / 25 | 1;
        double[] mean = runningMean(series.y(), window);
        key(name, style, "line", values.apply(mean.length == 0 ? Double.NaN : mean[mean.length - 1]));
        layers.add(() -> {
            if (window > 1) {
                thinned("raw " + style, series.x(), series.y(), true);
            }
            thinned("line " + style, series.x(), mean, false);
            if (series.x().length == 1) {
                marks.append("<circle class=\"dot ")
                        .append(style)
                        .append("\" cx=\"")
                        .append(px(series.x()[0]))
                        .append("\" cy=\"")
                        .append(py(series.y()[0]))
                        .append("\" r=\"2.6\"/>\n");
            }
        });
        return this;
    }

    /** The area between two curves over the same x. */
    Chart band(String name, String style, double[] x, double[] low, double[] high) {
        key(name, style, "area", "");
        return area(style, x, low, high);
    }

    /** The same without a word in the legend. */
    Chart area(String style, double[] x, double[] low, double[] high) {
        reach(new Series(x, high));
        layers.add(() -> {
            marks.append("<path class=\"").append(style).append("\" d=\"");
            for (int i = 0; i < x.length; i++) {
                marks.append(i == 0 ? 'M' : 'L').append(px(x[i])).append(' ').append(py(high[i]));
            }
            for (int i = x.length - 1; i >= 0; i--) {
                marks.append('L').append(px(x[i])).append(' ').append(py(low[i]));
            }
            marks.append("Z\"/>\n");
        });
        return this;
    }

    /** Bars side by side over equal parts of the horizontal axis, which must have been set. */
    Chart bars(String style, double[] heights) {
        for (double height : heights) {
            yTop = Math.max(yTop, height * yScale);
        }
        layers.add(() -> {
            double width = (xMax - xMin) / heights.length;
            for (int i = 0; i < heights.length; i++) {
                double from = xMin + i * width;
                marks.append("<rect class=\"bar ")
                        .append(style)
                        .append("\" x=\"")
                        .append(coordinate(x(from) + 0.7))
                        .append("\" y=\"")
                        .append(py(heights[i]))
                        .append("\" width=\"")
                        .append(coordinate(x(from + width) - x(from) - 1.4))
                        .append("\" height=\"")
                        .append(coordinate(BOTTOM - y(heights[i])))
                        .append("\"><title>")
                        .append(Html.escape(Format.fixed(from, 2) + " to " + Format.fixed(from + width, 2) + ": "
                                + values.apply(heights[i])))
                        .append("</title></rect>\n");
            }
        });
        return this;
    }

    private void reach(Series series) {
        for (int i = 0; i < series.x().length; i++) {
            xMax = Math.max(xMax, series.x()[i]);
            yTop = Math.max(yTop, series.y()[i] * yScale);
        }
    }

    private void key(String name, String style, String kind, String value) {
        String swatch = kind.equals("area")
                ? "<rect class=\"" + style + "\" width=\"22\" height=\"10\"/>"
                : "<path class=\"line " + style + "\" d=\"M0 5H22\"/>";
        legend.append("<li><svg class=\"swatch\" viewBox=\"0 0 22 10\" aria-hidden=\"true\">")
                .append(swatch)
                .append("</svg>")
                .append(Html.escape(name))
                .append(value.isEmpty() ? "" : " <b>" + Html.escape(value) + "</b>")
                .append("</li>");
    }

    /** The figure; the vertical axis starts at 0 unless {@link #from} says otherwise. */
    String html() {
        if (!(xMax > xMin)) {
            xMax = xMin + 1;
        }
        // Values too small to tell from 0 get an axis of their own kind: 0 to 1.
        yTop = yTop > 1e-30 ? yTop : 1;
        double step = step(Math.min(yFrom, yTop / 2), yTop, 5);
        // The axis ends at the first tick at or above the highest value, and begins at the last below the lowest.
        yTop = Math.min(yCap, Math.ceil(yTop / step - 1e-9) * step);
        yFrom = Math.min(Math.floor(yFrom / step + 1e-9) * step, yTop - step);
        StringBuilder axes = new StringBuilder();
        int decimals = decimals(step);
        int lowest = (int) Math.round(yFrom / step);
        for (int k = lowest; k * step <= yTop * (1 + 1e-9); k++) {
            double value = k * step;
            String y = py(value / yScale);
            axes.append("<path class=\"")
                    .append(k == lowest ? "base" : "grid")
                    .append("\" d=\"M")
                    .append(LEFT)
                    .append(' ')
                    .append(y)
                    .append('H')
                    .append(RIGHT)
                    .append("\"/>")
                    .append("<text class=\"tick\" text-anchor=\"end\" x=\"")
                    .append(LEFT - 7)
                    .append("\" y=\"")
                    .append(py(value / yScale))
                    .append("\" dy=\".34em\">")
                    .append(tick(value, decimals))
                    .append("</text>\n");
        }
        double[] xTicks = ticks(xMin, xMax, 6, wholeX);
        int xDecimals = xTicks.length > 1 ? decimals(xTicks[1] - xTicks[0]) : 0;
        for (double value : xTicks) {
            axes.append("<path class=\"base\" d=\"M")
                    .append(px(value))
                    .append(' ')
                    .append(BOTTOM)
                    .append("v4\"/><text class=\"tick\" text-anchor=\"middle\" x=\"")
                    .append(px(value))
                    .append("\" y=\"")
                    .append(BOTTOM + 17)
                    .append("\">")
                    .append(tick(value, xDecimals))
                    .append("</text>\n");
        }
        layers.forEach(Runnable::run);
        return "<figure class=\"chart\">\n<figcaption><span class=\"title\">" + Html.escape(title)
                + "</span> <span class=\"unit\">" + Html.escape(yLabel)
                + "</span>" + (legend.isEmpty() ? "" : "<ul class=\"legend\">" + legend + "</ul>")
                + "</figcaption>\n<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                + "\" role=\"img\" aria-label=\"" + Html.escape(title + ", " + yLabel + " over " + xLabel) + "\">\n"
                + axes + marks
                + "<text class=\"axis\" text-anchor=\"end\" x=\"" + RIGHT + "\" y=\"" + (HEIGHT - 5) + "\">"
                + Html.escape(xLabel) + "</text>\n</svg>\n</figure>\n";
    }

    private void path(String style, double[] x, double[] y) {
        marks.append("<path class=\"").append(style).append("\" d=\"");
        for (int i = 0; i < x.length; i++) {
            marks.append(i == 0 ? 'M' : 'L').append(px(x[i])).append(' ').append(py(y[i]));
        }
        marks.append("\"/>\n");
    }

    /** Draws few enough points: of each bucket its extremes, so that no spike is lost, or its mean. */
    private void thinned(String style, double[] x, double[] y, boolean extremes) {
        if (x.length <= MAX_POINTS) {
            path(style, x, y);
            return;
        }
        int buckets = extremes ? MAX_POINTS / 2 : MAX_POINTS;
        double[] thinX = new double[MAX_POINTS];
        double[] thinY = new double[MAX_POINTS];
        for (int b = 0; b < buckets; b++) {
            int from = (int) ((long) b * x.length / buckets);
            int to = (int) ((long) (b + 1) * x.length / buckets);
            int low = from;
            int high = from;
            double sum = 0;
            for (int i = from; i < to; i++) {
                low = y[i] < y[low] ? i : low;
                high = y[i] > y[high] ? i : high;
                sum += y[i];
            }
            if (extremes) {
                int first = Math.min(low, high);
                int second = Math.max(low, high);
                thinX[2 * b] = x[first];
                thinY[2 * b] = y[first];
                thinX[2 * b + 1] = x[second];
                thinY[2 * b + 1] = y[second];
            } else {
                // The ends stay where they are.
                thinX[b] = b == 0 ? x[0] : b == buckets - 1 ? x[x.length - 1] : x[(from + to) / 2];
                thinY[b] = sum / (to - from);
            }
        }
        path(style, thinX, thinY);
    }

    /** Mean over {@code window} neighbours, fewer at the ends. */
    static double[] runningMean(double[] y, int window) {
        double[] sums = new double[y.length + 1];
        for (int i = 0; i < y.length; i++) {
            sums[i + 1] = sums[i] + y[i];
        }
        double[] mean = new double[y.length];
        for (int i = 0; i < y.length; i++) {
            int from = Math.max(0, i - window / 2);
            int to = Math.min(y.length, i + window / 2 + 1);
            mean[i] = (sums[to] - sums[from]) / (to - from);
        }
        return mean;
    }

    /**
     * About {@code count} round values from {@code from} to {@code to}, at least two unless only whole ones will do.
     */
    static double[] ticks(double from, double to, int count, boolean whole) {
        double step = step(from, to, count);
        if (whole) {
            step = Math.max(1, Math.ceil(step));
        }
        double first = Math.ceil(from / step - 1e-9);
        int n = Math.max(1, (int) (Math.floor(to / step + 1e-9) - first) + 1);
        double[] ticks = new double[n];
        for (int i = 0; i < n; i++) {
            ticks[i] = (first + i) * step;
        }
        return ticks;
    }

    /** A round distance that parts a range into about {@code count}. */
    private static double step(double from, double to, int count) {
        double rough = (to - from) / count;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double candidate : new double[] {1, 2, 2.5, 5}) {
            if (candidate * power >= rough * (1 - 1e-9)) {
                return candidate * power;
            }
        }
        return 10 * power;
    }

    private static int decimals(double step) {
        int decimals = 0;
        for (double s = step; decimals < 6 && Math.abs(s - Math.rint(s)) > 1e-6 * s; s *= 10) {
            decimals++;
        }
        return decimals;
    }

    private static String tick(double value, int decimals) {
        return value != 0 && Math.abs(value) < 1e-4 || Math.abs(value) >= 1e7
                ? Format.significant(value)
                : Format.fixed(value, decimals);
    }

    private double x(double value) {
        return LEFT + (value - xMin) / (xMax - xMin) * (RIGHT - LEFT);
    }

    private double y(double value) {
        return BOTTOM - (value * yScale - yFrom) / (yTop - yFrom) * (BOTTOM - TOP);
    }

    private String px(double value) {
        return coordinate(x(value));
    }

    private String py(double value) {
        return coordinate(y(value));
    }

    /** With one decimal at most; by hand, since a page has some ten thousand of them. */
    static String coordinate(double at) {
        long tenths = Math.round(10 * at);
        String sign = tenths < 0 ? "-" : "";
        tenths = Math.abs(tenths);
        return sign + tenths / 10 + (tenths % 10 == 0 ? "" : "." + tenths % 10);
    }
}
