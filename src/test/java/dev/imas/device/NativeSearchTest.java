package dev.imas.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class NativeSearchTest {
    /** In jars; what the machine has beside them, such as its own CUDA, is nothing to a build for CPUs. */
    @Test
    void librariesAreWhereJavacppFindsThemAfterItsLongSearch() throws Exception {
        NativeSearch.shorten();
        Map<String, URL[]> told = NativeSearch.found();
        Set<String> before = new HashSet<>(); // found for other bindings, and not looked for again
        for (Class<?> bindings : List.of(openblas_nolapack.class, openblas.class, torch.class)) {
            ClassProperties properties = Loader.loadProperties(bindings, Loader.loadProperties(), true);
            assertThat(NativeSearch.wanted(bindings)).contains("jni" + bindings.getSimpleName());
            for (String library : NativeSearch.wanted(bindings)) {
                List<URL> found = Stream.of(Loader.findLibrary(bindings, properties, library, false))
                        .filter(url -> url.getProtocol().equals("jar"))
                        .toList();
                if (before.add(library)) {
                    assertThat(told.get(library)).as(library).containsExactlyElementsOf(found);
                }
            }
        }
    }
}
