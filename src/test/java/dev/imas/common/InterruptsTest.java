package dev.imas.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.imas.ChildJvm;
import dev.imas.device.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signals in the middle of computing, in a process of its own. */
class InterruptsTest {
    @ParameterizedTest
    @CsvSource({"INT, 130, false", "TERM, 143, false", "TERM, 143, true", "HUP, 129, false"})
    void aSignalEndsAComputingProgramWithItsStatusAndNoCrash(String signal, int status, boolean inPieces)
            throws IOException, InterruptedException {
        assumeFalse(ignored(status - 128), "SIG" + signal + " is ignored here, as in a shell's background jobs");
        ChildJvm.Result result =
                ChildJvm.run(ChildJvm.classPath(), Map.of(), Computing.class, signal, Boolean.toString(inPieces));
        assertThat(result.status()).as(result.output()).isEqualTo(status);
        assertThat(result.output())
                .contains("computing")
                .doesNotContain("hs_err")
                .doesNotContain("SIGSEGV")
                .doesNotContain("Exception");
        assertThat(result.output().contains("ended by itself")).isEqualTo(inPieces);
    }

    @Test
    void aSecondSignalEndsAProgramThatDoesNotEndByItself() throws IOException, InterruptedException {
        ChildJvm.Result result = ChildJvm.run(ChildJvm.classPath(), Map.of(), Computing.class, "TERM", "true", "deaf");
        assertThat(result.status()).as(result.output()).isEqualTo(143);
        assertThat(result.output()).doesNotContain("Exception").doesNotContain("ended by itself");
    }

    @Test
    void nothingHappensInAProgramThatDidNotAskForIt() {
        Interrupts.check();
        assertThat(Interrupts.asked()).isFalse();
        assertThat(Interrupts.status()).isZero();
    }

    /** Whether this process was started to ignore a signal, which those that it starts inherit. */
    private static boolean ignored(int number) throws IOException {
        Matcher mask =
                Pattern.compile("SigIgn:\\s+(\\p{XDigit}+)").matcher(Files.readString(Path.of("/proc/self/status")));
        assertThat(mask.find()).isTrue();
        return (Long.parseUnsignedLong(mask.group(1), 16) >> (number - 1) & 1) == 1;
    }

    /** Multiplies large matrices in all threads, and is sent a signal while it does. */
    static final class Computing {
        private Computing() {}

        public static void main(String[] arguments) throws IOException {
            Interrupts.install();
            boolean inPieces = Boolean.parseBoolean(arguments[1]);
            boolean deaf = arguments.length > 2;
            if (inPieces) {
                Interrupts.worksInPieces();
            }
            Torch.load();
            try (PointerScope scope = new PointerScope()) {
                Tensor a = torch.rand(700, 700);
                for (int i = 0; ; i++) {
                    if (i == 3 || deaf && i % 20 == 0) {
                        System.out.println("computing");
                        new ProcessBuilder(
                                        "kill",
                                        "-" + arguments[0],
                                        Long.toString(ProcessHandle.current().pid()))
                                .start();
                    }
                    a = torch.mm(a, a).tanh();
                    if (inPieces && !deaf) {
                        Interrupts.check();
                    }
                }
            } catch (Interrupts.Stopped e) {
                System.out.println("ended by itself");
                System.exit(Interrupts.status());
            }
        }
    }
}
