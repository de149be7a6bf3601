package dev.imas.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.common.UserException;
import dev.imas.config.DeviceName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Holds an installation against recorded data of the published implementation: every group the data has, in order. */
public final class GoldenSuite {
    private static final String BUILT_IN = "/golden/";

    private GoldenSuite() {
    }

    /** All groups, by folder name, on the CPU. */
    public static List<GoldenGroup> groups() {
        return groups(ArrayKernels.cpu(), Place.CPU);
    }

    /** Groups that call kernels alone, and need no libtorch on the CPU. */
    static List<GoldenGroup> kernelGroups(ArrayKernels kernels) {
        return List.of(new HardnessGolden(kernels), new UnsupervisedLossGolden(kernels), new CutMixGolden(kernels), new IntensityMixGolden(kernels), new SupervisedLossGolden(kernels));
    }

    /**
     * @param kernels that the groups 01 to 06 call
     * @param place   where the networks compute
     */
    private static List<GoldenGroup> groups(ArrayKernels kernels, Place place) {
        return List.of(
                new HardnessGolden(kernels),
                new UnsupervisedLossGolden(kernels),
                new UpsampledGolden(kernels),
                new CutMixGolden(kernels),
                new IntensityMixGolden(kernels),
                new SupervisedLossGolden(kernels),
                new AugmentGolden(place),
                new NetworkGolden(place),
                new TrainingGolden(place),
                new ScheduleGolden(place),
                new EvaluationGolden(place),
                new CheckpointGolden());
    }

    /**
     * Runs the groups whose folders the data has. Whatever goes wrong inside a group becomes a failed check of it; so
     * does a folder that no group knows, and a group that compared nothing.
     *
     * @param progress told of each check as soon as it is made
     * @return all checks in the order they were made
     */
    public static List<Check> run(GoldenData data, Consumer<Check> progress) {
        return run(groups(), data, progress);
    }

    /**
     * As {@link #run(GoldenData, Consumer)} with kernels and networks on another device. The networks were recorded on
     * a CPU; {@link Place} tells how much more they may deviate elsewhere.
     *
     * @param device {@code cpu}, {@code cuda} or {@code cuda:i}
     */
    public static List<Check> run(GoldenData data, String device, Consumer<Check> progress) {
        Place place = Place.of(DeviceName.named(device));
        return run(groups(kernelsAt(place), place), data, progress);
    }

    static ArrayKernels kernelsAt(Place place) {
        return place.compute().cuda() ? ArrayKernels.cuda(place.compute().deviceIndex()) : ArrayKernels.cpu();
    }

    static List<Check> run(List<GoldenGroup> groups, GoldenData data, Consumer<Check> progress) {
        List<Check> checks = new ArrayList<>();
        Consumer<Check> report = check -> {
            checks.add(check);
            progress.accept(check);
        };
        for (String folder : folders(data)) {
            groups.stream().filter(group -> group.name().equals(folder)).findFirst().ifPresentOrElse(
                    group -> run(group, data, report),
                    () -> report.accept(failed(folder, "folder", "no check knows this folder; expected the names "
                            + String.join(", ", groups.stream().map(GoldenGroup::name).toList()))));
        }
        if (checks.isEmpty()) {
            report.accept(failed("", "folders", data.root() + " holds no folder of recorded data; expected 01_hardness and so on"));
        }
        return checks;
    }

    /** One group; whatever goes wrong inside it becomes a failed check. */
    static void run(GoldenGroup group, GoldenData data, Consumer<Check> report) {
        int[] made = {0};
        try {
            group.run(data, check -> {
                made[0]++;
                report.accept(check);
            });
            if (made[0] == 0) {
                report.accept(failed(group.name(), "cases", "the folder holds no case, nothing was compared"));
            }
        } catch (NoSuchFileException e) {
            report.accept(failed(group.name(), "files", "the file " + e.getMessage() + " is missing; fetch the recorded data again"));
        } catch (UserException | IOException | IllegalArgumentException e) {
            report.accept(failed(group.name(), "run", firstLine(e.getMessage())));
        } catch (Exception | LinkageError | OutOfMemoryError e) {
            report.accept(failed(group.name(), "run", e.getClass().getSimpleName() + ": " + firstLine(e.getMessage())));
        }
    }

    /** The set inside the jar (a small part of the recordings, every group), unpacked to a temporary directory. */
    public static GoldenData builtIn() {
        try {
            Path root = Files.createTempDirectory("imas-golden");
            root.toFile().deleteOnExit();
            for (Map.Entry<String, JsonNode> file : new ObjectMapper().readTree(resource("manifest.json")).properties()) {
                Path target = root.resolve(file.getKey());
                if (Files.notExists(target.getParent())) {
                    Files.createDirectories(target.getParent()).toFile().deleteOnExit();
                }
                Files.write(target, resource(file.getKey()));
                target.toFile().deleteOnExit();
            }
            return new GoldenData(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] resource(String path) throws IOException {
        try (InputStream in = GoldenSuite.class.getResourceAsStream(BUILT_IN + path)) {
            if (in == null) {
                throw new UserException("the built-in recorded data lack " + path + "; the jar is damaged, build it again");
            }
            return in.readAllBytes();
        }
    }

    private static List<String> folders(GoldenData data) {
        try (Stream<Path> entries = Files.list(data.root())) {
            return entries.filter(Files::isDirectory).map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.startsWith(".")).sorted().toList();
        } catch (IOException e) {
            throw new UserException("cannot list " + data.root() + ": " + e.getMessage(), e);
        }
    }

    private static Check failed(String group, String name, String note) {
        return new Check(group, name, Double.NaN, Comparison.EXACT, note);
    }

    private static String firstLine(String message) {
        return message == null ? "no message" : message.lines().findFirst().orElse("");
    }
}
