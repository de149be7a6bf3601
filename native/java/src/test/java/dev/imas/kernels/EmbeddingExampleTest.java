package dev.imas.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.imas.ChildJvm;
import dev.imas.kernels.example.CudaGammaExample;
import dev.imas.kernels.example.GammaExample;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The kernels outside this project: programs in a JVM whose class path has JavaCPP and this project's classes, no libtorch. */
class EmbeddingExampleTest {
    private static final String GAMMA = "gamma 1.0 0.0, mean 0.5, partners 1 0";

    @Test
    void gammaWithJavaCppAlone() throws Exception {
        ChildJvm.Result run = ChildJvm.run(onlyClassesAnd("javacpp-"), Map.of(), GammaExample.class);
        assertThat(run.output()).contains("labels 1 2, confidence above 0.99: true", GAMMA);
        assertThat(run.status()).isZero();
    }

    /** On a machine without a device the program says so; with one, and CUDA's natives (profile gpu), it computes the same. */
    @Test
    void gammaInMemoryFromCudasPresets() throws Exception {
        List<String> classPath = onlyClassesAnd("javacpp-", "cuda-");
        boolean natives = classPath.stream().anyMatch(entry -> Path.of(entry).getFileName().toString().matches("cuda-.*-linux-.*\\.jar"));
        assumeTrue(natives || !Kernels.available(Kernels.Backend.CUDA), "a device, but no cuda-*-linux-* jar on the class path");
        ChildJvm.Result run = ChildJvm.run(classPath, Map.of(), CudaGammaExample.class);
        assertThat(run.output()).containsPattern("^no CUDA here: [^\\n]+\\n$|" + GAMMA);
        assertThat(run.status()).as(run.output()).isZero();
    }

    private static List<String> onlyClassesAnd(String... jars) {
        List<String> classPath = ChildJvm.classPathWith(jars);
        assertThat(classPath).noneMatch(entry -> entry.contains("pytorch") || entry.contains("openblas")).anyMatch(entry -> entry.contains(jars[jars.length - 1]));
        return classPath;
    }
}
