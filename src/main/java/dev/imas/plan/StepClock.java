package dev.imas.plan;

import dev.imas.config.ImasConfig;
import java.util.Optional;

/** Measures what steps of a configuration cost, in one of the processes that share them. */
public interface StepClock {
    /** Empty when the configuration does not fit into memory. */
    Optional<StepCost> measure(ImasConfig config);
}
