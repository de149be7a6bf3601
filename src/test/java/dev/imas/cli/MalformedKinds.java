package dev.imas.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.Mutations;
import dev.imas.common.Sha256;
import dev.imas.image.Corpus;
import dev.imas.image.TestFiles;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.weights.NetworkSpec;
import dev.imas.weights.WeightSamples;
import ij.gui.OvalRoi;
import ij.gui.Roi;
import ij.gui.ShapeRoi;
import ij.io.RoiEncoder;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Every kind of file that the program reads, damaged, and the command that reads it. */
final class MalformedKinds {
    /**
     * A command on damaged input.
     *
     * @param damaged the file's bytes: texts in them may come back in messages
     */
    record Case(List<String> arguments, byte[] damaged) {}

    /** Makes the case of some random numbers in its folder. */
    interface Kind {
        Case next(Random random) throws IOException;
    }

    /** Which kind has its turn when: the cheaper ones more often. */
    static final List<String> ORDER = List.of(
            "list",
            "yaml",
            "geojson",
            "coco",
            "labelme",
            "roi",
            "roi.zip",
            "colour",
            "listed",
            "safetensors",
            "classes",
            "image",
            "geojson",
            "coco",
            "labelme",
            "roi",
            "yaml",
            "mask",
            "names",
            "pth",
            "predicted",
            "listed",
            "list",
            "yaml",
            "geojson",
            "coco",
            "labelme",
            "roi.zip",
            "colour",
            "safetensors",
            "classes",
            "report",
            "image",
            "mask",
            "pth",
            "resume");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SQUARE = "[[1,0],[4,0],[4,3],[1,3],[1,0]]";
    private static final String GEOJSON = "{\"type\": \"FeatureCollection\", \"features\": [\n"
            + "{\"type\": \"Feature\", \"geometry\": {\"type\": \"Polygon\", \"coordinates\": [" + SQUARE + "]},\n"
            + "\"properties\": {\"classification\": {\"name\": \"Tumor\", \"color\": [200, 0, 0]}}},\n"
            + "{\"type\": \"Feature\", \"geometry\": {\"type\": \"MultiPolygon\", \"coordinates\": [[" + SQUARE
            + "]]},\n\"properties\": {\"classification\": {\"name\": \"Stroma\", \"colorRGB\": -16711936}}}]}\n";
    private static final String COCO = "{\"images\": [{\"id\": 5, \"file_name\": \"a.png\", \"width\": 8, \"height\":"
            + " 6}],\n\"categories\": [{\"id\": 7, \"name\": \"cat\"}, {\"id\": 3, \"name\": \"dog\"}],\n\"annotations\":"
            + " [{\"id\": 1, \"image_id\": 5, \"category_id\": 7, \"iscrowd\": 0, \"bbox\": [1, 0, 2, 2],\n"
            + "\"segmentation\": [[1, 0, 3, 0, 3, 2, 1, 2]]},\n{\"id\": 2, \"image_id\": 5, \"category_id\": 3,"
            + " \"segmentation\": {\"size\": [6, 8], \"counts\": [3, 2, 1, 2, 40]}},\n{\"id\": 3, \"image_id\": 5,"
            + " \"category_id\": 3, \"segmentation\": {\"size\": [6, 8], \"counts\": \"3210W1\"}}]}\n";
    private static final String LABELME = "{\"version\": \"5.4.1\", \"flags\": {}, \"shapes\": [\n{\"label\": \"cell\","
            + " \"points\": [[1, 0], [3, 0], [3, 2]], \"group_id\": 1, \"shape_type\": \"polygon\", \"flags\": {}},\n"
            + "{\"label\": \"disc\", \"points\": [[3.5, 2.5], [3.5, 3.5]], \"shape_type\": \"circle\"},\n{\"label\":"
            + " \"mask\", \"points\": [[3, 0], [4, 1]], \"shape_type\": \"mask\", \"mask\": \"MASK\"}],\n\"imagePath\":"
            + " \"a.png\", \"imageData\": \"AAAA\", \"imageHeight\": 6, \"imageWidth\": 8}\n";
    private static final String LISTED = "name: listed\ndata:\n  layout: list\n  classes: 3\n";
    private static final String SETTINGS = "name: mine\nextends: embedded\nmethod: imas\nseed: 3\ndata:\n"
            + "  layout: folders\n  classes: 3\n  class_names: [background, one, two]\n"
            + "  palette: [\"#000000\", \"#800000\", \"#008000\"]\n  labels: {0: background, 1: one, 2-9: two}\n"
            + "  channels: rgb\n  range: auto\n  ignore: [255]\nnetwork: {backbone: tiny, aspp: [2, 4, 6]}\n"
            + "augment:\n  crop: [16, 16]\n  resize: scale\n  resize_min: 0.5\n  resize_max: 2.0\ntraining:\n"
            + "  epochs: 3\n  sup_only_epochs: 1\n  batch_labeled: 2\n  lr: 1e-3\nunsupervised: {threshold: 0.9}\n";
    private static final List<String> SMALL_RUN = List.of(
            "--device=cpu",
            "--precision=fp32",
            "--set=data.embedded={images: 8, labeled: 2, validation: 2, size: 32}",
            "--set=augment.crop=[32, 32]",
            "--set=training.batch_labeled=2",
            "--set=training.batch_unlabeled=2",
            "--set=training.epochs=1",
            "--set=training.sup_only_epochs=0",
            "--set=training.log_every=1");

