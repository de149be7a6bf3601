package dev.imas.annotations;

import dev.imas.common.FileNames;
import dev.imas.image.ImageSize;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** LabelMe's JSON, versions 3 to 5: one file a picture. */
final class LabelMeReader implements AnnotationReader {
    private static final Pattern ABSOLUTE = Pattern.compile("/|[A-Za-z]:");

    @Override
    public boolean reads(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".json");
    }

    @Override
    public List<AnnotatedPicture> read(Path file, Findings findings) {
        List<Annotation> annotations = new ArrayList<>();
        Json rest = JsonFile.read(
                file,
                Map.of("shapes", shape -> findings.gather(() -> shape(shape, annotations, findings))),
                Set.of("imageData"));
        if (!rest.isObject() || !rest.at("shapes").exists()) {
            findings.skip("JSON files that are none of LabelMe, as they hold no shapes", file.toString());
            return List.of();
        }
        rest.at("shapes").items();
        return List.of(new AnnotatedPicture.Held(file.toString(), names(file, rest), size(rest), annotations));
    }

    /** What imagePath says, or else the picture beside the file; with the folders that both are meant from. */
    private static List<String> names(Path file, Json rest) {
        String beside = resolved(file, FileNames.stem(file));
        return rest.text("imagePath")
                .map(path -> List.of(resolved(file, path), beside))
                .orElse(List.of(beside));
    }

    /** In texts, as another system's path need not be one of this system's. */
    private static String resolved(Path file, String path) {
        String written = path.replace('\\', '/');
        if (ABSOLUTE.matcher(written).lookingAt()) {
            return written;
        }
        Deque<String> parts = new ArrayDeque<>();
        file.toAbsolutePath().normalize().getParent().forEach(folder -> parts.add(folder.toString()));
        for (String part : written.split("/")) {
            if (part.equals("..")) {
                parts.pollLast();
            } else if (!part.equals(".")) {
                parts.add(part);
            }
        }
        return "/" + String.join("/", parts);
    }

    private static Optional<ImageSize> size(Json rest) {
        Json width = rest.at("imageWidth");
        Json height = rest.at("imageHeight");
        return width.exists() && height.exists()
                ? Optional.of(new ImageSize(width.whole(1, Integer.MAX_VALUE), height.whole(1, Integer.MAX_VALUE)))
                : Optional.empty();
    }

    private static void shape(Json shape, List<Annotation> annotations, Findings findings) {
        String type = shape.object().text("shape_type").orElse("polygon"); // version 3 had nothing else
        Region region =
                switch (type) {
                    case "polygon", "rotation" -> Outline.of(shape.at("points").points());
                    case "rectangle" -> rectangle(shape.at("points"));
                    case "circle" -> circle(shape.at("points"));
                    case "mask" -> mask(shape);
                    default -> null;
                };
        if (region == null) {
            findings.skip("shapes of the type " + Words.brief(type) + ", which covers nothing", shape.where());
        } else {
            annotations.add(new Annotation(shape.where(), shape.at("label").text(), colour(shape), List.of(region)));
        }
    }

    /** Two opposite corners, or all four where it is turned. */
    private static Region rectangle(Json place) {
        double[] corners = place.points();
        place.require(corners.length == 4 || corners.length == 8, "two corners of a rectangle");
        return corners.length == 8
                ? Outline.of(corners)
                : Outline.rectangle(corners[0], corners[1], corners[2], corners[3]);
    }

    /** The centre, and a point on the line. */
    private static Region circle(Json place) {
        double[] points = place.points();
        place.require(points.length == 4, "the centre of a circle and a point on it");
        double radius = Math.hypot(points[2] - points[0], points[3] - points[1]);
        return new Ellipse(points[0], points[1], radius, radius);
    }

    /** A PNG whose pixels are the picture's between two corners, both included. */
    private static Region mask(Json shape) {
        double[] corners = shape.at("points").points();
        shape.at("points").require(corners.length == 4, "two corners of a mask");
        return EncodedMask.read(shape.at("mask"), (int) corners[0], (int) corners[1]);
    }

    /** The colours of version 3, as [red, green, blue, alpha]. */
    private static Integer colour(Json shape) {
        for (String key : List.of("fill_color", "line_color")) {
            Json colour = shape.at(key);
            if (colour.isList() && colour.items().size() >= 3) {
                List<Json> channels = colour.items();
                return channels.get(0).whole(0, 255) << 16
                        | channels.get(1).whole(0, 255) << 8
                        | channels.get(2).whole(0, 255);
            }
        }
        return null;
    }
}
