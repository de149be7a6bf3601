package dev.imas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script {@code imas} in a copy of the project, with stubs of the tools it calls. */
class LauncherTest {
    private static final List<String> SYSTEM_TOOLS = List.of("readlink", "dirname", "find", "sed", "head", "grep", "mkdir", "touch", "flock", "sleep", "cat");
    private static final String JAVA = """
            if [ "$1" = -version ]; then echo 'openjdk version "17.0.15" 2025-04-15' >&2; exit 0; fi
            echo "java $*"; echo "OMP=$OMP_WAIT_POLICY"; for a in "$@"; do last=$a; done; echo "last=[$last]"; exit 7""";
    private static final String MAVEN = """
            echo mvn "$@" >> "$CALLS"; mkdir -p target/lib
            touch target/imas.jar""";

    @TempDir
    Path dir;
    private Path home;
    private Path bin;
    private String gpu = "";

    @BeforeEach
    void project() throws IOException {
        home = Files.createDirectories(dir.resolve("a home"));
        bin = Files.createDirectories(dir.resolve("bin"));
        Files.copy(Path.of("imas"), home.resolve("imas"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createDirectories(home.resolve("src/main"));
        Files.writeString(home.resolve("src/main/A.java"), "");
        Files.writeString(home.resolve("pom.xml"), "");
        for (String tool : SYSTEM_TOOLS) {
            for (String folder : List.of("/usr/bin/", "/bin/")) {
                if (Files.exists(Path.of(folder + tool)) && Files.notExists(bin.resolve(tool))) {
                    Files.createSymbolicLink(bin.resolve(tool), Path.of(folder + tool));
                }
            }
        }
        stub("java", JAVA);
        stub("mvn", MAVEN);
        for (String tool : List.of("javac", "g++", "cmake")) {
            stub(tool, "exit 0");
        }
    }

    @ParameterizedTest
    @CsvSource({"java, openjdk-17-jdk-headless", "javac, openjdk-17-jdk-headless", "mvn, maven", "g++, g++", "cmake, cmake"})
    void aMissingToolIsNamedWithItsPackage(String tool, String debianPackage) throws Exception {
        Files.delete(bin.resolve(tool));
        assertThat(launch(dir, home.resolve("imas"))).isEqualTo(new Shell.Result(2, "", "imas: " + tool + " is missing; install it with: apt-get install " + debianPackage + "\n"));
    }

    @Test
    void anOldJavaIsRefused() throws Exception {
        stub("java", "echo 'openjdk version \"11.0.2\" 2019' >&2");
        assertThat(launch(dir, home.resolve("imas"))).isEqualTo(new Shell.Result(2, "", "imas: Java 17 or newer is needed; install it with: apt-get install openjdk-17-jdk-headless\n"));
    }

    @Test
    void aFailedBuildShowsItsErrorsAndTheLog() throws Exception {
        stub("mvn", "echo '[INFO] fine'; echo '[ERROR] A.java:[1,1] boom'; exit 1");
        Shell.Result result = launch(dir, home.resolve("imas"));
        assertThat(result.status()).isEqualTo(3);
        assertThat(result.err()).contains("A.java:[1,1] boom").contains("imas: the build failed; see " + home.resolve("target/build.log")).doesNotContain("fine");
        assertThat(home.resolve("target/build.log")).content().contains("[INFO] fine");
    }

    @Test
    void itBuildsOnceThenRunsAndPassesArgumentsAndStatus() throws Exception {
        Path link = Files.createSymbolicLink(dir.resolve("link"), home.resolve("imas"));
        Path elsewhere = Files.createDirectories(dir.resolve("elsewhere"));
        for (int i = 0; i < 2; i++) {
            Shell.Result result = launch(elsewhere, link, "train", "--set", "name=two words");
            assertThat(result.status()).as(result.err()).isEqualTo(7);
            assertThat(result.out()).contains("-Dorg.bytedeco.javacpp.nopointergc=true").contains("-Dorg.bytedeco.javacpp.maxphysicalbytes=0")
                    .contains("-jar " + home.resolve("target/imas.jar") + " train --set").contains("last=[name=two words]").contains("OMP=PASSIVE");
            assertThat(result.err().isEmpty()).isEqualTo(i > 0);
        }
        assertThat(Files.readAllLines(dir.resolve("calls"))).hasSize(1);
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void theFirstBuildFollowsTheMachineLaterOnesTheUser() throws Exception {
        assumeThat(Path.of("/proc/driver/nvidia/version")).doesNotExist();
        launch(dir, home.resolve("imas"));
        stub("nvidia-smi", "exit 0");
        stub("ldconfig", "echo libcudart.so.13");
        List<String> settings = List.of("", "OFF", "ON", "ON", "", "OFF", "");
        for (String setting : settings) {
            gpu = setting;
            launch(dir, home.resolve("imas"));
        }
        Files.delete(home.resolve("target/imas.jar"));
        Files.delete(home.resolve("target/libtorch"));
        launch(dir, home.resolve("imas"));
        List<String> builds = Files.readAllLines(dir.resolve("calls")).stream().map(call -> call.contains("-Pgpu -Dimas.cuda=AUTO") ? "cuda" : call.contains("-Dimas.cuda=OFF") ? "cpu" : call).toList();
        assertThat(builds).as("without a driver; ON; OFF; anew, with a driver and the runtime").containsExactly("cpu", "cuda", "cpu", "cuda");
    }

    @Test
    void benchBuildsItsProfileOnceAndStartsJmh() throws Exception {
        stub("mvn", "echo mvn \"$@\" >> \"$CALLS\"; mkdir -p target/benchmarks/classes; echo /libs/jmh.jar > target/benchmarks/classpath");
        for (int i = 0; i < 2; i++) {
            Shell.Result result = launch(dir, home.resolve("imas"), "bench", "Ema", "-f", "0");
            assertThat(result.status()).as(result.err()).isEqualTo(7);
            assertThat(result.out()).contains("-Dorg.bytedeco.javacpp.nopointergc=true")
                    .contains("-cp " + home.resolve("target/benchmarks/classes") + ":/libs/jmh.jar org.openjdk.jmh.Main Ema -f 0");
        }
        assertThat(Files.readAllLines(dir.resolve("calls"))).singleElement().asString().contains("-Pbenchmarks process-classes");
    }

    @Test
    void aNewerSourceBuildsAgain() throws Exception {
        launch(dir, home.resolve("imas"));
        Files.setLastModifiedTime(home.resolve("src/main/A.java"), FileTime.from(Instant.now().plusSeconds(60)));
        launch(dir, home.resolve("imas"));
        assertThat(Files.readAllLines(dir.resolve("calls"))).hasSize(2);
    }

    @Test
    void aSourceEditedDuringTheBuildBuildsAgain() throws Exception {
        stub("mvn", MAVEN + "; sleep 0.02; touch src/main/A.java");
        launch(dir, home.resolve("imas"));
        stub("mvn", MAVEN);
        launch(dir, home.resolve("imas"));
        launch(dir, home.resolve("imas"));
        assertThat(Files.readAllLines(dir.resolve("calls"))).hasSize(2);
    }

    @Test
    void aBuiltCopyWithoutSourcesNeedsNoTools() throws Exception {
        launch(dir, home.resolve("imas"));
        Files.delete(home.resolve("src/main/A.java"));
        Files.delete(home.resolve("src/main"));
        for (String tool : List.of("javac", "mvn", "g++", "cmake")) {
            Files.delete(bin.resolve(tool));
        }
        assertThat(launch(dir, home.resolve("imas"), "version").status()).isEqualTo(7);
    }

    private void stub(String name, String script) throws IOException {
        Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Shell.Result launch(Path cwd, Path script, String... arguments) throws IOException, InterruptedException {
        List<String> line = Stream.concat(Stream.of("/bin/sh", script.toString()), Stream.of(arguments)).toList();
        Path out = dir.resolve("out");
        Path err = dir.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(line).directory(cwd.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", bin.toString(), "CALLS", dir.resolve("calls").toString(), "IMAS_GPU", gpu));
        int status = builder.start().waitFor();
        return new Shell.Result(status, Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }
}
