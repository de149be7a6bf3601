package dev.imas.rank;

import dev.imas.report.RankPage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the page says above the pictures. */
final class RankHead {
    private RankHead() {}

    static RankPage.Head of(
            RankRequest request,
            NetworkPair pair,
            List<Scored> ordered,
            List<Scored> chosen,
            List<String> remarks,
            List<String> failed) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("ranked by", meaning(request.criterion(), pair));
        facts.put(
                "chosen",
                request.diverse() ? "spread over the hardest (k-centre on the encoder's features)" : "the hardest");
        facts.put("compared", request.criterion() == Criterion.DISAGREEMENT ? "" : pair.compared());
        facts.put(
                "data",
                request.settings().data().root() == null
                        ? ""
                        : request.settings().data().root());
        return new RankPage.Head(
                request.title(),
                facts,
                ordered.stream().mapToDouble(Scored::score).toArray(),
                chosen.stream().mapToDouble(Scored::score).toArray(),
                remarks,
                failed);
    }

    private static String meaning(Criterion criterion, NetworkPair pair) {
        return switch (criterion) {
            case HARDNESS -> "hardness: 1 − γ over the run's last epochs";
            case DISAGREEMENT -> "disagreement of " + pair.compared();
            case ENTROPY -> "mean entropy of the network's probabilities";
            case COVERAGE -> throw new IllegalArgumentException("is no network's");
        };
    }
}
