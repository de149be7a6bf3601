package dev.imas.image;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads PNG, JPEG, BMP, GIF, TIFF (BigTIFF, OME-TIFF) and WebP files into plain numbers. Whatever is wrong with a file
 * comes out as a {@link UserException} with its path; a file that ends early, fails its checksums or has lost a part of
 * its data is refused, never half read. Safe to use from several threads.
 */
public final class ImageFiles {
    /** Larger pictures are refused before any memory is taken for them. */
    public static final long MAX_PIXELS = 100_000_000;
    /** Larger files are refused unread. */
    static final long MAX_BYTES = 1L << 30;

    private ImageFiles() {}

    /**
     * A picture as 8-bit RGB: grey and palettes expanded, alpha dropped, 1 to 7 bits stretched, of more than 8 bits the
     * upper 8 kept, inks multiplied out, colour profiles and no-data values ignored, turned as its EXIF or TIFF
     * orientation says.
     *
     * <p>What would lose its sense on the way is refused: several pages, channels beside grey, signed and fractional
     * samples, samples of 32 bits, and pictures of 16 bits whose largest sample is under 8192 (an eighth of the range;
     * 12-bit data as a rule), unless all samples are 0. {@link #samples(Path)} reads them.
     */
    public static RgbImage picture(Path path) {
        return reading(path, ImageFiles::ofPicture, file -> file.orientation().shown(Rgb.of(file.decode())));
    }

    /**
     * All channels of a picture as stored, turned as {@link #picture} turns them. A grey picture has one channel, a
     * palette, RGB and CMYK become three; opacity is left out. A value that the file declares to be none (GDAL's
     * no-data value of a TIFF) is NaN, in colours where all three have it.
     *
     * <p>Pages of a TIFF file that says nothing of its dimensions are channels, the first page's first; a page may
     * itself have several. In OME-TIFF and ImageJ's files pages are channels of planes (a slice in Z at a time): a file
     * with one plane gives its channels in the file's order, one with more is refused, since a stack is no picture;
     * {@link #samples(Path, int)} takes one of its planes.
     */
    public static Samples samples(Path path) {
        return samplesOf(path, PictureFile.ONLY_PLANE);
    }

    /**
     * All channels of one plane.
     *
     * @param page the plane's number from 0: slice + time * slices in OME-TIFF and ImageJ's files, the page elsewhere
     */
    public static Samples samples(Path path, int page) {
        if (page < 0) {
            throw new IllegalArgumentException("pages count from 0, got " + page);
        }
        return samplesOf(path, page);
    }

    private static Samples samplesOf(Path path, int plane) {
        return reading(path, file -> file.memory(plane), file -> {
            List<Stored> channels = file.decodeChannels(plane);
            return file.orientation().shown(SampleValues.of(channels, file.channelNames(), file.noData()));
        });
    }

    /**
     * What a mask file holds, in 1 to 16 unsigned bits.
     *
     * @param picture size of the mask's picture, which the mask must have
     */
    public static StoredMask storedMask(Path path, ImageSize picture) {
        return maskOf(path, picture, false);
    }

    /** As {@link #storedMask(Path, ImageSize)}, whatever the size of its picture. */
    public static StoredMask storedMask(Path path) {
        return maskOf(path, null, false);
    }

    /**
     * A mask whose values number objects: as {@link #storedMask(Path, ImageSize)}, and in 32 bits, signed or as floats
     * too.
     *
     * @param picture size of the mask's picture, or null for any
     */
    public static StoredMask storedInstances(Path path, ImageSize picture) {
        return maskOf(path, picture, true);
    }

    private static StoredMask maskOf(Path path, ImageSize picture, boolean numbers) {
        return reading(path, ImageFiles::ofMask, file -> {
            Optional<String> lossy = file.lossy();
            if (lossy.isPresent()) {
                throw ImageProblem.unread(
                        "is a " + lossy.get() + ", whose compression changes class indices; save masks as PNG");
            }
            ImageSize size = file.orientation().shown(file.size());
            if (picture != null && !size.equals(picture)) {
                throw ImageProblem.unread("is " + size.width() + "x" + size.height() + ", its picture is "
                        + picture.width() + "x" + picture.height() + "; a mask must have its picture's size");
            }
            if (file.pages() > 1) {
                throw ImageProblem.unread("has " + file.pages()
                        + " pages; a mask has one: save the page that is the mask as a file of its own");
            }
            return file.orientation().shown(MaskValues.of(file.decode(), numbers, file.leastIsWhite()));
        });
    }

    /** Width and height of a picture as {@link #picture} gives it, from the header alone. */
    public static ImageSize size(Path path) {
        return header(path, file -> file.orientation().shown(file.size()));
    }

