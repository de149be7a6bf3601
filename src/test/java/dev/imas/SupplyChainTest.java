package dev.imas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.common.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That a build takes the same libraries today and in a year, and that they are the ones that were looked at. */
class SupplyChainTest {
    private static final List<Path> POMS = List.of(
            Path.of("pom.xml"),
            Path.of("src/pom.xml"),
            Path.of("native/java/pom.xml"),
            Path.of("benchmarks/pom.xml"),
            Path.of("benchmarks/peers/pom.xml"),
            Path.of("examples/kernels-gamma/pom.xml"),
            Path.of("examples/kernels-gamma-cuda/pom.xml"),
            Path.of("examples/segment-picture/pom.xml"),
            Path.of("examples/djl-segment/pom.xml"),
            Path.of("examples/onnx-segment/pom.xml"));
    /** What Maven runs without being told; it would choose their versions itself. */
    private static final List<String> OF_THE_LIFE_CYCLE = List.of(
            "maven-clean-plugin",
            "maven-resources-plugin",
            "maven-compiler-plugin",
            "maven-surefire-plugin",
            "maven-jar-plugin",
            "maven-install-plugin",
            "maven-deploy-plugin");

    /** A version, or a property that is one. */
    private static final Pattern VERSION = Pattern.compile("<((?:[a-z-]+\\.)?version)>([^<]*)</");

    private static final Pattern PLUGIN = Pattern.compile(
            "<plugin>\\s*(?:<groupId>[^<]*</groupId>)?\\s*<artifactId>([^<]*)</artifactId>\\s*(<version>)?");
    private static final Path LOCK = Path.of("src/libraries.sha256");

    @Test
    void everyVersionIsExact() throws IOException {
        Map<String, String> versions = new TreeMap<>();
        for (Path pom : POMS) {
            Matcher version = VERSION.matcher(Files.readString(pom));
            while (version.find()) {
                versions.put(pom + " at " + version.start() + ": " + version.group(1), version.group(2));
            }
        }
        assertThat(versions).hasSizeGreaterThan(60);
        assertThat(versions).allSatisfy((place, version) -> assertThat(version)
                .as(place)
                .matches("(\\$\\{[a-z.-]+\\.version}|[0-9])[0-9A-Za-z.-]*(\\$\\{javacpp\\.version})?")
                .doesNotContainIgnoringCase("snapshot"));
    }

    @Test
    void everyPluginHasAVersion() throws IOException {
        Set<String> managed = plugins(POMS.get(0), true);
        assertThat(managed).containsAll(OF_THE_LIFE_CYCLE);
        for (Path pom : POMS) {
            Set<String> known = plugins(pom, true);
            if (!pom.startsWith("examples")) { // they have no parent
                known.addAll(managed);
            }
            assertThat(known).as("%s", pom).containsAll(plugins(pom, false));
        }
    }

    /** Names of the plugins that a pom mentions with a version, or without one. */
    private static Set<String> plugins(Path pom, boolean withVersion) throws IOException {
        return PLUGIN.matcher(Files.readString(pom))
                .results()
                .filter(plugin -> withVersion == (plugin.group(2) != null))
                .map(plugin -> plugin.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whoever changes a version looks at what came with it, and renews the list. */
    @Test
    void everyLibraryIsTheOneThatWasLookedAt() throws IOException {
        Map<String, String> lock = lock();
        Map<String, String> found = new TreeMap<>();
        for (String entry : ChildJvm.classPath()) {
            Path jar = Path.of(entry);
            if (entry.endsWith(".jar") && !jar.getFileName().toString().startsWith("imas-")) {
                found.put(jar.getFileName().toString(), Sha256.of(jar));
            }
        }
        assertThat(found).hasSizeGreaterThan(30).containsKey("pytorch-2.10.0-1.5.13.jar");
        assertThat(lock)
                .as("%s; renew it with: benchmarks/reliability/supply-chain --renew", LOCK)
                .containsAllEntriesOf(found);
    }

    /** Name to checksum, as sha256sum writes them. */
    private static Map<String, String> lock() throws IOException {
        try (Stream<String> lines = Files.lines(LOCK)) {
            return lines.filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" {2}"))
                    .collect(Collectors.toMap(parts -> parts[1], parts -> parts[0]));
        }
    }
}
