package dev.imas.weights;

import dev.imas.common.UserException;
import dev.imas.weights.SafetensorsHeader.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A safetensors file, mapped into memory: 8 bytes little-endian header length, a JSON header, raw row-major data.
 * Knows no libtorch; {@code WeightFiles} turns entries into tensors. {@link #close} frees that memory at once, after
 * which no entry can be read; who does not close it leaves that to the collector.
 */
public final class SafetensorsFile implements AutoCloseable {
    /** A header takes some hundred bytes a tensor. */
    private static final long MAX_HEADER = 32 << 20;

    /** What Java maps at once. */
    private static final long LONGEST_MAPPING = Integer.MAX_VALUE;

    private final Path path;
    private final Map<String, Entry> entries;
    private final Map<String, String> metadata;
    private final MappedBytes bytes;
    private final byte[] header;

    private SafetensorsFile(
            Path path, Map<String, Entry> entries, Map<String, String> metadata, MappedBytes bytes, byte[] header) {
        this.path = path;
        this.entries = entries;
        this.metadata = metadata;
        this.bytes = bytes;
        this.header = header;
    }

    /** Where it was read from. */
    public Path path() {
        return path;
    }

    /** Tensors in header order. */
    public Map<String, Entry> entries() {
        return entries;
    }

    /** The {@code __metadata__} strings. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * Refuses a file that is not as this program wrote it, to the last bit, which its {@link Checksum} tells; of files
     * that carry none, as other programs' do, nothing is known. Reads all of it.
     */
    public void requireIntact() {
        Stream<ByteBuffer> data = entries.values().stream()
                .sorted(Comparator.comparingLong(e -> e.begin))
                .map(Entry::data);
        boolean holds =
                Checksum.of(header).map(checksum -> checksum.holds(data)).orElse(!metadata.containsKey(Checksum.KEY));
        if (!holds) {
            throw new UserException(path + " was damaged or changed after it had been written: its contents do not"
                    + " match its checksum; copy it again from where it came from (a program that changes it on purpose"
                    + " leaves " + Checksum.KEY + " out of the metadata)");
        }
    }

    @Override
    public void close() {
        bytes.close();
    }

    /** A tensor of the file. */
    public static final class Entry {
        private final String dtype;
        private final long[] shape;
        private final MappedBytes file;
        private final long begin;
        private final int length;

        private Entry(Place place, MappedBytes file) {
            dtype = place.dtype();
            shape = place.shape();
            this.file = file;
            begin = place.begin();
            length = (int) (place.end() - place.begin());
        }

        /** F32, F64, F16, BF16, I64, I32, I16, I8, U8 or BOOL. */
        public String dtype() {
            return dtype;
        }

        /** Extents; empty for a scalar. */
        public long[] shape() {
            return shape;
        }

        /** Little-endian bytes of this tensor alone. */
        public ByteBuffer data() {
            return file.slice(begin, length);
        }

        public long elements() {
            long n = 1;
            for (long extent : shape) {
                n = Math.multiplyExact(n, extent);
            }
            return n;
        }

        /** The values of an F32 tensor. */
        public float[] floats() {
            require("F32");
            float[] values = new float[Math.toIntExact(elements())];
            data().asFloatBuffer().get(values);
            return values;
        }

        /** The values of an F64 tensor. */
        public double[] doubles() {
            require("F64");
            double[] values = new double[Math.toIntExact(elements())];
            data().asDoubleBuffer().get(values);
            return values;
        }

        /** The values of a U8 or BOOL tensor. */
        public byte[] bytes() {
            byte[] values = new byte[Math.toIntExact(elements())];
            if (elementSize(dtype) != 1) {
                require("U8");
            }
            data().get(values);
            return values;
        }

        private void require(String wanted) {
            if (!dtype.equals(wanted)) {
                throw new UserException("a tensor of type " + dtype + " was found where " + wanted + " was expected");
            }
        }
    }

    /** Bytes an element of a safetensors type, or 0 for an unknown one. */
    public static int elementSize(String dtype) {
        return switch (dtype) {
            case "F64", "I64" -> 8;
            case "F32", "I32" -> 4;
            case "F16", "BF16", "I16" -> 2;
            case "U8", "I8", "BOOL" -> 1;
            default -> 0;
        };
    }

    /** The entry of that name. */
    public Entry get(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new UserException(path + " holds no tensor named " + name);
        }
        return entry;
    }

    /** Opens and checks a file: every length and offset is verified before any entry is handed out. */
    public static SafetensorsFile read(Path path) throws IOException {
        return read(path, LONGEST_MAPPING);
    }

    static SafetensorsFile read(Path path, long longestMapping) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new NoSuchFileException(path.toString());
        }
        try (FileChannel channel = FileChannel.open(path)) {
            long size = channel.size();
            if (size < 8) {
                throw damaged(path, "it has " + size + " bytes, a header needs 8");
            }
            ByteBuffer start = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            readFully(channel, start, 0);
            long headerLength = start.getLong(0);
            if (headerLength < 2 || headerLength > MAX_HEADER || headerLength > size - 8) {
                throw damaged(path, "its header length is " + headerLength + " in a file of " + size + " bytes");
            }
            ByteBuffer json = ByteBuffer.allocate((int) headerLength);
            readFully(channel, json, 8);
            long dataStart = 8 + headerLength;
            SafetensorsHeader header = SafetensorsHeader.read(json.array(), size - dataStart);
            NavigableMap<Long, Long> places = mappable(path, header.tensors(), longestMapping);
            MappedBytes bytes = new MappedBytes(channel, dataStart, places, longestMapping);
            Map<String, Entry> entries = new LinkedHashMap<>();
            header.tensors().forEach((name, place) -> entries.put(name, new Entry(place, bytes)));
            return new SafetensorsFile(path, entries, header.metadata(), bytes, json.array());
        } catch (SafetensorsHeader.Problem e) {
            throw damaged(path, e.getMessage());
        }
    }

    private static NavigableMap<Long, Long> mappable(Path path, Map<String, Place> tensors, long longest) {
        NavigableMap<Long, Long> places = new TreeMap<>();
        tensors.forEach((name, place) -> {
            if (place.end() - place.begin() > longest) {
                throw new UserException(path + " holds a tensor of " + (place.end() - place.begin()) + " bytes, " + name
                        + "; up to " + longest + " are read");
            }
            places.merge(place.begin(), place.end(), Math::max); // an empty one begins where the next does
        });
        return places;
    }

    private static void readFully(FileChannel channel, ByteBuffer target, long position) throws IOException {
        while (target.hasRemaining()) {
            int n = channel.read(target, position + target.position());
            if (n < 0) {
                throw new IOException("the file ended early");
            }
        }
    }

    private static UserException damaged(Path path, String what) {
        return new UserException(path + " is not a usable safetensors file: " + what);
    }
}
