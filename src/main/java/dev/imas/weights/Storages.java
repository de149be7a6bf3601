package dev.imas.weights;

import dev.imas.weights.PickleGlobal.PickledStorage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.bytedeco.javacpp.BytePointer;

/** The raw elements of a {@code torch.save} file, by storage key. */
interface Storages extends AutoCloseable {
    /** Bytes moved at once. */
    int CHUNK = 1 << 20;

    /** Throws unless the storage is there with all of its bytes, so that memory may be taken for it. */
    void require(PickledStorage storage) throws IOException;

    /**
     * Fills memory with a part of a storage.
     *
     * @param begin  first byte within the storage
     * @param target memory; its capacity is the number of bytes, which the caller has checked to lie within
     */
    void read(PickledStorage storage, long begin, BytePointer target) throws IOException;

    @Override
    void close() throws IOException;

    /** The zip format: {@code NAME/data.pkl} and one uncompressed entry {@code NAME/data/KEY} a storage. */
    final class Zip implements Storages {
        private final ZipFile zip;
        private final String folder;
        private final long fileBytes;

        Zip(Path path) throws IOException {
            fileBytes = Files.size(path);
            zip = new ZipFile(path.toFile());
            try {
                List<String> pickles = zip.stream()
                        .map(ZipEntry::getName)
                        .filter(n -> n.equals("data.pkl") || n.endsWith("/data.pkl"))
                        .toList();
                if (pickles.size() != 1) {
                    throw new IOException(
                            "its archive holds " + pickles.size() + " entries named data.pkl, one is expected");
                }
                folder = pickles.get(0).substring(0, pickles.get(0).length() - "data.pkl".length());
                ZipEntry order = zip.getEntry(folder + "byteorder");
                if (order != null) {
                    try (InputStream in = open(order)) {
                        if (!new String(in.readNBytes(16), StandardCharsets.US_ASCII)
                                .strip()
                                .equals("little")) {
                            throw new IOException("it was not written by a little-endian machine");
                        }
                    }
                }
            } catch (IOException | RuntimeException e) {
                zip.close();
                throw e;
            }
        }

        /** The archive's pickle. */
        InputStream pickle() throws IOException {
            return open(zip.getEntry(folder + "data.pkl"));
        }

        private InputStream open(ZipEntry entry) throws IOException {
            // torch.save never compresses; a compressed entry could unfold to any size.
            if (entry.getMethod() != ZipEntry.STORED) {
                throw new IOException("its entry " + entry.getName() + " is compressed");
            }
            return zip.getInputStream(entry);
        }

        @Override
        public void require(PickledStorage storage) throws IOException {
            ZipEntry entry = entry(storage);
            if (entry == null) {
                throw new IOException("its storage is missing in the archive");
            }
            if (entry.getSize() != storage.bytes() || entry.getCompressedSize() != storage.bytes()) {
                throw new IOException("its storage has " + entry.getSize() + " bytes in the archive, " + storage.bytes()
                        + " are expected");
            }
            if (storage.bytes() > fileBytes) {
                throw new IOException("its storage has more bytes than the file");
            }
        }

        private ZipEntry entry(PickledStorage storage) {
            return zip.getEntry(folder + "data/" + storage.key());
        }

        /** Reads all of the storage, since its checksum is that of all bytes. */
        @Override
        public void read(PickledStorage storage, long begin, BytePointer target) throws IOException {
            ZipEntry entry = entry(storage);
            CRC32 checksum = new CRC32();
            byte[] chunk = new byte[(int) Math.min(CHUNK, storage.bytes())];
            long end = begin + target.capacity();
            try (InputStream in = open(entry)) {
                for (long at = 0; at < storage.bytes(); ) {
                    int n = in.read(chunk);
                    if (n < 0) {
                        throw new EOFException("its storage ends early");
                    }
                    checksum.update(chunk, 0, n);
                    long from = Math.max(begin, at);
                    long to = Math.min(end, at + n);
                    if (from < to) {
                        target.position(from - begin).put(chunk, (int) (from - at), (int) (to - from));
                    }
                    at += n;
                }
            }
            if (checksum.getValue() != entry.getCrc()) {
                throw new IOException("its bytes are damaged: the checksum differs");
            }
        }

        @Override
        public void close() throws IOException {
            zip.close();
        }
    }

    /** The legacy format: after the pickles, for each key in order, an int64 element count and the raw bytes. */
    final class Legacy implements Storages {
        private final FileChannel channel;
        private final Map<String, Long> starts = new HashMap<>();

        /**
         * @param start where the first storage begins
         * @param keys  the file's list of keys
         * @param known the storages its pickle refers to
         */
        Legacy(Path path, long start, List<?> keys, Map<String, PickledStorage> known) throws IOException {
            channel = FileChannel.open(path);
            try {
                long at = start;
                for (Object key : keys) {
                    PickledStorage storage = key instanceof String ? known.get(key) : null;
                    if (storage == null) {
                        throw new IOException("it lists a storage that no tensor uses");
                    }
                    ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    readFully(count, at);
                    at += Long.BYTES;
                    if (count.getLong(0) != storage.elements() || storage.bytes() > channel.size() - at) {
                        throw new IOException("a storage of " + storage.elements() + " elements is announced, "
                                + count.getLong(0) + " elements in " + (channel.size() - at) + " bytes are there");
                    }
                    starts.put(storage.key(), at);
                    at += storage.bytes();
                }
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        }

        @Override
        public void require(PickledStorage storage) throws IOException {
            if (!starts.containsKey(storage.key())) {
                throw new IOException("its storage is missing in the file");
            }
        }

        @Override
        public void read(PickledStorage storage, long begin, BytePointer target) throws IOException {
            long start = starts.get(storage.key());
            for (long done = 0; done < target.capacity(); ) {
                int n = (int) Math.min(CHUNK, target.capacity() - done);
                readFully(
                        new BytePointer(target)
                                .position(done)
                                .capacity(done + n)
                                .asByteBuffer(),
                        start + begin + done);
                done += n;
            }
        }

        private void readFully(ByteBuffer buffer, long at) throws IOException {
            for (long position = at; buffer.hasRemaining(); ) {
                int n = channel.read(buffer, position);
                if (n < 0) {
                    throw new EOFException("the file ends early");
                }
                position += n;
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
