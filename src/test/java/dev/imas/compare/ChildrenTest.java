package dev.imas.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.compare.Children.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildrenTest {
    @TempDir
    static Path dir;

    private static Job job(String name, String after, String script) {
        return new Job(
                name,
                Optional.ofNullable(after),
                dir.resolve(name + ".log"),
                new ProcessBuilder("/bin/sh", "-c", script).directory(dir.toFile()));
    }

    @Test
    void oneThatFailsIsNamedWithItsLastLineAndTheOthersGoOn() {
        List<String> finished = new ArrayList<>();
        List<String> failures = Children.run(
                List.of(
                        job("part", null, "echo first; touch part"),
                        job("after", "part", "test -e part"),
                        job("broken", null, "echo 'imas: the loss is not finite'; exit 3"),
                        job("lost", "broken", "touch lost"),
                        job("last", null, "true")),
                2,
                line -> {},
                finished::add);
        assertThat(failures)
                .containsExactlyInAnyOrder(
                        "broken: the loss is not finite (" + dir.resolve("broken.log") + ")",
                        "lost: was not begun, since broken failed");
        assertThat(finished).containsExactlyInAnyOrder("part", "after", "last");
        assertThat(Files.exists(dir.resolve("lost"))).isFalse();
        assertThat(dir.resolve("part.log")).hasContent("first");
    }

    /** The last line of its log is none of a reason, and one of an earlier attempt even less. */
    @Test
    void oneThatIsKilledIsSaidToHaveBeen() throws IOException {
        Path log = dir.resolve("silent.log");
        Files.writeString(log, "imas: an old fault\n");
        List<String> failures = Children.run(
                List.of(
                        job("killed", null, "echo 'epoch 3'; kill -9 $$"),
                        job("ended", null, "kill -15 $$"),
                        job("silent", null, "exit 3")),
                3,
                line -> {},
                name -> {});
        assertThat(failures)
                .containsExactlyInAnyOrder(
                        "killed: was killed (signal 9), as the system does where memory runs out: lower --processes,"
                                + " or see " + dir.resolve("killed.log"),
                        "ended: was ended by signal 15; see " + dir.resolve("ended.log"),
                        "silent: ended without a word (" + log + ")");
    }
}
