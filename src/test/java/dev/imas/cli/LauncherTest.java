package dev.imas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.imas.ChildJvm;
import dev.imas.image.TestFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code imas} in a copy of the project, with stubs of the tools it calls. */
class LauncherTest {
    private static final List<String> SYSTEM_TOOLS = List.of(
            "readlink",
            "dirname",
            "find",
            "sed",
            "head",
            "grep",
            "mkdir",
            "touch",
            "rm",
            "mv",
            "wc",
            "sort",
            "cksum",
            "sync",
            "flock",
            "sleep",
            "cat",
            "tr",
            "awk");
    private static final String JAVA =
            """
            if [ "$1" = -version ]; then echo 'openjdk version "17.0.15" 2025-04-15' >&2; exit 0; fi
            echo "java $*"; echo "OMP=$OMP_WAIT_POLICY OPENBLAS=$OPENBLAS_THREAD_TIMEOUT"; echo "LC_ALL=${LC_ALL:-}"
            for a in "$@"; do last=$a; done; echo "last=[$last]"; exit 7""";
    private static final String MAVEN =
            """
            echo mvn "$@" >> "$CALLS"; mkdir -p target/lib
            touch target/imas.jar""";
    /** As JAVA; what becomes of an archive of classes, whose file is ${a#*=}, is filled in. */
    private static final String ARCHIVING =
            """
            case "$*" in *-Xshare:dump*)
                echo archive >> "$CALLS"
                for a in "$@"; do case $a in -XX:SharedArchiveFile=*) %s ;; esac; done
                exit 0 ;;
            esac
            """
                    + JAVA;

    private static final String BENCHMARKS =
            """
            echo mvn "$@" >> "$CALLS"; mkdir -p target/benchmarks/classes
            echo "$PWD/target/imas/classes:/libs/jmh.jar" > target/benchmarks/classpath""";

    @TempDir
    Path dir;

