package dev.imas.image;

import java.io.IOException;
import java.util.List;

/** Kinds of picture files, told by their first bytes: names lie, and decoders claim what is not theirs. */
enum Format {
    PNG,
    JPEG,
    GIF,
    BMP,
    TIFF,
    WEBP;

    private record Other(int at, String bytes, String name, String instead) {}

    private static final String PICTURE = "PNG or TIFF";
    private static final List<Other> OTHERS = List.of(
            new Other(0, "\0\0\1\0", "is an icon (ICO)", "PNG"),
            new Other(0, "\0\0\2\0", "is a cursor (CUR)", "PNG"),
            new Other(0, "\0\0\0\u000CjP  ", "is a JPEG 2000 picture", PICTURE),
            new Other(0, "\u00FF\u004F\u00FF\u0051", "is a JPEG 2000 picture", PICTURE),
            new Other(0, "\0\0\0\u000CJXL ", "is a JPEG XL picture", PICTURE),
            new Other(0, "\u00FF\n", "is a JPEG XL picture", PICTURE),
            new Other(0, "II\u00BC", "is a JPEG XR picture", PICTURE),
            new Other(4, "ftyp", "is a HEIF or AVIF picture or a film", PICTURE),
            new Other(0, "8BPS", "is a Photoshop file", PICTURE),
            new Other(0, "%PDF", "is a PDF", PICTURE),
            new Other(0, "%!PS", "is a PostScript file", PICTURE),
            new Other(0, "v/1\1", "is an OpenEXR picture", "TIFF"),
            new Other(0, "#?RADIANCE", "is a Radiance picture", "TIFF"),
            new Other(0, "SIMPLE  =", "is a FITS file", "TIFF"),
            new Other(128, "DICM", "is a DICOM file", "TIFF"),
            new Other(0, "\u0093NUMPY", "is a NumPy array", "TIFF"),
            new Other(0, "\u0089HDF", "is an HDF5 file", "TIFF"),
            new Other(0, "ZISRAWFILE", "is a Zeiss CZI file", "OME-TIFF"),
            new Other(0, "\u00DA\u00CE\u00BE\n", "is a Nikon ND2 file", "OME-TIFF"),
            new Other(0, "p\0\0\0", "is a Leica LIF file", "OME-TIFF"),
            new Other(0, "\u00D0\u00CF\u0011\u00E0", "is a microscope's container (OIB, OIF, ZVI)", "OME-TIFF"),
            new Other(0, "PK\3\4", "is a ZIP archive", PICTURE),
            new Other(0, "\u001F\u008B", "is compressed with gzip", PICTURE),
            new Other(344, "n+1\0", "is a NIfTI volume", "TIFF"),
            new Other(0, "\n\5\1", "is a PCX picture", "PNG"),
            new Other(0, "DDS ", "is a DirectDraw texture", "PNG"),
            new Other(0, "<svg", "is an SVG drawing", "PNG"));
    /** What is left in a picture's place where it was not fetched; it is no kind of picture to be saved anew. */
    private static final List<String> WEB_PAGES = List.of("<!DOCTYPE", "<!doctype", "<html", "<HTML");

    private static final String LFS_POINTER = "version https://git-lfs";

    /** Throws for what is none of these, with its name where it is known. */
    static Format of(FileBytes file) throws IOException {
        if (file.has(0, "\u0089PNG\r\n\u001A\n")) {
            return PNG;
        }
        if (file.has(0, "\u00FF\u00D8\u00FF")) {
            return JPEG;
        }
        if (file.has(0, "GIF87a") || file.has(0, "GIF89a")) {
            return GIF;
        }
        if (file.has(0, "BM")) {
            return BMP;
        }
        if (file.has(0, "II*\0") || file.has(0, "MM\0*") || file.has(0, "II+\0") || file.has(0, "MM\0+")) {
            return TIFF;
        }
        if (file.has(0, "RIFF") && file.has(8, "WEBP")) {
            return WEBP;
        }
        for (Other other : OTHERS) {
            if (file.has(other.at, other.bytes)) {
                throw ImageProblem.unknownTo(other.name, other.instead);
            }
        }
        if (file.has(0, "P") && file.length() > 2 && "1234567".indexOf(file.u8(1)) >= 0 && file.u8(2) <= ' ') {
            throw ImageProblem.unknownTo("is a PBM, PGM, PPM or PAM picture", "PNG");
        }
        if (file.has(0, LFS_POINTER)) {
            throw ImageProblem.unread("is a pointer of Git LFS and not the file itself; fetch it (git lfs pull)");
        }
        for (String start : WEB_PAGES) {
            if (file.has(0, start)) {
                throw ImageProblem.unread("is a web page, as failed downloads leave it; fetch the file anew");
            }
        }
        throw ImageProblem.unread("is not an image this program reads (PNG, JPEG, BMP, GIF, TIFF, WebP); it has "
                + file.length() + " bytes");
    }
}
