package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.augment.DrawnOperation;
import dev.imas.augment.Grey;
import dev.imas.augment.Hsv;
import dev.imas.augment.StrongOperation;
import dev.imas.augment.StrongView;
import dev.imas.augment.WeakView;
import dev.imas.augment.Window;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.device.ImageTensors;
import dev.imas.device.Torch;
import dev.imas.image.ImageFiles;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import dev.imas.semi.DeviceStrongView;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import dev.imas.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Weak and strong views (method 2): every picture byte for byte, strengths and sizes as drawn. Resizes, crops, flips
 * and the weak pipeline run through {@link WeakView#apply}, as in the loader, the last two with a supplier that repeats
 * what was recorded. Strong operations run twice: on bytes, as the loader does, and on tensors, as
 * {@code augment.device} does. Pictures are read by the loader's reader and normalised where the step's batches are, in
 * {@link ImageTensors}.
 */
final class AugmentGolden extends PlacedGroup {
    /**
     * One division and one subtraction of float32 numbers and one more division, of results up to 2.7. On a CPU every
     * bit is the recorded one; a GPU may divide by multiplying with the rounded inverse, which moves the last bits.
     */
    private static final double NORMALIZED = 1e-6;

    private static final double MAGNITUDE = 1e-12;

    /** @param place where the strong operations run on tensors */
    AugmentGolden(Place place) {
        super("07_augment", place);
    }

    @Override
    public void run(GoldenData data, Consumer<Check> report) throws IOException {
        Torch.load();
        try (PointerScope scope = new PointerScope()) {
            new Run(data, new Comparison(name(), report)).all();
        }
    }

    /** One pass over the folder. */
    private final class Run {
        private final GoldenData data;
        private final Comparison compare;
        private final JsonNode json;
        private final SafetensorsFile tensors;
        private final DeviceStrongView deviceView = new DeviceStrongView(place.compute());
        private final ImageTensors imageTensors = new ImageTensors(place.compute());

        Run(GoldenData data, Comparison compare) throws IOException {
            this.data = data;
            this.compare = compare;
            json = data.json(name() + "/augment.json");
            tensors = data.tensors(name() + "/augment.safetensors");
        }

        void all() throws IOException {
            for (JsonNode entry : field(json, "augment_list")) {
                listed(entry);
            }
            for (JsonNode entry : field(json, "magnitudes")) {
                magnitude(entry);
            }
            for (JsonNode entry : field(json, "ops")) {
                operation(entry);
            }
            for (JsonNode entry : field(json, "chains")) {
                chain(entry);
            }
            for (JsonNode entry : field(json, "resize_sizes")) {
                compareSize(entry.path("kind").asText().replace(' ', '_') + ".size", entry, drawnSize(entry));
            }
            for (JsonNode entry : field(json, "resize")) {
                resize(entry);
            }
            for (JsonNode entry : field(json, "flip")) {
                flip(entry);
            }
            for (JsonNode entry : field(json, "crop")) {
                crop(entry);
            }
            for (JsonNode entry : field(json, "normalize")) {
                normalize(entry);
            }
            for (JsonNode entry : field(json, "weak_pipeline")) {
                weak(entry);
            }
        }

        private void listed(JsonNode entry) {
            StrongOperation operation = named(field(entry, "op").asText());
            compare.equal(
                    operation.name().toLowerCase(Locale.ROOT) + ".index",
                    field(entry, "index").asInt(),
                    operation.ordinal());
            compareRange(operation, field(entry, "scale"));
        }

        private void compareRange(StrongOperation operation, JsonNode scale) {
            if (!scale.isNull()) {
                double error = Math.max(
                        Math.abs(number(scale.get(0)) - operation.lo()),
                        Math.abs(number(scale.get(1)) - operation.hi()));
                compare.report(operation.name().toLowerCase(Locale.ROOT) + ".range", error, Comparison.EXACT, "");
            }
        }

        private void magnitude(JsonNode entry) {
            StrongOperation operation = named(field(entry, "op").asText());
            double u = number(field(entry, "u"));
            List<Double> draws = new ArrayList<>();
            // The draws before the last one are consumed without effect; a value far from u would show that they had
            // one.
            for (int i = 1; i < field(entry, "uniform_draws_consumed").asInt(); i++) {
                draws.add(Math.abs(0.5 - u));
            }
            draws.add(u);
            if (entry.has("sign")) {
                draws.add(entry.get("sign").asInt() < 0 ? 0.25 : 0.75);
            }
            Replay replay = new Replay(draws);
            double found = operation.magnitude(replay);
            String name = "magnitude." + field(entry, "op").asText() + ".u" + u;
            compare.report(name + ".magnitude", Math.abs(number(field(entry, "magnitude")) - found), MAGNITUDE, "");
            compare.equal(name + ".unused_draws", 0, replay.left());
            compareRange(operation, field(entry, "scale"));
        }

        private void operation(JsonNode entry) throws IOException {
            String op = field(entry, "op").asText();
            RgbImage image = picture(field(entry, "image").asText());
            String file = field(entry, "file").asText();
            if (entry.has("hue_shift_mod_256")) {
                compare.equal(
                        "op." + file + ".shift",
                        entry.get("hue_shift_mod_256").asInt(),
                        Hsv.hueSteps(number(field(entry, "magnitude"))));
            }
            switch (op) {
                case "grey" -> compareLabels("op", file, new LabelMap(image.width(), image.height(), Grey.of(image)));
                case "hsv" -> comparePicture("op", file, Hsv.of(image));
                default -> {
                    double magnitude = entry.has("magnitude") ? number(entry.get("magnitude")) : 0;
                    compareStrong("op", file, image, List.of(new DrawnOperation(named(op), magnitude)));
                }
            }
        }

        private void chain(JsonNode entry) throws IOException {
            Iterator<JsonNode> uniform = field(entry, "uniform_draws").iterator();
            Iterator<JsonNode> sign = field(entry, "sign_draws").iterator();
            List<StrongOperation> operations = new ArrayList<>();
            List<Double> draws = new ArrayList<>();
            for (JsonNode op : field(entry, "ops")) {
                StrongOperation operation = named(op.asText());
                operations.add(operation);
                switch (operation) {
                    case IDENTITY, AUTOCONTRAST, EQUALIZE, INVERT -> {}
                    case POSTERIZE -> {
                        draws.add(number(uniform.next()));
                        draws.add(number(uniform.next()));
                    }
                    case HUE -> {
                        draws.add(number(uniform.next()));
                        draws.add(number(sign.next()));
                    }
                    default -> draws.add(number(uniform.next()));
                }
            }
            String file = field(entry, "file").asText();
            Replay replay = new Replay(draws);
            compareStrong("chain", file, picture(field(entry, "image").asText()), StrongView.draw(operations, replay));
            compare.equal("chain." + file + ".unused_draws", 0, replay.left());
        }

        /** The size that a recorded resize draws, with the source size from the entry or the picture. */
        private ImageSize drawnSize(JsonNode entry) throws IOException {
            ImageSize source = new ImageSize(1, 1);
            if (entry.has("image")) {
                RgbImage image = picture(entry.get("image").asText());
                source = new ImageSize(image.width(), image.height());
            } else if (entry.has("width")) {
                source = new ImageSize(
                        entry.get("width").asInt(), field(entry, "height").asInt());
            }
            List<Integer> crop = List.of(1, 1);
            if (entry.has("long_side")) {
                return WeakView.Geometry.draw(source, longSide(entry, crop), new Replay(List.of(0.5, 0.5, 0.0, 0.0)))
                        .size();
            }
            JsonNode range = field(entry, "ratio_range");
            ImasConfig.Augment config = config(
                    crop,
                    ImasConfig.ResizeMode.SCALE,
                    number(range.get(0)),
                    number(range.get(1)),
                    List.of(
                            field(entry, "base_height").asInt(),
                            field(entry, "base_width").asInt()));
            return WeakView.Geometry.draw(source, config, new Replay(List.of(number(field(entry, "u")), 0.5, 0.0, 0.0)))
                    .size();
        }

        private void compareSize(String name, JsonNode entry, ImageSize found) {
            compare.differing(
                    name,
                    new int[] {
                        field(entry, "out_width").asInt(),
                        field(entry, "out_height").asInt()
                    },
                    new int[] {found.width(), found.height()});
        }

        private void resize(JsonNode entry) throws IOException {
            ImageSize size = drawnSize(entry);
            String file = field(entry, "file").asText();
            compareSize("resize." + file + ".size", entry, size);
            LabelMap labels = entry.has("label") ? labelMap(entry.get("label").asText()) : null;
            Window whole = new Window(0, 0, size.width(), size.height());
            WeakView.Result<RgbImage> found = WeakView.apply(
                    picture(field(entry, "image").asText()), labels, new WeakView.Geometry(size, false, whole));
            comparePicture("resize", file, found.image());
            if (labels != null) {
                compareLabels("resize", field(entry, "label_file").asText(), found.labels());
            }
        }

        private void flip(JsonNode entry) throws IOException {
            String image = field(entry, "image").asText();
            RgbImage picture = picture(image);
            ImasConfig.Augment config =
                    config(List.of(picture.height(), picture.width()), ImasConfig.ResizeMode.NONE, 1, 1, List.of());
            WeakView.Result<RgbImage> found = WeakView.apply(
                    picture,
                    labelMap(image + "_label"),
                    config,
                    new Replay(List.of(number(field(entry, "u")), 0.0, 0.0)));
            comparePicture("flip", field(entry, "file").asText(), found.image());
            compareLabels("flip", field(entry, "label_file").asText(), found.labels());
        }

        private void crop(JsonNode entry) throws IOException {
            RgbImage image = picture(field(entry, "image").asText());
            int width = field(entry, "crop_width").asInt();
            int height = field(entry, "crop_height").asInt();
            // A crop without a place was recorded in the middle of the extended picture.
            Window window = field(entry, "x").isNull()
                    ? new Window(
                            Math.max(0, image.width() - width) / 2,
                            Math.max(0, image.height() - height) / 2,
                            width,
                            height)
                    : new Window(entry.get("x").asInt(), field(entry, "y").asInt(), width, height);
            WeakView.Result<RgbImage> found = WeakView.apply(
                    image,
                    labelMap(field(entry, "label").asText()),
                    new WeakView.Geometry(new ImageSize(image.width(), image.height()), false, window));
            comparePicture("crop", field(entry, "file").asText(), found.image());
            compareLabels("crop", field(entry, "label_file").asText(), found.labels());
        }

        private void normalize(JsonNode entry) throws IOException {
            compareNormalized(
                    field(entry, "tensor").asText(),
                    picture(field(entry, "image").asText()));
        }

        private void weak(JsonNode entry) throws IOException {
            RgbImage image = picture(field(entry, "image").asText());
            ImasConfig.Augment config = longSide(
                    entry,
                    List.of(
                            field(entry, "crop_height").asInt(),
                            field(entry, "crop_width").asInt()));
            ImageSize size = new ImageSize(image.width(), image.height())
                    .withLongSide(field(entry, "long_side").asInt());
            Replay draws = new Replay(List.of(
                    0.5,
                    number(field(entry, "flip_u")),
                    integerDraw(
                            field(entry, "x").asInt(),
                            size.width() - config.crop().get(1)),
                    integerDraw(
                            field(entry, "y").asInt(),
                            size.height() - config.crop().get(0))));
            WeakView.Result<RgbImage> found =
                    WeakView.apply(image, labelMap(field(entry, "label").asText()), config, draws);
            comparePicture("weak", field(entry, "file").asText(), found.image());
            compareLabels("weak", field(entry, "label_file").asText(), found.labels());
            compareNormalized(field(entry, "tensor").asText(), found.image());
        }

        private void compareNormalized(String tensor, RgbImage image) {
            try (PointerScope scope = new PointerScope()) {
                ByteBuffer bytes = ByteBuffer.allocateDirect(image.rgb().length).put(image.rgb());
                Tensor found = imageTensors.normalized(bytes, 1, image.height(), image.width());
                compare.absolute(tensor, tensors.get(tensor).floats(), Tensors.floats(found), NORMALIZED);
            }
        }

        /** A uniform draw that stands for {@code value} among the integers 0..max(0, last). */
        private double integerDraw(int value, int last) {
            return (value + 0.5) / (Math.max(0, last) + 1);
        }

        private ImasConfig.Augment longSide(JsonNode entry, List<Integer> crop) {
            int longSide = field(entry, "long_side").asInt();
            return config(crop, ImasConfig.ResizeMode.LONG_SIDE, longSide, longSide, List.of());
        }

        private ImasConfig.Augment config(
                List<Integer> crop, ImasConfig.ResizeMode mode, double min, double max, List<Integer> base) {
            return ConfigYaml.defaults().augment().with(augment -> augment.crop(crop)
                    .resize(mode)
                    .resizeMin(min)
                    .resizeMax(max)
                    .resizeBase(base)
                    .flip(0.5)
                    .strongOps(2));
        }

        private RgbImage picture(String image) throws IOException {
            return ImageFiles.picture(data.file(name() + "/"
                    + field(field(field(json, "images"), image), "file").asText()));
        }

        private LabelMap labelMap(String image) throws IOException {
            return LabelPictures.read(data.file(name() + "/"
                    + field(field(field(json, "images"), image), "file").asText()));
        }

        private void compareStrong(String part, String file, RgbImage image, List<DrawnOperation> operations)
                throws IOException {
            comparePicture(part, file, StrongView.apply(image, operations));
            try (PointerScope scope = new PointerScope()) {
                Tensor weak = place.here(Tensors.of(image.rgb(), 1, image.height(), image.width(), 3));
                byte[] found =
                        Tensors.bytes(deviceView.apply(weak, List.of(operations), image.height(), image.width()));
                compare.differing(
                        part + "." + file + ".device_pixels",
                        ImageFiles.picture(data.file(name() + "/" + file)).rgb(),
                        found);
            }
        }

        private void comparePicture(String part, String file, RgbImage found) throws IOException {
            RgbImage recorded = ImageFiles.picture(data.file(name() + "/" + file));
            compare.equal(part + "." + file + ".width", recorded.width(), found.width());
            compare.differing(part + "." + file + ".pixels", recorded.rgb(), found.rgb());
        }

        private void compareLabels(String part, String file, LabelMap found) throws IOException {
            LabelMap recorded = LabelPictures.read(data.file(name() + "/" + file));
            compare.equal(part + "." + file + ".width", recorded.width(), found.width());
            compare.differing(part + "." + file + ".pixels", recorded.labels(), found.labels());
        }
    }

    private static StrongOperation named(String op) {
        try {
            return StrongOperation.valueOf(op.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new UserException("the recorded data name the unknown operation '" + op + "'", e);
        }
    }

    /** Repeats recorded draws. */
    private static final class Replay implements DoubleSupplier {
        private final List<Double> draws;
        private int next;

        Replay(List<Double> draws) {
            this.draws = draws;
        }

        @Override
        public double getAsDouble() {
            if (next == draws.size()) {
                throw new UserException("more draws were consumed than the " + draws.size() + " recorded ones");
            }
            return draws.get(next++);
        }

        int left() {
            return draws.size() - next;
        }
    }
}
