package dev.imas.rank;

import dev.imas.annotations.GeoJsonWriter;
import dev.imas.image.Composite;
import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import dev.imas.measure.ConfusionMatrix;
import dev.imas.measure.ConfusionMatrix.Mistake;
import dev.imas.rank.NetworkPair.Answers;
import dev.imas.report.RankPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Looks at chosen pictures through two networks: what the page shows of them, and places for QuPath. */
final class Shown {
    private final NetworkPair pair;
    private final RankingFiles files;
    private final OptionalInt background;

    Shown(NetworkPair pair, RankingFiles files) {
        this.pair = pair;
        this.files = files;
        background = GeoJsonWriter.background(pair.network().classNames());
    }

    /** Writes where most is open, too. */
    RankPage.Entry of(Scored scored, Picture picture, Answers answers, ConfusionMatrix maps) {
        DoubtMap doubt = DoubtMap.of(answers.own(), answers.other(), maps.classes());
        List<HardRegions.Region> regions = HardRegions.of(doubt);
        files.regions(scored, regions);
        return new RankPage.Entry(
                scored.name(),
                scored.score(),
                Composite.of(picture),
                without(answers.own().labels(), background),
                doubt.unsure(),
                regions.stream()
                        .map(region -> new RankPage.Box(
                                region.x(), region.y(), region.width(), region.height(), region.share()))
                        .toList(),
                classes(maps),
                mostly(maps));
    }

    /** As above, of a picture that neither has looked at. */
    RankPage.Entry of(Scored scored, Picture picture) {
        Answers answers = pair.answers(picture);
        return of(scored, picture, answers, pair.maps(answers));
    }

    /** A background whose colour lay over most of a picture would hide it. */
    private static LabelMap without(LabelMap map, OptionalInt background) {
        byte[] labels = map.labels().clone();
        for (int i = 0; background.isPresent() && i < labels.length; i++) {
            labels[i] = labels[i] == (byte) background.getAsInt() ? (byte) LabelMap.IGNORE : labels[i];
        }
        return new LabelMap(map.width(), map.height(), labels);
    }

    private static List<RankPage.ClassLine> classes(ConfusionMatrix maps) {
        List<RankPage.ClassLine> lines = new ArrayList<>();
        for (int c = 0; c < maps.classes(); c++) {
            if (maps.occurs(c)) {
                lines.add(new RankPage.ClassLine(c, (double) maps.truth(c) / maps.total(), maps.iou(c)));
            }
        }
        return lines;
    }

    /** The two classes that are most often taken for one another. */
    private static Optional<Mistake> mostly(ConfusionMatrix maps) {
        Mistake most = new Mistake(0, 0, 0);
        for (int one = 0; one < maps.classes(); one++) {
            for (int other = one + 1; other < maps.classes(); other++) {
                long pixels = maps.count(one, other) + maps.count(other, one);
                if (pixels > most.pixels()) {
                    most = new Mistake(one, other, pixels);
                }
            }
        }
        return most.pixels() == 0 ? Optional.empty() : Optional.of(most);
    }
}
