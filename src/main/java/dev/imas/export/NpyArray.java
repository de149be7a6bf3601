package dev.imas.export;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * An array of float32, row by row, and its file in NumPy's format (.npy, version 1.0).
 *
 * @param shape  extents, slowest first
 * @param values as many as they hold
 */
record NpyArray(long[] shape, float[] values) {
    private static final byte[] START = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    private static final int LENGTH_AT = START.length;
    private static final int HEADER_AT = LENGTH_AT + 2;
    private static final int ALIGNED = 64;
    private static final Pattern HEADER = Pattern.compile(
            "\\{'descr': '<f4', 'fortran_order': False, 'shape': \\(([0-9]{1,9}(?:, ?[0-9]{1,9})*),?\\), *} *\n");

    /** Writes the file, with a header that ends where a multiple of 64 bytes does, as the format asks. */
    void write(Path file) throws IOException {
        String extents = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + extents + (shape.length == 1 ? "," : "")
                + "), }";
        int spaces = Math.floorMod(-(HEADER_AT + header.length() + 1), ALIGNED);
        byte[] text = (header + " ".repeat(spaces) + "\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_AT + text.length + Float.BYTES * values.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(START).putShort((short) text.length).put(text);
        bytes.asFloatBuffer().put(values);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            out.write(bytes.array());
        }
    }

    /**
     * Reads a file that {@link #write} wrote.
     *
     * @throws IllegalArgumentException for another one
     */
    static NpyArray read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() < HEADER_AT || !Arrays.equals(Arrays.copyOf(bytes.array(), START.length), START)) {
            throw new IllegalArgumentException(file + " is no array");
        }
        int length = Math.min(bytes.getShort(LENGTH_AT) & 0xffff, bytes.remaining() - HEADER_AT);
        Matcher header = HEADER.matcher(new String(bytes.array(), HEADER_AT, length, StandardCharsets.US_ASCII));
        if (!header.matches()) {
            throw new IllegalArgumentException(file + " is no array of float32");
        }
        long[] shape = Arrays.stream(header.group(1).split(",\\s*"))
                .mapToLong(Long::parseLong)
                .toArray();
        FloatBuffer numbers = bytes.position(HEADER_AT + length).asFloatBuffer();
        float[] values = new float[numbers.remaining()];
        numbers.get(values);
        if (Arrays.stream(shape).reduce(1, (a, b) -> a * b) != values.length) {
            throw new IllegalArgumentException(file + " has another number of values than its shape");
        }
        return new NpyArray(shape, values);
    }

    /** The values of a tensor of float32. */
    static NpyArray of(Tensor tensor) {
        Tensor dense = tensor.contiguous();
        float[] values = new float[Math.toIntExact(dense.numel())];
        dense.data_ptr_float().get(values);
        return new NpyArray(dense.shape(), values);
    }

    /** In the caller's PointerScope. */
    Tensor tensor() {
        return torch.tensor(values).view(shape);
    }

    /** The largest difference of a value to another array's; NaN where one is, infinite where the shapes differ. */
    double difference(NpyArray other) {
        if (!Arrays.equals(shape, other.shape)) {
            return Double.POSITIVE_INFINITY;
        }
        double largest = 0;
        for (int i = 0; i < values.length; i++) {
            largest = Math.max(largest, Math.abs(values[i] - other.values[i])); // NaN stays
        }
        return largest;
    }
}
