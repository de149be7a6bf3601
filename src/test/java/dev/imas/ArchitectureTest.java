package dev.imas;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.slf4j.LoggerFactory;

/** The arrows between the packages point one way. */
class ArchitectureTest {
    private static final String ROOT = "dev.imas";

    /** Package -> packages of this project it may use. A new package needs a line here. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("common", Set.of()),
            Map.entry("machine", Set.of()),
            Map.entry("tensorboard", Set.of("common")),
            Map.entry("measure", Set.of("image", "config")),
            Map.entry("config", Set.of("common")),
            Map.entry("kernels", Set.of()),
            Map.entry("image", Set.of("common")),
            Map.entry("augment", Set.of("image", "common", "config")),
            Map.entry("annotations", Set.of("image", "common", "config")),
            Map.entry("data", Set.of("augment", "image", "run", "common", "config")),
            Map.entry("device", Set.of("kernels", "common", "config", "machine")),
            Map.entry("distributed", Set.of("common")),
            Map.entry("nn", Set.of("distributed", "device", "common", "config")),
            Map.entry("weights", Set.of("nn", "device", "common", "config")),
            Map.entry("semi", Set.of("distributed", "device", "nn", "augment", "image", "common", "config")),
            Map.entry(
                    "predict",
                    Set.of(
                            "measure", "run", "device", "nn", "weights", "data", "augment", "image", "common",
                            "config")),
            Map.entry("export", Set.of("predict", "weights", "nn", "device", "image", "common", "config")),
            Map.entry("plan", Set.of("data", "image", "common", "config")),
            Map.entry("run", Set.of("common")),
            Map.entry(
                    "rank",
                    Set.of(
                            "predict",
                            "measure",
                            "report",
                            "annotations",
                            "run",
                            "device",
                            "data",
                            "image",
                            "common",
                            "config")),
            Map.entry("report", Set.of("measure", "run", "data", "image", "common", "config")),
            Map.entry(
                    "train",
                    Set.of(
                            "distributed",
                            "semi",
                            "predict",
                            "measure",
                            "run",
                            "weights",
                            "nn",
                            "device",
                            "data",
                            "augment",
                            "image",
                            "report",
                            "tensorboard",
                            "plan",
                            "common",
                            "config",
                            "machine")),
            Map.entry(
                    "compare",
                    Set.of(
                            "train", "predict", "measure", "report", "run", "data", "image", "device", "common",
                            "config")),
            Map.entry(
                    "verify",
                    Set.of(
                            "semi", "predict", "weights", "nn", "device", "kernels", "data", "augment", "image",
                            "train", "common", "config")),
            Map.entry(
                    "cli",
                    Set.of(
                            "distributed",
                            "train",
                            "compare",
                            "predict",
                            "rank",
                            "measure",
                            "export",
                            "verify",
                            "report",
                            "run",
                            "device",
                            "kernels",
                            "data",
                            "annotations",
                            "image",
                            "plan",
                            "common",
                            "config",
                            "machine")));

    /** Package of dev.imas.verify ("" for itself) -> packages of it that it may use. */
    private static final Map<String, Set<String>> VERIFY_MAY_USE = Map.of(
            "engine", Set.of(),
            "memory", Set.of(),
            "groups", Set.of("engine", "memory"),
            "", Set.of("engine", "memory", "groups"));

    private static JavaClasses imported;

    @BeforeAll
    static void read() {
        ((Logger) LoggerFactory.getLogger("com.tngtech.archunit")).setLevel(Level.WARN);
        imported = new ClassFileImporter()
                .withImportOption(location -> !location.contains("/test-classes/"))
                .importPackages(ROOT);
    }

    @Test
    void everyPackageIsKnown() {
        Set<String> found =
                imported.stream().map(ArchitectureTest::packageOf).collect(Collectors.toCollection(TreeSet::new));
        assertThat(found).isNotEmpty().isSubsetOf(MAY_USE.keySet());
    }

