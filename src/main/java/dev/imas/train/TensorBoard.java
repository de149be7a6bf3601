package dev.imas.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.common.FileProblem;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import dev.imas.run.EpochMetrics;
import dev.imas.run.PseudoLabels;
import dev.imas.run.RunDirectory;
import dev.imas.run.StepMetrics;
import dev.imas.tensorboard.EventFile;
import dev.imas.tensorboard.Summaries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a run writes for TensorBoard (training.tensorboard): figures under the names of their groups, sample pictures,
 * and the settings. Where the file cannot be written, that is told once and the run goes on without it.
 */
final class TensorBoard implements AutoCloseable {
    private final EventFile file;
    private final List<String> classes;
    private final Consumer<String> message;
    private boolean failed;

    /** @param step after which the run begins or goes on; what an earlier part wrote beyond it is taken back */
    TensorBoard(RunDirectory directory, ImasConfig config, Dataset data, long step, Consumer<String> message)
            throws IOException {
        this.classes = data.classNames();
        this.message = message;
        List<Long> earlier = directory.eventParts();
        for (long part : earlier) {
            if (part >= step) {
                Files.delete(directory.events(part));
            } else {
                EventFile.cut(directory.events(part), step);
            }
        }
        this.file = new EventFile(directory.events(step), step, TensorBoard::now);
        if (step == 0 || earlier.isEmpty()) { // also of a run that goes on from another's beginning
            add(
                    step,
                    new Summaries()
                            .text(
                                    RunDirectory.name(directory.config()),
                                    "```yaml\n" + ConfigYaml.dump(config) + "```\n")
                            .parameters(parameters(config), now()));
        }
    }

    /** None where its files cannot be written: that is told, and the run goes on without. */
    static Optional<TensorBoard> of(
            RunDirectory directory, ImasConfig config, Dataset data, long step, Consumer<String> message) {
        try {
            return Optional.of(new TensorBoard(directory, config, data, step, message));
        } catch (IOException | UncheckedIOException e) {
            message.accept("TensorBoard's events could not be written (" + FileProblem.of(e, directory.root())
                    + "); the run goes on without them");
            return Optional.empty();
        }
    }

    private static double now() {
        return System.currentTimeMillis() / 1e3;
    }

    /** The settings that have one value, by their keys. */
    private static Map<String, Object> parameters(ImasConfig config) {
        Map<String, Object> values = new LinkedHashMap<>();
        flatten("", ConfigDifference.json(config), values);
        return values;
    }

    private static void flatten(String prefix, JsonNode node, Map<String, Object> values) {
        node.properties().forEach(field -> {
            String key = prefix + field.getKey();
            JsonNode value = field.getValue();
            if (value.isObject()) {
                flatten(key + ".", value, values);
            } else if (value.isNumber()) {
                values.put(key, value.numberValue());
            } else if (value.isBoolean()) {
                values.put(key, value.booleanValue());
            } else if (value.isTextual()) {
                values.put(key, value.textValue());
            }
        });
    }

    /** The figures of a step. */
    void step(StepMetrics m) {
        add(
                m.step(),
                new Summaries()
                        .scalar("loss/supervised", m.lossSup())
                        .scalar("loss/dice", m.lossDice())
                        .scalar("loss/unsupervised", m.lossUnsup())
                        .scalar("lr", m.lr())
                        .scalar("unlabelled/hardness", 1 - m.gammaMean())
                        .scalar("unlabelled/confident", m.confidentRatio())
                        .scalar("speed/images_per_second", m.imagesPerSecond())
                        .scalar("speed/data_wait_share", m.dataWaitShare()));
    }

    /** An evaluation. */
    void evaluated(EpochMetrics m) {
        Summaries values =
                new Summaries().scalar("miou/student", m.miouStudent()).scalar("miou/teacher", m.miouTeacher());
        for (int c = 0; c < classes.size(); c++) {
            values.scalar("iou_student/" + classes.get(c), m.iouStudent()[c]);
            values.scalar("iou_teacher/" + classes.get(c), m.iouTeacher()[c]);
        }
        add(m.step(), values);
    }

    /** A look at pseudo-labels. */
    void pseudoLabels(PseudoLabels.Look look) {
        Summaries values = new Summaries()
                .scalar("pseudo_labels/right", look.precision())
                .scalar("pseudo_labels/confident", look.confidentUnlabelled());
        look.classes().forEach(c -> values.scalar("pseudo_labels_right/" + c.name(), c.precision()));
        add(look.step(), values);
    }

    /** A sample picture: itself, truth, student and teacher side by side. */
    void picture(long step, int number, RgbImage strip) {
        String tag = String.format(Locale.ROOT, "samples/%03d image, truth, student, teacher", number);
        add(step, new Summaries().picture(tag, strip.width(), strip.height(), Pngs.encode(strip)));
    }

    /** The run has come to its end. */
    void ended(long step) {
        add(step, new Summaries().ended(now()));
    }

    private void add(long step, Summaries values) {
        if (failed || values.isEmpty()) {
            return;
        }
        try {
            file.add(step, values);
        } catch (IOException e) {
            failed = true;
            message.accept("TensorBoard's events could not be written (" + FileProblem.of(e)
                    + "); the run goes on without them");
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
