package dev.imas.annotations;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.imas.annotations.Contours.Part;
import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.image.LabelMap;
import dev.imas.image.ResultMark;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Writes label maps as GeoJSON that QuPath opens: a FeatureCollection of annotations in pixels, each with the name and
 * colour of its class. What {@link GeoJsonReader} draws of it is the label map again, where nothing was simplified.
 */
public final class GeoJsonWriter {
    /** What becomes one annotation. */
    public enum Objects {
        /** All pixels of a class: a Polygon or MultiPolygon. */
        CLASSES,
        /** Pixels of a class that are joined by their sides: a Polygon. */
        PARTS
    }

    private final List<String> names;
    private final List<Integer> palette;
    private final OptionalInt leftOut;
    private final Objects objects;
    private final double tolerance;

    /**
     * @param names     one a class
     * @param palette   one 0xRRGGBB a class
     * @param leftOut   class of which nothing is written
     * @param tolerance how far outlines may be from the pixels' in order to have fewer corners; 0: not at all
     */
    public GeoJsonWriter(
            List<String> names, List<Integer> palette, OptionalInt leftOut, Objects objects, double tolerance) {
        this.names = names;
        this.palette = palette;
        this.leftOut = leftOut;
        this.objects = objects;
        this.tolerance = tolerance;
    }

    /** The class that stands for what is nothing: the one that is called background; empty where none is. */
    public static OptionalInt background(List<String> names) {
        for (int c = 0; c < names.size(); c++) {
            if (ClassNames.isBackground(ClassNames.tidy(names.get(c)))) {
                return OptionalInt.of(c);
            }
        }
        return OptionalInt.empty();
    }

    /**
     * Writes a label map; missing folders are created, an existing file is replaced.
     *
     * @throws UserException naming the file when it cannot be written
     */
    public void write(Path file, LabelMap map) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            DurableFiles.whole(file, beside -> {
                try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(beside))) {
                    write(out, map);
                }
            });
        } catch (IOException e) {
            throw new UserException(
                    "cannot write " + file + " (" + FileProblem.of(e, file) + "); name a folder that can be written to",
                    e);
        }
    }

    private void write(OutputStream out, LabelMap map) throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("type", "FeatureCollection");
            json.writeStringField("software", ResultMark.TEXT);
            json.writeArrayFieldStart("features");
            for (List<Part> feature : features(map)) {
                json.writeRaw('\n');
                feature(json, feature);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private Iterable<List<Part>> features(LabelMap map) {
        List<Part> parts = Contours.of(map).stream()
                .filter(part -> leftOut.isEmpty() || part.label() != leftOut.getAsInt())
                .toList();
        if (objects == Objects.PARTS) {
            return parts.stream().map(List::of).toList();
        }
        Map<Integer, List<Part>> byClass = new TreeMap<>();
        parts.forEach(part -> byClass.computeIfAbsent(part.label(), label -> new ArrayList<>())
                .add(part));
        return byClass.values();
    }

    private void feature(JsonGenerator json, List<Part> parts) throws IOException {
        int label = parts.get(0).label();
        json.writeStartObject();
        json.writeStringField("type", "Feature");
        json.writeObjectFieldStart("geometry");
        json.writeStringField("type", parts.size() == 1 ? "Polygon" : "MultiPolygon");
        json.writeFieldName("coordinates");
        if (parts.size() == 1) {
            polygon(json, parts.get(0));
        } else {
            json.writeStartArray();
            for (Part part : parts) {
                polygon(json, part);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
        json.writeObjectFieldStart("properties");
        json.writeStringField("objectType", "annotation");
        json.writeObjectFieldStart("classification");
        json.writeStringField("name", names.get(label));
        json.writeFieldName("color");
        int colour = palette.get(label);
        json.writeArray(new int[] {colour >> 16 & 255, colour >> 8 & 255, colour & 255}, 0, 3);
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
    }

    private void polygon(JsonGenerator json, Part part) throws IOException {
        json.writeStartArray();
        for (int[] ring : Simplification.of(part.rings(), tolerance)) {
            json.writeStartArray();
            for (int i = 0; i <= ring.length; i += 2) { // the first corner closes the ring
                json.writeArray(ring, i % ring.length, 2);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }
}
