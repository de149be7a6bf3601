package dev.imas.image;

import dev.imas.image.Stored.Meaning;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/** A GIF file of one frame, which is placed on its screen as viewers show it. */
final class GifFile implements PictureFile {
    private static final int SCREEN = 6;
    private static final int FRAME = 0x2C;
    private static final int EXTENSION = 0x21;
    private static final int END = 0x3B;

    private final FileBytes file;
    private final int width;
    private final int height;
    private final int[] screenPalette;
    private final int background;
    private final long blocksAt;

    private GifFile(FileBytes file) throws IOException {
        this.file = file;
        width = file.u16(SCREEN, true);
        height = file.u16(SCREEN + 2, true);
        if (width == 0 || height == 0) {
            throw ImageProblem.damaged("its screen is " + width + "x" + height);
        }
        screenPalette = palette(file.u8(SCREEN + 4), SCREEN + 7);
        int index = file.u8(SCREEN + 5);
        background = index < screenPalette.length ? index : 0;
        blocksAt = SCREEN + 7 + 3L * screenPalette.length;
    }

    static GifFile of(FileBytes file) throws IOException {
        return new GifFile(file);
    }

    private int[] palette(int flags, long at) throws IOException {
        int[] palette = new int[flags >= 128 ? 2 << (flags & 7) : 0];
        for (int i = 0; i < palette.length; i++) {
            palette[i] = file.u8(at + 3L * i) << 16 | file.u8(at + 3L * i + 1) << 8 | file.u8(at + 3L * i + 2);
        }
        return palette;
    }

    @Override
    public ImageSize size() {
        return new ImageSize(width, height);
    }

    @Override
    public int channels() {
        return 1;
    }

    @Override
    public int bits() {
        return 8;
    }

    @Override
    public long memory() {
        return 2L * width * height;
    }

    @Override
    public Stored decode() throws IOException {
        Stored picture = null;
        int frames = 0;
        long at = blocksAt;
        while (true) {
            int block = file.u8(at);
            if (block == END) {
                break;
            }
            if (block == EXTENSION) {
                at = afterPieces(at + 2);
            } else if (block == FRAME) {
                int flags = file.u8(at + 9);
                long codesAt = at + 10 + 3L * (flags >= 128 ? 2 << (flags & 7) : 0);
                if (++frames == 1) {
                    picture = frame(at, flags, codesAt);
                }
                at = afterPieces(codesAt + 1);
            } else {
                throw ImageProblem.damaged("it has an unknown block at byte " + at);
            }
        }
        if (frames != 1) {
            throw frames == 0
                    ? ImageProblem.damaged("it has no frame")
                    : ImageProblem.unread("has " + frames + " frames; save the one that is meant as PNG");
        }
        return picture;
    }

    /** Data come in pieces of up to 255 bytes; one of length 0 ends them. */
    private long afterPieces(long from) throws IOException {
        long at = from;
        while (file.u8(at) != 0) {
            at += 1 + file.u8(at);
        }
        return at + 1;
    }

    private byte[] pieces(long from) throws IOException {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (long at = from; file.u8(at) != 0; at += 1 + file.u8(at)) {
            joined.writeBytes(file.bytes(at + 1, file.u8(at)));
        }
        return joined.toByteArray();
    }

    private Stored frame(long at, int flags, long codesAt) throws IOException {
        int left = file.u16(at + 1, true);
        int top = file.u16(at + 3, true);
        int columns = file.u16(at + 5, true);
        int rows = file.u16(at + 7, true);
        if (columns == 0 || rows == 0 || left + columns > width || top + rows > height) {
            throw ImageProblem.damaged("its frame of " + columns + "x" + rows + " at " + left + "," + top
                    + " goes beyond its screen of " + width + "x" + height);
        }
        int[] palette = flags >= 128 ? palette(flags, at + 10) : screenPalette;
        byte[] indices = GifCodes.expand(pieces(codesAt + 1), file.u8(codesAt), columns * rows);
        int[] order = rowOrder(rows, (flags & 64) != 0);
        byte[] screen = new byte[width * height];
        Arrays.fill(screen, (byte) background);
        for (int row = 0; row < rows; row++) {
            System.arraycopy(indices, row * columns, screen, (top + order[row]) * width + left, columns);
        }
        boolean whole = columns == width && rows == height;
        if (!whole && palette != screenPalette) {
            return coloured(screen, palette, left, top, columns, rows);
        }
        return new Stored(
                width,
                height,
                1,
                Meaning.PALETTE,
                -1,
                false,
                Samples.Kind.UNSIGNED,
                8,
                new Values.Bytes(screen),
                palette);
    }

    /** Of two palettes, the frame's own and the screen's behind it. */
    private Stored coloured(byte[] screen, int[] palette, int left, int top, int columns, int rows) throws IOException {
        byte[] rgb = new byte[Math.multiplyExact(screen.length, 3)];
        int behind = screenPalette.length == 0 ? 0 : screenPalette[background];
        for (int i = 0; i < screen.length; i++) {
            int x = i % width - left;
            int y = i / width - top;
            boolean inside = x >= 0 && x < columns && y >= 0 && y < rows;
            int colour = inside ? Rgb.lookUp(palette, screen[i] & 255) : behind;
            rgb[3 * i] = (byte) (colour >> 16);
            rgb[3 * i + 1] = (byte) (colour >> 8);
            rgb[3 * i + 2] = (byte) colour;
        }
        return Stored.rgb(width, height, rgb);
    }

    /** The row of the frame that the i-th stored row is. */
    private static int[] rowOrder(int rows, boolean interlaced) {
        int[] order = new int[rows];
        int[][] passes = interlaced ? new int[][] {{0, 8}, {4, 8}, {2, 4}, {1, 2}} : new int[][] {{0, 1}};
        int i = 0;
        for (int[] pass : passes) {
            for (int row = pass[0]; row < rows; row += pass[1]) {
                order[i++] = row;
            }
        }
        return order;
    }
}
