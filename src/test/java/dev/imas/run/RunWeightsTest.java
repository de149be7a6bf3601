package dev.imas.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which file a person means who names the weights of a run; and which directories a new run may begin in. */
class RunWeightsTest {
    @TempDir
    Path folder;

    private RunDirectory run;
    private final List<String> notes = new ArrayList<>();

    /** A run that was stopped after step 9, and was best after step 3. */
    @BeforeEach
    void stoppedRun() throws IOException {
        run = new RunDirectory(folder.resolve("r"));
        Files.createDirectories(run.checkpoints().folder());
        Files.writeString(run.config(), "name: r\n");
        for (long step : List.of(3L, 6L, 9L)) {
            Files.writeString(run.checkpoints().tensors(step), "tensors " + step);
            ObjectNode content = new ObjectMapper().createObjectNode();
            content.putObject("state").putObject("best").put("step", 3);
            run.checkpoints().describe(step, content);
        }
    }

    private RunWeights of(Path given) {
        return RunWeights.of(given, false, notes::add);
    }

    private void means(Path given, long step) {
        RunWeights found = of(given);
        assertThat(found.file()).hasSameBinaryContentAs(run.checkpoints().tensors(step));
        assertThat(found.run().orElseThrow().config()).hasSameBinaryContentAs(run.config());
    }

    @Test
    void partsOfARunThatHasNotEnded() {
        means(run.root(), 9);
        means(run.checkpoints().folder(), 9);
        means(run.checkpoints().tensors(6), 6);
        means(run.checkpoints().description(6), 6);
        means(run.root().resolve("best"), 3);
        assertThat(notes).anyMatch(note -> note.startsWith("weights of the teacher after step 9"));
    }

    @Test
    void aRunThatHasEndedGivesItsResult() throws IOException {
        Files.writeString(run.teacher(), "teacher");
        Files.writeString(run.student(), "student");
        Files.writeString(run.summary(), "{}");
        assertThat(of(run.root())).isEqualTo(new RunWeights(run.teacher(), Optional.empty()));
        assertThat(RunWeights.of(run.root(), true, notes::add).file()).isEqualTo(run.student());
        assertThat(of(run.root().resolve("student")).file()).isEqualTo(run.student());
        Files.writeString(run.best(), "best");
        assertThat(of(run.root().resolve("best")).file()).isEqualTo(run.best());
        assertThat(of(run.teacher()).file()).isEqualTo(run.teacher());
    }

    @Test
    void theEndOfARunThatWentOnIsNoResultAnyMore() throws IOException {
        Files.writeString(run.teacher(), "teacher");
        Files.writeString(run.student(), "student");
        means(run.root(), 9);
        assertThat(RunWeights.of(run.root(), true, notes::add).file())
                .isEqualTo(run.checkpoints().tensors(9));
        for (long step : run.checkpoints().steps()) {
            run.checkpoints().delete(step);
        }
        assertThat(of(run.root()).file()).isEqualTo(run.teacher());
    }

    @Test
    void damagedCheckpointsAreNeverUsed() throws IOException {
        Files.writeString(run.checkpoints().tensors(9), "Tensors 9");
        assertThatThrownBy(() -> of(run.checkpoints().tensors(9)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("step-000000009.json is damaged (the checksum of step-000000009.safetensors");
        means(run.root(), 6);
        assertThat(notes).anyMatch(note -> note.contains("step-000000009.json is damaged"));
        Files.writeString(run.checkpoints().description(6), "{");
        Files.delete(run.checkpoints().tensors(3));
        assertThatThrownBy(() -> of(run.root()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("all 3 checkpoints in");
    }

    @Test
    void aFolderOfAnythingElseHoldsNoWeights() {
        assertThatThrownBy(() -> of(folder))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(folder + " holds no weights: expected a weight file, a run directory");
        assertThat(of(folder.resolve("none.pth")).file()).isEqualTo(folder.resolve("none.pth"));
    }

    @Test
    void aNewRunMayBeginWhereEveryKindOfFailedStartLeftSomething() throws IOException {
        Path out = Files.createDirectories(folder.resolve("out"));
        RunDirectory began = new RunDirectory(out);
        Files.createFile(out.resolve(".DS_Store"));
        began.requireFree();
        Files.createFile(began.lock());
        began.requireFree();
        Files.writeString(out.resolve("config.yaml.tmp"), "name");
        began.requireFree();
        Files.writeString(began.config(), "name: x");
        Files.writeString(began.metrics(), "epoch,step\n1,1\n");
        Files.createDirectories(began.checkpoints().folder());
        Files.writeString(began.checkpoints().tensors(4), "not described yet");
        began.requireFree();
        began.checkpoints().clear();
        assertThat(began.checkpoints().folder()).isEmptyDirectory();
        for (Path result :
                List.of(began.teacher(), began.best(), began.checkpoints().description(4))) {
            Files.writeString(result, "{}");
            assertThatThrownBy(began::requireFree)
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("is not empty; use --resume");
            Files.delete(result);
        }
    }
}
