package dev.imas.machine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The shared libraries that libtorch's CUDA build needs of a machine, and where they were found. None of them travels
 * with the program: they come with NVIDIA's driver, its CUDA 13 packages or its Python wheels.
 *
 * @param libraries every library, in an order in which they can be loaded
 * @param searched  the places looked at, the first that has a library wins
 */
public record CudaLibraries(List<Library> libraries, List<Place> searched) {
    /** Where libraries come from, and the Python wheel that holds them. */
    public enum Part {
        DRIVER("NVIDIA driver", null, "libcuda.so.1"),
        RUNTIME("CUDA 13 runtime", "nvidia-cuda-runtime", "libcudart.so.13"),
        CUBLAS("cuBLAS 13", "nvidia-cublas", "libcublasLt.so.13", "libcublas.so.13"),
        CUFFT("cuFFT 12", "nvidia-cufft", "libcufft.so.12"),
        CUPTI("CUPTI 13", "nvidia-cuda-cupti", "libcupti.so.13"),
        CURAND("cuRAND 10", "nvidia-curand", "libcurand.so.10"),
        NVJITLINK("nvJitLink 13", "nvidia-nvjitlink", "libnvJitLink.so.13"),
        CUSPARSE("cuSPARSE 12", "nvidia-cusparse", "libcusparse.so.12"),
        CUSOLVER("cuSOLVER 12", "nvidia-cusolver", "libcusolver.so.12", "libcusolverMg.so.12"),
        CUFILE("cuFile 0", "nvidia-cufile", "libcufile.so.0"),
        NVRTC("NVRTC 13", "nvidia-cuda-nvrtc", "libnvrtc.so.13"),
        NCCL("NCCL 2", "nvidia-nccl-cu13", "libnccl.so.2"),
        CUDNN(
                "cuDNN 9",
                "nvidia-cudnn-cu13",
                "libcudnn.so.9",
                "libcudnn_graph.so.9",
                "libcudnn_engines_precompiled.so.9",
                "libcudnn_engines_runtime_compiled.so.9",
                "libcudnn_heuristic.so.9",
                "libcudnn_ops.so.9",
                "libcudnn_adv.so.9",
                "libcudnn_cnn.so.9");

        private final String title;
        private final String wheel;
        private final List<String> files;

        Part(String title, String wheel, String... files) {
            this.title = title;
            this.wheel = wheel;
            this.files = List.of(files);
        }

        /** Name and version, as {@code cuDNN 9}. */
        public String title() {
            return title;
        }
    }

    /** @param folder where it lies, or null when it was not found */
    public record Library(Part part, String name, String folder) {
        public boolean found() {
            return folder != null;
        }
    }

    /**
     * A kind of place and its folders; no folder: there is no such place on this machine.
     *
     * @param name as a person would say it
     */
    public record Place(String name, List<String> folders) {}

    private static final List<String> USUAL =
            List.of("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib");
    private static final String CONFIGURED = "/etc/ld.so.conf.d";

    /** Looks for every library in LD_LIBRARY_PATH, the linker's folders, CUDA's own folder and Python's wheels. */
    public static CudaLibraries find(FileView view) {
        List<Place> places = List.of(
                new Place("LD_LIBRARY_PATH", existing(view, split(view.environment("LD_LIBRARY_PATH")))),
                new Place("the system's library folders (/etc/ld.so.conf)", existing(view, linkerFolders(view))),
                new Place(
                        "/usr/local/nvidia",
                        existing(view, List.of("/usr/local/nvidia/lib64", "/usr/local/nvidia/lib"))),
                new Place("/usr/local/cuda", existing(view, toolkitFolders(view))),
                new Place("Python wheels (nvidia/*/lib)", existing(view, wheelFolders(view))));
        List<String> folders = places.stream()
                .flatMap(place -> place.folders().stream())
                .distinct()
                .toList();
        List<Library> libraries = new ArrayList<>();
        for (Part part : Part.values()) {
            List<String> order = new ArrayList<>(folders);
            for (String file : part.files) {
                Optional<String> folder =
                        order.stream().filter(f -> view.isFile(f + "/" + file)).findFirst();
                libraries.add(new Library(part, file, folder.orElse(null)));
                // The files of one part must fit together: the next is looked for beside this one first.
                folder.ifPresent(f -> order.add(0, f));
            }
        }
        return new CudaLibraries(List.copyOf(libraries), places);
    }

