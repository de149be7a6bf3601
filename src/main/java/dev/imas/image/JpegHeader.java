package dev.imas.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * The segments of a JPEG stream. libjpeg guesses where a header leaves something open and goes on where data are
 * missing; so the header is read here, and the decoder gets one that leaves nothing open: without profiles, cameras'
 * blocks and comments, and with a marker that names its colours.
 */
final class JpegHeader {
    /** What the components stand for. */
    enum Colours {
        GREY,
        RGB,
        YCBCR,
        /** As it is, whatever it stands for. */
        RAW,
        /** Inverted, as Adobe's writers do with or without saying so. */
        CMYK,
        YCCK
    }

    /** Bytes of a grey picture that one byte of a scan may become: a block of 64 takes two bits at least. */
    static final int MOST = 256;

    private static final int SOI = 0xD8;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int DNL = 0xDC;
    private static final int APP0 = 0xE0;
    private static final int APP1 = 0xE1;
    private static final int APP14 = 0xEE;
    private static final int COMMENT = 0xFE;
    private static final int NO_ADOBE = -1;
    private static final int NEAR_END = 1 << 16;

    private final FileBytes file;
    private int frame = -1; // marker of the frame
    private int precision;
    private int width;
    private int height;
    private int[] components = {};
    private boolean jfif;
    private int adobe = NO_ADOBE;
    private Orientation orientation = Orientation.AS_STORED;
    private boolean oriented;

    private JpegHeader(FileBytes file) {
        this.file = file;
    }

    /** Reads up to the first scan. */
    static JpegHeader of(FileBytes file) throws IOException {
        JpegHeader header = new JpegHeader(file);
        long at = 2;
        while (true) {
            at = header.nextMarker(at);
            int marker = file.u8(at);
            if (marker == SOS || marker == EOI) {
                break;
            }
            header.note(marker, at + 1);
            at = header.end(marker, at);
        }
        header.requireReadable();
        return header;
    }

    /** Where the code of the next marker stands; bytes between segments are passed over. */
    private long nextMarker(long from) throws IOException {
        long at = from;
        while (file.u8(at) != 0xFF || file.u8(at + 1) == 0xFF || file.u8(at + 1) == 0) {
            at++;
        }
        return at + 1;
    }

    /** Where the segment of a marker ends. */
    private long end(int marker, long at) throws IOException {
        if (marker == 1 || marker >= 0xD0 && marker <= SOI) {
            return at + 1;
        }
        if (marker < 0xC0) {
            throw ImageProblem.damaged("it has an unknown marker at byte " + (at - 1));
        }
        int length = file.u16(at + 1, false);
        if (length < 2) {
            throw ImageProblem.damaged("its segment at byte " + (at - 1) + " makes no sense");
        }
        if (at + 1 + length > file.length()) {
            throw ImageProblem.endsEarly();
        }
        return at + 1 + length;
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC || marker == 0xF7;
    }

    /** Takes what a segment says; its length stands at {@code at}. */
    private void note(int marker, long at) throws IOException {
        if (isFrame(marker)) {
            if (frame >= 0) {
                throw ImageProblem.damaged("it has two frames");
            }
            frame = marker;
            precision = file.u8(at + 2);
            height = file.u16(at + 3, false);
            width = file.u16(at + 5, false);
            components = new int[file.u8(at + 7)];
            for (int i = 0; i < components.length; i++) {
                components[i] = file.u8(at + 8 + 3L * i);
            }
        } else if (marker == APP0 && file.has(at + 2, "JFIF\0")) {
            jfif = true;
        } else if (marker == APP14 && file.u16(at, false) >= 14 && file.has(at + 2, "Adobe")) {
            adobe = file.u8(at + 13);
        } else if (marker == APP1 && !oriented && file.has(at + 2, "Exif\0")) {
            oriented = true;
            int length = file.u16(at, false) - 2;
            orientation = Orientation.ofExif(file.bytes(at + 2, (int) Math.min(length, file.length() - at - 2)));
        }
    }