    /** What a header says; no more of the file is read. */
    static <T> T header(Path path, Reading<T> reading) {
        return anyHeader(path, file -> {
            requirePixels(file);
            return reading.from(file);
        });
    }

    /** As {@link #header}, however large the picture. */
    static <T> T anyHeader(Path path, Reading<T> reading) {
        requireFile(path);
        return refusing(path, () -> {
            try (FileBytes bytes = FileBytes.open(path)) {
                return reading.from(PictureFile.of(bytes));
            }
        });
    }

    /**
     * Whether {@link #picture} would leave out a part of a file's samples or refuse them, because they are more than
     * whole numbers of 8 bits, or because there are channels beside RGB; from the header alone.
     */
    public static boolean isDeep(Path path) {
        return anyHeader(path, PictureFile::deep);
    }

    /**
     * Bytes of the heap that {@link #picture} takes, as the header says, for {@link DecodingRoom}: the file, what is
     * decoded, and what becomes of it.
     */
    public static long pictureMemory(Path path) {
        return memory(path, ImageFiles::ofPicture);
    }

    /** As {@link #pictureMemory}, of {@link #samples(Path)} or, with a page, of {@link #samples(Path, int)}. */
    public static long samplesMemory(Path path, Integer page) {
        return memory(path, file -> file.memory(page == null ? PictureFile.ONLY_PLANE : page));
    }

    /** As {@link #pictureMemory}, of a mask and its labels. */
    public static long maskMemory(Path path) {
        return memory(path, ImageFiles::ofMask);
    }

    private static long memory(Path path, Reading<Long> memory) {
        return path.toFile().length() + header(path, memory);
    }

    private static long ofPicture(PictureFile file) {
        return file.memory() + 3 * pixels(file);
    }

    private static long ofMask(PictureFile file) {
        return file.memory() + (Integer.BYTES + 1) * pixels(file);
    }

    private static long pixels(PictureFile file) {
        ImageSize size = file.size();
        return (long) size.width() * size.height();
    }

    static void requireFile(Path path) {
        String problem = FileProblem.ofInput(path);
        if (problem != null) {
            throw new UserException(path + " " + problem + "; expected an image");
        }
    }

    /** Makes something of a file. */
    interface Reading<T> {
        T from(PictureFile file) throws IOException;
    }

    /**
     * Reads a file whole and makes something of it.
     *
     * @param memory bytes that decoding and what is made of it take
     */
    private static <T> T reading(Path path, Reading<Long> memory, Reading<T> reading) {
        DecodingRoom room = DecodingRoom.ofHeap();
        return room.isHeld()
                ? decoded(path, memory, reading)
                : room.with(memory(path, memory), () -> decoded(path, memory, reading));
    }

    private static <T> T decoded(Path path, Reading<Long> memory, Reading<T> reading) {
        requireFile(path);
        return refusing(path, () -> {
            long length = Files.size(path);
            if (length > MAX_BYTES) {
                throw ImageProblem.unread("has " + length + " bytes; an image may have " + MAX_BYTES + " at most");
            }
            PictureFile file = PictureFile.of(FileBytes.of(Files.readAllBytes(path)));
            requirePixels(file);
            if (length + memory.from(file) > Runtime.getRuntime().maxMemory()) {
                throw outOfMemory();
            }
            return reading.from(file);
        });
    }

    /** A part of reading a file. */
    interface Part<T> {
        T read() throws IOException;
    }

    /** Tells what hinders it, with the file's name. */
    static <T> T refusing(Path path, Part<T> part) {
        try {
            return part.read();
        } catch (IOException e) {
            throw refused(path, e);
        } catch (IndexOutOfBoundsException | ArithmeticException e) {
            throw refused(path, nonsense(e));
        } catch (OutOfMemoryError e) {
            throw refused(path, outOfMemory());
        }
    }

    private static void requirePixels(PictureFile file) throws IOException {
        if (pixels(file) > MAX_PIXELS) {
            ImageSize size = file.size();
            throw ImageProblem.unread("is " + size.width() + "x" + size.height() + "; an image may have " + MAX_PIXELS
                    + " pixels at most");
        }
    }

    private static ImageProblem outOfMemory() {
        return ImageProblem.unread(
                "does not fit into the " + (Runtime.getRuntime().maxMemory() >> 20)
                        + " MB this program may use; make the image smaller or raise -Xmx");
    }

    /** Of numbers in a file that contradict each other. */
    private static ImageProblem nonsense(RuntimeException e) {
        ImageProblem problem = ImageProblem.damaged("its data make no sense");
        problem.initCause(e);
        return problem;
    }

    static UserException refused(Path path, IOException problem) {
        String sentence = problem instanceof ImageProblem
                ? problem.getMessage()
                : "cannot be read (" + FileProblem.of(problem, path) + ")";
        return new UserException(path + " " + sentence, problem);
    }
}
