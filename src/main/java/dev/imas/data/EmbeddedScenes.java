package dev.imas.data;

import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Generated scenes for runs without files: a few objects on a textured ground, in a light gradient and in noise.
 * Objects
 * of six classes differ in shape and texture; two classes share each shape and two or three each texture. Colours vary
 * from object to object around a hue that two classes share, so colour is a hint and never an answer. Objects hide each
 * other; one that is hidden almost entirely is not drawn. Scene i of a stream depends on (seed, stream, i) alone.
 * Rendered once and kept (4 bytes a pixel).
 */
public final class EmbeddedScenes implements ImageSource {
    /** Class names; class 0 is the background. */
    public static final List<String> CLASS_NAMES = List.of(
            "background",
            "striped disc",
            "dotted disc",
            "striped square",
            "checked square",
            "dotted triangle",
            "checked triangle");
    /** One 0xRRGGBB a class. */
    public static final List<Integer> PALETTE =
            List.of(0x2b2d33, 0xe4572e, 0xf3a712, 0x4c78a8, 0x72b7b2, 0x54a24b, 0xb279a2);

    private static final int MIN_SIDE = 16;
    private static final int MAX_SIDE = 4096;

    // What makes the task harder or easier.
    private static final int MIN_OBJECTS = 2;
    private static final int MAX_OBJECTS = 4;
    private static final double MIN_RADIUS = 0.15; // of the side
    private static final double MAX_RADIUS = 0.27;
    private static final double MIN_VISIBLE = 0.4; // of an object's area inside the scene
    private static final double MIN_PERIOD = 7.0; // of a texture, in pixels of a 96-pixel scene
    private static final double MAX_PERIOD = 11.0;
    private static final double MIN_CONTRAST = 0.3; // between the two colours of a texture
    private static final double MAX_CONTRAST = 0.6;
    private static final double GROUND_CONTRAST = 0.12;
    private static final double HUE_SPREAD = 0.11; // standard deviation around a shape's hue, in turns
    private static final double LIGHT = 0.3; // change of brightness across the scene
    private static final double NOISE = 0.03; // standard deviation of the sensor noise

    private static final Kind[] KINDS = {
        null,
        new Kind(Shape.DISC, Texture.STRIPES),
        new Kind(Shape.DISC, Texture.DOTS),
        new Kind(Shape.SQUARE, Texture.STRIPES),
        new Kind(Shape.SQUARE, Texture.CHECKS),
        new Kind(Shape.TRIANGLE, Texture.DOTS),
        new Kind(Shape.TRIANGLE, Texture.CHECKS)
    };

    private enum Shape {
        DISC,
        SQUARE,
        TRIANGLE;

        /** Whether a point in units of the radius lies inside; all three cover about the same area. */
        boolean contains(double x, double y) {
            return switch (this) {
                case DISC -> x * x + y * y <= 1;
                case SQUARE -> Math.max(Math.abs(x), Math.abs(y)) <= 0.88;
                case TRIANGLE -> y <= 0.75 && y >= -1.25 + 1.75 * Math.abs(x) - 0.1;
            };
        }
    }

    private enum Texture {
        PLAIN,
        STRIPES,
        DOTS,
        CHECKS;

        /** 0 or 1 at a point in units of the period. */
        int at(double u, double v) {
            return switch (this) {
                case PLAIN -> 0;
                case STRIPES -> floorMod2(2 * u);
                case DOTS -> distanceToGrid(u, v) < 0.3 ? 1 : 0;
                case CHECKS -> floorMod2(2 * u) ^ floorMod2(2 * v);
            };
        }

        private static int floorMod2(double value) {
            return Math.floorMod((int) Math.floor(value), 2);
        }

        private static double distanceToGrid(double u, double v) {
            double du = u - Math.rint(u);
            double dv = v - Math.rint(v);
            return Math.sqrt(du * du + dv * dv);
        }
    }

    private record Kind(Shape shape, Texture texture) {}

    /** Two colours laid out by a texture; colours are in [0,1]. */
    private record Surface(Texture texture, double[] first, double[] second, double cos, double sin, double phase) {
        /** A surface whose darker colour is given. */
        static Surface draw(Texture texture, double[] dark, double contrast, double scale, Rng rng) {
            double[] bright = new double[3];
            for (int c = 0; c < 3; c++) {
                bright[c] = dark[c] + contrast * rng.uniform(0.7, 1.0);
            }
            boolean swapped = rng.uniform() < 0.5;
            double frequency = 1 / (scale * rng.uniform(MIN_PERIOD, MAX_PERIOD));
            double angle = rng.uniform(0, Math.PI);
            return new Surface(
                    texture,
                    swapped ? bright : dark,
                    swapped ? dark : bright,
                    frequency * Math.cos(angle),
                    frequency * Math.sin(angle),
                    rng.uniform());
        }

        double[] at(double x, double y) {
            return texture.at(x * cos + y * sin + phase, y * cos - x * sin + phase) == 0 ? first : second;
        }
    }

