package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Sparse;
import dev.imas.data.MaskFolder;
import dev.imas.semi.Configs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on masks that need to be understood first. */
class MaskTrainingTest {
    @TempDir
    Path root;

    private static ImasConfig config(Path data) {
        ImasConfig tiny = Configs.tiny();
        return tiny.withData(tiny.data()
                        .withLayout(Layout.FOLDERS)
                        .withRoot(data.toString())
                        .withClasses(null))
                .withTraining(tiny.training()
                        .withBatchLabeled(1)
                        .withBatchUnlabeled(1)
                        .withEpochs(1)
                        .withCheckpointEvery(1));
    }

    private static final class Messages implements TrainListener {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void message(String line) {
            lines.add(line);
        }
    }

    @Test
    void whatMasksMeanIsWrittenDownAndPicturesAnnotatedInPartAreUnlabelledToo() throws IOException {
        MaskFolder folder = new MaskFolder(root.resolve("photos"));
        folder.grey("a", 0, 38, 255, 255, 255, 255).grey("b", 38, 255, 255).grey("v", 0, 38);
        Path out = root.resolve("run");
        Messages messages = new Messages();
        assertThat(Trainer.run(config(folder.root()), out, false, messages).steps())
                .describedAs("one picture without a mask and two with")
                .isEqualTo(3);
        assertThat(messages.lines)
                .anySatisfy(line -> assertThat(line).endsWith("read as data.labels: {0: 0, 38: 1}"))
                .anySatisfy(line -> assertThat(line).contains("data.sparse: on"));
        assertThat(Files.readString(out.resolve("hardness.csv"))).contains(",a,", ",b,", ",unlabelled,");

        ImasConfig written = ConfigYaml.read(out.resolve("config.yaml"));
        assertThat(written.data().labels()).containsExactly(Map.entry("0", "0"), Map.entry("38", "1"));
        assertThat(written.data().classes()).isEqualTo(2);
        assertThat(written.data().sparse()).isEqualTo(Sparse.ON);
        Messages resumed = new Messages();
        assertThat(Trainer.run(written, out, true, resumed).steps()).isEqualTo(3);
        assertThat(resumed.lines).noneMatch(line -> line.contains("data.labels") || line.contains("data.sparse"));
    }

    @Test
    void nothingIsWrittenWhenMasksCannotBeLearnedFrom() {
        MaskFolder folder = new MaskFolder(root.resolve("photos"));
        folder.grey("a", 0, 3, 200).grey("v", 0, 9);
        Path out = root.resolve("run");
        assertThatThrownBy(() -> Trainer.run(config(folder.root()), out, false, new Messages()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("200 (");
        assertThat(out).doesNotExist();
    }
}
