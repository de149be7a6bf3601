package dev.imas.report;

import dev.imas.common.DurableFiles;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import dev.imas.measure.ConfusionMatrix;
import dev.imas.measure.Measurement;
import dev.imas.measure.PictureScore;
import dev.imas.run.CsvFile;
import dev.imas.run.RunDirectory;
import dev.imas.run.SampleFile;
import dev.imas.run.SampleFile.View;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How the network that a run leaves does on the validation images: confusion.csv and pictures.csv, as {@code imas
 * evaluate} writes them, and the worst images in worst/.
 *
 * @param pictures in the order of the validation images
 * @param palette  one 0xRRGGBB a class
 */
public record KeptEvaluation(
        ConfusionMatrix matrix, List<PictureScore> pictures, WorstPictures worst, List<Integer> palette) {
    /** @param names one a class */
    String confusionSection(List<String> names) {
        return ConfusionSection.html(matrix, names, palette);
    }

    /** @param names one a class */
    String worstSection(List<String> names) {
        return WorstSection.html(worst, pictures.size(), matrix, names, palette);
    }

    /** Writes the tables of an evaluation, of the run's classes. */
    public static void write(RunDirectory directory, List<String> names, Measurement measurement) throws IOException {
        write(directory.confusion(), EvaluationTables.confusion(names, measurement.matrix()));
        write(directory.pictures(), EvaluationTables.pictures(names, measurement.pictures()));
    }

    private static void write(Path file, String text) throws IOException {
        DurableFiles.replace(file, beside -> Files.writeString(beside, text, StandardCharsets.UTF_8));
    }

    /** The rows of the pictures that a report shows: those that have mistakes, the worst first. */
    public static List<Integer> worst(List<PictureScore> pictures) {
        return IntStream.range(0, pictures.size())
                .boxed()
                .filter(row -> pictures.get(row).mistake().isPresent())
                .sorted((a, b) -> PictureScore.WORST_FIRST.compare(pictures.get(a), pictures.get(b)))
                .limit(WorstPictures.SHOWN)
                .toList();
    }

    /**
     * Reads what is usable; empty where there is no table of mistakes.
     *
     * @param colors 256 colours of labels, 0xRRGGBB
     * @param notes  told in a sentence each what is damaged
     */
    static Optional<KeptEvaluation> read(RunDirectory directory, int[] colors, List<String> notes) {
        if (!Files.isRegularFile(directory.confusion())) {
            return Optional.empty();
        }
        List<long[]> rows = new ArrayList<>();
        CsvFile.read(
                directory.confusion(),
                List.of(EvaluationTables.TRUTH),
                List.of(),
                notes,
                row -> rows.add(IntStream.range(1, row.record().size())
                        .mapToLong(row::integer)
                        .toArray()));
        int classes = rows.size();
        if (classes == 0 || classes > LabelMap.IGNORE || rows.stream().anyMatch(row -> row.length != classes)) {
            notes.add(RunDirectory.name(directory.confusion())
                    + " has not as many rows as columns: what was taken for what is not shown.");
            return Optional.empty();
        }
        List<PictureScore> pictures = pictures(directory.pictures(), classes, notes);
        List<Integer> palette = Arrays.stream(colors).limit(classes).boxed().toList();
        WorstPictures worst = worst(directory.worst(), pictures, classes, palette, notes);
        return Optional.of(
                new KeptEvaluation(ConfusionMatrix.of(rows.toArray(long[][]::new)), pictures, worst, palette));
    }

    private static List<PictureScore> pictures(Path file, int classes, List<String> notes) {
        List<PictureScore> pictures = new ArrayList<>();
        int first = EvaluationTables.OF_PICTURE.size();
        CsvFile.read(
                file,
                EvaluationTables.OF_PICTURE,
                List.of(),
                notes,
                row -> pictures.add(new PictureScore(
                        row.text("picture"),
                        (int) row.integer("width"),
                        (int) row.integer("height"),
                        row.integer("pixels"),
                        row.number("pixel_accuracy"),
                        row.number("miou"),
                        row.number("mean_dice"),
                        row.number("mean_boundary_f1"),
                        IntStream.range(first, first + classes)
                                .mapToDouble(row::number)
                                .toArray(),
                        Optional.empty())));
        return List.copyOf(pictures);
    }

    private static WorstPictures worst(
            Path folder, List<PictureScore> pictures, int classes, List<Integer> palette, List<String> notes) {
        WorstPictures worst = new WorstPictures(palette);
        for (Map.Entry<Integer, Map<View, Path>> sample : SampleFile.in(folder).entrySet()) {
            Map<View, Path> files = sample.getValue();
            Path predicted = files.getOrDefault(View.TEACHER, files.get(View.STUDENT));
            if (sample.getKey() < pictures.size()
                    && files.keySet().containsAll(List.of(View.IMAGE, View.TRUTH))
                    && predicted != null) {
                BufferedImage image = Samples.decode(files.get(View.IMAGE), notes);
                BufferedImage truth = Samples.decode(files.get(View.TRUTH), notes);
                BufferedImage prediction = Samples.decode(predicted, notes);
                if (image != null && truth != null && prediction != null) {
                    offer(worst, pictures.get(sample.getKey()), image, truth, prediction, classes, notes);
                }
            }
        }
        return worst;
    }

    private static void offer(
            WorstPictures worst,
            PictureScore score,
            BufferedImage image,
            BufferedImage truth,
            BufferedImage prediction,
            int classes,
            List<String> notes) {
        try {
            LabelMap labels = Samples.labels(truth);
            LabelMap found = Samples.labels(prediction);
            ConfusionMatrix counts = ConfusionMatrix.of(labels, found, classes);
            worst.offer(score.with(counts.largestMistake()), RgbImage.of(image), labels, found);
        } catch (IllegalArgumentException e) {
            notes.add("worst/ has pictures of " + score.id() + " that do not belong together.");
        }
    }
}
