package dev.imas.cli;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.rank.RankRequest;
import dev.imas.rank.Ranking;
import dev.imas.rank.RankingFiles;
import dev.imas.rank.Scored;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** A ranking as it is made before a person's eyes: progress, then what was chosen and what could not be read. */
final class RankResult {
    private RankResult() {}

    /** What makes a ranking. */
    interface Maker {
        Ranking make(Consumer<String> notes, IntConsumer progress);
    }

    /** Before long work. @throws UserException where what is asked for cannot be copied */
    static void requireFiles(RankRequest request) {
        if (request.copy()
                && request.settings().data().layout() == Layout.EMBEDDED
                && request.pictures().pictures().files(0).isEmpty()) {
            throw new UserException("--copy: generated scenes lie in no files; leave it out");
        }
    }

    /**
     * Makes a ranking and says what it came to.
     *
     * @param looks how many pictures will be looked at
     * @return the exit status
     */
    static int told(RankRequest request, int looks, Maker maker, Console console) {
        Ranking ranking;
        try (PictureProgress progress = new PictureProgress(console, "rank", looks, System::nanoTime)) {
            ranking = maker.make(
                    note -> {
                        progress.makeRoom();
                        console.err().println(note);
                    },
                    progress::done);
        }
        return told(request, ranking, console);
    }

    private static int told(RankRequest request, Ranking ranking, Console console) {
        for (Scored scored : ranking.chosen()) {
            console.out().printf(Locale.ROOT, "%.3f  %s%n", scored.score(), scored.name());
        }
        console.out().println(request.out().resolve(RankingFiles.PAGE));
        List<String> failed = ranking.failed();
        if (!failed.isEmpty()) {
            console.err()
                    .println("imas: " + failed.size() + (failed.size() == 1 ? " picture" : " pictures")
                            + " could not be ranked:");
            failed.forEach(message -> console.err().println("imas: " + message));
        }
        return failed.isEmpty() ? 0 : Main.USER_ERROR;
    }
}
