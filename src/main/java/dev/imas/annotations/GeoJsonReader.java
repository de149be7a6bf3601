package dev.imas.annotations;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * GeoJSON as QuPath 0.2 and later write it: a FeatureCollection, a list of features, a single feature or geometry. One
 * file annotates one picture, or all exported tiles of it, by its name.
 */
final class GeoJsonReader implements AnnotationReader {
    private static final List<String> ENDINGS = List.of(".geojson", ".json");
    /** Properties that hold a class where there is no classification, with a capital or without. */
    private static final List<String> OTHER_CLASSES = List.of("class", "label", "category", "class_name", "className");
    /** Objects that divide a slide and annotate nothing. */
    private static final Set<String> DIVISIONS =
            Set.of("tile", "tmacore", "tma_core", "root", "pathtileobject", "tmacoreobject", "pathrootobject");

    @Override
    public boolean reads(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return ENDINGS.stream().anyMatch(name::endsWith);
    }

    @Override
    public List<AnnotatedPicture> read(Path file, Findings findings) {
        Features features = new Features(findings);
        Json rest =
                JsonFile.read(file, Map.of("features", features::feature, JsonFile.ROOT, features::feature), Set.of());
        String name = file.getFileName().toString();
        if (!rest.isMissing()) { // else the file is a list of features, which were read
            if (rest.isObject()
                    && !rest.at("type").exists()
                    && !rest.at("features").exists()
                    && !isGeoJson(name)) {
                findings.skip("JSON files that are no GeoJSON, as they say no type", file.toString());
                return List.of();
            }
            features.document(rest.object());
        }
        String picture = name.substring(0, name.lastIndexOf('.'));
        return List.of(
                new AnnotatedPicture.Held(file.toString(), List.of(picture), Optional.empty(), features.annotations));
    }

    private static boolean isGeoJson(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(ENDINGS.get(0));
    }

    /** Gathers the annotations of a file. */
    private static final class Features {
        private final Findings findings;
        private final List<Annotation> annotations = new ArrayList<>();

        Features(Findings findings) {
            this.findings = findings;
        }

        /** What stands beside the features, or is the only one. */
        void document(Json rest) {
            if (rest.at("crs").exists()) {
                throw rest.at("crs").problem("says that its coordinates are places on a map; expected pixels");
            }
            if (rest.at("features").exists()
                    || "FeatureCollection".equals(rest.text("type").orElse(null))) {
                rest.at("features").items();
            } else {
                feature(rest);
            }
        }

        /** A feature, or a geometry alone; what is wrong with it does not hide what is wrong with the next. */
        void feature(Json feature) {
            findings.gather(() -> read(feature));
        }

        private void read(Json feature) {
            String type = feature.object().at("type").text();
            switch (type) {
                case "FeatureCollection" -> feature.at("features").items().forEach(this::feature);
                case "Feature" -> object(feature);
                default -> annotation(feature, feature, null, null);
            }
        }

        private void object(Json feature) {
            Json properties = feature.at("properties");
            if (properties.exists()) {
                properties.object();
            }
            if (DIVISIONS.contains(kind(feature, properties).toLowerCase(Locale.ROOT))) {
                findings.skip("tiles, TMA cores and roots, which are no annotations", feature.where());
            } else if (!feature.at("geometry").exists()) {
                findings.skip("objects without a geometry", feature.where());
            } else {
                Json classification = properties.at("classification");
                annotation(
                        feature,
                        feature.at("geometry"),
                        classification.exists() ? className(classification) : otherName(properties),
                        classification.isObject() ? colour(classification) : null);
            }
            for (String children : List.of("childObjects", "children")) {
                if (properties.at(children).exists()) {
                    properties.at(children).items().forEach(this::feature);
                }
            }
        }

        /** What programs that draw on maps and pictures call the class; a number as a label may be the object's. */
        private static String otherName(Json properties) {
            for (String key : OTHER_CLASSES) {
                for (String written : List.of(key, key.substring(0, 1).toUpperCase(Locale.ROOT) + key.substring(1))) {
                    Json found = properties.at(written);
                    if (found.isText() || found.isNumber() && !key.equals("label")) {
                        return found.identifier();
                    }
                }
            }
            return null;
        }

        /** QuPath 0.2 kept it in the identifier. */
        private static String kind(Json feature, Json properties) {
            for (String key : List.of("objectType", "object_type", "type")) {
                if (properties.at(key).isText()) {
                    return properties.at(key).text();
                }
            }
            return feature.at("id").isText() ? feature.at("id").text() : "";
        }

        private void annotation(Json feature, Json geometry, String className, Integer colour) {
            GeoJsonGeometry found = GeoJsonGeometry.of(geometry);
            if (found.points() > 0) {
                findings.skip("points, which cover nothing", feature.where());
            }
            if (found.lines() > 0) {
                findings.skip("lines, which cover nothing", feature.where());
            }
            if (found.otherPlane()) {
                findings.skip(
                        "objects on another z or t than the first, which is the one that is read", feature.where());
            } else if (!found.regions().isEmpty()) {
                annotations.add(new Annotation(feature.where(), className, colour, found.regions()));
            } else if (found.points() + found.lines() == 0) {
                findings.skip("objects with an empty geometry", feature.where());
            }
        }
    }

    /** A text, or an object with a name, with names from the general to the special, or with a parent and a name. */
    private static String className(Json classification) {
        if (classification.isText()) {
            return classification.text();
        }
        Json names = classification.object().at("names");
        if (names.exists()) {
            return String.join(": ", names.items().stream().map(Json::text).toList());
        }
        Json parent = classification.at("parentClass");
        Optional<String> name = classification.text("name");
        if (!parent.exists()) {
            return name.orElse(null);
        }
        String above = className(parent);
        return above == null
                ? name.orElse(null)
                : name.map(own -> above + ": " + own).orElse(above);
    }

    /** {@code color} as [r, g, b] or a number, or {@code colorRGB} as a number; of a number the lower three bytes. */
    private static Integer colour(Json classification) {
        Json colour = classification.at("color").exists() ? classification.at("color") : classification.at("colorRGB");
        if (!colour.exists()) {
            return null;
        }
        if (colour.isNumber()) {
            return colour.whole(Integer.MIN_VALUE, Integer.MAX_VALUE) & 0xffffff;
        }
        List<Json> channels = colour.items();
        colour.require(channels.size() == 3 || channels.size() == 4, "[red, green, blue] or a number");
        return channels.get(0).whole(0, 255) << 16
                | channels.get(1).whole(0, 255) << 8
                | channels.get(2).whole(0, 255);
    }
}
