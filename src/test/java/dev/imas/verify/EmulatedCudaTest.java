package dev.imas.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.ChildJvm;
import dev.imas.kernels.Kernels;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.engine.GoldenGroup;
import dev.imas.verify.engine.GroupRunner;
import dev.imas.verify.groups.Groups;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.verify.memory.HostMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The CUDA kernels' own sources against the recorded data: the host emulation, loaded in place of libimas_cuda.so,
 * runs every kernel group on main memory. A JVM of its own, because the library is chosen by the environment and once.
 */
class EmulatedCudaTest {
    private static final Path LIBRARY = Path.of(
            System.getProperty("imas.cuda.emulated", "target/native/cuda-kernels/test/libimas_cuda_emulated.so"));

    @Test
    void kernelGroups() throws Exception {
        assertThat(LIBRARY).as("built by CMake's target imas_cuda_emulated").exists();
        ChildJvm.Result run = ChildJvm.run(
                ChildJvm.classPath(),
                Map.of("IMAS_CUDA_LIBRARY", LIBRARY.toAbsolutePath().toString()),
                KernelGroups.class);
        assertThat(run.output()).containsPattern("\\d{3,} checks passed");
        assertThat(run.status()).as(run.output()).isZero();
    }

    @Test
    void aLibraryThatDoesNotLoadIsNamed() throws Exception {
        ChildJvm.Result run = ChildJvm.run(
                ChildJvm.classPath(), Map.of("IMAS_CUDA_LIBRARY", "/nowhere/libimas_cuda.so"), KernelGroups.class);
        assertThat(run.status()).as(run.output()).isEqualTo(1);
        assertThat(run.output()).contains("IMAS_CUDA_LIBRARY", "/nowhere/libimas_cuda.so");
    }

    @Test
    void aGpuThatTheKernelsHaveNoCodeForIsRefused() throws Exception {
        Map<String, String> oldGpu =
                Map.of("IMAS_CUDA_LIBRARY", LIBRARY.toAbsolutePath().toString(), "SIMT_CAPABILITY", "61");
        ChildJvm.Result run = ChildJvm.run(ChildJvm.classPath(), oldGpu, OldGpu.class);
        assertThat(run.output())
                .contains("capability 61, usable false")
                .contains("the CUDA kernels do not run on device 0, of compute capability 6.1: no kernel image")
                .contains("built for sm_75/compute_75")
                .contains("there is no CUDA device 9, but 2, counted from 0")
                .doesNotContain("not refused");
        assertThat(run.status()).as(run.output()).isZero();
    }

    /** The child: what is said of an emulated GPU, and of one that is not there. */
    static final class OldGpu {
        private OldGpu() {}

        public static void main(String[] arguments) {
            System.out.println("capability " + Kernels.computeCapability(0) + ", usable "
                    + Kernels.available(Kernels.Backend.CUDA));
            for (int device : new int[] {0, 9}) {
                try {
                    Kernels.cuda(device, null);
                    System.out.println("not refused: " + device);
                } catch (IllegalStateException e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }

    /**
     * The child: the kernel groups of the built-in data, and of the full set where there is one, on the CUDA backend.
     */
    static final class KernelGroups {
        private KernelGroups() {}

        public static void main(String[] arguments) {
            ArrayKernels kernels = new ArrayKernels(() -> Kernels.cuda(0, null), new HostMemory());
            List<Check> checks = new ArrayList<>();
            List<GoldenData> sets = new ArrayList<>(List.of(GoldenData.builtIn()));
            Path full = Path.of(System.getProperty("imas.golden", "../shared/golden"));
            if (Files.isDirectory(full)) {
                sets.add(new GoldenData(full));
            }
            for (GoldenData data : sets) {
                for (GoldenGroup group : Groups.ofKernels(kernels)) {
                    GroupRunner.run(group, data, checks::add);
                }
            }
            List<Check> failed =
                    checks.stream().filter(check -> !check.passed()).toList();
            failed.forEach(System.out::println);
            System.out.println(checks.size() - failed.size() + " checks passed, " + failed.size() + " failed");
            System.exit(failed.isEmpty() ? 0 : 1);
        }
    }
}
