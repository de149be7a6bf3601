package dev.imas.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.CutMixTrigger;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.config.ImasConfig.Statistics;
import dev.imas.config.Names;
import dev.imas.data.Dataset;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.distributed.Ranks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What rank 0 tells the other processes before they train together, and what they compare with their own: the same
 * program, the same settings, the same data. Every {@code tell} here has its counterpart in the same order.
 */
public final class Together {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Together() {}

    /**
     * All processes were started alike.
     *
     * @param asked what each was asked for, before anything is planned or settled
     * @throws UserException in every other process than rank 0 that differs from it
     */
    public static void requireAlike(ImasConfig asked, Ranks ranks) {
        if (ranks.alone()) {
            return;
        }
        String own = version();
        String first = ranks.told(own);
        if (!first.equals(own)) {
            throw new UserException("rank " + ranks.rank() + " is another program than rank 0: " + own + ", there "
                    + first + "; install the same everywhere");
        }
        JsonNode settings = ConfigDifference.json(asked);
        List<String> other = ConfigDifference.between(read(ranks.told(settings.toString())), settings);
        if (!other.isEmpty()) {
            throw new UserException(
                    "rank " + ranks.rank() + " has other settings than rank 0 (rank 0 -> rank " + ranks.rank() + "): "
                            + String.join(", ", other) + "; start all with the same arguments and files");
        }
    }

    private static String version() {
        String version = Together.class.getPackage().getImplementationVersion();
        return "imas " + (version == null ? "development" : version) + ", libtorch " + Torch.bindings() + ", Java "
                + Runtime.version().feature();
    }

