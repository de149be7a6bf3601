package dev.imas.annotations;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes rectangles as GeoJSON that QuPath opens: a FeatureCollection of annotations in pixels. They point at places
 * and say nothing of classes, so they have QuPath's class {@code Region*}, which its classifiers do not learn.
 */
public final class GeoJsonBoxes {
    private static final String CLASS = "Region*";
    private static final int[] COLOUR = {217, 45, 32};

    /** A rectangle, from its upper left corner, in pixels, with what a list of annotations shows of it. */
    public record Box(int x, int y, int width, int height, String name) {}

    private GeoJsonBoxes() {}

    /**
     * Writes rectangles; missing folders are created.
     *
     * @param software what wrote it
     * @throws UserException naming the file when it cannot be written
     */
    public static void write(Path file, String software, List<Box> boxes) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            DurableFiles.whole(file, beside -> {
                try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(beside));
                        JsonGenerator json = new JsonFactory().createGenerator(out)) {
                    json.writeStartObject();
                    json.writeStringField("type", "FeatureCollection");
                    json.writeStringField("software", software);
                    json.writeArrayFieldStart("features");
                    for (Box box : boxes) {
                        json.writeRaw('\n');
                        feature(json, box);
                    }
                    json.writeEndArray();
                    json.writeEndObject();
                }
            });
        } catch (IOException e) {
            throw new UserException(
                    "cannot write " + file + " (" + FileProblem.of(e, file) + "); name a folder that can be written to",
                    e);
        }
    }

    private static void feature(JsonGenerator json, Box box) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "Feature");
        json.writeObjectFieldStart("geometry");
        json.writeStringField("type", "Polygon");
        json.writeArrayFieldStart("coordinates");
        json.writeStartArray();
        for (int[] corner : new int[][] {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}) {
            int[] at = {box.x + corner[0] * box.width, box.y + corner[1] * box.height};
            json.writeArray(at, 0, 2);
        }
        json.writeEndArray();
        json.writeEndArray();
        json.writeEndObject();
        json.writeObjectFieldStart("properties");
        json.writeStringField("objectType", "annotation");
        json.writeStringField("name", box.name);
        json.writeObjectFieldStart("classification");
        json.writeStringField("name", CLASS);
        json.writeFieldName("color");
        json.writeArray(COLOUR, 0, COLOUR.length);
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
    }
}
