package dev.imas.cli;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.device.Compute;
import dev.imas.image.Palette;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.weights.LoadReport;
import dev.imas.weights.NetworkSpec;
import dev.imas.weights.WeightFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.cli.CommandLine;

/**
 * A network with its weights on a device, and the settings around it. Our own files say which network they belong to;
 * for other files {@code --preset} or {@code --config} does.
 */
final class TrainedNetwork implements AutoCloseable {
    private final SegmentationNetwork network;
    private final NetworkSpec spec;
    private final ImasConfig config;
    private final Compute compute;

    private TrainedNetwork(SegmentationNetwork network, NetworkSpec spec, ImasConfig config, Compute compute) {
        this.network = network;
        this.spec = spec;
        this.config = config;
        this.compute = compute;
    }

    /** Opens --weights on --device in --precision. */
    static TrainedNetwork open(CommandLine line, Console console) {
        Path weights = Arguments.path(line, "weights");
        Optional<NetworkSpec> own = NetworkSpec.of(weights);
        boolean named = line.hasOption("preset") || line.hasOption("config");
        if (own.isEmpty() && !named) {
            throw new UserException(weights + " does not say which network it belongs to; name it with --preset or --config");
        }
        Map<String, Object> layers = named ? Arguments.layers(line, "voc", console) : surroundings(weights);
        if ((line.hasOption("data") || line.hasOption("val")) && ConfigYaml.resolve(layers).data().layout() == Layout.EMBEDDED) {
            ConfigYaml.set(layers, "data.layout", "list"); // named files are no generated scenes
        }
        own.ifPresent(spec -> describe(layers, spec));
        override(layers, line);
        ImasConfig config = ConfigYaml.resolve(layers);
        NetworkSpec spec = own.orElseGet(() -> NetworkSpec.of(config));
        Compute compute = Compute.of(config.device(), config.precision(), spec.network().backbone());
        SegmentationNetwork network = own.isPresent() ? NetworkSpec.open(weights) : foreign(config, weights, line.hasOption("strict"), console);
        network.to(compute.torchDevice());
        if (compute.channelsLast()) {
            network.channelsLast();
        }
        return new TrainedNetwork(network, spec, config, compute);
    }

    /** The settings of the run that the weights lie in, else the defaults with lists of two columns. */
    private static Map<String, Object> surroundings(Path weights) {
        Path run = weights.toAbsolutePath().resolveSibling("config.yaml");
        if (Files.isRegularFile(run)) {
            return ConfigYaml.file(run);
        }
        Map<String, Object> layers = ConfigYaml.preset("voc");
        ConfigYaml.set(layers, "data.layout", "list");
        return layers;
    }

    private static void describe(Map<String, Object> layers, NetworkSpec spec) {
        ConfigYaml.set(layers, "data.classes", spec.classes());
        ConfigYaml.set(layers, "data.class_names", spec.classNames());
        ConfigYaml.set(layers, "data.palette", spec.palette());
    }

    private static void override(Map<String, Object> layers, CommandLine line) {
        Arguments.override(layers, line, "data", "data.root");
        Arguments.override(layers, line, "val", "data.validation");
        Arguments.override(layers, line, "device", "device");
        Arguments.override(layers, line, "precision", "precision");
        Arguments.settings(layers, line);
    }

    private static SegmentationNetwork foreign(ImasConfig config, Path weights, boolean strict, Console console) {
        SegmentationNetwork network = SegmentationNetwork.create(config.network(), config.data().classes(), 0);
        try {
            LoadReport report = WeightFiles.load(network, weights, strict);
            console.err().println(report.summary());
            return network;
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    /** The settings around the network: where pictures are, how they are evaluated. */
    ImasConfig config() {
        return config;
    }

    Compute compute() {
        return compute;
    }

    SegmentationNetwork network() {
        return network;
    }

    int classes() {
        return spec.classes();
    }

    List<String> classNames() {
        return spec.classNames().isEmpty() ? IntStream.range(0, spec.classes()).mapToObj(c -> "class " + c).toList() : spec.classNames();
    }

    List<Integer> palette() {
        return spec.palette().isEmpty() ? Palette.voc(spec.classes()) : spec.palette();
    }

    @Override
    public void close() {
        network.close();
    }
}