    private final Path root;
    /** Files are left as they are: what is damaged later must be read when it is whole. */
    private boolean sound;

    /** @param root where folders are made, one a kind */
    MalformedKinds(Path root) {
        this.root = root;
    }

    /** By name. */
    Map<String, Kind> all() throws IOException {
        Map<String, Kind> kinds = new LinkedHashMap<>();
        kinds.put("list", list(folder("list")));
        kinds.put("yaml", yaml(folder("yaml")));
        kinds.put("image", images(folder("image"), "images/p4", Corpus.whole()));
        kinds.put("mask", images(folder("mask"), "masks/p1", masks()));
        kinds.put("classes", classFiles(folder("classes")));
        kinds.put("names", names(root.resolve("names")));
        kinds.put("geojson", annotations("geojson", "a.geojson", GEOJSON.getBytes(UTF_8)));
        kinds.put("coco", annotations("coco", "a.json", COCO.getBytes(UTF_8)));
        kinds.put("labelme", annotations("labelme", "a.json", labelme()));
        kinds.put("roi", annotations("roi", "a.roi", RoiEncoder.saveAsByteArray(region())));
        kinds.put("roi.zip", annotations("roi", "a.zip", zipped()));
        kinds.put("colour", annotations("colour", "a.png", TestFiles.encode(indices(8, 6), "png")));
        kinds.put("listed", listedClasses());
        Path run = trained();
        kinds.put("safetensors", safetensors(run));
        kinds.put("pth", pth(run));
        kinds.put("predicted", predicted(run));
        kinds.put("report", runFiles(run, "report"));
        kinds.put("resume", runFiles(run, "resume"));
        return kinds;
    }

    /** From here on files are damaged. */
    void damage(boolean damaged) {
        sound = !damaged;
    }

    private byte[] text(byte[] whole, Random random) {
        return sound ? whole : Mutations.text(whole, random);
    }

    private byte[] bytes(byte[] whole, Random random) {
        return sound ? whole : Mutations.bytes(whole, random);
    }

    private Path folder(String name) throws IOException {
        Path folder = root.resolve(name);
        for (int i = 0; i < 6; i++) {
            TestFiles.picture(folder.resolve("images/p" + i + ".png"), 24, 12);
            if (i < 4) {
                TestFiles.mask(folder.resolve("masks/p" + i + ".png"), 24, 12, 0, 1, 2);
            }
        }
        return folder;
    }

    private static List<String> data(Path folder, String... more) {
        List<String> arguments = new ArrayList<>(List.of("data", "--data", folder.toString()));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--out", folder.resolve("page.html").toString()));
        return arguments;
    }

    private static Case of(List<String> arguments, Path file, byte[] damaged) throws IOException {
        TestFiles.write(file, damaged);
        return new Case(arguments, damaged);
    }