    /** Folders that hold a library, each once, in the order of {@link #libraries}. */
    public List<String> folders() {
        return libraries.stream()
                .filter(Library::found)
                .map(Library::folder)
                .distinct()
                .toList();
    }

    public List<Library> missing() {
        return libraries.stream().filter(library -> !library.found()).toList();
    }

    /** The libraries by part, in order. */
    public Map<Part, List<Library>> byPart() {
        return libraries.stream()
                .collect(Collectors.groupingBy(Library::part, LinkedHashMap::new, Collectors.toList()));
    }

    /** What to do about the missing ones; empty when none is. */
    public String hint() {
        Set<Part> parts = missing().stream().map(Library::part).collect(Collectors.toCollection(LinkedHashSet::new));
        String driver = parts.remove(Part.DRIVER) ? "install NVIDIA's driver (580 or newer)" : "";
        String wheels = parts.stream().map(part -> part.wheel).collect(Collectors.joining(" "));
        String packages = wheels.isEmpty()
                ? ""
                : "pip install " + wheels + ", or install NVIDIA's packages of CUDA 13, cuDNN 9 and NCCL 2";
        return driver + (driver.isEmpty() || packages.isEmpty() ? "" : "; ") + packages;
    }

    private static List<String> existing(FileView view, List<String> folders) {
        return folders.stream()
                .filter(folder -> !view.names(folder).isEmpty())
                .distinct()
                .toList();
    }

    private static List<String> split(String path) {
        return Arrays.stream(path.split(":")).filter(part -> !part.isBlank()).toList();
    }

    private static List<String> linkerFolders(FileView view) {
        List<String> folders = new ArrayList<>();
        for (String file : view.names(CONFIGURED)) {
            if (file.endsWith(".conf")) {
                view.lines(CONFIGURED + "/" + file).stream()
                        .map(String::strip)
                        .filter(line -> line.startsWith("/"))
                        .forEach(folders::add);
            }
        }
        folders.addAll(USUAL);
        return folders;
    }

    private static List<String> toolkitFolders(FileView view) {
        List<String> roots = new ArrayList<>(List.of("/usr/local/cuda"));
        view.names("/usr/local").stream()
                .filter(name -> name.startsWith("cuda-13"))
                .map(name -> "/usr/local/" + name)
                .forEach(roots::add);
        return roots.stream()
                .flatMap(root -> List.of(
                        root + "/lib64",
                        root + "/lib",
                        root + "/targets/x86_64-linux/lib",
                        root + "/extras/CUPTI/lib64")
                        .stream())
                .toList();
    }

    /** The wheels of the environment in use, of the programs on the path, of the user and of the system. */
    private static List<String> wheelFolders(FileView view) {
        Set<String> prefixes = new LinkedHashSet<>();
        for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
            if (!view.environment(variable).isBlank()) {
                prefixes.add(view.environment(variable));
            }
        }
        for (String folder : split(view.environment("PATH"))) {
            if (folder.endsWith("/bin") && view.isFile(folder + "/python3")) {
                prefixes.add(folder.substring(0, folder.length() - "/bin".length()));
            }
        }
        if (!view.environment("HOME").isBlank()) {
            prefixes.add(view.environment("HOME") + "/.local");
        }
        prefixes.addAll(List.of("/usr/local", "/usr"));
        Set<String> sites = new LinkedHashSet<>(split(view.environment("PYTHONPATH")));
        for (String prefix : prefixes) {
            for (String python : view.names(prefix + "/lib")) {
                if (python.startsWith("python3")) {
                    sites.add(prefix + "/lib/" + python + "/site-packages");
                    sites.add(prefix + "/lib/" + python + "/dist-packages");
                }
            }
        }
        List<String> folders = new ArrayList<>();
        for (String site : sites) {
            view.names(site + "/nvidia").forEach(wheel -> folders.add(site + "/nvidia/" + wheel + "/lib"));
        }
        if (!view.environment("CONDA_PREFIX").isBlank()) {
            folders.add(view.environment("CONDA_PREFIX") + "/lib");
        }
        return folders;
    }
}
