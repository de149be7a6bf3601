package dev.imas.rank;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.Names;
import dev.imas.run.Hardness;
import dev.imas.run.RunDirectory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How hard a run found its unlabelled pictures, smoothed over its last epochs: one epoch's value is that of one crop.
 *
 * @param byName of every picture that was seen in those epochs
 * @param first  the first of them
 * @param last   the last one
 */
record RunHardness(Map<String, Value> byName, long first, long last) {
    private static final double LAST_PART = 0.25;
    private static final int FEWEST = 5;

    /**
     * @param mean over the epochs, in [0,1]
     * @param last of the last epoch that the picture was seen in
     */
    record Value(double mean, double last, int epochs) {}

    /** @throws UserException when the run has not measured any, in words that say why */
    static RunHardness of(RunDirectory run, ImasConfig config) {
        String instead = "; --criterion disagreement asks its networks as they are";
        if (config.method() == Method.SUPERVISED) {
            throw new UserException("--run: " + run.root() + " measures no hardness (method supervised)" + instead);
        }
        if (!config.method().measuresHardness()) {
            throw new UserException("--run: " + run.root() + " takes all pictures for equally hard (method "
                    + Names.word(config.method()) + ")" + instead);
        }
        List<String> notes = new ArrayList<>();
        Hardness hardness = Hardness.read(run.hardness(), notes);
        if (hardness.isEmpty()) {
            int alone = config.training().supOnlyEpochs();
            throw new UserException("--run: " + run.root() + " has not measured the hardness of a picture yet ("
                    + RunDirectory.name(run.hardness()) + " has no row; "
                    + "rows come at the end of an epoch with unlabelled pictures"
                    + (alone == 0 ? ")" : ", from epoch " + (alone + 1) + " on)") + instead);
        }
        return of(hardness);
    }

    static RunHardness of(Hardness hardness) {
        List<Long> epochs = List.copyOf(hardness.epochs().keySet());
        int taken = Math.min(epochs.size(), Math.max(FEWEST, (int) Math.ceil(LAST_PART * epochs.size())));
        List<Long> latest = epochs.subList(epochs.size() - taken, epochs.size());
        Map<String, Value> byName = new HashMap<>();
        for (int image = 0; image < hardness.images().size(); image++) {
            String name = hardness.images().get(image);
            smoothed(hardness, image, latest).ifPresent(value -> byName.put(name, value));
        }
        return new RunHardness(byName, latest.get(0), latest.get(taken - 1));
    }

    private static Optional<Value> smoothed(Hardness hardness, int image, List<Long> epochs) {
        double sum = 0;
        double last = 0;
        int seen = 0;
        for (long epoch : epochs) {
            float value = hardness.at(epoch, image);
            if (!Float.isNaN(value)) {
                sum += value;
                last = value;
                seen++;
            }
        }
        return seen == 0 ? Optional.empty() : Optional.of(new Value(sum / seen, last, seen));
    }
}
