package dev.imas.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Network;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.config.PictureInput;
import dev.imas.predict.Segmenter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * PyTorch 1.13, such as Debian 12's python3-torch, runs TorchScript exports to the network's numbers: so do the
 * libtorchs of that age that JDLL and older programs bring.
 */
class PyTorchTest {
    private static final String VERSION = "1.13";
    private static final String RUN =
            """
            import sys, numpy, torch
            torch.set_num_threads(1)
            folder = sys.argv[1]
            model = torch.jit.load(folder + '/model.pt')
            pictures = torch.from_numpy(numpy.load(folder + '/test_input.npy'))
            expected = numpy.load(folder + '/test_output.npy')
            with torch.no_grad():
                found = model(pictures).numpy()
            assert found.shape == expected.shape, (found.shape, expected.shape)
            print(numpy.abs(found - expected).max())
            """;

    private static Optional<String> python = Optional.empty();

    @TempDir
    Path folder;

    @BeforeAll
    static void findPython() throws IOException, InterruptedException {
        for (String program : List.of("python3", "/usr/bin/python3")) {
            if (output(program, "-c", "import numpy, torch; print(torch.__version__)")
                    .startsWith(VERSION)) {
                python = Optional.of(program);
            }
        }
    }

    static Stream<Arguments> models() {
        return Stream.of(
                Arguments.of(TrainedFiles.network(Backbone.TINY, Stem.DEEP, 16, true), TrainedFiles.CHANNELS, 0.5),
                Arguments.of(TrainedFiles.network(Backbone.RESNET18, Stem.CONV7, 8, false), PictureInput.RGB, 1.0));
    }

    @ParameterizedTest
    @MethodSource("models")
    void itSeesWhatTheNetworkSees(Network network, PictureInput input, double scale)
            throws IOException, InterruptedException {
        assumeTrue(
                python.isPresent(),
                "neither python3 nor /usr/bin/python3 has PyTorch " + VERSION + " (Debian 12: python3-torch)");
        Path weights = TrainedFiles.write(folder.resolve("w.safetensors"), network, input);
        Segmenter.Options options = Segmenter.Options.defaults()
                .device("cpu")
                .set("precision", "fp32")
                .scale(scale);
        Path model = folder.resolve("model-djl");
        try (Segmenter segmenter = Segmenter.open(weights, options)) {
            new Exporter(segmenter).export(ExportFormat.DJL, model);
        }
        String printed = output(python.orElseThrow(), "-c", RUN, model.toString());
        assertThat(printed).matches("[0-9.e-]+");
        assertThat(Double.parseDouble(printed)).isLessThanOrEqualTo(Exporter.TOLERANCE);
    }

    /** The last line that a program prints, of its failure as well; nothing where it is not there. */
    private static String output(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return text.strip().lines().reduce("", (before, line) -> line);
        } catch (IOException e) {
            return "";
        }
    }
}
