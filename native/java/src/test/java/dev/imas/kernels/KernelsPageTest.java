package dev.imas.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * docs/kernels.md quotes the examples that the native tests build and run, and leaves out no function of the header.
 */
class KernelsPageTest {
    private final String page = Files.readString(Path.of("docs/kernels.md"));

    KernelsPageTest() throws IOException {}

    @Test
    void quotesTheTestedPrograms() throws IOException {
        assertThat(quoted("c")).isEqualTo(Files.readString(Path.of("examples/gamma.c")));
        assertThat(quoted("python")).isEqualTo(Files.readString(Path.of("examples/gamma.py")));
    }

    @Test
    void namesEveryKernel() throws IOException {
        Matcher function = Pattern.compile("int32_t (imas_\\w+)\\(const imas_backend\\*")
                .matcher(Files.readString(Path.of("native/include/imas.h")));
        int kernels = 0;
        for (; function.find(); kernels++) {
            assertThat(page).contains("`" + function.group(1) + "`");
        }
        assertThat(kernels).isGreaterThan(5);
    }

    private String quoted(String language) {
        Matcher block = Pattern.compile("```" + language + "\n(.*?)```\n", Pattern.DOTALL)
                .matcher(page);
        assertThat(block.find()).as("a %s block", language).isTrue();
        return block.group(1);
    }
}
