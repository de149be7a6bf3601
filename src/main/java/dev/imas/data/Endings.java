package dev.imas.data;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Endings of files that this program does not read. */
public final class Endings {
    /** Of pictures and masks in formats that must be converted, in lower case. */
    private static final Set<String> OF_PICTURES = Set.of(
            ".webp", ".heic", ".heif", ".avif", ".jp2", ".j2k", ".jpx", ".jxl", ".jfif", ".jpe", ".dcm", ".dicom",
            ".nd2", ".czi", ".lif", ".lsm", ".oib", ".oif", ".vsi", ".stk", ".ims", ".flex", ".npy", ".npz", ".mat",
            ".h5", ".hdf5", ".zarr", ".psd", ".svg", ".pgm", ".ppm", ".pbm", ".pnm", ".tga", ".exr", ".hdr", ".nii",
            ".gz", ".mha", ".mhd", ".nrrd", ".mrc", ".btf", ".svs", ".ndpi", ".mrxs", ".scn", ".bif", ".qptiff", ".pcx",
            ".raw", ".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".xcf", ".dib", ".wbmp", ".ico", ".fits",
            ".pdf", ".mp4", ".avi", ".mov");

    /** Of them those of archives, documents, films and tables of numbers, which lie beside pictures for other ends. */
    private static final Set<String> OFTEN_OTHERS = Set.of(
            ".gz", ".npy", ".npz", ".mat", ".h5", ".hdf5", ".zarr", ".raw", ".pdf", ".svg", ".ico", ".mp4", ".avi",
            ".mov");

    private Endings() {}

    /** The ending of a name in lower case with its dot; empty where it has none. */
    static String of(String path) {
        String name = WrittenNames.last(path);
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(dot).toLowerCase(Locale.ROOT) : "";
    }

    /** Whether a file is a picture of a kind that is not read. */
    static boolean ofPicture(String path) {
        return OF_PICTURES.contains(of(path));
    }

    /** Whether a file is such a picture, and not one of the kinds that hold other things as often. */
    public static boolean ofStill(String path) {
        return ofPicture(path) && !OFTEN_OTHERS.contains(of(path));
    }

    /** Whether a file may hold drawn outlines that {@code imas import} makes masks of. */
    static boolean ofAnnotation(String path) {
        return Set.of(".json", ".geojson", ".roi", ".zip").contains(of(path));
    }

    /** Whether a file of a picture's name may hold boxes or outlines that nothing here reads, as YOLO and VOC do. */
    static boolean ofOtherAnnotation(String path) {
        return Set.of(".txt", ".xml").contains(of(path));
    }

    /** How many files have each ending. */
    public static Map<String, Integer> count(Collection<String> paths) {
        Map<String, Integer> counts = new TreeMap<>();
        paths.forEach(path -> counts.merge(of(path), 1, Integer::sum));
        return counts;
    }

    /** Such as {@code 4 .webp, 1 .npy}. */
    public static String told(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .sorted((a, b) -> b.getValue() - a.getValue())
                .limit(5)
                .map(entry -> entry.getValue() + " " + (entry.getKey().isEmpty() ? "without ending" : entry.getKey()))
                .collect(Collectors.joining(", "));
    }
}
