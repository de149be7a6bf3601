package dev.imas.data;

import dev.imas.augment.LabelMap;
import dev.imas.augment.RgbImage;
import dev.imas.common.Rng;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Generated scenes for runs without files: a textured background and a few objects that differ in shape and texture
 * but never in colour. Two classes share each shape and each texture is shared by several classes, so neither alone
 * tells the class; backgrounds wear the same textures; objects hide each other, lie in a light gradient and in noise.
 * Scene i of a stream depends on (seed, stream, i) alone. Rendered once and kept (4 bytes a pixel).
 */
public final class EmbeddedScenes implements ImageSource {
    /** Class names; class 0 is the background. */
    public static final List<String> CLASS_NAMES = List.of("background", "striped disc", "dotted disc", "striped square", "checked square", "dotted triangle", "checked triangle");
    /** One 0xRRGGBB a class. */
    public static final List<Integer> PALETTE = List.of(0x2b2d33, 0xe4572e, 0xf3a712, 0x4c78a8, 0x72b7b2, 0x54a24b, 0xb279a2);

    // What makes the task harder or easier.
    private static final int MIN_OBJECTS = 2;
    private static final int MAX_OBJECTS = 4;
    private static final double MIN_RADIUS = 0.12;   // of the side
    private static final double MAX_RADIUS = 0.24;
    private static final double MIN_PERIOD = 5.0;    // pixels of a 96-pixel scene
    private static final double MAX_PERIOD = 9.0;
    private static final double MIN_CONTRAST = 0.25; // of an object's two colours
    private static final double MAX_CONTRAST = 0.6;
    private static final double BACKGROUND_CONTRAST = 0.18;
    private static final double LIGHT = 0.35;        // change of brightness across the scene
    private static final double NOISE = 0.045;       // standard deviation of the sensor noise

    private static final Kind[] KINDS = {null, new Kind(Shape.DISC, Texture.STRIPES), new Kind(Shape.DISC, Texture.DOTS), new Kind(Shape.SQUARE, Texture.STRIPES),
            new Kind(Shape.SQUARE, Texture.CHECKS), new Kind(Shape.TRIANGLE, Texture.DOTS), new Kind(Shape.TRIANGLE, Texture.CHECKS)};

    private enum Shape {
        DISC, SQUARE, TRIANGLE;

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
        PLAIN, STRIPES, DOTS, CHECKS;

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

    private record Kind(Shape shape, Texture texture) {
    }

    /** Two colours laid out by a texture; colours are in [0,1]. */
    private record Surface(Texture texture, double[] first, double[] second, double period, double angle, double phase) {
        static Surface draw(Texture texture, double contrast, double scale, Rng rng) {
            double[] first = new double[3];
            double[] second = new double[3];
            double sign = rng.uniform() < 0.5 ? -1 : 1;
            for (int c = 0; c < 3; c++) {
                first[c] = rng.uniform(0.2, 0.8);
                second[c] = first[c] + sign * contrast * rng.uniform(0.6, 1.0);
            }
            return new Surface(texture, first, second, scale * rng.uniform(MIN_PERIOD, MAX_PERIOD), rng.uniform(0, Math.PI), rng.uniform(0, 1));
        }

        double[] at(double x, double y) {
            double cos = Math.cos(angle);
            double sin = Math.sin(angle);
            int which = texture.at((x * cos + y * sin) / period + phase, (y * cos - x * sin) / period + phase);
            return which == 0 ? first : second;
        }
    }

    private record Body(int label, double x, double y, double radius, double angle, Surface surface) {
        boolean covers(double px, double py) {
            double dx = (px - x) / radius;
            double dy = (py - y) / radius;
            double cos = Math.cos(angle);
            double sin = Math.sin(angle);
            return KINDS[label].shape().contains(dx * cos + dy * sin, dy * cos - dx * sin);
        }
    }

    private record Scene(RgbImage image, LabelMap mask) {
    }

    private final long seed;
    private final String stream;
    private final int side;
    private final AtomicReferenceArray<Scene> scenes;

    /**
     * @param stream {@code train} or {@code validation}: scenes of different streams are unrelated
     * @param count  scenes
     * @param side   pixels of a scene's side, at least 16
     */
    public EmbeddedScenes(long seed, String stream, int count, int side) {
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
        return String.format("%s-%04d", stream, i);
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
        double scale = side / 96.0;
        Texture ground = Texture.values()[rng.integer(0, Texture.values().length)];
        Surface background = Surface.draw(ground, BACKGROUND_CONTRAST, scale, rng);
        Body[] bodies = new Body[rng.integer(MIN_OBJECTS, MAX_OBJECTS + 1)];
        for (int k = 0; k < bodies.length; k++) {
            int label = rng.integer(1, KINDS.length);
            double radius = side * rng.uniform(MIN_RADIUS, MAX_RADIUS);
            Surface surface = Surface.draw(KINDS[label].texture(), rng.uniform(MIN_CONTRAST, MAX_CONTRAST), scale, rng);
            bodies[k] = new Body(label, side * rng.uniform(0.08, 0.92), side * rng.uniform(0.08, 0.92), radius, rng.uniform(0, 2 * Math.PI), surface);
        }
        double lightAngle = rng.uniform(0, 2 * Math.PI);
        double lightX = LIGHT * Math.cos(lightAngle) / side;
        double lightY = LIGHT * Math.sin(lightAngle) / side;
        double brightness = rng.uniform(0.8, 1.2);

        byte[] rgb = new byte[side * side * 3];
        byte[] labels = new byte[side * side];
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                Body body = topmost(bodies, x, y);
                double[] colour = (body == null ? background : body.surface()).at(x, y);
                double light = brightness * (1 + lightX * (x - side / 2.0) + lightY * (y - side / 2.0));
                int pixel = y * side + x;
                labels[pixel] = (byte) (body == null ? 0 : body.label());
                for (int c = 0; c < 3; c++) {
                    double value = colour[c] * light + NOISE * rng.gaussian();
                    rgb[3 * pixel + c] = (byte) Math.max(0, Math.min(255, Math.round(255 * value)));
                }
            }
        }
        return new Scene(new RgbImage(side, side, rgb), new LabelMap(side, side, labels));
    }

    /** The last body that covers the pixel, or null. */
    private static Body topmost(Body[] bodies, int x, int y) {
        for (int k = bodies.length - 1; k >= 0; k--) {
            if (bodies[k].covers(x, y)) {
                return bodies[k];
            }
        }
        return null;
    }
}
