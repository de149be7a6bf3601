package dev.imas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.ChildJvm;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The short form of benchmarks/reliability/malformed, which says by system properties how many files are damaged and
 * where the figures go. In a JVM of its own with a small heap: it may crash, and others may not share its memory.
 */
class MalformedInputsTest {
    private static final int COUNT = Integer.getInteger("imas.malformed", 400);
    private static final String FIRST = System.getProperty("imas.malformed.first", "0");
    private static final String FIGURES = System.getProperty("imas.malformed.figures", "-");

    @Test
    void everyDamagedFileIsReadOrRefusedInWords() throws Exception {
        ChildJvm.Result result = ChildJvm.run(
                ChildJvm.classPath(),
                Map.of("LC_ALL", "C.UTF-8", "JDK_JAVA_OPTIONS", "-Djava.awt.headless=true", "OMP_NUM_THREADS", "1"),
                "-Xmx256m",
                10 + COUNT / 50, // an input may take 10 s; a busy machine takes longer for all of them
                MalformedInputs.class,
                FIRST,
                String.valueOf(COUNT),
                FIGURES);
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.output()).contains(COUNT + " damaged files, 0 failures");
    }
}
