package dev.imas.rank;

import dev.imas.config.ImasConfig;
import dev.imas.data.Unannotated;
import dev.imas.run.RunDirectory;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is asked for.
 *
 * @param title     of the page: the run, or the weights
 * @param pictures  that may be chosen
 * @param settings  of the networks
 * @param run       whose hardness is read, where that is the criterion
 * @param count     pictures to choose, at least 1
 * @param diverse   whether the choice is spread
 * @param copy      whether the chosen pictures are copied
 * @param out       folder for the results, which is not there yet
 */
public record RankRequest(
        String title,
        Unannotated pictures,
        ImasConfig settings,
        Optional<RunDirectory> run,
        Criterion criterion,
        int count,
        boolean diverse,
        boolean copy,
        Path out) {}
