package dev.imas.device;

import dev.imas.kernels.capi.Imas;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.JarURLConnection;
import java.net.URL;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * Tells JavaCPP where the libraries of libtorch's CPU build and of the kernels lie, and which do not exist. By itself
 * it looks for each of some forty, most of them CUDA's, under several names in several folders of every jar and every
 * module of Java: sixteen thousand look-ups, which take longer than loading libtorch.
 */
final class NativeSearch {
    private static final String PLATFORM = Loader.Detector.getPlatform();
    /** A program with CUDA from Java as well may need what libtorch does not. */
    private static final String CUDA = "/org/bytedeco/cuda/" + PLATFORM + "/libjnicudart.so";
    /** Settings of JavaCPP by which libraries come from elsewhere. */
    private static final List<String> OTHER_PLACES = List.of(
            "org.bytedeco.javacpp.pathsfirst",
            "org.bytedeco.javacpp.pathsFirst",
            "org.bytedeco.javacpp.platform.linkpath",
            "org.bytedeco.javacpp.platform.preloadpath",
            "org.bytedeco.openblas.load",
            "org.bytedeco.mklml.load");

    private NativeSearch() {}

    /** To be called before libtorch's first class is touched. */
    static void shorten() {
        boolean elsewhere = OTHER_PLACES.stream().anyMatch(name -> System.getProperty(name) != null);
        if (elsewhere || NativeSearch.class.getResource(CUDA) != null) {
            return;
        }
        try {
            Map<String, URL[]> found = found();
            Natives blas = Natives.beside("org/bytedeco/openblas/" + PLATFORM + "/libopenblas.so.0");
            Natives pytorch = Natives.beside("org/bytedeco/pytorch/" + PLATFORM + "/libtorch_cpu.so");
            for (Class<?> bindings : List.of(openblas_nolapack.class, openblas.class, torch.class)) {
                tell(found, bindings, blas, pytorch);
            }
            tell(found, Imas.class, pytorch, Natives.beside("dev/imas/kernels/capi/" + PLATFORM + "/libjniImas.so"));
        } catch (IOException | ReflectiveOperationException | RuntimeException e) {
            // Another JavaCPP, or natives that do not lie in jars: it searches as ever.
        }
    }

    private static void tell(Map<String, URL[]> found, Class<?> bindings, Natives... jars) throws IOException {
        for (String library : wanted(bindings)) {
            found.putIfAbsent(library, places(library, jars));
        }
    }

    /** What JavaCPP has found so far, by the library's name; one without a place is not loaded. */
    @SuppressWarnings("unchecked")
    static Map<String, URL[]> found() throws ReflectiveOperationException {
        Field found = Loader.class.getDeclaredField("foundLibraries");
        found.setAccessible(true);
        return (Map<String, URL[]>) found.get(null);
    }

    /** The libraries that bindings name, as JavaCPP writes them. */
    static List<String> wanted(Class<?> bindings) {
        ClassProperties properties = Loader.loadProperties(bindings, Loader.loadProperties(), true);
        return Stream.of("platform.preload", "platform.link", "platform.library")
                .flatMap(kind -> properties.get(kind).stream())
                .toList();
    }

    /** @param library as name, name@version, or either with #name or #name@version under which it is unpacked */
    private static URL[] places(String library, Natives... jars) throws IOException {
        String[] names = library.split("#");
        String unpacked = names.length > 1 ? "#" + file(names[1]) : "";
        for (Natives jar : jars) {
            Optional<String> place = jar.place(file(names[0]));
            if (place.isPresent()) {
                return new URL[] {new URL(place.get() + unpacked)};
            }
        }
        return new URL[0];
    }

    private static String file(String name) {
        String[] parts = name.split("@");
        return "lib" + parts[0] + ".so" + (parts.length > 1 ? parts[1] : "");
    }

    /** A folder of natives in a jar. */
    private record Natives(JarFile jar, String folder, String url) {
        static Natives beside(String library) throws IOException {
            URL url = NativeSearch.class.getResource("/" + library);
            String folder = library.substring(0, library.lastIndexOf('/') + 1);
            String place = url.toString().substring(0, url.toString().lastIndexOf('/') + 1);
            return new Natives(((JarURLConnection) url.openConnection()).getJarFile(), folder, place);
        }

        Optional<String> place(String file) {
            return jar.getEntry(folder + file) == null ? Optional.empty() : Optional.of(url + file);
        }
    }
}
