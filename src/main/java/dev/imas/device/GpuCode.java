package dev.imas.device;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which GPUs a library was compiled for, as its compiler's options tell: machine code runs on the same generation from
 * its own compute capability on (8.0 on 8.6), PTX is translated by the driver for every later GPU.
 *
 * @param images of machine code and PTX, in the compiler's words, such as sm_80 and compute_90; none: it is not known
 */
record GpuCode(List<String> images) {
    private static final Pattern CODE = Pattern.compile("code=\\[?((?:(?:sm|compute)_\\d+[a-z]?,?)+)");
    private static final Pattern IMAGE = Pattern.compile("(sm|compute)_(\\d+)([a-z]?)");

    /** From options like {@code -gencode;arch=compute_80,code=sm_80}, wherever they stand in a text. */
    static GpuCode ofOptions(String text) {
        return new GpuCode(CODE.matcher(text)
                .results()
                .flatMap(code -> IMAGE.matcher(code.group(1)).results())
                .map(MatchResult::group)
                .distinct()
                .toList());
    }

    /**
     * Whether there is code for a GPU; true where it is not known.
     *
     * @param capability 10 * major + minor
     */
    boolean covers(int capability) {
        return images.isEmpty()
                || images.stream()
                        .flatMap(image -> IMAGE.matcher(image).results())
                        .anyMatch(image -> covers(image, capability));
    }

    private static boolean covers(MatchResult image, int capability) {
        int built = Integer.parseInt(image.group(2));
        return switch (image.group(3)) {
            case "" -> built <= capability && (image.group(1).equals("compute") || built / 10 == capability / 10);
            case "f" -> built <= capability && built / 10 == capability / 10; // a family's
            default -> built == capability; // "a": one architecture's
        };
    }

    @Override
    public String toString() {
        return images.stream().collect(Collectors.joining(" "));
    }
}
