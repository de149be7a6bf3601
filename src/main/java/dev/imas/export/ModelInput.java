package dev.imas.export;

import dev.imas.config.PictureInput;
import dev.imas.config.PixelRange;
import dev.imas.config.PixelRange.Rule;
import dev.imas.config.PixelRange.Window;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * What an exported model is given: float32 [N,C,H,W] of the channels that the network sees, in their order.
 *
 * @param kind   which values
 * @param ranges which stored values become 0 and 1, one a channel, for {@link Kind#STORED}; else empty
 * @param input  mean and standard deviation of values in [0,1]
 * @param scale  factor by which the network sees pictures reduced, in (0,1]
 */
record ModelInput(Kind kind, List<Window> ranges, PictureInput input, double scale) {
    /** The values of a model's input. */
    enum Kind {
        /** Colours of 8 bits, 0 to 255. */
        BYTES,
        /** As files hold them; the model knows which become 0 and 1. */
        STORED,
        /** From 0 to 1: what becomes 0 and 1 depends on the file or the picture, and is the caller's to find. */
        UNIT
    }

    /** Of the text that tells of the input in an export's metadata; by it exports are known, too. */
    static final String KEY = "imas.model_input";

    private static final float LARGEST_BYTE = 255;

    static ModelInput of(PictureInput input, double scale) {
        PixelRange range = input.range();
        int channels = input.channels().count();
        if (range.rule() == Rule.WINDOWS) {
            List<Window> windows = range.windows().size() == channels
                    ? range.windows()
                    : Collections.nCopies(channels, range.windows().get(0));
            return new ModelInput(Kind.STORED, windows, input, scale);
        }
        boolean bytes = input.channels().rgb() && (range.rule() == Rule.FILE || range.rule() == Rule.AUTO);
        return new ModelInput(bytes ? Kind.BYTES : Kind.UNIT, List.of(), input, scale);
    }

    /** What the input is, for people. */
    String described() {
        String channels = input.channels().rgb()
                ? "red, green and blue"
                : "channels " + input.channels().stored() + " of the file, counted from 0";
        return channels + ", " + values() + (scale < 1 ? "; seen at " + scale + " of its size" : "");
    }

    /** Which values to give it, in a few words. */
    String toGive() {
        return switch (kind) {
            case BYTES -> "8-bit values, of 16-bit samples the upper 8 bits";
            case STORED -> "stored values as they are";
            case UNIT -> "values from 0 to 1";
        };
    }

    private String values() {
        return switch (kind) {
            case BYTES -> "8-bit values 0 to 255 (16-bit ones over 256, rounded down)";
            case STORED -> "as stored (" + input.range() + " become 0 and 1 in the model)";
            case UNIT ->
                switch (input.range().rule()) {
                    case FILE, AUTO -> "stored values over the largest that the file's samples can have, 0 to 1";
                    case PICTURE_PERCENTILE ->
                        "each picture's 0.1st to 99.9th percentile of a channel brought to 0 to 1";
                    default -> "each picture's mean of a channel minus and plus five deviations brought to 0 to 1";
                };
        };
    }

    /** From the model's input to what the network is given. */
    <V> V normalized(GraphOperations<V> graph, V x) {
        V unit = input.channels().rgb() ? colours(graph, x) : channels(graph, x);
        return graph.placed(unit, floats(input.mean()), floats(input.std()));
    }

    /** Colours are bytes wherever training reads or reduces them. */
    private <V> V colours(GraphOperations<V> graph, V x) {
        V bytes =
                switch (kind) {
                    case BYTES -> x;
                    case STORED -> graph.rounded(graph.scaled(placed(graph, x), LARGEST_BYTE));
                    case UNIT -> graph.rounded(graph.scaled(graph.clamped(x), LARGEST_BYTE));
                };
        if (scale < 1) {
            bytes = graph.reducedHeight(graph.reducedWidth(bytes, scale, true), scale, true);
        }
        return graph.placed(bytes, all(0), all(LARGEST_BYTE));
    }

    private <V> V channels(GraphOperations<V> graph, V x) {
        V unit = kind == Kind.STORED ? placed(graph, x) : graph.clamped(x);
        return scale < 1
                ? graph.clamped(graph.reducedHeight(graph.reducedWidth(unit, scale, false), scale, false))
                : unit;
    }

    private <V> V placed(GraphOperations<V> graph, V x) {
        List<Double> low = ranges.stream().map(Window::low).toList();
        List<Double> width =
                ranges.stream().map(range -> range.high() - range.low()).toList();
        return graph.clamped(graph.placed(x, floats(low), floats(width)));
    }

    private float[] all(float value) {
        float[] values = new float[input.channels().count()];
        Arrays.fill(values, value);
        return values;
    }

    private static float[] floats(List<Double> values) {
        float[] numbers = new float[values.size()];
        for (int c = 0; c < numbers.length; c++) {
            numbers[c] = values.get(c).floatValue();
        }
        return numbers;
    }
}