    private Kind list(Path folder) throws IOException {
        String labeled = "# labelled\nimages/p0.png masks/p0.png\nimages/p1.png\tmasks/p1.png\n";
        String unlabeled = "images/p4.png\n/images/p5.png\n";
        String validation = "images/p2.png masks/p2.png\nimages/p3.png masks/p3.png\n";
        Path config = Files.writeString(folder.resolve("listed.yaml"), LISTED);
        List<String> texts = List.of(labeled, unlabeled, validation);
        List<Path> files = Stream.of("labeled", "unlabeled", "val")
                .map(name -> folder.resolve(name + ".txt"))
                .toList();
        List<String> arguments = data(
                folder,
                "--config=" + config,
                "--labeled=" + files.get(0),
                "--unlabeled=" + files.get(1),
                "--val=" + files.get(2));
        return random -> {
            int one = random.nextInt(texts.size());
            for (int i = 0; i < texts.size(); i++) {
                Files.writeString(files.get(i), texts.get(i));
            }
            return of(arguments, files.get(one), text(texts.get(one).getBytes(UTF_8), random));
        };
    }

    private Kind yaml(Path folder) throws IOException {
        List<byte[]> texts = new ArrayList<>(List.of(SETTINGS.getBytes(UTF_8)));
        for (String name : List.of("reference-voc.yaml", "reference-full.yaml")) {
            try (var in = MalformedKinds.class.getResourceAsStream("/config/" + name)) {
                texts.add(in.readAllBytes());
            }
        }
        Path file = folder.resolve("damaged.yaml");
        return random -> of(
                data(folder, "--config=" + file),
                file,
                text(texts.get(random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 0), random));
    }

    /** A picture or mask among sound ones. */
    private Kind images(Path folder, String name, List<byte[]> whole) {
        List<String> endings = List.of("png", "jpg", "tif", "gif", "bmp", "webp");
        Path before = folder.resolve(name + ".png");
        return random -> {
            for (String ending : endings) {
                Files.deleteIfExists(folder.resolve(name + "." + ending));
            }
            Files.deleteIfExists(before);
            byte[] file = whole.get(random.nextInt(whole.size()));
            byte[] damaged = random.nextInt(3) == 0 ? repaired(bytes(file, random)) : bytes(file, random);
            Path path = folder.resolve(name + "." + endings.get(random.nextInt(endings.size())));
            return of(data(folder), path, damaged);
        };
    }

    private static List<byte[]> masks() {
        BufferedImage image = indices(24, 12);
        byte[][] rows = new byte[12][24];
        rows[3][4] = 1;
        rows[5][6] = 2;
        return List.of(
                TestFiles.encode(image, "png"),
                TestFiles.encode(image, "gif"),
                TestFiles.encode(image, "bmp"),
                TestFiles.encode(image, "tif"),
                TestFiles.png(24, 12, 8, 0, new byte[0], rows));
    }

