package dev.imas.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes pickles, honest and hostile, operation by operation, and the two containers of torch.save. */
final class Pickles {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static Pickles start() {
        return new Pickles().op(0x80, 2);
    }

    Pickles op(int... codes) {
        for (int code : codes) {
            out.write(code);
        }
        return this;
    }

    Pickles op(char code) {
        return op((int) code);
    }

    Pickles text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return op('X').int32(bytes.length).raw(bytes);
    }

    Pickles int32(int value) {
        return raw(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    /** A whole number of up to eight bytes. */
    Pickles number(long value) {
        return op(0x8a, 8)
                .raw(ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value)
                        .array());
    }

    Pickles raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    Pickles global(String module, String name) {
        return op('c').raw((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    }

    Pickles tuple(long... values) {
        op('(');
        for (long value : values) {
            number(value);
        }
        return op('t');
    }

    /** A tensor of one FloatStorage. */
    Pickles tensor(String key, long storageElements, long offset, long[] shape, long[] strides) {
        return global("torch._utils", "_rebuild_tensor_v2")
                .op('(')
                .op('(')
                .text("storage")
                .global("torch", "FloatStorage")
                .text(key)
                .text("cpu")
                .number(storageElements)
                .op('t')
                .op('Q')
                .number(offset)
                .tuple(shape)
                .tuple(strides)
                .op(0x89)
                .global("collections", "OrderedDict")
                .op(')')
                .op('R')
                .op('t')
                .op('R');
    }

    byte[] stop() {
        return op('.').out.toByteArray();
    }

    /** {"weight": tensor} of shape and strides on a storage that the container gives four elements. */
    static byte[] oneTensor(long storageElements, long offset, long[] shape, long[] strides) {
        return start().op('}')
                .text("weight")
                .tensor("0", storageElements, offset, shape, strides)
                .op('s')
                .stop();
    }

    static final byte[] FOUR_FLOATS = ByteBuffer.allocate(16)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putFloat(1)
            .putFloat(2)
            .putFloat(3)
            .putFloat(4)
            .array();

    static byte[] zip(byte[] pickle) {
        return zip(Map.of("x/data.pkl", pickle, "x/data/0", FOUR_FLOATS), ZipEntry.STORED);
    }

    static byte[] zip(Map<String, byte[]> entries, int method) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> e : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(e.getKey());
                entry.setMethod(method);
                entry.setSize(e.getValue().length);
                CRC32 crc = new CRC32();
                crc.update(e.getValue());
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(e.getValue());
                zip.closeEntry();
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The legacy container around an object's pickle, with the storage "0" of four floats. */
    static byte[] legacy(byte[] pickle) {
        Pickles file = new Pickles();
        file.raw(start().op(0x8a, 10)
                .op(0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19)
                .stop());
        file.raw(start().number(1001).stop());
        file.raw(start().op('}').text("little_endian").op(0x88).op('s').stop());
        file.raw(pickle);
        file.raw(start().op(']').text("0").op('a').stop());
        file.raw(
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(4).array());
        return file.raw(FOUR_FLOATS).out.toByteArray();
    }
}
