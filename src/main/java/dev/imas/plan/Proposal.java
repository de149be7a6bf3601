package dev.imas.plan;

import dev.imas.config.ImasConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A planned run.
 *
 * @param config  complete; a run with it is the planned one
 * @param planned keys of the settings that the plan decided, in the order of deciding
 * @param steps   of the whole run
 * @param seconds that it takes, evaluations included
 * @param summary the plan in one line
 * @param reasons further lines: what was decided by something that a person may not expect
 * @param warning why it takes longer than it may, if it does
 */
public record Proposal(
        ImasConfig config,
        Set<String> planned,
        long steps,
        double seconds,
        String summary,
        List<String> reasons,
        Optional<String> warning) {}
