package dev.imas.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

/** The first example that a user of the Java interface meets, and the two places that quote it. */
class UsageTest {
    private static final Path JAVA = Path.of("native/java/src");

    @Test
    void crossEntropyOfTwoPixels() {
        try (PointerScope scope = new PointerScope()) {
            // <example>
            Kernels kernels = Kernels.cpu();
            // One image of two pixels side by side, two classes: the first class's plane, then the second's.
            TensorView logits = TensorView.contiguous(new FloatPointer(1, 0, 0, 3), DType.F32, 1, 2, 1, 2);
            TensorView labels = TensorView.contiguous(new BytePointer(new byte[] {0, 1}), DType.U8, 1, 1, 1, 2);
            FloatPointer loss = new FloatPointer(1);
            FloatPointer grad = new FloatPointer(4);
            Operation operation = SupervisedLoss.crossEntropy(
                            logits, labels, TensorView.contiguous(loss, DType.F32, 1, 1, 1, 1))
                    .withGradient(TensorView.contiguous(grad, DType.F32, 1, 2, 1, 2), 1);

            long bytes = operation.workspaceBytes(kernels);
            BytePointer memory = new BytePointer(bytes + 64);
            BytePointer workspace = memory.position(-memory.address() & 63); // starts at a multiple of 64 bytes
            operation.run(kernels, workspace, bytes);
            System.out.println("loss " + loss.get() + ", its gradient at the first logit " + grad.get(0));
            // </example>
            double expected = (Math.log1p(Math.exp(-1)) + Math.log1p(Math.exp(-3))) / 2;
            assertThat((double) loss.get()).isCloseTo(expected, within(1e-6));
            assertThat((double) grad.get(0)).isCloseTo(-1 / (1 + Math.exp(1)) / 2, within(1e-6));
        }
    }

    @Test
    void theDocumentationQuotesIt() throws IOException {
        String own = Files.readString(JAVA.resolve("test/java/dev/imas/kernels/UsageTest.java"));
        String indented = own.substring(own.indexOf("// <example>\n") + 13, own.indexOf("            // </example>\n"));
        String example = indented.stripTrailing().stripIndent() + "\n";
        assertThat(example.lines().count()).isGreaterThan(10);
        assertThat(Files.readString(Path.of("docs/kernels.md"))).contains("```java\n" + example + "```\n");
        String comment = example.lines()
                .map(line -> (" * " + line).stripTrailing() + "\n")
                .collect(Collectors.joining());
        assertThat(Files.readString(JAVA.resolve("main/java/dev/imas/kernels/package-info.java")))
                .contains("<pre>{@code\n" + comment + " * }</pre>\n");
    }
}
