package dev.imas.export;

import dev.imas.common.Sha256;
import dev.imas.config.Channels;
import dev.imas.device.Torch;
import dev.imas.weights.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * A model description of bioimage.io, format 0.5, of a package whose other files are there: what programs of
 * bio-imaging have to know to run the model. Neither pre- nor postprocessing is listed: all of it is in the graph.
 */
final class ModelDescription {
    static final String FORMAT = "0.5.3";
    static final String FILE = "rdf.yaml";
    /** The oldest that the tests run such models in; programs take an engine of this version or a later one. */
    private static final String PYTORCH = "1.13.1";

    private static final String TAKES = "pictures";
    private static final String GIVES = "probabilities";
    private static final int LONGEST_NAME = 64;
    private static final String PAPER = "Zhao, Z., Long, S., Pi, J., Wang, J., Zhou, L.: Instance-specific and"
            + " Model-adaptive Supervision for Semi-supervised Semantic Segmentation, CVPR 2023";
    private static final String PAPER_URL = "https://arxiv.org/abs/2211.11335";

    private final Contents contents;
    private final Path folder;
    private final TileSides tiles;

    private ModelDescription(Contents contents, Path folder) {
        this.contents = contents;
        this.folder = folder;
        this.tiles = TileSides.of(contents.model().input().scale());
    }

    /** The text of rdf.yaml. */
    static String of(Contents contents, Path folder) throws IOException {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setWidth(120);
        options.setAllowUnicode(true);
        return new Yaml(options).dump(new ModelDescription(contents, folder).description());
    }

    /** The card's, or one made of the run's. */
    static String name(Contents contents) {
        ModelCard card = contents.card();
        if (card.name() != null) {
            return card.name();
        }
        String run = card.provenance().name().orElse("iMAS").replaceAll("[^A-Za-z0-9_+ ()-]", "_");
        String name = run + " segmentation";
        return name.substring(0, Math.min(LONGEST_NAME, name.length()));
    }

    /** The card's, or one made of the classes. */
    static String text(Contents contents) {
        if (contents.card().description() != null) {
            return contents.card().description();
        }
        Provenance known = contents.card().provenance();
        String training =
                known.method().isEmpty() ? "." : "; trained by iMAS from " + learnedFrom(known) + " pictures.";
        String into = "Semantic segmentation into ";
        String text = into + String.join(", ", contents.classNames()) + training;
        return text.length() <= ModelCard.MOST_DESCRIBED
                ? text
                : into + contents.classNames().size() + " classes" + training;
    }

    private static String learnedFrom(Provenance known) {
        boolean supervised = known.method().orElseThrow().equals("SUPERVISED");
        return count(known, "labeled") + "annotated"
                + (supervised ? "" : " and " + count(known, "unlabeled") + "other");
    }

    private static String count(Provenance known, String list) {
        OptionalInt count = known.pictures(list);
        return count.isPresent() ? count.getAsInt() + " " : "";
    }

    private Map<String, Object> description() throws IOException {
        Map<String, Object> top = new LinkedHashMap<>();
        top.put("format_version", FORMAT);
        top.put("type", "model");
        top.put("name", name(contents));
        top.put("description", text(contents));
        top.put(
                "authors",
                contents.card().authors().stream().map(ModelDescription::author).toList());
        top.put("license", contents.card().provenance().license().orElseThrow());
        top.put("cite", List.of(fields("text", PAPER, "url", PAPER_URL)));
        top.put("documentation", BioimageioZip.PAGE);
        top.put("covers", List.of(BioimageioZip.COVER));
        top.put("tags", List.of("semantic-segmentation", "segmentation", "2d", "pytorch", "imas"));
        if (contents.card().licenseText() != null) {
            top.put("attachments", List.of(file(BioimageioZip.LICENSE)));
        }
        top.put("inputs", List.of(input()));
        top.put("outputs", List.of(output()));
        top.put("weights", weights());
        Map<String, String> texts = new LinkedHashMap<>(contents.metadata());
        texts.remove(ModelCard.LICENSE_TEXT); // a file beside
        top.put("config", fields("imas", texts));
        return top;
    }

