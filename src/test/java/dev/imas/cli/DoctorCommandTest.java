package dev.imas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.imas.ChildJvm;
import dev.imas.device.Torch;
import dev.imas.machine.PretendedFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The screen of {@code imas doctor}, on this machine and on pretended ones. */
class DoctorCommandTest {
    private record Screen(int status, List<String> lines) {
        String line(String start) {
            return lines.stream().filter(l -> l.startsWith(start)).findFirst().orElse("");
        }
    }

    private static Screen doctor(DoctorCommand command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console = new Console(new PrintStream(out, true), System.err, false);
        int status = Main.run(List.of(command), new String[] {"doctor"}, console);
        return new Screen(status, out.toString().lines().toList());
    }

    @Test
    void tellsOfThisMachineAndTestsTheCpu() {
        Screen screen = doctor(new DoctorCommand());
        assertThat(screen.status()).isZero();
        assertThat(screen.line("java")).contains(System.getProperty("java.version"));
        assertThat(screen.line("libtorch")).contains("2.10.0-1.5.13");
        assertThat(screen.line("kernels")).contains("ABI 2").contains("OpenMP");
        assertThat(screen.line("processor")).contains(" cores");
        assertThat(screen.line("memory")).contains("GiB");
        assertThat(screen.line("CUDA libraries")).isNotEmpty();
        assertThat(screen.lines())
                .filteredOn(l -> l.startsWith("cpu"))
                .hasSize(2)
                .allMatch(l -> l.contains(" ok "));
        assertThat(screen.lines()).last().asString().startsWith("every device that can be used works: cpu");
    }

    @Test
    void needsNothingOfCudaWhereTheProductHasNothing() throws IOException, InterruptedException {
        assumeFalse(Torch.cudaBuild());
        List<String> product = ChildJvm.classPath().stream()
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("cuda-"))
                .toList();
        assertThat(product).hasSizeLessThan(ChildJvm.classPath().size());
        ChildJvm.Result result = ChildJvm.run(product, Map.of(), Main.class, "doctor");
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.output()).contains("every device that can be used works: cpu");
    }

    @Test
    void tellsWhereLibrariesAreAndWhichAreMissing() {
        PretendedFiles files = new PretendedFiles()
                .variable("LD_LIBRARY_PATH", "/opt/cudnn")
                .variable("OMP_WAIT_POLICY", "ACTIVE")
                .file("/opt/cudnn/libcudnn.so.9")
                .file("/usr/lib64/libcuda.so.1")
                .file("/proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05  Tue")
                .file("/proc/meminfo", "MemTotal:        2097152 kB", "MemAvailable:    1048576 kB");
        Screen screen = doctor(new DoctorCommand(files));
        assertThat(screen.status()).isZero();
        assertThat(screen.line("memory")).contains("2.0 GiB, 1.0 GiB free");
        assertThat(screen.line("threads")).contains("OMP_WAIT_POLICY ACTIVE");
        assertThat(screen.line("  NVIDIA driver")).contains("580.95.05").contains("/usr/lib64");
        assertThat(screen.line("  cuDNN 9")).contains("/opt/cudnn; MISSING libcudnn_graph.so.9 and 6 more");
        assertThat(screen.line("  NCCL 2")).contains("MISSING libnccl.so.2");
        assertThat(screen.line("  looked in"))
                .contains("LD_LIBRARY_PATH (1 folder)")
                .contains("/usr/local/cuda (nothing there)");
        assertThat(screen.line("  to get them"))
                .contains("pip install nvidia-cuda-runtime")
                .contains("nvidia-cudnn-cu13")
                .doesNotContain("driver");
        if (!Torch.cudaBuild()) {
            assertThat(screen.lines()).anyMatch(l -> l.contains("IMAS_GPU=ON ./imas doctor"));
        }
    }
}