    /** Classes 0 to 2 as a palette's indices. */
    private static BufferedImage indices(int width, int height) {
        byte[] colours = {0, 100, (byte) 200};
        IndexColorModel palette = new IndexColorModel(8, 3, colours, new byte[3], colours);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, palette);
        for (int i = 0; i < width * height; i++) {
            image.getRaster().setSample(i % width, i / width, 0, i / 5 % 3);
        }
        return image;
    }

    /** A PNG with right checksums, so that what lies below them is looked at. */
    private static byte[] repaired(byte[] file) {
        if (file.length < 8 || file[1] != 'P') {
            return file;
        }
        ByteBuffer bytes = ByteBuffer.wrap(file);
        for (int at = 8; at <= file.length - 12; ) {
            int length = bytes.getInt(at);
            if (length < 0 || length > file.length - 12 - at) {
                break;
            }
            CRC32 checksum = new CRC32();
            checksum.update(file, at + 4, length + 4);
            bytes.putInt(at + 8 + length, (int) checksum.getValue());
            at += 12 + length;
        }
        return file;
    }

    private Kind classFiles(Path folder) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("classes.txt", "background\none\ntwo\n");
        texts.put(
                "classes.yaml", "class_names: [background, one, two]\npalette: [\"#000000\", \"#ff0000\", 0x00ff00]\n");
        texts.put("label_colors.txt", "0 0 0 background\n128 0 0 one\n0 128 0 two\n");
        texts.put("class_names.txt", "0: background\n1: one\n2: two\n");
        List<String> names = List.copyOf(texts.keySet());
        return random -> {
            for (String name : names) {
                Files.deleteIfExists(folder.resolve(name));
            }
            String name = names.get(random.nextInt(names.size()));
            return of(data(folder), folder.resolve(name), text(texts.get(name).getBytes(UTF_8), random));
        };
    }

    /** Sound files with names that nobody expects. */
    private static Kind names(Path folder) {
        return random -> {
            MalformedInputs.delete(folder);
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 4; i++) {
                String token = Mutations.token(random);
                String name = "p" + i
                        + token.substring(0, Math.min(40, token.length())).replace('/', '-');
                all.append(name);
                try {
                    TestFiles.picture(folder.resolve("images/" + name + ".png"), 24, 12);
                    TestFiles.mask(folder.resolve("masks/" + name + ".png"), 24, 12, 0, 1, 2);
                } catch (InvalidPathException e) {
                    continue; // no name of this system
                }
            }
            Files.createDirectories(folder.resolve("images"));
            return new Case(data(folder), all.toString().getBytes(UTF_8));
        };
    }

    private Kind annotations(String format, String name, byte[] whole) throws IOException {
        Path folder = root.resolve("import-" + name.replace('.', '-') + "-" + format);
        TestFiles.picture(folder.resolve("images/a.png"), 8, 6);
        TestFiles.picture(folder.resolve("images/b.png"), 8, 6);
        List<String> arguments = List.of(
                "import",
                "--from=" + format,
                "--images=" + folder.resolve("images"),
                "--annotations=" + folder.resolve("annotations"),
                "--out=" + folder.resolve("out"));
        boolean text = name.endsWith("json");
        return random ->
                of(arguments, folder.resolve("annotations/" + name), text ? text(whole, random) : bytes(whole, random));
    }

    private static byte[] labelme() {
        byte[] mask = TestFiles.png(2, 2, 8, 0, new byte[0], new byte[] {1, 0}, new byte[] {1, 1});
        return LABELME.replace("MASK", Base64.getEncoder().encodeToString(mask)).getBytes(UTF_8);
    }

    private static Roi region() {
        return new ShapeRoi(new Roi(0, 0, 5, 4)).not(new ShapeRoi(new Roi(1, 1, 2, 2)));
    }

    private static byte[] zipped() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            int i = 0;
            for (Roi roi : List.of(region(), new OvalRoi(0, 0, 6, 4), new Roi(1, 1, 3, 2))) {
                zip.putNextEntry(new ZipEntry((i == 1 ? "../../" : "") + "000" + i++ + ".roi"));
                zip.write(RoiEncoder.saveAsByteArray(roi));
            }
        }
        return bytes.toByteArray();
    }

    private Kind listedClasses() throws IOException {
        Path folder = root.resolve("listed");
        TestFiles.picture(folder.resolve("images/a.png"), 8, 6);
        TestFiles.write(folder.resolve("annotations/a.geojson"), GEOJSON.getBytes(UTF_8));
        Path file = folder.resolve("names.txt");
        byte[] whole = "background\nTumor #c80000\nStroma = ignore\n* = skip\n".getBytes(UTF_8);
        List<String> arguments = List.of(
                "import",
                "--from=geojson",
                "--images=" + folder.resolve("images"),
                "--annotations=" + folder.resolve("annotations"),
                "--classes=" + file,
                "--out=" + folder.resolve("out"));
        return random -> of(arguments, file, text(whole, random));
    }

    /** A finished run of the smallest kind. */
    private Path trained() throws IOException {
        Path run = root.resolve("run");
        List<String> arguments = new ArrayList<>(List.of("train", "--out=" + run));
        arguments.addAll(SMALL_RUN);
        Shell.Result result = Shell.imas(arguments.toArray(String[]::new));
        if (result.status() != 0) {
            throw new IOException("no run to damage: " + result.err());
        }
        return run;
    }

    private List<String> prediction(Path weights, String... more) throws IOException {
        Path picture = root.resolve("picture.png");
        if (Files.notExists(picture)) {
            TestFiles.picture(picture, 24, 12);
        }
        List<String> arguments = new ArrayList<>(List.of(
                "predict",
                "--device=cpu",
                "--weights=" + weights,
                "--input=" + picture,
                "--out=" + root.resolve("predicted")));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private Kind safetensors(Path run) throws IOException {
        byte[] whole = Files.readAllBytes(run.resolve("teacher.safetensors"));
        Path file = root.resolve("safetensors/damaged.safetensors");
        return random ->
                of(prediction(file), file, random.nextInt(3) == 0 ? bytes(whole, random) : withHeader(whole, random));
    }

    /** With a header that is damaged as a text, and its right length. */
    private byte[] withHeader(byte[] whole, Random random) {
        ByteBuffer bytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) bytes.getLong(0);
        byte[] header = text(Arrays.copyOfRange(whole, 8, 8 + length), random);
        ByteBuffer made =
                ByteBuffer.allocate(whole.length - length + header.length).order(ByteOrder.LITTLE_ENDIAN);
        return made.putLong(header.length)
                .put(header)
                .put(whole, 8 + length, whole.length - 8 - length)
                .array();
    }

    private Kind pth(Path run) throws IOException {
        Path own = run.resolve("teacher.safetensors");
        Path config = run.resolve("config.yaml");
        Path file = root.resolve("pth/damaged.pth");
        byte[] whole;
        try (SegmentationNetwork network = NetworkSpec.open(own)) {
            whole = WeightSamples.pth(network);
        }
        return random -> {
            byte[] damaged = bytes(whole, random);
            if (random.nextInt(3) > 0) { // below the archive's checksums
                try (SegmentationNetwork network = NetworkSpec.open(own)) {
                    damaged = WeightSamples.pth(network.state(), pickle -> bytes(pickle, random));
                }
            }
            return of(prediction(file, "--config=" + config), file, damaged);
        };
    }

    /** A damaged picture, segmented. */
    private Kind predicted(Path run) throws IOException {
        List<byte[]> whole = Corpus.whole();
        Path file = root.resolve("predict/damaged.png");
        List<String> arguments = new ArrayList<>(prediction(run.resolve("teacher.safetensors")));
        arguments.removeIf(argument -> argument.startsWith("--input"));
        arguments.add("--input=" + file);
        return random -> of(arguments, file, repaired(bytes(whole.get(random.nextInt(whole.size())), random)));
    }

    /** A copy of a run with one file damaged, reported on or resumed. */
    private Kind runFiles(Path run, String what) throws IOException {
        Path copy = root.resolve(what);
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(run)) {
            all.filter(Files::isRegularFile)
                    .map(run::relativize)
                    .filter(file -> !file.toString().equals(".lock"))
                    .sorted()
                    .forEach(files::add);
        }
        List<Path> damageable = files.stream()
                .filter(file -> what.equals("report")
                        ? file.toString().matches(".*\\.(csv|json|yaml|png)") && !file.startsWith("checkpoints")
                        : file.startsWith("checkpoints") || file.toString().endsWith("csv"))
                .toList();
        List<String> arguments =
                what.equals("report") ? List.of("report", copy.toString()) : List.of("train", "--resume=" + copy);
        return random -> {
            MalformedInputs.delete(copy);
            for (Path file : files) {
                Files.createDirectories(copy.resolve(file).getParent());
                Files.copy(run.resolve(file), copy.resolve(file));
            }
            Path file = damageable.get(random.nextInt(damageable.size()));
            byte[] whole = Files.readAllBytes(run.resolve(file));
            boolean text = file.toString().matches(".*\\.(csv|json|yaml)");
            byte[] damaged = text ? text(whole, random) : bytes(whole, random);
            boolean description = file.startsWith("checkpoints") && text;
            return of(arguments, copy.resolve(file), description && random.nextBoolean() ? signed(damaged) : damaged);
        };
    }

    /** With the checksum of a description that is JSON still. */
    private static byte[] signed(byte[] description) {
        try {
            if (!(JSON.readTree(description) instanceof ObjectNode content)) {
                return description;
            }
            content.remove("check");
            content.put("check", Sha256.of(content.toString().getBytes(UTF_8)));
            return JSON.writeValueAsBytes(content);
        } catch (IOException e) {
            return description;
        }
    }
}