    @TestFactory
    Stream<DynamicTest> arrowsPointOneWay() {
        return MAY_USE.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> noClasses()
                        .that()
                        .resideInAPackage(ROOT + "." + entry.getKey() + "..")
                        .should()
                        .dependOnClassesThat(ofPackagesOtherThan(entry.getKey(), entry.getValue()))
                        .allowEmptyShould(true)
                        .check(imported)));
    }

    @Test
    void noCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(imported);
    }

    @TestFactory
    Stream<DynamicTest> arrowsBetweenTheRoomsOfVerifyPointOneWay() {
        String verify = ROOT + ".verify";
        return VERIFY_MAY_USE.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> DynamicTest.dynamicTest(verify + "/" + entry.getKey(), () -> {
                    Set<String> allowed = Stream.concat(entry.getValue().stream(), Stream.of(entry.getKey()))
                            .map(room -> roomOf(verify, room))
                            .collect(Collectors.toSet());
                    noClasses()
                            .that()
                            .resideInAPackage(roomOf(verify, entry.getKey()))
                            .should()
                            .dependOnClassesThat(DescribedPredicate.describe(
                                    "are of other rooms of verify than " + allowed,
                                    target -> target.getPackageName().startsWith(verify)
                                            && !allowed.contains(target.getPackageName())))
                            .check(imported);
                }));
    }

    @Test
    void theCommandLineAloneEntersVerify() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".verify..", ROOT + ".cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + ".verify..")
                .check(imported);
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".verify.groups..", ROOT + ".verify.memory..")
                .check(imported);
    }

    @Test
    void verifyHasTheseRooms() {
        Set<String> found = imported.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.startsWith(ROOT + ".verify"))
                .collect(Collectors.toSet());
        assertThat(found)
                .isEqualTo(VERIFY_MAY_USE.keySet().stream()
                        .map(room -> roomOf(ROOT + ".verify", room))
                        .collect(Collectors.toSet()));
    }

    @Test
    void nobodyCallsTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + ".cli..")
                .check(imported);
    }

    @Test
    void onlyTheRoomOfTheRunDirectoryNamesItsFiles() throws IOException {
        Path run = Path.of("src/main/java/dev/imas/run");
        Pattern name = Pattern.compile(
                "\"(config\\.yaml|metrics\\.csv|hardness\\.csv|class_iou\\.csv|pseudo_labels\\.csv|summary\\.json|"
                        + "report\\.html|(student|teacher)\\.safetensors|checkpoints)\"");
        List<String> found = new ArrayList<>();
        for (Path root : List.of(Path.of("src/main/java"), Path.of("benchmarks/src/main/java"))) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java") && !f.startsWith(run))
                        .toList()) {
                    Matcher matcher =
                            name.matcher(Files.readString(file).replaceAll("(?m)^ *\\*.*", "")); // less Javadoc
                    while (matcher.find()) {
                        found.add(file + ": " + matcher.group());
                    }
                }
            }
        }
        assertThat(found).isEmpty();
        assertThat(name.matcher(Files.readString(run.resolve("RunDirectory.java")))
                        .find())
                .isTrue();
    }

    @Test
    void kernelsNeedNothingButJavaCpp() {
        classes()
                .that()
                .resideInAPackage(ROOT + ".kernels..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.bytedeco.javacpp..", ROOT + ".kernels..")
                .check(imported);
    }

    @Test
    void onlyTheLearningPackagesKnowLibtorch() {
        noClasses()
                .that()
                .resideInAnyPackage(packages(
                        "common",
                        "config",
                        "machine",
                        "kernels",
                        "image",
                        "annotations",
                        "augment",
                        "data",
                        "measure",
                        "run",
                        "report"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco.pytorch..")
                .check(imported);
    }

    @Test
    void randomNumbersComeFromOneClass() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".common.Rng")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Random")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.SplittableRandom")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
                .orShould()
                .callMethod(Math.class, "random")
                .check(imported);
    }

    private static String roomOf(String house, String room) {
        return room.isEmpty() ? house : house + "." + room;
    }

    /** A mode that is set by hand may stay on the thread. */
    @Test
    void gradientModeIsSwitchedInOneClass() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".device.Torch")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("org.bytedeco.pytorch.GradMode")
                .check(imported);
    }

    private static String[] packages(String... names) {
        return Arrays.stream(names).map(name -> ROOT + "." + name + "..").toArray(String[]::new);
    }

    private static DescribedPredicate<JavaClass> ofPackagesOtherThan(String own, Set<String> others) {
        return DescribedPredicate.describe(
                "are of other packages of the project than " + others,
                target -> target.getPackageName().startsWith(ROOT)
                        && !packageOf(target).equals(own)
                        && !others.contains(packageOf(target)));
    }

    /** The part of the package name after the root, up to the next dot. */
    private static String packageOf(JavaClass javaClass) {
        String name = javaClass.getPackageName();
        return name.length() <= ROOT.length()
                ? ""
                : name.substring(ROOT.length() + 1).split("\\.")[0];
    }
}
