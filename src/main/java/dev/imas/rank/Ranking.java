package dev.imas.rank;

import dev.imas.common.NewFolder;
import dev.imas.common.UserException;
import dev.imas.config.Names;
import dev.imas.data.ImageSource;
import dev.imas.measure.ConfusionMatrix;
import dev.imas.report.RankPage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * What a ranking came to.
 *
 * @param ordered pictures that were ranked
 * @param chosen  of them, in the order of the choice
 * @param failed  why others were left out, a line each
 */
public record Ranking(List<Scored> ordered, List<Scored> chosen, List<String> failed) {
    /**
     * Ranks pictures and writes the results.
     *
     * @param notes    told in a line what else is to know
     * @param progress told how many pictures were looked at; {@link #looks} is how many there will be at most
     * @throws UserException when there is nothing to rank, or the results cannot be written; nothing is left behind
     */
    public static Ranking make(RankRequest request, NetworkPair pair, Consumer<String> notes, IntConsumer progress) {
        ImageSource source = request.pictures().pictures();
        Agreement agreement = Agreement.of(request.settings().unsupervised());
        Ranker ranker = new Ranker(source, pair, agreement, progress);
        List<Scored> ordered = ordered(request, pair, ranker, notes);
        int count = Math.min(request.count(), ordered.size());
        List<Scored> order = request.diverse() ? ranker.spread(ordered, count) : ordered;
        try (NewFolder folder = NewFolder.open(request.out(), "ranking", ".ranking")) {
            RankPage page = new RankPage(
                    pair.network().classNames(),
                    pair.network().palette(),
                    pair.compared(),
                    Names.word(request.criterion()));
            RankingFiles files =
                    new RankingFiles(folder, source, request.settings().data().root());
            Shown shown = new Shown(pair, files);
            List<Scored> nothing = new ArrayList<>();
            List<Scored> chosen = ranker.look(order, count, (scored, picture, answers, maps) -> {
                page.add(shown.of(scored, picture, answers, maps));
                if (agreement.ignoreBackground() && backgroundAlone(maps)) {
                    nothing.add(scored);
                }
            });
            if (chosen.isEmpty()) {
                throw new UserException("none of the " + ordered.size() + " pictures can be looked at:\n"
                        + String.join("\n", ranker.failed()));
            }
            List<String> remarks = remarks(request, nothing);
            remarks.forEach(notes);
            List<String> failed = new ArrayList<>(request.pictures().missing());
            failed.addAll(ranker.failed());
            if (request.copy()) {
                chosen.forEach(files::copy);
            }
            files.lists(ordered, chosen);
            page.write(
                    folder.beside().resolve(RankingFiles.PAGE),
                    RankHead.of(request, pair, ordered, chosen, remarks, failed));
            folder.finish();
            return new Ranking(ordered, chosen, failed);
        }
    }

    private static List<Scored> ordered(RankRequest request, NetworkPair pair, Ranker ranker, Consumer<String> notes) {
        String word = Names.word(request.criterion());
        List<Scored> ordered =
                switch (request.criterion()) {
                    case HARDNESS -> byRun(request, ranker, notes);
                    case DISAGREEMENT -> ranker.byDisagreement();
                    case ENTROPY -> ranker.byEntropy();
                    case COVERAGE -> throw new IllegalArgumentException("is no network's: CoverageRanking");
                };
        if (ordered.isEmpty()) {
            List<String> failed = new ArrayList<>(request.pictures().missing());
            failed.addAll(ranker.failed());
            throw new UserException("no picture can be ranked by " + word
                    + (failed.isEmpty() ? "" : ":\n" + String.join("\n", failed)));
        }
        Ranker.requireDifferences(
                ordered, word + (request.criterion() == Criterion.DISAGREEMENT ? " of " + pair.compared() : ""));
        if (request.count() > ordered.size()) {
            notes.accept("--count is " + request.count() + ", but there are " + ordered.size()
                    + " pictures to choose from: all of them are in the list");
        }
        return ordered;
    }

    private static List<Scored> byRun(RankRequest request, Ranker ranker, Consumer<String> notes) {
        RunHardness hardness = RunHardness.of(request.run().orElseThrow(), request.settings());
        List<Scored> ordered = ranker.byRun(hardness, request.pictures().names());
        int all = request.pictures().pictures().size();
        if (ordered.isEmpty()) {
            throw new UserException("none of the " + all + " unlabelled pictures has a hardness in "
                    + request.run().get().hardness() + ", which names others, such as "
                    + hardness.byName().keySet().stream().sorted().findFirst().orElse("none"));
        }
        if (ordered.size() < all) {
            notes.accept((all - ordered.size()) + " of " + all + " unlabelled pictures were not drawn in epochs "
                    + hardness.first() + " to " + hardness.last() + " and have no hardness: they are left out"
                    + " (--criterion disagreement ranks them, too)");
        }
        return ordered;
    }

    /** Of such a picture gamma is 0 by its definition, however sure both are (method 4). */
    private static boolean backgroundAlone(ConfusionMatrix maps) {
        return maps.count(0, 0) == maps.total();
    }

    private static List<String> remarks(RankRequest request, List<Scored> nothing) {
        return nothing.isEmpty() || request.criterion() != Criterion.HARDNESS
                ? List.of()
                : List.of(nothing.size() + " of the chosen pictures show the networks nothing but background, such as "
                        + nothing.get(0).name() + ": gamma is 0 there by its definition, so that they count as hard;"
                        + " --criterion disagreement does not");
    }

    /** How many pictures will be looked at, counting one anew for each time. */
    public static int looks(RankRequest request) {
        int all = request.pictures().pictures().size();
        int chosen = Math.min(all, request.count());
        return (request.criterion() == Criterion.HARDNESS ? 0 : all)
                + (request.diverse() ? Ranker.candidates(all, chosen) : 0)
                + chosen;
    }
}
