package dev.imas.annotations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.imas.common.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A value in a JSON file that knows its place: whatever is asked of it and does not hold is told with the file and the
 * path to the value.
 *
 * @param file what messages call the file
 * @param path to the value, such as {@code $.features[3].geometry}
 * @param node the value; a {@link MissingNode} where there is none
 */
record Json(String file, String path, JsonNode node) {
    /** Coordinates beyond are mistakes: no picture is that large. */
    private static final double FARTHEST = 1e9;
    /** From here on a double leaves whole numbers out. */
    private static final double LARGEST_WHOLE = 1L << 53;

    /** The value of a key, present or not. */
    Json at(String key) {
        JsonNode value = node.isObject() ? node.path(key) : MissingNode.getInstance();
        return new Json(file, path + "." + Words.printable(key), value);
    }

    /** There is a value, and it is not null. */
    boolean exists() {
        return !node.isMissingNode() && !node.isNull();
    }

    boolean isMissing() {
        return node.isMissingNode();
    }

    boolean isList() {
        return node.isArray();
    }

    boolean isObject() {
        return node.isObject();
    }

    boolean isText() {
        return node.isTextual();
    }

    boolean isNumber() {
        return node.isNumber();
    }

    List<Json> items() {
        require(node.isArray(), "a list");
        List<Json> items = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            items.add(new Json(file, path + "[" + i + "]", node.get(i)));
        }
        return items;
    }

    Json object() {
        require(node.isObject(), "an object {...}");
        return this;
    }

    String text() {
        require(node.isTextual(), "a text");
        return node.textValue();
    }

    /** The text of a key, if it has one. */
    Optional<String> text(String key) {
        Json value = at(key);
        return value.exists() ? Optional.of(value.text()) : Optional.empty();
    }

    /** A coordinate or length in pixels. */
    double pixels() {
        double value = node.isNumber() ? node.doubleValue() : Double.NaN;
        require(Math.abs(value) <= FARTHEST, "a number of pixels");
        return value;
    }

    /** A whole number; 3.0 is one too. */
    int whole(int least, int most) {
        double value = node.isNumber() ? node.doubleValue() : Double.NaN;
        require(
                value >= least && value <= most && value == Math.rint(value),
                "a whole number from " + least + " to " + most);
        return (int) value;
    }

    /** A number or a word that names something; 3 and 3.0 are one. */
    String identifier() {
        require(node.isTextual() || node.isNumber(), "a number or a text");
        double value = node.doubleValue();
        boolean whole = node.isNumber() && value == Math.rint(value) && Math.abs(value) < LARGEST_WHOLE;
        return whole ? Long.toString((long) value) : node.asText();
    }

    /** x, y, x, y... of a list of points. */
    double[] points() {
        List<Json> points = items();
        double[] corners = new double[2 * points.size()];
        for (int i = 0; i < points.size(); i++) {
            List<Json> point = points.get(i).items();
            points.get(i).require(point.size() >= 2, "a point [x, y]");
            corners[2 * i] = point.get(0).pixels();
            corners[2 * i + 1] = point.get(1).pixels();
        }
        return corners;
    }

    void require(boolean holds, String expected) {
        if (!holds) {
            throw new UserException(file + ": " + path + " is " + found() + "; expected " + expected);
        }
    }

    UserException problem(String problem) {
        return new UserException(file + ": " + path + " " + problem);
    }

    private String found() {
        if (node.isMissingNode()) {
            return "missing";
        }
        if (node.isObject()) {
            return "an object";
        }
        return node.isArray() ? "a list of " + node.size() : Words.brief(node.toString());
    }

    /** Where it is, for a report. */
    String where() {
        return file + " " + path;
    }
}
