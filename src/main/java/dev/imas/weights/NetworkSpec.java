package dev.imas.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.common.UserException;
import dev.imas.config.Channels;
import dev.imas.config.ClassNameRule;
import dev.imas.config.Colors;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.LastWindow;
import dev.imas.config.ImasConfig.PatchFit;
import dev.imas.config.Names;
import dev.imas.config.PictureInput;
import dev.imas.config.PixelRange;
import dev.imas.nn.SegmentationNetwork;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a weight file must say beside its tensors, so that the network can be built and its output read:
 *
 * <pre>
 * format             pt
 * imas.version       1
 * imas.backbone      tiny | resnet18 | resnet34 | resnet50 | resnet101 | vit_tiny | dinov2_small | dinov2_base |
 *                    dinov2_large; what follows it goes with it
 * imas.stem          deep | conv7
 * imas.output_stride 8 | 16
 * imas.aspp          [6,12,18]
 * imas.multi_grid    true | false
 * imas.auxiliary     true | false
 * imas.classes       21
 * imas.class_names   ["background","aeroplane",...] or []
 * imas.palette       ["#000000","#800000",...] or []
 * imas.input         RGB, scaled to [0,1], minus mean, over std; [B,3,H,W]   (for readers of other frameworks)
 * imas.channels      "rgb", the number of stored channels, or those that are seen, such as [0,2,5]
 * imas.range         which stored values become 0 and 1: as data.range, [[101.0,2058.0],[88.0,3120.0]]
 * imas.page          page of a stack that is seen, or null
 * imas.scale         1.0: by which factor pictures are reduced for it (evaluation.scale)
 * imas.mode          whole | sliding: how its run saw pictures (evaluation.mode)
 * imas.window        513: side of the sliding windows (evaluation.window)
 * imas.last_window   cut | moved: what becomes of the last ones (evaluation.last_window)
 * imas.patch_fit     resize | pad: how pictures get whole patches, of a transformer (evaluation.patch_fit)
 * imas.tile          321: side of the squares that it learned from, the least for whoever cuts pictures into tiles
 * imas.mean          [0.485,0.456,0.406]
 * imas.std           [0.229,0.224,0.225]
 * </pre>
 *
 * All values are texts in the safetensors metadata; lists are JSON. Files from before they were written lack channels,
 * range and page, and are for RGB, or what says how pictures are seen.
 *
 * @param network    backbone and its variant; {@code initWeights} is not kept
 * @param classes    number of classes
 * @param classNames one a class, or empty
 * @param palette    one 0xRRGGBB a class, or empty
 * @param input      what it sees of a picture
 * @param sight      how it is meant to see pictures
 */