    /** One object; cos and sin are those of its rotation, over its radius. */
    private record Body(int label, double x, double y, double cos, double sin, Surface surface) {
        static Body draw(int side, Rng rng) {
            int label = rng.integer(1, KINDS.length);
            double radius = side * rng.uniform(MIN_RADIUS, MAX_RADIUS);
            double angle = rng.uniform(0, 2 * Math.PI);
            double hue = KINDS[label].shape().ordinal() / 3.0 + HUE_SPREAD * rng.gaussian();
            double[] dark = colour(hue, rng.uniform(0.25, 0.8), rng.uniform(0.25, 0.6));
            Surface surface = Surface.draw(
                    KINDS[label].texture(), dark, rng.uniform(MIN_CONTRAST, MAX_CONTRAST), side / 96.0, rng);
            return new Body(
                    label,
                    side * rng.uniform(0.08, 0.92),
                    side * rng.uniform(0.08, 0.92),
                    Math.cos(angle) / radius,
                    Math.sin(angle) / radius,
                    surface);
        }

        boolean covers(int px, int py) {
            double dx = px - x;
            double dy = py - y;
            return KINDS[label].shape().contains(dx * cos + dy * sin, dy * cos - dx * sin);
        }
    }

    private record Scene(RgbImage image, LabelMap mask) {}

    private final long seed;
    private final String stream;
    private final int side;
    private final AtomicReferenceArray<Scene> scenes;

    /**
     * @param stream {@code train} or {@code validation}: scenes of different streams are unrelated
     * @param count  scenes
     * @param side   pixels of a scene's side, 16 to 4096
     */
    public EmbeddedScenes(long seed, String stream, int count, int side) {
        if (count < 0 || side < MIN_SIDE || side > MAX_SIDE) {
            throw new UserException("generated scenes: got " + count + " scenes of side " + side
                    + "; expected 0 or more scenes of side " + MIN_SIDE + " to " + MAX_SIDE + "; check data.embedded");
        }
        this.seed = seed;
        this.stream = stream;
        this.side = side;
        this.scenes = new AtomicReferenceArray<>(count);
    }

    @Override
    public int size() {
        return scenes.length();
    }

    @Override
    public String id(int i) {
        return String.format(Locale.ROOT, "%s-%04d", stream, i);
    }

    @Override
    public RgbImage image(int i) {
        return scene(i).image();
    }

    @Override
    public LabelMap mask(int i) {
        return scene(i).mask();
    }

    private Scene scene(int i) {
        Scene scene = scenes.get(i);
        if (scene == null) {
            scene = render(Rng.of(seed, "scene-" + stream, i));
            scenes.set(i, scene);
        }
        return scene;
    }

    private Scene render(Rng rng) {
        Texture[] textures = Texture.values();
        double[] tone = colour(rng.uniform(), rng.uniform(0.0, 0.35), rng.uniform(0.3, 0.65));
        Surface ground =
                Surface.draw(textures[rng.integer(0, textures.length)], tone, GROUND_CONTRAST, side / 96.0, rng);
        List<Body> bodies = new ArrayList<>();
        for (int wanted = rng.integer(MIN_OBJECTS, MAX_OBJECTS + 1); wanted > 0; wanted--) {
            bodies.add(Body.draw(side, rng));
        }
        Body[] cover = cover(bodies);
        double lightAngle = rng.uniform(0, 2 * Math.PI);
        double lightX = LIGHT * Math.cos(lightAngle) / side;
        double lightY = LIGHT * Math.sin(lightAngle) / side;
        double brightness = rng.uniform(0.8, 1.2);

        byte[] rgb = new byte[side * side * 3];
        byte[] labels = new byte[side * side];
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                int pixel = y * side + x;
                Body body = cover[pixel];
                double[] colour = (body == null ? ground : body.surface()).at(x, y);
                double light = brightness * (1 + lightX * (x - side / 2.0) + lightY * (y - side / 2.0));
                labels[pixel] = (byte) (body == null ? 0 : body.label());
                for (int c = 0; c < 3; c++) {
                    double value = colour[c] * light + NOISE * rng.gaussian();
                    rgb[3 * pixel + c] = (byte) Math.max(0, Math.min(255, Math.round(255 * value)));
                }
            }
        }
        return new Scene(new RgbImage(side, side, rgb), new LabelMap(side, side, labels));
    }

    /** The object seen at each pixel, or null; objects that others hide too much are removed, the lowest first. */
    private Body[] cover(List<Body> bodies) {
        for (; ; ) {
            Body[] cover = new Body[side * side];
            Map<Body, Integer> area = new IdentityHashMap<>();
            for (Body body : bodies) {
                for (int pixel = 0; pixel < cover.length; pixel++) {
                    if (body.covers(pixel % side, pixel / side)) {
                        cover[pixel] = body;
                        area.merge(body, 1, Integer::sum);
                    }
                }
            }
            Map<Body, Integer> visible = new IdentityHashMap<>();
            for (Body body : cover) {
                if (body != null) {
                    visible.merge(body, 1, Integer::sum);
                }
            }
            Optional<Body> hidden = bodies.stream()
                    .filter(body -> visible.getOrDefault(body, 0) < MIN_VISIBLE * area.getOrDefault(body, 1))
                    .findFirst();
            if (hidden.isEmpty()) {
                return cover;
            }
            bodies.remove(hidden.get());
        }
    }

    /** RGB in [0,1] of hue (in turns), saturation and value. */
    private static double[] colour(double hue, double saturation, double value) {
        double[] rgb = new double[3];
        for (int c = 0; c < 3; c++) {
            double distance =
                    Math.abs((hue - c / 3.0) - Math.rint(hue - c / 3.0)); // from the channel's own hue, in turns
            double strength = Math.max(0, Math.min(1, 2 - 6 * distance));
            rgb[c] = value * (1 - saturation + saturation * strength);
        }
        return rgb;
    }
}
