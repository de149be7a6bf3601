package dev.imas.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import dev.imas.data.Inspection;
import dev.imas.data.MaskFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreparationTest {
    /** Thrown by a planner: nothing stood in its way. */
    private static final class Planned extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @TempDir
    Path dir;

    private MaskFolder pictures;
    private ComparisonFolder out;

    @BeforeEach
    void folders() throws IOException {
        pictures = new MaskFolder(dir.resolve("data"));
        out = new ComparisonFolder(dir.resolve("out"));
    }

    private ImasConfig start(String... settings) {
        Map<String, Object> layers = ConfigYaml.preset("own");
        ConfigYaml.set(layers, "data.root", pictures.root().toString());
        for (String setting : settings) {
            ConfigYaml.set(layers, setting);
        }
        return ConfigYaml.resolve(layers);
    }

    private void planned(Method method, String... settings) {
        Setup setup = new Setup(List.of(Method.SUPERVISED, method), List.of(1L), List.of(), false, Map.of());
        Preparation.begin(
                out,
                setup,
                start(settings),
                config -> {
                    throw new Planned();
                },
                line -> {});
    }

    /** Be it that settings of a run say that labelled pictures are its unlabelled ones. */
    @Test
    void withoutUnlabelledPicturesNothingIsToldOfThem() throws IOException {
        Files.delete(pictures.root().resolve("images/unlabelled.png"));
        pictures.grey("a", 0, 1).grey("b", 1, 0).grey("v", 0, 1);
        for (String sparse : List.of("auto", "on")) {
            assertThatThrownBy(() -> planned(Method.IMAS, "data.sparse=" + sparse))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("every picture has a mask")
                    .hasMessageContaining("imas learn from; draw from the labels");
            assertThat(out.root()).doesNotExist();
        }
        pictures.grey("a", 0, 1, 255, 255, 255, 255).grey("b", 1, 0, 255, 255, 255, 255);
        assertThatThrownBy(() -> planned(Method.IMAS)).isInstanceOf(Planned.class); // most is unlabelled
        pictures.grey("b", 1, 0);
        assertThatThrownBy(() -> planned(Method.IMAS))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--set data.sparse=on");
        assertThatThrownBy(() -> planned(Method.IMAS, "data.sparse=on")).isInstanceOf(Planned.class);
    }

    @Test
    void unlabelledPicturesAreAllThatIsAskedFor() {
        pictures.grey("a", 0, 1).grey("b", 1, 0).grey("v", 0, 1);
        assertThatThrownBy(() -> planned(Method.IMAS)).isInstanceOf(Planned.class);
        assertThatThrownBy(() -> planned(Method.IMAS, "data.sparse=on")).isInstanceOf(Planned.class);
    }

    private Comparison supervised(ImasConfig start) {
        Setup setup = new Setup(List.of(Method.SUPERVISED), List.of(1L), List.of(), false, Map.of());
        return Preparation.begin(out, setup, start, Inspection::of, line -> {});
    }

    /** An epoch counts batches of unlabelled pictures, since there is one, and labelled ones are as many. */
    @Test
    void stepsOfSupervisedRunsAreThoseOfThePlan() {
        pictures.grey("a", 0, 1).grey("b", 1, 0).grey("v", 0, 1);
        String[] settings = {
            "training.batch_labeled=5", "training.batch_unlabeled=8", "training.epochs=3", "data.epoch_length=16"
        };
        assertThat(supervised(start(settings)).steps()).isEqualTo(6);
        ImasConfig plan = ConfigYaml.read(out.plan());
        assertThat(plan.data().epochLength() / plan.training().batchUnlabeled()).isEqualTo(2);
    }

    /** It is not taken for one that is left to the pictures: whoever trains refuses it. */
    @Test
    void anEpochWithoutAFullBatchStaysAsItIs() {
        pictures.grey("a", 0, 1).grey("b", 1, 0).grey("v", 0, 1);
        supervised(start("training.batch_labeled=8", "training.batch_unlabeled=8", "data.epoch_length=4"));
        assertThat(ConfigYaml.read(out.plan()).data().epochLength()).isEqualTo(4);
    }
}