    /**
     * @throws UserException where the processes, or the pieces of each, cannot have equal parts of the batches, or a
     *                       setting is not made for parts
     */
    public static void requireDivisible(ImasConfig config, int processes) {
        int pieces = config.training().accumulate();
        int parts = processes * pieces;
        if (parts > 1) {
            requireMadeForParts(config);
        }
        String who = Stream.of(
                        processes > 1 ? processes + " processes" : "",
                        pieces > 1 ? pieces + " pieces (training.accumulate)" : "")
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(" of "));
        List<String> faults = new ArrayList<>();
        divisible("training.batch_labeled", config.training().batchLabeled(), parts, who)
                .ifPresent(faults::add);
        if (config.method() != Method.SUPERVISED) {
            divisible("training.batch_unlabeled", config.training().batchUnlabeled(), parts, who)
                    .ifPresent(faults::add);
        }
        int together = config.training().normalizedParts(processes);
        if (faults.isEmpty() && together > 1 && normalizesOne(config, together)) {
            faults.add("training.batch_labeled is " + config.training().batchLabeled() + ", of which "
                    + (together == parts ? who : pieces + " pieces (training.accumulate)")
                    + " have one picture each: batch norms find no variance in it; raise it to " + 2 * together
                    + (together > pieces ? ", or give --set training.sync_batch_norm=true" : ""));
        }
        if (faults.isEmpty()
                && processes > 1
                && mixesWithItself(config, config.training().batchUnlabeled() / processes)) {
            faults.add("training.statistics is process, by which CutMix pairs the images of one process, and"
                    + " training.batch_unlabeled " + config.training().batchUnlabeled() + " leaves each of " + processes
                    + " processes a single one; raise it to " + 2 * processes + ", or give --set"
                    + " training.statistics=global or --set unsupervised.cutmix=off");
        }
        if (!faults.isEmpty()) {
            throw new UserException(String.join("\n", faults));
        }
    }

    /** With labels alone; unlabelled pictures are more than one. */
    private static boolean normalizesOne(ImasConfig config, int together) {
        boolean alone =
                config.method() == Method.SUPERVISED || config.training().supOnlyEpochs() > 0;
        return alone
                && !config.network().backbone().transformer()
                && config.training().batchLabeled() == together;
    }

    private static boolean mixesWithItself(ImasConfig config, int unlabeled) {
        return unlabeled == 1
                && config.method() != Method.SUPERVISED
                && config.training().statistics() == Statistics.PROCESS
                && config.unsupervised().cutmix() != CutMixTrigger.OFF;
    }

    private static void requireMadeForParts(ImasConfig config) {
        List<String> found = new ArrayList<>();
        if (config.method() == Method.UNIMATCH_V2) {
            found.add("method: unimatch_v2");
        }
        if (config.unsupervised().featureDropout()) {
            found.add("unsupervised.feature_dropout: true");
        }
        if (config.network().freezeEncoder()) {
            found.add("network.freeze_encoder: true");
        }
        if (!found.isEmpty()) {
            throw new UserException(
                    String.join(" and ", found) + " cannot be learned in several processes or pieces; use"
                            + " one process and training.accumulate 1");
        }
    }

    private static Optional<String> divisible(String key, int batch, int parts, String who) {
        if (batch % parts == 0) {
            return Optional.empty();
        }
        int below = batch - batch % parts;
        int above = below + parts;
        String nearest = below == 0 ? String.valueOf(above) : below + " or " + above;
        return Optional.of(key + " is " + batch + ", which " + who + " cannot share equally (it is the"
                + " batch of all of them together); give " + nearest + ", such as with --set " + key + "="
                + (below == 0 ? above : below));
    }

    /** @param settled by plan and data */
    static void tellSettings(ImasConfig settled, Ranks ranks) {
        ranks.told(ConfigYaml.dump(settled));
    }

    /** Rank 0's settings with this process's own files and loaders. */
    static ImasConfig settings(ImasConfig own, Ranks ranks) {
        return withOwnFiles(ConfigYaml.parse(ranks.told(""), "what rank 0 says"), own);
    }

    private static ImasConfig withOwnFiles(ImasConfig first, ImasConfig own) {
        return first.withData(first.data().with(data -> data.root(own.data().root())
                .labeled(own.data().labeled())
                .unlabeled(own.data().unlabeled())
                .validation(own.data().validation())));
    }

    static void tellData(Dataset data, Ranks ranks) {
        ranks.told(ConfigDifference.json(data.fingerprints()).toString());
    }

    /** @throws UserException where this process reads other pictures than rank 0 */
    static void requireSameData(Dataset data, Ranks ranks) {
        JsonNode own = ConfigDifference.json(data.fingerprints());
        List<String> other = ConfigDifference.between(read(ranks.told("")), own);
        if (!other.isEmpty()) {
            throw new UserException("rank " + ranks.rank() + " finds other data than rank 0 (rank 0 -> rank "
                    + ranks.rank() + "): " + String.join(", ", other) + "; give every machine the same files");
        }
    }

    /** @throws UserException where {@code auto} is another precision on this machine than on that of rank 0 */
    static void requireSamePrecision(Compute compute, Ranks ranks) {
        String own = Names.word(compute.precision());
        String first = ranks.told(own);
        if (!first.equals(own)) {
            throw new UserException("precision is auto, which is " + first + " on the machine of rank 0 and " + own
                    + " on that of rank " + ranks.rank() + "; give one to all, such as with --set precision=fp32");
        }
    }

    /**
     * Where a run begins.
     *
     * @param config    with this process's own files
     * @param state     that of the checkpoint, or of a new run
     * @param precision rank 0's
     */
    record Start(ImasConfig config, RunState state, Precision precision) {}

    static void tellStart(ImasConfig config, Optional<RunState> from, Precision precision, Ranks ranks) {
        if (ranks.alone()) {
            return;
        }
        ObjectNode start = JSON.createObjectNode();
        start.put("config", ConfigYaml.dump(config));
        start.set("state", JSON.valueToTree(from.orElseGet(() -> RunState.start(precision.name()))));
        start.put("precision", precision.name());
        ranks.told(start.toString());
    }

    /** What rank 0 says with {@link #tellStart}. */
    static Start start(ImasConfig own, Ranks ranks) {
        JsonNode told = read(ranks.told(""));
        try {
            return new Start(
                    withOwnFiles(ConfigYaml.parse(told.path("config").asText(), "what rank 0 says"), own),
                    JSON.treeToValue(told.path("state"), RunState.class),
                    Precision.valueOf(told.path("precision").asText()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("rank 0 said something else than where it begins", e);
        }
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("rank 0 said something that is no JSON", e);
        }
    }
}
