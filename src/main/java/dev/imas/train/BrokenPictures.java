package dev.imas.train;

import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.data.ImageSource;
import dev.imas.data.LateCheck;
import dev.imas.data.WithoutBroken;
import java.util.List;

/**
 * Pictures that cannot be read, while a run goes on: the unlabelled ones that nobody has opened are opened in the
 * background before the first of them is needed, and what is left out is told.
 */
final class BrokenPictures implements AutoCloseable {
    private final LateCheck check;
    private final List<ImageSource> sources;
    private final boolean skip;
    private final TrainListener listener;
    private boolean settled;
    private List<String> faults = List.of();

    BrokenPictures(ImasConfig config, Dataset data, TrainListener listener) {
        this.check = LateCheck.of(config, data);
        this.sources = List.of(data.labeled(), data.unlabeled(), data.validation());
        this.skip = config.data().skipBroken();
        this.listener = listener;
    }

    /** Begins to open pictures. */
    void begin() {
        check.begin();
    }

    /** Waits until every unlabelled picture has been opened. */
    void finish() {
        if (!check.finished()) {
            listener.message("opening " + check.size() + " unlabelled pictures before the first of them is needed");
            check.finish();
        }
    }

    /**
     * What ends the run: a sentence for each unlabelled picture that cannot be read; empty while not all have been
     * opened, and where it goes on without them.
     */
    List<String> faults() {
        if (!settled && check.finished()) {
            settled = true;
            List<String> problems = check.problems();
            faults = skip ? List.of() : problems;
        }
        return faults;
    }

    /** Tells which pictures were left out since the last call. */
    void tell() {
        for (ImageSource source : sources) {
            if (source instanceof WithoutBroken all) {
                all.news().forEach(line -> listener.message("left out: " + line));
            }
        }
    }

    @Override
    public void close() {
        check.close();
    }
}
