package dev.imas.image;

import dev.imas.image.Stored.Meaning;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A PNG file. Of its ancillary chunks only the camera's orientation counts. */
record PngFile(
        FileBytes file, int width, int height, int bits, int colourType, boolean interlaced, Orientation orientation)
        implements PictureFile {
    private static final int HEADER_AT = 16;
    private static final int PALETTE_TYPE = 3;

    static PngFile of(FileBytes file) throws IOException {
        if (!file.has(12, "IHDR") || file.u32(8, false) != 13) {
            throw ImageProblem.damaged("it does not begin with its header");
        }
        ByteBuffer header = ByteBuffer.wrap(file.bytes(HEADER_AT, 13));
        int width = header.getInt();
        int height = header.getInt();
        int bits = header.get();
        int colourType = header.get();
        boolean known =
                switch (colourType) {
                    case 0 -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
                    case PALETTE_TYPE -> bits == 1 || bits == 2 || bits == 4 || bits == 8;
                    case 2, 4, 6 -> bits == 8 || bits == 16;
                    default -> false;
                };
        boolean methods = header.getShort() == 0; // of compression and of filtering
        int interlace = header.get();
        if (width < 1 || height < 1 || !known || !methods || interlace < 0 || interlace > 1) {
            throw ImageProblem.damaged("its header makes no sense");
        }
        return new PngFile(file, width, height, bits, colourType, interlace == 1, PngChunks.orientation(file));
    }

    @Override
    public boolean deep() {
        return bits > 8;
    }

    @Override
    public ImageSize size() {
        return new ImageSize(width, height);
    }

    @Override
    public int channels() {
        return switch (colourType) {
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> 1;
        };
    }

    @Override
    public void requireEnd() throws IOException {
        PngChunks.requireEnd(file);
    }

    @Override
    public long memory() {
        long row = ((long) width * channels() * bits + 7) / 8;
        return (long) width * height * channels() * (bits == 16 ? 2 : 1) + 2 * row;
    }

    @Override
    public Stored decode() throws IOException {
        PngChunks chunks = PngChunks.check(file);
        return stored(height, new PngRows(this, file, chunks.data()).values(), chunks);
    }

    @Override
    public Optional<StoredBlocks> blocks(int plane) throws IOException {
        if (interlaced || plane > 0) {
            return Optional.empty();
        }
        PngChunks chunks = PngChunks.check(file);
        return Optional.of(new PngBlocks(this, file, chunks));
    }

    /** Some rows of it. */
    Stored stored(int rows, Values values, PngChunks chunks) {
        Meaning meaning = colourType == PALETTE_TYPE
                ? Meaning.PALETTE
                : colourType == 2 || colourType == 6 ? Meaning.RGB : Meaning.GREY;
        int alpha = colourType >= 4 ? channels() - 1 : -1;
        int[] palette = meaning == Meaning.PALETTE ? chunks.palette() : new int[0];
        return new Stored(width, rows, channels(), meaning, alpha, false, Samples.Kind.UNSIGNED, bits, values, palette);
    }
}
