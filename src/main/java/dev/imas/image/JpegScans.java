package dev.imas.image;

import java.io.IOException;
import java.util.Arrays;

/**
 * Which parts of a JPEG's coefficients its scans have brought. libjpeg shows what has come, without a word, when scans
 * are missing; and a small file may have thousands of them, each as slow as a whole picture.
 */
final class JpegScans {
    private static final int MAX_SCANS = 100;
    private static final int COEFFICIENTS = 64;
    private static final int MISSING = 99;

    private final int[] components;
    private final boolean progressive;
    private final int[][] missingBits; // of each component's coefficients
    private int scans;

    JpegScans(int[] components, boolean progressive) {
        this.components = components;
        this.progressive = progressive;
        missingBits = new int[components.length][COEFFICIENTS];
        for (int[] bits : missingBits) {
            Arrays.fill(bits, MISSING);
        }
    }

    /**
     * Notes a scan.
     *
     * @param segment from its marker to its last parameter
     * @return the segment with the parameters that its kind of JPEG must have
     */
    byte[] note(byte[] segment) throws IOException {
        if (++scans > MAX_SCANS) {
            throw ImageProblem.unread("has more than " + MAX_SCANS + " scans; save it again as a common JPEG or PNG");
        }
        int count = segment.length > 4 ? segment[4] & 255 : 0;
        if (segment.length != 8 + 2 * count) {
            throw ImageProblem.damaged("its scan " + scans + " makes no sense");
        }
        byte[] fixed = segment.clone();
        int parameters = 5 + 2 * count;
        if (!progressive) {
            fixed[parameters] = 0;
            fixed[parameters + 1] = COEFFICIENTS - 1;
            fixed[parameters + 2] = 0;
        }
        int first = fixed[parameters] & 255;
        int last = Math.min(COEFFICIENTS - 1, fixed[parameters + 1] & 255);
        for (int i = 0; i < count; i++) {
            int component = component(segment[5 + 2 * i] & 255, i, count);
            if (!progressive && missingBits[component][0] == 0) {
                throw ImageProblem.damaged("its scan " + scans + " repeats another");
            }
            for (int k = first; k <= last; k++) {
                missingBits[component][k] = fixed[parameters + 2] & 15;
            }
        }
        return fixed;
    }

    /** Where identifiers are not unique, their order counts. */
    private int component(int identifier, int position, int count) throws IOException {
        if (count == components.length && components[position] == identifier) {
            return position;
        }
        for (int i = 0; i < components.length; i++) {
            if (components[i] == identifier) {
                return i;
            }
        }
        throw ImageProblem.damaged("its scan " + scans + " names a component that the frame has not");
    }

    void requireComplete() throws IOException {
        for (int[] bits : missingBits) {
            if (Arrays.stream(bits).anyMatch(missing -> missing > 0)) {
                throw ImageProblem.endsEarly();
            }
        }
    }
}
