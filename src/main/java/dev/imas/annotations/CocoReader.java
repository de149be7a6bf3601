package dev.imas.annotations;

import com.fasterxml.jackson.databind.node.MissingNode;
import dev.imas.common.UserException;
import dev.imas.image.ImageSize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** COCO's instances: polygons and run lengths in one file for many pictures. */
final class CocoReader implements AnnotationReader {
    private final Set<String> declared = new LinkedHashSet<>();

    @Override
    public boolean reads(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".json");
    }

    @Override
    public List<String> declared() {
        return List.copyOf(declared);
    }

    @Override
    public List<AnnotatedPicture> read(Path file, Findings findings) {
        Instances instances = new Instances();
        Json rest = JsonFile.read(
                file,
                Map.<String, Consumer<Json>>of(
                        "images",
                        image -> findings.gather(() -> instances.image(image)),
                        "categories",
                        category -> findings.gather(() -> instances.category(category)),
                        "annotations",
                        object -> findings.gather(() -> instances.object(object)),
                        JsonFile.ROOT,
                        item -> {}),
                Set.of());
        if (!rest.isObject()) {
            throw new UserException(file + " is a list, perhaps of results; expected COCO's instances:"
                    + " an object with images, annotations and categories");
        }
        instances.require(rest);
        declared.addAll(instances.categories.values());
        return instances.pictures(file, findings);
    }

    /** A picture as the file describes it. */
    private record Image(Json place, String name, Optional<ImageSize> size, List<Annotation> annotations) {}

    /** An object before its picture and category are known; they may stand behind it in the file. */
    private record Drawn(Json place, String image, String category, List<Region> regions) {}

    /** The three lists of a file. */
    private static final class Instances {
        private final Map<String, Image> images = new LinkedHashMap<>();
        private final Map<String, String> categories = new LinkedHashMap<>();
        private final List<Drawn> objects = new ArrayList<>();
        private final List<String> boxes = new ArrayList<>();
        private String otherKind;

        void image(Json image) {
            String id = image.object().at("id").identifier();
            String name = image.at("file_name").text();
            if (images.put(id, new Image(stripped(image), name, size(image), new ArrayList<>())) != null) {
                throw image.at("id").problem("is " + Words.brief(id) + " a second time; expected one id an image");
            }
        }

        private static Optional<ImageSize> size(Json image) {
            Json width = image.at("width");
            Json height = image.at("height");
            return width.exists() && height.exists()
                    ? Optional.of(new ImageSize(width.whole(1, Integer.MAX_VALUE), height.whole(1, Integer.MAX_VALUE)))
                    : Optional.empty();
        }

        void category(Json category) {
            String id = category.object().at("id").identifier();
            if (categories.put(id, category.at("name").text()) != null) {
                throw category.at("id").problem("is " + Words.brief(id) + " a second time; expected one id a category");
            }
        }

        void object(Json object) {
            if (object.object().at("segments_info").exists()
                    || object.at("caption").exists()) {
                otherKind = object.at("caption").exists() ? "captions" : "panoptic segments";
                return;
            }
            String image = object.at("image_id").identifier();
            List<Region> regions = regions(object.at("segmentation"));
            if (regions.isEmpty()) {
                boxes.add(object.where());
            } else {
                String category = object.at("category_id").identifier();
                objects.add(new Drawn(stripped(object), image, category, regions));
            }
        }

        /** Keeps the place and not the values, of which there are many. */
        private static Json stripped(Json json) {
            return new Json(json.file(), json.path(), MissingNode.getInstance());
        }

        /** That the file is of the kind that is read: the three lists are there. */
        void require(Json rest) {
            if (otherKind != null) {
                throw new UserException(rest.file() + " holds COCO's " + otherKind + "; expected instances, which are"
                        + " annotations with a segmentation");
            }
            for (String key : List.of("images", "annotations", "categories")) {
                rest.at(key).items();
            }
        }

        private static List<Region> regions(Json segmentation) {
            if (!segmentation.exists()) {
                return List.of();
            }
            if (segmentation.isObject()) {
                return List.of(RunLengths.of(segmentation));
            }
            List<Region> regions = new ArrayList<>();
            for (Json polygon : segmentation.items()) {
                regions.add(polygon.isObject() ? RunLengths.of(polygon) : Outline.of(corners(polygon)));
            }
            return regions;
        }

        private static double[] corners(Json polygon) {
            List<Json> numbers = polygon.items();
            polygon.require(numbers.size() % 2 == 0, "x and y of every corner, an even number");
            return numbers.stream().mapToDouble(Json::pixels).toArray();
        }

        List<AnnotatedPicture> pictures(Path file, Findings findings) {
            if (objects.isEmpty() && !boxes.isEmpty()) {
                throw new UserException(file + " has no segmentation in any of its "
                        + Words.count(boxes.size(), "annotation")
                        + "; boxes and keypoints say nothing of single pixels: export polygons or masks");
            }
            boxes.forEach(place -> findings.skip("annotations without a segmentation", place));
            for (Drawn object : objects) {
                findings.gather(() -> image(object).annotations.add(annotation(object)));
            }
            return images.values().stream().map(Instances::picture).toList();
        }

        private Image image(Drawn object) {
            Image image = images.get(object.image);
            if (image == null) {
                throw object.place
                        .at("image_id")
                        .problem("is " + Words.brief(object.image) + ", which is no id of an image");
            }
            return image;
        }

        private Annotation annotation(Drawn object) {
            String category = categories.get(object.category);
            if (category == null) {
                throw object.place
                        .at("category_id")
                        .problem("is " + Words.brief(object.category) + ", which is no id of a category");
            }
            Optional<ImageSize> stated = image(object).size;
            for (Region region : object.regions) {
                if (region instanceof RunLengths runs
                        && stated.isPresent()
                        && !stated.get().equals(runs.size())) {
                    throw object.place
                            .at("segmentation.size")
                            .problem("is " + runs.size().height() + ", "
                                    + runs.size().width() + "; expected "
                                    + stated.get().height() + ", "
                                    + stated.get().width()
                                    + ", height and width of the image");
                }
            }
            return new Annotation(object.place.where(), category, null, object.regions);
        }

        private static AnnotatedPicture picture(Image image) {
            Optional<ImageSize> size = image.size.or(() -> image.annotations.stream()
                    .flatMap(annotation -> annotation.regions().stream())
                    .filter(region -> region instanceof RunLengths)
                    .map(region -> ((RunLengths) region).size())
                    .findFirst());
            return new AnnotatedPicture.Held(image.place.where(), List.of(image.name), size, image.annotations);
        }
    }
}