    private void requireReadable() throws IOException {
        if (frame < 0) {
            throw ImageProblem.damaged("it has no frame");
        }
        String kind =
                switch (frame) {
                    case 0xC0, 0xC1, 0xC2 -> "";
                    case 0xC3 -> "a lossless JPEG";
                    case 0xF7 -> "a JPEG-LS picture";
                    case 0xC9, 0xCA -> "a JPEG with arithmetic coding";
                    default -> "a hierarchical or arithmetically coded JPEG";
                };
        if (!kind.isEmpty()) {
            throw ImageProblem.unknownTo("is " + kind, "PNG");
        }
        if (precision != 8) {
            throw ImageProblem.unknownTo("is a JPEG with " + precision + " bits a sample", "PNG or TIFF");
        }
        if (width == 0 || height == 0) {
            throw ImageProblem.damaged("its header says " + width + "x" + height + " pixels");
        }
    }

    ImageSize size() {
        return new ImageSize(width, height);
    }

    int components() {
        return components.length;
    }

    Orientation orientation() {
        return orientation;
    }

    /** By libjpeg's rules, save that three components without a mark are always YCbCr. */
    Colours colours() throws IOException {
        boolean namedRgb =
                components.length == 3 && components[0] == 'R' && components[1] == 'G' && components[2] == 'B';
        return switch (components.length) {
            case 1 -> Colours.GREY;
            case 3 -> !jfif && (adobe == 0 || adobe == NO_ADOBE && namedRgb) ? Colours.RGB : Colours.YCBCR;
            case 4 -> adobe == 2 ? Colours.YCCK : Colours.CMYK;
            default ->
                throw ImageProblem.unread(
                        "is a JPEG with " + components.length + " components; expected grey, RGB or CMYK");
        };
    }

    /** The stream that says itself how it is to be read; throws where scans are missing or too many. */
    byte[] plain(Colours colours) throws IOException {
        byte[] all = file.all();
        boolean progressive = frame == 0xC2;
        if (!progressive) {
            ImageProblem.requireRoom((long) width * height, all.length, MOST);
        }
        JpegScans scans = new JpegScans(components, progressive);
        ByteArrayOutputStream out = new ByteArrayOutputStream(all.length + 32);
        out.writeBytes(heading(colours));
        long at = 2;
        boolean framed = false;
        while (true) {
            at = nextMarker(at);
            int marker = file.u8(at);
            if (marker == EOI) {
                break;
            }
            long end = end(marker, at);
            if (isFrame(marker) && framed) {
                throw ImageProblem.damaged("it has two frames");
            }
            framed |= isFrame(marker);
            boolean metadata = marker >= APP0 && marker <= 0xEF || marker == COMMENT || marker == DNL;
            int from = (int) at - 1;
            if (marker == SOS) {
                out.writeBytes(scans.note(file.bytes(from, (int) (end - from))));
                from = (int) end;
                end = endOfScan(all, from);
            }
            if (!metadata && marker != SOI && marker != 1 && (marker < 0xD0 || marker > 0xD7)) {
                out.write(all, from, (int) end - from);
            }
            at = end;
        }
        scans.requireComplete();
        out.write(0xFF);
        out.write(EOI);
        return out.toByteArray();
    }

    /** Throws where no end is marked near the end of the file; some cameras write something behind it. */
    void requireEnd() throws IOException {
        byte[] end =
                file.bytes(file.length() - Math.min(NEAR_END, file.length()), (int) Math.min(NEAR_END, file.length()));
        for (int i = end.length - 2; i >= 0; i--) {
            if (end[i] == -1 && end[i + 1] == (byte) EOI) {
                return;
            }
        }
        throw ImageProblem.endsEarly();
    }

    /** Where the coded data of a scan give way to the next marker. */
    private static int endOfScan(byte[] all, int from) throws IOException {
        for (int i = from; i < all.length - 1; i++) {
            if (all[i] == (byte) 0xFF) {
                int next = all[i + 1] & 255;
                if (next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7)) {
                    return i;
                }
            }
        }
        throw ImageProblem.endsEarly();
    }

    private static byte[] heading(Colours colours) {
        return switch (colours) {
            case GREY, YCBCR ->
                new byte[] {-1, (byte) SOI, -1, (byte) APP0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0};
            case RGB, RAW, CMYK -> adobe(0);
            case YCCK -> adobe(2);
        };
    }

    private static byte[] adobe(int transform) {
        return new byte[] {
            -1, (byte) SOI, -1, (byte) APP14, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, (byte) transform
        };
    }
}
