package dev.imas.cli;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.Palette;
import dev.imas.nn.LoadReport;
import dev.imas.nn.NetworkSpec;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.nn.WeightFiles;
import dev.imas.semi.Compute;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.cli.CommandLine;

/**
 * A network with its weights on a device. Our own files say which network they belong to; for other files
 * {@code --preset} or {@code --config} does.
 */
final class TrainedNetwork implements AutoCloseable {
    private final SegmentationNetwork network;
    private final NetworkSpec spec;

    private TrainedNetwork(SegmentationNetwork network, NetworkSpec spec) {
        this.network = network;
        this.spec = spec;
    }

    static TrainedNetwork open(CommandLine line, Console console, Compute compute) {
        Path weights = Arguments.path(line, "weights");
        Optional<NetworkSpec> own = NetworkSpec.of(weights);
        SegmentationNetwork network;
        NetworkSpec spec;
        if (own.isPresent()) {
            spec = own.get();
            network = NetworkSpec.open(weights);
        } else if (line.hasOption("preset") || line.hasOption("config")) {
            var layers = Arguments.layers(line, "embedded", console);
            Arguments.settings(layers, line);
            ImasConfig config = ConfigYaml.resolve(layers);
            spec = NetworkSpec.of(config);
            network = SegmentationNetwork.create(config.network(), config.data().classes(), 0);
            LoadReport report = WeightFiles.load(network, weights, line.hasOption("strict"));
            console.err().println(report.summary());
        } else {
            throw new UserException(weights + " does not say which network it belongs to; name it with --preset or --config");
        }
        network.to(compute.torchDevice());
        if (compute.channelsLast()) {
            network.channelsLast();
        }
        return new TrainedNetwork(network, spec);
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