    private Path home;
    private Path bin;
    private String gpu = "";
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void project() throws IOException {
        home = Files.createDirectories(dir.resolve("a home"));
        bin = Files.createDirectories(dir.resolve("bin"));
        Files.copy(Path.of("imas"), home.resolve("imas"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createDirectories(home.resolve("src/main"));
        Files.copy(Path.of("src/build.sh"), home.resolve("src/build.sh"));
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
    @CsvSource({
        "java, openjdk-17-jdk-headless",
        "javac, openjdk-17-jdk-headless",
        "mvn, maven",
        "g++, g++",
        "cmake, cmake"
    })
    void aMissingToolIsNamedWithItsPackage(String tool, String debianPackage) throws Exception {
        Files.delete(bin.resolve(tool));
        assertThat(launch(dir, home.resolve("imas")))
                .isEqualTo(new Shell.Result(
                        2,
                        "",
                        "imas: " + tool + " is missing; install it with: apt-get install " + debianPackage + "\n"));
    }

    @Test
    void anOldJavaIsRefused() throws Exception {
        stub("java", "echo 'openjdk version \"11.0.2\" 2019' >&2");
        assertThat(launch(dir, home.resolve("imas")))
                .isEqualTo(new Shell.Result(
                        2,
                        "",
                        "imas: Java 17 or newer is needed; install it with: apt-get install "
                                + "openjdk-17-jdk-headless\n"));
    }

    @Test
    void aJavaThatDoesNotStartIsNotTakenForAnOldOne() throws Exception {
        stub("java", "echo 'Error occurred during initialization of VM'; exit 1");
        assertThat(launch(dir, home.resolve("imas")))
                .isEqualTo(new Shell.Result(
                        2,
                        "",
                        "imas: java does not start here (java -version says why); is memory limited (ulimit -v)?\n"));
    }

    @Test
    void tooFewOpenFilesAreNoPuzzle() throws Exception {
        Path limited = Files.writeString(dir.resolve("limited"), "ulimit -n 20; exec /bin/sh '" + home + "/imas'");
        assertThat(launch(dir, limited))
                .isEqualTo(new Shell.Result(
                        2,
                        "",
                        "imas: only 20 files may be open at once; allow 64 at least (ulimit -n; 1024 is usual)\n"));
    }

    @Test
    void aFailedBuildShowsItsErrorsAndTheLog() throws Exception {
        stub(
                "mvn",
                "echo '[INFO] fine'; echo '[ERROR] A.java:[1,1] boom'; echo "
                        + "'[ERROR] Re-run Maven using -X'; exit 1");
        Shell.Result result = launch(dir, home.resolve("imas"));
        assertThat(result.status()).isEqualTo(3);
        assertThat(result.err())
                .contains("A.java:[1,1] boom")
                .contains("imas: the build failed; see " + home.resolve("target/build.log"))
                .doesNotContain("fine", "Re-run");
        assertThat(home.resolve("target/build.log")).content().contains("[INFO] fine");
    }

    @Test
    void itBuildsOnceThenRunsAndPassesArgumentsAndStatus() throws Exception {
        Path link = Files.createSymbolicLink(dir.resolve("link"), home.resolve("imas"));
        Path elsewhere = Files.createDirectories(dir.resolve("elsewhere"));
        for (int i = 0; i < 2; i++) {
            Shell.Result result = launch(elsewhere, link, "train", "--set", "name=two words");
            assertThat(result.status()).as(result.err()).isEqualTo(7);
            assertThat(result.out())
                    .contains("-Dorg.bytedeco.javacpp.nopointergc=true")
                    .contains("-Dorg.bytedeco.javacpp.maxphysicalbytes=0")
                    .contains(program("target") + " train --set")
                    .contains("last=[name=two words]")
                    .contains("OMP=PASSIVE OPENBLAS=4");
            assertThat(result.err().isEmpty()).isEqualTo(i > 0);
        }
        assertThat(Files.readAllLines(dir.resolve("calls"))).hasSize(1);
        assertThat(elsewhere).isEmptyDirectory();
    }

    /** The heap of what trains is touched at once; what else there is starts without optimising compilation. */
    @Test
    void whatTakesLongHasBothCompilers() throws Exception {
        for (String command : List.of("train", "compare")) {
            assertThat(launch(dir, home.resolve("imas"), command).out())
                    .contains("-XX:+AlwaysPreTouch")
                    .doesNotContain("TieredStopAtLevel");
        }
        assertThat(launch(dir, home.resolve("imas"), "predict").out())
                .contains("-XX:TieredStopAtLevel=1")
                .doesNotContain("AlwaysPreTouch");
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
        List<String> builds = Files.readAllLines(dir.resolve("calls")).stream()
                .map(call -> call.contains("-Pgpu -Dimas.cuda=AUTO")
                        ? "cuda"
                        : call.contains("-Dimas.cuda=OFF") ? "cpu" : call)
                .toList();
        assertThat(builds)
                .as("without a driver; ON; OFF; anew, with a driver and the runtime")
                .containsExactly("cpu", "cuda", "cpu", "cuda");
    }

    @Test
    void benchBuildsItsModuleOnceAndStartsJmh() throws Exception {
        stub("mvn", BENCHMARKS);
        for (int i = 0; i < 2; i++) {
            Shell.Result result = launch(dir, home.resolve("imas"), "bench", "Ema", "-f", "0");
            assertThat(result.status()).as(result.err()).isEqualTo(7);
            assertThat(result.out())
                    .contains("-Dorg.bytedeco.javacpp.nopointergc=true")
                    .contains("-cp " + home.resolve("target/benchmarks/classes") + ":"
                            + home.resolve("target/imas/classes")
                            + ":/libs/jmh.jar dev.imas.benchmarks.Bench Ema -f 0");
        }
        assertThat(Files.readAllLines(dir.resolve("calls")))
                .singleElement()
                .asString()
                .contains("-pl benchmarks -am process-classes");
    }

    @ParameterizedTest
    @CsvSource({"ANSI_X3.4-1968, C.UTF-8", "UTF-8, ''", "ISO-8859-1, ''"})
    void fileNamesAreReadAsUtf8WhereTheLocaleKnowsAsciiAlone(String charmap, String locale) throws Exception {
        stub("locale", "echo " + charmap);
        assertThat(launch(dir, home.resolve("imas")).out()).contains("\nLC_ALL=" + locale + "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "'', C.UTF-8, true",
        "C, C.UTF-8, true",
        "POSIX, C.UTF-8, true",
        "tr_TR.UTF-8, tr_TR.UTF-8, true",
        "de_DE, de_DE, false"
    })
    void withoutTheProgramLocaleItsVariablesTell(String given, String locale, boolean utf8) throws Exception {
        environment.put("LC_ALL", given);
        String said = launch(dir, home.resolve("imas")).out();
        assertThat(said).contains("\nLC_ALL=" + locale + "\n");
        assertThat(said.contains("-Dsun.jnu.encoding=UTF-8")).isEqualTo(utf8);
    }

    /**
     * The program itself in a distribution whose jar names this build's classes, on pictures with names of all kinds.
     */
    @ParameterizedTest
    @ValueSource(strings = {"", "C", "POSIX", "nowhere.UTF-8"})
    void namesOfFilesAndClassesAreWhatTheyAreUnderEveryLocale(String locale) throws Exception {
        distribution("Zuhause ä 日本");
        stub("java", "exec '" + Path.of(System.getProperty("java.home"), "bin", "java") + "' \"$@\"");
        for (String tool : List.of("locale", "uname")) {
            Files.createSymbolicLink(bin.resolve(tool), Path.of("/usr/bin/" + tool));
        }
        environment.put("LC_ALL", locale);
        Path photos = dir.resolve("Bilder ü");
        for (String name : List.of("ä 1", "日本 2", "Straße 3", "plain 4")) {
            TestFiles.picture(photos.resolve("images/" + name + ".png"), 8, 8);
            TestFiles.mask(photos.resolve("masks/" + name + ".png"), 8, 8, 0, 1);
        }
        TestFiles.mask(photos.resolve("masks/übrig 日.png"), 8, 8, 1);
        Path page = dir.resolve("Seite é.html");
        Shell.Result result = launch(
                dir,
                home.resolve("imas"),
                "data",
                "--data",
                photos.toString(),
                "--set",
                "data.class_names=[Grund, Straße 日]",
                "--out",
                page.toString());
        assertThat(result.err()).doesNotContain("Exception");
        assertThat(result.out())
                .contains(photos + ": pictures in images/")
                .contains("1 mask has no picture and is not used: " + photos.resolve("masks/übrig 日.png"))
                .contains("Straße 日 ");
        assertThat(page).content().contains("übrig 日.png", "Straße 日");
    }

    @Test
    void buildingTheBenchmarksLeavesTheProductWhole() throws Exception {
        launch(dir, home.resolve("imas"));
        Path kernels = Files.createFile(home.resolve("target/lib/imas-kernels-0.1.0.jar"));
        stub("mvn", BENCHMARKS);
        launch(dir, home.resolve("imas"), "bench");
        assertThat(kernels).exists();
    }

    @Test
    void benchExplainsItselfInTheProduct() throws Exception {
        assertThat(launch(dir, home.resolve("imas"), "bench", "--help").out())
                .contains(program("target") + " bench --help");
    }

    @Test
    void aMovedCheckoutRunsAndItsBenchmarksAreBuiltForTheNewPlace() throws Exception {
        launch(dir, home.resolve("imas"));
        stub("mvn", BENCHMARKS);
        launch(dir, home.resolve("imas"), "bench");
        home = Files.move(home, dir.resolve("moved"));
        assertThat(launch(dir, home.resolve("imas"), "version").out()).contains(program("target") + " version");
        assertThat(Files.readAllLines(dir.resolve("calls"))).hasSize(2);
        assertThat(launch(dir, home.resolve("imas"), "bench").out())
                .contains(home.resolve("target/imas/classes").toString())
                .doesNotContain("a home");
        assertThat(Files.readAllLines(dir.resolve("calls"))).hasSize(3);
    }

    /** Maven goes on when its user has been told of the last step; the stub of sleep keeps that short. */
    @Test
    @Timeout(60)
    void theBuildTellsHowFarItIs() throws Exception {
        stub("sleep", "exec /bin/sleep 0.02");
        stub(
                "mvn",
                MAVEN
                        + """

                until_told() { until grep -q "$1" "$ERR"; do sleep 0; done; }
                printf 'Downloading from central: https://a/c.jar\nDownloading from central: https://a/b.jar\n'
                printf 'Progress (2): 12/118 MB | 3.0/4.0 MB   \r'
                until_told 'fetched 15 of at most [0-9]* MB, now b.jar$'
                printf 'Downloaded from central: https://a/b.jar (118 MB at 9.0 MB/s)\r'
                printf 'Downloaded from central: https://a/c.jar (20 kB at 1.0 kB/s)\n'
                until_told 'fetched 118 of at most [0-9]* MB, now'
                echo '[INFO] --- exec-maven-plugin:3.1.0:exec (native-build) @ imas-kernels ---'
                until_told 'compiling native code$'
                echo 'native 3/24 Building CXX object abi.cpp.o'
                until_told 'compiling native code 3/24$'
                echo '[ 30%] Building CXX object abi.cpp.o'
                until_told 'compiling native code 30%$'
                echo '[INFO] --- maven-compiler-plugin:3.13.0:compile (default-compile) @ imas ---'
                until_told 'compiling Java$'
                echo '[INFO] --- maven-jar-plugin:3.4.2:jar (default-jar) @ imas ---'
                until_told 'packing$'""");
        Shell.Result result = launch(dir, home.resolve("imas"));
        assertThat(result.status()).isEqualTo(7);
        assertThat(result.err().lines())
                .allMatch(line -> line.startsWith("imas: "))
                .doesNotHaveDuplicates()
                .hasSizeLessThan(10);
    }

    @Test
    void whatCannotBeFetchedIsSaidInOneLine() throws Exception {
        stub(
                "mvn",
                "echo '[ERROR] Failed to execute goal: Could not transfer artifact a:b:jar:1 from/to "
                        + "central: Unknown host' ; exit 1");
        Shell.Result result = launch(dir, home.resolve("imas"));
        assertThat(result.status()).isEqualTo(3);
        assertThat(result.err())
                .endsWith("imas: Maven could not fetch what the build needs; is there a network? see "
                        + home.resolve("target/build.log") + "\n")
                .doesNotContain("a:b:jar");
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws Exception {
        Files.writeString(home.resolve("target"), "");
        assertThat(launch(dir, home.resolve("imas")))
                .isEqualTo(new Shell.Result(
                        2, "", "imas: " + home.resolve("target") + " cannot be written; build as a user who may\n"));
    }

    @Test
    @Timeout(60)
    void aSecondLaunchWaitsForTheFirstOnesBuild() throws Exception {
        stub("mvn", "until [ -e \"$CALLS.go\" ]; do sleep 0.02; done; " + MAVEN);
        Process first = start(dir, "first", home.resolve("imas"));
        awaitText(dir.resolve("first.err"), "imas: building");
        Process second = start(dir, "second", home.resolve("imas"));
        awaitText(dir.resolve("second.err"), "imas: waiting for another build");
        Files.writeString(dir.resolve("calls.go"), "");
        assertThat(first.waitFor()).isEqualTo(7);
        assertThat(second.waitFor()).isEqualTo(7);
        assertThat(Files.readAllLines(dir.resolve("calls"))).hasSize(1);
    }

    @Test
    void aNewerSourceBuildsAgain() throws Exception {
        launch(dir, home.resolve("imas"));
        Files.setLastModifiedTime(
                home.resolve("src/main/A.java"), FileTime.from(Instant.now().plusSeconds(60)));
        launch(dir, home.resolve("imas"));
        assertThat(Files.readAllLines(dir.resolve("calls"))).hasSize(2);
    }

    /** A training of hours goes on with the program that it began with. */
    @Test
    void aRunUnderWayKeepsItsJarsWhenTheyAreBuiltAnew() throws Exception {
        launch(dir, home.resolve("imas"));
        List<Path> jars = List.of(home.resolve("target/imas.jar"), home.resolve("target/lib/imas-kernels-0.1.0.jar"));
        for (Path jar : jars) {
            Files.writeString(jar, "old");
        }
        Files.setLastModifiedTime(
                home.resolve("src/main/A.java"), FileTime.from(Instant.now().plusSeconds(60)));
        stub("mvn", MAVEN + "; for jar in target/imas.jar target/lib/imas-kernels-0.1.0.jar; do echo new >$jar; done");
        try (InputStream program = Files.newInputStream(jars.get(0));
                InputStream kernels = Files.newInputStream(jars.get(1))) {
            launch(dir, home.resolve("imas"));
            assertThat(jars).allSatisfy(jar -> assertThat(jar).hasContent("new"));
            assertThat(program).hasBinaryContent("old".getBytes(StandardCharsets.UTF_8));
            assertThat(kernels).hasBinaryContent("old".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void aSourceThatIsGoneOrOfAnOlderDateBuildsAgain() throws Exception {
        launch(dir, home.resolve("imas"));
        Path source = Files.writeString(home.resolve("src/main/A.java"), "an older version");
        Files.setLastModifiedTime(source, FileTime.fromMillis(0));
        launch(dir, home.resolve("imas"));
        assertThat(Files.readAllLines(dir.resolve("calls"))).hasSize(2);
        Files.delete(source);
        launch(dir, home.resolve("imas"));
        launch(dir, home.resolve("imas"));
        assertThat(Files.readAllLines(dir.resolve("calls"))).hasSize(3);
        Files.delete(home.resolve("target/imas.jar.sources")); // as after a build by Maven alone
        assertThat(launch(dir, home.resolve("imas")).err()).isEmpty();
        assertThat(Files.readAllLines(dir.resolve("calls"))).hasSize(3);
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

    @Test
    void aDistributionUsesItsOwnJavaAndBuildsNothing() throws Exception {
        distribution("unpacked here");
        Files.createDirectories(home.resolve("java/bin"));
        Files.move(bin.resolve("java"), home.resolve("java/bin/java"));
        for (Path tool : Files.list(bin).toList()) {
            if (!List.of("readlink", "dirname").contains(tool.getFileName().toString())) {
                Files.delete(tool);
            }
        }
        for (String command : List.of("train", "bench")) {
            Shell.Result result = launch(dir, home.resolve("imas"), command);
            assertThat(result.out()).contains(program("") + " " + command);
            assertThat(result.err()).isEmpty();
        }
        assertThat(home.resolve("target")).doesNotExist();
    }

    @Test
    void theFirstPredictionInAPlaceMakesAnArchiveOfClassesForLaterStarts() throws Exception {
        classesAreNamed();
        stub("java", ARCHIVING.formatted("echo whole >\"${a#*=}\""));
        assertThat(launch(dir, home.resolve("imas"), "train").out()).doesNotContain("SharedArchiveFile");
        for (String command : List.of("predict", "train", "predict")) {
            Shell.Result result = launch(dir, home.resolve("imas"), command);
            assertThat(result.out()).contains("-XX:SharedArchiveFile=" + home.resolve("imas.jsa"));
            assertThat(result.err()).isEmpty();
        }
        assertThat(Files.readAllLines(dir.resolve("calls"))).containsExactly("archive");
        Files.writeString(home.resolve("imas.jsa"), "a part of it");
        assertThat(launch(dir, home.resolve("imas"), "train").out())
                .as("Java would crash on it")
                .doesNotContain("SharedArchiveFile");
        assertThat(launch(dir, home.resolve("imas"), "predict").out()).contains("-XX:SharedArchiveFile");
        home = Files.move(home, dir.resolve("moved"));
        assertThat(launch(dir, home.resolve("imas"), "train").out())
                .as("Java takes no archive of another place")
                .doesNotContain("SharedArchiveFile");
        assertThat(launch(dir, home.resolve("imas"), "predict").out()).contains(home.resolve("imas.jsa") + " ");
    }

    @Test
    void withoutThatArchiveItStartsAsWellAndTriesNoSecondTime() throws Exception {
        classesAreNamed();
        stub("java", ARCHIVING.formatted(": >\"${a#*=}\"; echo no room >&2; exit 1"));
        for (int i = 0; i < 2; i++) {
            Shell.Result result = launch(dir, home.resolve("imas"), "predict");
            assertThat(result.status()).isEqualTo(7);
            assertThat(result.out()).contains(program("") + " predict").doesNotContain("SharedArchiveFile");
            assertThat(result.err()).isEmpty();
        }
        assertThat(Files.readAllLines(dir.resolve("calls"))).containsExactly("archive");
        assertThat(home).isDirectoryNotContaining("glob:**.jsa*[0-9]");
    }

    /** A distribution with the names of the classes of a start. */
    private void classesAreNamed() throws IOException {
        distribution("unpacked here");
        Files.copy(Path.of("src/start.sh"), home.resolve("start.sh"));
        Files.writeString(home.resolve("classes.list"), "java/lang/Object");
        for (String built : List.of("imas.jar", "classes.list")) {
            Files.setLastModifiedTime(
                    home.resolve(built), FileTime.from(Instant.now().minusSeconds(60)));
        }
    }

    /** Makes `home` a folder of this name with the launcher and a jar that leads to the classes of this test. */
    private void distribution(String name) throws IOException {
        home = Files.createDirectories(dir.resolve(name));
        Files.copy(Path.of("imas"), home.resolve("imas"), StandardCopyOption.COPY_ATTRIBUTES);
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        ChildJvm.classPath().stream()
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        new JarOutputStream(Files.newOutputStream(home.resolve("imas.jar")), manifest).close();
    }

    /** The end of the JVM's options. */
    private String program(String folder) {
        return "-cp " + home.resolve(folder).resolve("imas.jar") + ":"
                + home.resolve(folder).resolve("lib/*") + " dev.imas.cli.Main";
    }

    private static void awaitText(Path file, String text) throws IOException, InterruptedException {
        while (!Files.readString(file).contains(text)) {
            Thread.sleep(10);
        }
    }

    private void stub(String name, String script) throws IOException {
        Files.deleteIfExists(bin.resolve(name)); // a link to the system's own is never written through
        Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Shell.Result launch(Path cwd, Path script, String... arguments) throws IOException, InterruptedException {
        int status = start(cwd, "launch", script, arguments).waitFor();
        return new Shell.Result(
                status, Files.readString(dir.resolve("launch.out")), Files.readString(dir.resolve("launch.err")));
    }

    private Process start(Path cwd, String name, Path script, String... arguments) throws IOException {
        List<String> line = Stream.concat(Stream.of("/bin/sh", script.toString()), Stream.of(arguments))
                .toList();
        Path out = dir.resolve(name + ".out");
        Path err = dir.resolve(name + ".err");
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(cwd.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PATH",
                        bin.toString(),
                        "CALLS",
                        dir.resolve("calls").toString(),
                        "ERR",
                        err.toString(),
                        "IMAS_GPU",
                        gpu));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
