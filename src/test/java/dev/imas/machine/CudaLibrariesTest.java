package dev.imas.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.machine.CudaLibraries.Part;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaLibrariesTest {
    private static final List<String> CUDNN = List.of(
            "libcudnn.so.9",
            "libcudnn_graph.so.9",
            "libcudnn_engines_precompiled.so.9",
            "libcudnn_engines_runtime_compiled.so.9",
            "libcudnn_heuristic.so.9",
            "libcudnn_ops.so.9",
            "libcudnn_adv.so.9",
            "libcudnn_cnn.so.9");

    private static String folder(CudaLibraries libraries, String name) {
        return libraries.libraries().stream()
                .filter(library -> library.name().equals(name))
                .findFirst()
                .orElseThrow()
                .folder();
    }

    @Test
    void aBareMachineLacksEverythingAndIsToldWhatToInstall() {
        CudaLibraries found = CudaLibraries.find(new PretendedFiles());
        assertThat(found.missing()).hasSameSizeAs(found.libraries()).hasSize(22);
        assertThat(found.folders()).isEmpty();
        assertThat(found.searched()).hasSize(5).allSatisfy(place -> assertThat(place.folders())
                .isEmpty());
        assertThat(found.hint())
                .startsWith("install NVIDIA's driver")
                .contains("pip install nvidia-cuda-runtime nvidia-cublas ")
                .contains("nvidia-cudnn-cu13, or install");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LD_LIBRARY_PATH=/opt/a:/opt/b | /opt/b",
                "VIRTUAL_ENV=/home/me/venv     | /home/me/venv/lib/python3.12/site-packages/nvidia/cu13/lib",
                "CONDA_PREFIX=/opt/conda       | /opt/conda/lib",
                "HOME=/home/me                 | /home/me/.local/lib/python3.11/site-packages/nvidia/cuda_runtime/lib",
                "PYTHONPATH=/srv/site          | /srv/site/nvidia/cu13/lib",
                "X=1                           | /usr/local/cuda/lib64",
                "X=1                           | /usr/local/cuda-13.1/targets/x86_64-linux/lib",
                "X=1                           | /usr/lib/x86_64-linux-gnu",
                "X=1                           | /usr/local/lib/python3.13/dist-packages/nvidia/cu13/lib"
            })
    void everyPlaceIsLookedAt(String variable, String place) {
        PretendedFiles files = new PretendedFiles()
                .file(place + "/libcudart.so.13")
                .variable(variable.split("=")[0], variable.split("=")[1]);
        assertThat(folder(CudaLibraries.find(files), "libcudart.so.13")).isEqualTo(place);
    }

    @Test
    void theWheelsOfThePythonOnThePathAreFound() {
        PretendedFiles files = new PretendedFiles()
                .variable("PATH", "/usr/bin:/opt/torch/.venv/bin")
                .file("/opt/torch/.venv/bin/python3")
                .file("/opt/torch/.venv/lib/python3.12/site-packages/nvidia/nccl/lib/libnccl.so.2");
        assertThat(folder(CudaLibraries.find(files), "libnccl.so.2"))
                .isEqualTo("/opt/torch/.venv/lib/python3.12/site-packages/nvidia/nccl/lib");
    }

    @Test
    void theLinkersOwnFoldersAreRead() {
        PretendedFiles files = new PretendedFiles()
                .file("/etc/ld.so.conf.d/cuda.conf", "# NVIDIA", " /opt/nvidia/lib ")
                .file("/etc/ld.so.conf.d/note.txt", "/elsewhere")
                .file("/opt/nvidia/lib/libcublas.so.13")
                .file("/elsewhere/libcufft.so.12");
        CudaLibraries found = CudaLibraries.find(files);
        assertThat(folder(found, "libcublas.so.13")).isEqualTo("/opt/nvidia/lib");
        assertThat(folder(found, "libcufft.so.12")).isNull();
    }

    @Test
    void theFirstPlaceWinsAndOtherVersionsDoNotCount() {
        PretendedFiles files = new PretendedFiles()
                .variable("LD_LIBRARY_PATH", "/first")
                .file("/first/libcudart.so.12")
                .file("/first/libcurand.so.10")
                .file("/usr/local/cuda/lib64/libcudart.so.13")
                .file("/usr/local/cuda/lib64/libcurand.so.10");
        CudaLibraries found = CudaLibraries.find(files);
        assertThat(folder(found, "libcurand.so.10")).isEqualTo("/first");
        assertThat(folder(found, "libcudart.so.13")).isEqualTo("/usr/local/cuda/lib64");
        assertThat(found.folders()).containsExactly("/usr/local/cuda/lib64", "/first");
    }

    @Test
    void thePartsOfCudnnComeFromOneFolder() {
        PretendedFiles files =
                new PretendedFiles().variable("LD_LIBRARY_PATH", "/old").file("/old/libcudnn_ops.so.9");
        CUDNN.forEach(name -> files.file("/usr/lib/x86_64-linux-gnu/" + name));
        CudaLibraries found = CudaLibraries.find(files);
        assertThat(found.byPart().get(Part.CUDNN)).hasSize(8).allSatisfy(library -> assertThat(library.folder())
                .isEqualTo("/usr/lib/x86_64-linux-gnu"));
    }

    @Test
    void theHintNamesOnlyWhatIsMissing() {
        PretendedFiles files = new PretendedFiles();
        CudaLibraries.find(files).libraries().stream()
                .filter(library -> library.part() != Part.NCCL)
                .forEach(library -> files.file("/usr/lib64/" + library.name()));
        CudaLibraries found = CudaLibraries.find(files);
        assertThat(found.missing()).singleElement().satisfies(library -> assertThat(library.name())
                .isEqualTo("libnccl.so.2"));
        assertThat(found.hint()).startsWith("pip install nvidia-nccl-cu13, or");
        files.file("/usr/lib64/libnccl.so.2");
        assertThat(CudaLibraries.find(files).hint()).isEmpty();
    }

    @Test
    void thisMachinesFilesAreSeenAndNothingThrows(@TempDir Path dir) throws Exception {
        Files.writeString(dir.resolve("b.conf"), "one\ntwo\n");
        Files.createDirectories(dir.resolve("a"));
        FileView view = FileView.ofThisMachine();
        assertThat(view.names(dir.toString())).containsExactly("a", "b.conf");
        assertThat(view.lines(dir.resolve("b.conf").toString())).containsExactly("one", "two");
        assertThat(view.isFile(dir.resolve("b.conf").toString())).isTrue();
        for (String odd :
                Arrays.asList(dir.resolve("none").toString(), dir.resolve("a").toString(), "a\0b", "")) {
            assertThat(view.isFile(odd)).isFalse();
            assertThat(view.lines(odd)).isEmpty();
        }
        assertThat(view.names("a\0b")).isEmpty();
        assertThat(view.environment("IMAS_NO_SUCH_VARIABLE")).isEmpty();
        assertThat(CudaLibraries.find(view).libraries()).hasSize(22);
    }

    @Test
    void theDriverTellsItsVersion() {
        assertThat(NvidiaDriver.version(new PretendedFiles())).isEmpty();
        assertThat(NvidiaDriver.version(new PretendedFiles()
                        .file(
                                "/proc/driver/nvidia/version",
                                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05  Tue Sep 23",
                                "GCC")))
                .contains("580.95.05");
        assertThat(NvidiaDriver.version(new PretendedFiles()
                        .file(
                                "/proc/driver/nvidia/version",
                                "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.04  Release Build")))
                .contains("580.159.04");
        assertThat(NvidiaDriver.version(new PretendedFiles().file("/proc/driver/nvidia/version", "something else")))
                .contains("unknown");
    }
}
