package dev.imas.rank;

import dev.imas.annotations.GeoJsonBoxes;
import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.Interrupts;
import dev.imas.common.NewFolder;
import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.data.ImageSource;
import dev.imas.image.PictureNames;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;

/** What a ranking leaves in its folder, beside the page. */
public final class RankingFiles {
    /** The page, which needs no other file. */
    public static final String PAGE = "rank.html";
    /** Every picture that was ranked. */
    public static final String TABLE = "ranking.csv";
    /** The files of those that were chosen, one a line. */
    public static final String LIST = "chosen.txt";
    /** Of every chosen picture where it is hardest, for QuPath. */
    public static final String REGIONS = "regions";
    /** Copies of the chosen pictures. */
    public static final String COPIES = "pictures";

    /** Parts of scores that are whole numbers. */
    private static final Set<String> COUNTS = Set.of("epochs", "represented_by", "stands_for");

    private static final String SOFTWARE = "imas rank";

    private final NewFolder folder;
    private final ImageSource source;
    private final Path root;

    /** @param root folder that the list's paths are relative to where they lie below it; may be null */
    RankingFiles(NewFolder folder, ImageSource source, String root) {
        this.folder = folder;
        this.source = source;
        this.root = root == null ? null : WrittenPath.of(root);
    }

    void regions(Scored scored, List<HardRegions.Region> regions) {
        List<GeoJsonBoxes.Box> boxes = new ArrayList<>();
        for (HardRegions.Region region : regions) {
            String name = String.format(Locale.ROOT, "hard %d: %.0f %%", boxes.size() + 1, 100 * region.share());
            boxes.add(new GeoJsonBoxes.Box(region.x(), region.y(), region.width(), region.height(), name));
        }
        GeoJsonBoxes.write(folder.beside().resolve(REGIONS).resolve(scored.name() + ".geojson"), SOFTWARE, boxes);
    }

    /** Copies a picture's files under their names; of pictures of one name in two folders under longer ones. */
    void copy(Scored scored) {
        List<Path> files = source.files(scored.picture());
        for (Path file : files) {
            Interrupts.check();
            String first = PictureNames.stem(files.get(0).getFileName().toString());
            String longer = scored.name().endsWith(first)
                    ? scored.name().substring(0, scored.name().length() - first.length())
                    : "";
            Path target = folder.beside().resolve(COPIES).resolve(longer + file.getFileName());
            try {
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            } catch (IOException e) {
                throw new UserException(
                        file + " cannot be copied to --out (" + FileProblem.of(e, file) + "); nothing was written", e);
            }
        }
    }

    void lists(List<Scored> ordered, List<Scored> chosen) {
        Map<Integer, Integer> places = new HashMap<>();
        chosen.forEach(scored -> places.put(scored.picture(), places.size() + 1));
        List<Object> titles = new ArrayList<>(List.of("rank", "picture", "file", "chosen", "score"));
        titles.addAll(ordered.get(0).parts().keySet());
        StringBuilder table = new StringBuilder();
        row(table, titles);
        for (int i = 0; i < ordered.size(); i++) {
            Scored scored = ordered.get(i);
            Integer place = places.get(scored.picture());
            List<Object> cells = new ArrayList<>(
                    List.of(i + 1, scored.name(), file(scored), place == null ? "" : place, figure(scored.score())));
            scored.parts().forEach((name, part) -> cells.add(COUNTS.contains(name) ? count(part) : figure(part)));
            row(table, cells);
        }
        write(TABLE, table.toString());
        StringBuilder list = new StringBuilder();
        chosen.forEach(scored -> list.append(file(scored)).append('\n'));
        write(LIST, list.toString());
    }

    private static void row(StringBuilder table, List<Object> cells) {
        table.append(CSVFormat.DEFAULT.format(cells.toArray())).append('\n');
    }

    private static String count(double value) {
        return String.valueOf((long) value);
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.5f", value);
    }

    /** As lists of the data set name it; what lies in no file has its name alone. */
    private String file(Scored scored) {
        List<Path> files = source.files(scored.picture());
        if (files.isEmpty()) {
            return scored.name();
        }
        Path file = files.get(0);
        Path below = root != null && file.startsWith(root) ? root.relativize(file) : file;
        return below.toString().replace(File.separatorChar, '/');
    }

    private void write(String name, String text) {
        try {
            DurableFiles.whole(folder.beside().resolve(name), file -> Files.writeString(file, text));
        } catch (IOException e) {
            throw folder.unusable(e);
        }
    }
}
