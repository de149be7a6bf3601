package dev.imas.verify.groups;

import dev.imas.verify.engine.GoldenGroup;
import dev.imas.verify.memory.Place;

/** A recorded group that is computed by libtorch, on one device. */
abstract class PlacedGroup implements GoldenGroup {
    /** Where it is computed. */
    protected final Place place;

    private final String folder;

    PlacedGroup(String folder, Place place) {
        this.folder = folder;
        this.place = place;
    }

    @Override
    public final String name() {
        return folder;
    }
}