    private static Map<String, Object> author(Author author) {
        Map<String, Object> fields = fields("name", author.name());
        if (author.affiliation() != null) {
            fields.put("affiliation", author.affiliation());
        }
        if (author.github() != null) {
            fields.put("github_user", author.github());
        }
        return fields;
    }

    private Map<String, Object> input() throws IOException {
        Map<String, Object> size = fields("min", tiles.smallest(), "step", tiles.step());
        Map<String, Object> data = fields("type", "float32");
        if (contents.model().input().kind() == ModelInput.Kind.BYTES) {
            data.put("range", List.of(0.0, 255.0));
        }
        return fields(
                "id",
                TAKES,
                "description",
                contents.model().input().toGive() + "; range and normalisation are in the model",
                "axes",
                axes(inputChannels(), space("y", size), space("x", new LinkedHashMap<>(size))),
                "test_tensor",
                file(Trial.INPUT),
                "data",
                data);
    }

    private List<String> inputChannels() {
        Channels channels = contents.model().input().input().channels();
        return channels.rgb()
                ? List.of("red", "green", "blue")
                : channels.stored().stream().map(c -> "channel_" + c).toList();
    }

    private Map<String, Object> output() throws IOException {
        return fields(
                "id",
                GIVES,
                "description",
                "probability of each class, of sum 1",
                "axes",
                axes(PythonNames.of(contents.classNames()), referring("y"), referring("x")),
                "test_tensor",
                file(Trial.OUTPUT),
                "data",
                fields("type", "float32", "range", List.of(0.0, 1.0)));
    }

    private static List<Map<String, Object>> axes(
            List<String> channels, Map<String, Object> rows, Map<String, Object> columns) {
        return List.of(fields("type", "batch"), fields("type", "channel", "channel_names", channels), rows, columns);
    }

    private static Map<String, Object> space(String axis, Map<String, Object> size) {
        return fields("type", "space", "id", axis, "size", size);
    }

    /** As large as the input's, and of tiles the border left out. */
    private Map<String, Object> referring(String axis) {
        Map<String, Object> fields = space(axis, fields("tensor_id", TAKES, "axis_id", axis));
        fields.put("halo", tiles.halo());
        return fields;
    }

    private Map<String, Object> weights() throws IOException {
        Map<String, Object> torchscript = file(BioimageioZip.TORCHSCRIPT);
        torchscript.put("pytorch_version", PYTORCH);
        torchscript.put(
                "comment",
                "written by libtorch " + Torch.version() + "; runs in 1.13.1 and later, tried with 1.13.1, 2.7.1 and"
                        + " 2.10.0");
        Map<String, Object> onnx = file(BioimageioZip.ONNX);
        onnx.put("opset_version", OnnxFile.OPERATOR_SET);
        onnx.put("parent", "torchscript");
        return fields("torchscript", torchscript, "onnx", onnx);
    }

    private Map<String, Object> file(String name) throws IOException {
        return fields("source", name, "sha256", Sha256.of(folder.resolve(name)));
    }

    /** Keys and values in turn. */
    private static Map<String, Object> fields(Object... turns) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < turns.length; i += 2) {
            fields.put((String) turns[i], turns[i + 1]);
        }
        return fields;
    }

    /** SHA-256 of the files that a description names, by name. */
    static Map<String, String> checksums(Object description) {
        Map<String, String> sums = new LinkedHashMap<>();
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>()); // YAML may go round in a circle
        List<Object> open = new ArrayList<>();
        open.add(description);
        while (!open.isEmpty()) {
            Object next = open.remove(open.size() - 1);
            if (!seen.add(next)) {
                continue;
            }
            if (next instanceof Map<?, ?> fields) {
                if (fields.get("source") instanceof String name && fields.get("sha256") instanceof String sum) {
                    sums.put(name, sum);
                }
                open.addAll(fields.values());
            } else if (next instanceof List<?> list) {
                open.addAll(list);
            }
        }
        return sums;
    }
}