public record NetworkSpec(
        ImasConfig.Network network,
        int classes,
        List<String> classNames,
        List<Integer> palette,
        PictureInput input,
        Sight sight) {
    /**
     * How a network is meant to see pictures; what is empty is not known.
     *
     * @param scale  factor in (0,1] by which they are reduced
     * @param mode   whole or in sliding windows
     * @param window side of the sliding windows, at least 1
     * @param last   what becomes of windows that reach over the picture's end
     * @param fit    how pictures get whole patches
     * @param tile   side of the squares that it learned from, in reduced pixels, at least 1
     */
    public record Sight(
            OptionalDouble scale,
            Optional<EvaluationMode> mode,
            OptionalInt window,
            Optional<LastWindow> last,
            Optional<PatchFit> fit,
            OptionalInt tile) {
        static final Sight UNKNOWN = new Sight(
                OptionalDouble.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty());

        static Sight of(ImasConfig config) {
            Evaluation evaluation = config.evaluation();
            int crop = Collections.max(config.augment().crop());
            return new Sight(
                    OptionalDouble.of(evaluation.scale()),
                    Optional.of(evaluation.mode()),
                    OptionalInt.of(evaluation.window()),
                    Optional.of(evaluation.lastWindow()),
                    Optional.of(evaluation.patchFit()),
                    OptionalInt.of(crop));
        }
    }

    private static final String PREFIX = "imas.";
    private static final String VERSION = "1";
    private static final ObjectMapper JSON = new ObjectMapper();

    public NetworkSpec {
        classNames = classNames == null ? List.of() : List.copyOf(classNames);
        palette = palette == null ? List.of() : List.copyOf(palette);
    }

    /** Of a network for RGB. */
    public NetworkSpec(ImasConfig.Network network, int classes, List<String> classNames, List<Integer> palette) {
        this(network, classes, classNames, palette, PictureInput.RGB);
    }

    /** Of a network of which it is not known how it is meant to see pictures. */
    public NetworkSpec(
            ImasConfig.Network network,
            int classes,
            List<String> classNames,
            List<Integer> palette,
            PictureInput input) {
        this(network, classes, classNames, palette, input, Sight.UNKNOWN);
    }

    /** What a configuration trains. */
    public static NetworkSpec of(ImasConfig config) {
        return new NetworkSpec(
                config.network(),
                config.data().classes(),
                config.data().classNames(),
                config.data().palette(),
                PictureInput.of(config.data()),
                Sight.of(config));
    }

    /** The same under other names and colours of the classes. */
    public NetworkSpec named(List<String> names, List<Integer> colours) {
        return new NetworkSpec(network, classes, names, colours, input, sight);
    }

    /** The same, with the network of a file and what that learned from. */
    public NetworkSpec around(NetworkSpec file) {
        Sight seen = new Sight(sight.scale, sight.mode, sight.window, sight.last, sight.fit, file.sight.tile);
        return new NetworkSpec(file.network, classes, classNames, palette, input, seen);
    }

    /** A new network of this kind on the CPU, with first values. */
    public SegmentationNetwork create() {
        return SegmentationNetwork.create(network, input.channels().count(), classes, 0);
    }

    /** A new network of this kind on the CPU, all of whose values a file gives: until then its parameters are NaN. */
    public SegmentationNetwork undrawn() {
        return SegmentationNetwork.undrawn(network, input.channels().count(), classes);
    }

    /** As texts for {@link WeightFiles#save}. */
    public Map<String, String> metadata() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("format", "pt");
        texts.put(PREFIX + "version", VERSION);
        texts.put(PREFIX + "backbone", Names.word(network.backbone()));
        texts.put(PREFIX + "stem", Names.word(network.stem()));
        texts.put(PREFIX + "output_stride", String.valueOf(network.outputStride()));
        texts.put(PREFIX + "aspp", json(network.aspp()));
        texts.put(PREFIX + "multi_grid", String.valueOf(network.multiGrid()));
        texts.put(PREFIX + "auxiliary", String.valueOf(network.auxiliary()));
        texts.put(PREFIX + "classes", String.valueOf(classes));
        texts.put(PREFIX + "class_names", json(classNames));
        texts.put(PREFIX + "palette", json(palette.stream().map(Colors::hex).toList()));
        texts.put(PREFIX + "input", inputInWords());
        texts.put(PREFIX + "channels", json(input.channels().plain()));
        texts.put(PREFIX + "range", json(input.range().plain()));
        texts.put(PREFIX + "page", String.valueOf(input.page()));
        sight.scale.ifPresent(factor -> texts.put(PREFIX + "scale", String.valueOf(factor)));
        sight.mode.ifPresent(mode -> texts.put(PREFIX + "mode", Names.word(mode)));
        sight.window.ifPresent(side -> texts.put(PREFIX + "window", String.valueOf(side)));
        sight.last.ifPresent(last -> texts.put(PREFIX + "last_window", Names.word(last)));
        sight.fit.ifPresent(fit -> texts.put(PREFIX + "patch_fit", Names.word(fit)));
        sight.tile.ifPresent(side -> texts.put(PREFIX + "tile", String.valueOf(side)));
        texts.put(PREFIX + "mean", json(input.mean()));
        texts.put(PREFIX + "std", json(input.std()));
        return texts;
    }

    private String inputInWords() {
        int count = input.channels().count();
        String what = input.channels().rgb() ? "RGB" : count + (count == 1 ? " channel" : " channels");
        return what + ", scaled to [0,1], minus mean, over std; [B," + count + ",H,W]";
    }

    /**
     * The specification in a file's metadata; empty if the file holds none (another program's weights).
     *
     * @throws UserException if it is there but unusable
     */
    public static Optional<NetworkSpec> of(Path file) {
        Map<String, String> texts = WeightFiles.metadata(file);
        return texts.containsKey(PREFIX + "backbone") ? Optional.of(new Reader(file, texts).spec()) : Optional.empty();
    }

    /**
     * The network of a weight file, with its weights.
     *
     * @throws UserException if the file does not say which network it belongs to, or does not fit it
     */
    public static SegmentationNetwork open(Path file) {
        NetworkSpec spec = of(file).orElseThrow(() -> new UserException(file
                + " does not say which network it belongs to (no imas.backbone "
                + "in its metadata); give the configuration it was trained with"));
        return spec.filled(file);
    }

    /**
     * A network of this kind with the weights of the file that says it has them.
     *
     * @throws UserException if the file does not fit it
     */
    public SegmentationNetwork filled(Path file) {
        SegmentationNetwork network = undrawn();
        try {
            WeightFiles.load(network, file, WeightFiles.Fit.EXACT);
            return network;
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("lists of texts and numbers are always JSON", e);
        }
    }

    private record Reader(Path file, Map<String, String> texts) {
        NetworkSpec spec() {
            String version = text("version");
            if (!version.equals(VERSION)) {
                throw unusable("version", "version " + VERSION);
            }
            ImasConfig.Backbone backbone = choice("backbone", ImasConfig.Backbone.class);
            ImasConfig.Network network = ConfigYaml.defaults().network().with(settings -> settings.backbone(backbone)
                    .head(backbone.transformer() ? ImasConfig.Head.DPT : ImasConfig.Head.DEEPLABV3PLUS)
                    .stem(choice("stem", ImasConfig.Stem.class))
                    .outputStride(number("output_stride", 8, 16))
                    .aspp(dilations())
                    .multiGrid(flag("multi_grid"))
                    .auxiliary(flag("auxiliary"))
                    .initWeights(null)
                    .strictWeights(false));
            List<Integer> palette = list("palette", new TypeReference<List<String>>() {}).stream()
                    .map(this::color)
                    .toList();
            int classes = number("classes", 1, 255);
            List<String> names = list("class_names", new TypeReference<List<String>>() {});
            if (!names.isEmpty() && names.size() != classes || !names.stream().allMatch(ClassNameRule::allows)) {
                throw unusable("class_names", "none, or " + classes + ", each " + ClassNameRule.EXPECTED);
            }
            if (!palette.isEmpty() && palette.size() != classes) {
                throw unusable("palette", "no colour, or " + classes);
            }
            return new NetworkSpec(
                    network, classes, names, palette, has("channels") ? input() : PictureInput.RGB, sight());
        }

        private Sight sight() {
            return new Sight(
                    has("scale") ? OptionalDouble.of(scale()) : OptionalDouble.empty(),
                    known("mode", EvaluationMode.class),
                    side("window", 2),
                    known("last_window", LastWindow.class),
                    known("patch_fit", PatchFit.class),
                    side("tile", 1));
        }

        private <E extends Enum<E>> Optional<E> known(String key, Class<E> type) {
            return has(key) ? Optional.of(choice(key, type)) : Optional.empty();
        }

        private OptionalInt side(String key, int smallest) {
            return has(key) ? OptionalInt.of(number(key, smallest, Integer.MAX_VALUE)) : OptionalInt.empty();
        }

        private boolean has(String key) {
            return texts.containsKey(PREFIX + key);
        }

        private double scale() {
            try {
                double factor = Double.parseDouble(text("scale"));
                if (factor > 0 && factor <= 1) {
                    return factor;
                }
            } catch (NumberFormatException e) {
                // told below
            }
            throw unusable("scale", "a number above 0, up to 1");
        }

        private List<Integer> dilations() {
            List<Integer> dilations = list("aspp", new TypeReference<List<Integer>>() {});
            if (dilations.size() != 3 || dilations.stream().anyMatch(dilation -> dilation < 1 || dilation > 1000)) {
                throw unusable("aspp", "three dilations from 1 to 1000");
            }
            return dilations;
        }

        private PictureInput input() {
            Channels channels =
                    Channels.parse(value("channels")).orElseThrow(() -> unusable("channels", Channels.EXPECTED));
            PixelRange range =
                    PixelRange.parse(value("range")).orElseThrow(() -> unusable("range", PixelRange.EXPECTED));
            Integer page = text("page").equals("null") ? null : (Integer) number("page", 0, 1_000_000);
            return new PictureInput(
                    channels, range, page, normalization("mean", channels), normalization("std", channels));
        }

        private List<Double> normalization(String key, Channels channels) {
            List<Double> numbers = list(key, new TypeReference<List<Double>>() {});
            if (numbers.size() != channels.count() || !numbers.stream().allMatch(Double::isFinite)) {
                throw unusable(key, "a number for each of " + channels.count() + " channels");
            }
            return numbers;
        }

        private Object value(String key) {
            try {
                return JSON.readValue(text(key), Object.class);
            } catch (JsonProcessingException e) {
                throw unusable(key, "JSON");
            }
        }

        private String text(String key) {
            String text = texts.get(PREFIX + key);
            if (text == null) {
                throw new UserException(file + " lacks " + PREFIX + key + " in its metadata");
            }
            return text;
        }

        private <E extends Enum<E>> E choice(String key, Class<E> type) {
            return Names.constant(type, text(key)).orElseThrow(() -> unusable(key, "one of " + Names.words(type)));
        }

        private int number(String key, int lowest, int highest) {
            try {
                int number = Integer.parseInt(text(key));
                if (number >= lowest && number <= highest) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // told below
            }
            throw unusable(key, "a whole number in " + lowest + ".." + highest);
        }

        private boolean flag(String key) {
            String text = text(key);
            if (!text.equals("true") && !text.equals("false")) {
                throw unusable(key, "true or false");
            }
            return text.equals("true");
        }

        private <T> List<T> list(String key, TypeReference<List<T>> type) {
            try {
                List<T> list = JSON.readValue(text(key), type);
                if (list != null && list.stream().noneMatch(Objects::isNull)) {
                    return list;
                }
            } catch (JsonProcessingException e) {
                // told below
            }
            throw unusable(key, "a JSON list");
        }

        private int color(String text) {
            return Colors.ofHex(text).orElseThrow(() -> unusable("palette", "colours such as #80ff00"));
        }

        private UserException unusable(String key, String expected) {
            return new UserException(file + " has " + PREFIX + key + " = '" + texts.get(PREFIX + key)
                    + "' in its metadata; " + expected + " is expected");
        }
    }
}
