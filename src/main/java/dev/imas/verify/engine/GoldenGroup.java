package dev.imas.verify.engine;

import java.util.function.Consumer;

/** The checks of one folder of recorded data, through the ordinary code of the project. */
public interface GoldenGroup {
    /** Folder name, e.g. {@code 01_hardness}. */
    String name();

    /** Runs every case that the folder holds and reports each comparison. */
    void run(GoldenData data, Consumer<Check> report) throws java.io.IOException;
}
