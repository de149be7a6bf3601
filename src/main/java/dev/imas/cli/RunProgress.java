package dev.imas.cli;

import dev.imas.train.TrainListener;

/** Tells of a run, to people or to programs. */
interface RunProgress extends TrainListener, AutoCloseable {
    /** Nothing more will be told. */
    @Override
    void close();
}
