package dev.imas.image;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A picture file whose header has been read. */
interface PictureFile {
    /** Asks for the only plane of a file. */
    int ONLY_PLANE = -1;

    /** Reads the header of a file, of which it keeps hold. */
    static PictureFile of(FileBytes file) throws IOException {
        return switch (Format.of(file)) {
            case PNG -> PngFile.of(file);
            case JPEG -> JpegFile.of(file);
            case GIF -> GifFile.of(file);
            case BMP -> BmpFile.of(file);
            case TIFF -> TiffFile.of(file);
            case WEBP -> WebpFile.of(file);
        };
    }

    /** As stored, before any turning. */
    ImageSize size();

    default Orientation orientation() {
        return Orientation.AS_STORED;
    }

    /** Samples a pixel, 1 for a palette; where pages are channels those of all pages. */
    int channels();

    /** Bits a sample. */
    int bits();

    /** Pages of full size. */
    default int pages() {
        return 1;
    }

    /**
     * Whether the file stores its samples with the least as white, and not because a fax does; {@link #decode} makes
     * the least black.
     */
    default boolean leastIsWhite() throws IOException {
        return false;
    }

    /** The stored value that the file declares to be none, or NaN. */
    default double noData() throws IOException {
        return Double.NaN;
    }

    /** Throws where the end of the file is missing, which is looked for without decoding. */
    default void requireEnd() throws IOException {}

    /** Bytes that decoding takes, those of the decoded samples among them. */
    long memory();

    /**
     * Bytes that decoding the channels of a plane takes, with those of the samples that they become.
     *
     * @param plane number of the plane, or {@link #ONLY_PLANE}
     */
    default long memory(int plane) throws IOException {
        return memory() + sampleMemory(size(), Math.max(3, channels())); // a palette has three
    }

    /** Bytes of samples. */
    static long sampleMemory(ImageSize size, int channels) {
        return (long) size.width() * size.height() * channels * Float.BYTES;
    }

    /** Whether samples are wider than 8 bits, signed or fractional, or there are channels beside RGB. */
    default boolean deep() throws IOException {
        return false;
    }

    /** The picture; throws when anything of it is missing. */
    Stored decode() throws IOException;

    /**
     * Pictures of one size whose channels together are a plane's.
     *
     * @param plane number of the plane, or {@link #ONLY_PLANE}
     */
    default List<Stored> decodeChannels(int plane) throws IOException {
        if (plane > 0) {
            throw ImageProblem.unread("has 1 page, 0; data.page is " + plane);
        }
        return List.of(decode());
    }

    /**
     * The channels of a plane some rows at a time; empty where the format gives only whole pictures. Throws where the
     * file is seen not to be whole.
     *
     * @param plane number of the plane, or {@link #ONLY_PLANE}
     */
    default Optional<StoredBlocks> blocks(int plane) throws IOException {
        return Optional.empty();
    }

    /** One name a channel, or none. */
    default List<String> channelNames() {
        return List.of();
    }

    /** What it is called, where its compression changes values. */
    default Optional<String> lossy() throws IOException {
        return Optional.empty();
    }
}
