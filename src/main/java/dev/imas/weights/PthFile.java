package dev.imas.weights;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.device.Torch;
import dev.imas.weights.PickleGlobal.PickledStorage;
import dev.imas.weights.PickleGlobal.PickledTensor;
import dev.imas.weights.PickleGlobal.StorageType;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A file of {@code torch.save}, zip or legacy, opened without running pickled code (see {@link PickleMachine}).
 * Tensors are read when asked for, so a part of a checkpoint costs only that part.
 */
public final class PthFile implements AutoCloseable {
    private static final String LEGACY_MAGIC = "119547037146038801333356";
    private static final long LEGACY_PROTOCOL = 1001;
    private static final long LARGEST_PICKLE = 64 << 20;
    /** Tensors may share a storage, but when all are far larger than their file, the file is an attack. */
    private static final long LARGEST_EXPANSION = 16;

    private static final long FREE_BYTES = 16 << 20;

    private final Path path;
    private final Object root;
    private final Storages storages;
    private long budget;

    /** Of what was unpickled, and the storages that it refers to. */
    PthFile(Path path, Object root, Storages storages) throws IOException {
        this.path = path;
        this.root = root;
        this.storages = storages;
        this.budget = LARGEST_EXPANSION * Files.size(path) + FREE_BYTES;
    }

    /**
     * Opens a file of either format.
     *
     * @throws UserException if it is damaged, or if its pickle uses a name that weights do not need
     */
    public static PthFile open(Path path) {
        Torch.load();
        try (InputStream start = Files.newInputStream(path)) {
            boolean zip = start.read() == 'P' && start.read() == 'K';
            return zip ? openZip(path) : openLegacy(path);
        } catch (IOException e) {
            throw unusable(path, reason(e, path), e);
        }
    }

    private static String reason(IOException problem, Path path) {
        return problem instanceof ZipException
                ? "its zip archive is damaged; it may be truncated"
                : FileProblem.of(problem, path);
    }

    private static PthFile openZip(Path path) throws IOException {
        Storages.Zip zip = new Storages.Zip(path);
        try (InputStream pickle = new BufferedInputStream(zip.pickle())) {
            return new PthFile(path, new PickleMachine(pickle, LARGEST_PICKLE).load(), zip);
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    private static PthFile openLegacy(Path path) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
            PickleMachine machine = new PickleMachine(in, LARGEST_PICKLE);
            if (!(machine.load() instanceof Number magic) || !magic.toString().equals(LEGACY_MAGIC)) {
                throw new IOException("it does not start with PyTorch's magic number");
            }
            if (!Long.valueOf(LEGACY_PROTOCOL).equals(machine.load())) {
                throw new IOException("its protocol number is not " + LEGACY_PROTOCOL);
            }
            if (!(machine.load() instanceof Map<?, ?> system) || !Boolean.TRUE.equals(system.get("little_endian"))) {
                throw new IOException("it was not written by a little-endian machine");
            }
            Object root = machine.load();
            if (!(machine.load() instanceof List<?> keys)) {
                throw new IOException("its list of storages is missing");
            }
            return new PthFile(path, root, new Storages.Legacy(path, machine.position(), keys, machine.storages()));
        }
    }

    /** Where its tensors' elements are. */
    Storages storages() {
        return storages;
    }

    /**
     * The unpickled object as plain values: Map, List, String, Long, BigInteger, Double, Boolean, byte[], null, and
     * placeholders for tensors, which {@link #tensors} reads.
     */
    public Object root() {
        return root;
    }

    /**
     * The tensors among a dictionary's direct values, contiguous, on the CPU, each with memory of its own; in the
     * current PointerScope. A storage that several of them share is read once.
     */
    public Map<String, Tensor> tensors(Map<?, ?> dictionary) {
        Map<String, PickledTensor> wanted = new LinkedHashMap<>();
        dictionary.forEach((key, value) -> {
            if (value instanceof PickledTensor pickled) {
                wanted.put(String.valueOf(key), pickled);
            }
        });
        Map<PickledStorage, List<String>> users = new LinkedHashMap<>();
        wanted.forEach((name, pickled) -> users.computeIfAbsent(pickled.storage(), storage -> new ArrayList<>())
                .add(name));
        Map<String, Tensor> read = new HashMap<>();
        users.forEach((storage, names) -> {
            try {
                read(storage, names, wanted, read);
            } catch (IOException e) {
                throw unusable(path, "tensor " + names.get(0) + ": " + reason(e, path), e);
            }
        });
        Map<String, Tensor> inOrder = new LinkedHashMap<>();
        wanted.keySet().forEach(name -> inOrder.put(name, read.get(name)));
        return inOrder;
    }

    /** Reads the part of a storage that tensors reach over, and takes them out of it. */
    private void read(
            PickledStorage storage, List<String> names, Map<String, PickledTensor> wanted, Map<String, Tensor> read)
            throws IOException {
        long begin = storage.elements();
        long end = 0;
        for (String name : names) {
            PickledTensor pickled = wanted.get(name);
            long elements = elements(pickled);
            spend(elements, storage.type());
            if (elements > 0) {
                begin = Math.min(begin, pickled.offset());
                end = Math.max(end, pickled.offset() + span(pickled));
            }
        }
        if (end > 0) {
            storages.require(storage);
        }
        try (Part part = new Part(storage, begin, Math.max(begin, end))) {
            if (end > 0) {
                storages.read(storage, begin * storage.type().size, part.memory());
            }
            for (String name : names) {
                read.put(name, part.tensor(wanted.get(name), names.size() > 1));
            }
        }
    }

    /** Elements of a tensor, no more than the budget and one. */
    private long elements(PickledTensor pickled) {
        long elements = 1;
        for (long extent : pickled.shape()) {
            if (extent == 0) {
                return 0;
            }
            elements = elements > budget / extent ? budget + 1 : elements * extent;
        }
        return elements;
    }

    private void spend(long elements, StorageType type) throws IOException {
        if (elements > budget / type.size) {
            throw new IOException("the tensors are larger than the file can hold");
        }
        budget -= elements * type.size;
    }

    /** From a tensor's first element to its last, of one that is not empty; the machine has checked that it fits. */
    private static long span(PickledTensor pickled) {
        long span = 1;
        for (int i = 0; i < pickled.shape().length; i++) {
            span += (pickled.shape()[i] - 1) * pickled.strides()[i];
        }
        return span;
    }

    /** Elements of a storage from one to another, as a flat tensor. */
    private static final class Part implements AutoCloseable {
        private final long begin;
        private final TensorOptions options;
        private final Tensor flat;

        Part(PickledStorage storage, long begin, long end) {
            this.begin = begin;
            options = new TensorOptions(scalarType(storage.type()));
            flat = Torch.owned(() -> torch.empty(new long[] {end - begin}, options, new MemoryFormatOptional()));
        }

        BytePointer memory() {
            return new BytePointer(flat.data_ptr()).capacity(flat.nbytes());
        }

        /** @param copied the part has other tensors, too, and each has memory of its own */
        Tensor tensor(PickledTensor pickled, boolean copied) {
            return Torch.scoped(() -> {
                Tensor own = copied || Arrays.stream(pickled.shape()).anyMatch(extent -> extent == 0)
                        ? torch.empty(pickled.shape(), options, new MemoryFormatOptional())
                        : null;
                if (own != null && own.numel() == 0) {
                    return own;
                }
                Tensor view =
                        flat.as_strided(pickled.shape(), pickled.strides(), new LongOptional(pickled.offset() - begin));
                return own == null ? view.contiguous() : own.copy_(view);
            });
        }

        @Override
        public void close() {
            flat.close();
        }
    }

    private static ScalarType scalarType(StorageType type) {
        return switch (type) {
            case FloatStorage -> ScalarType.Float;
            case DoubleStorage -> ScalarType.Double;
            case HalfStorage -> ScalarType.Half;
            case BFloat16Storage -> ScalarType.BFloat16;
            case LongStorage -> ScalarType.Long;
            case IntStorage -> ScalarType.Int;
            case ShortStorage -> ScalarType.Short;
            case CharStorage -> ScalarType.Char;
            case ByteStorage -> ScalarType.Byte;
            case BoolStorage -> ScalarType.Bool;
        };
    }

    static UserException unusable(Path path, String what, Exception cause) {
        return new UserException(path + " is not a usable PyTorch file: " + what, cause);
    }

    @Override
    public void close() {
        try {
            storages.close();
        } catch (IOException e) {
            throw new UncheckedIOException("closing " + path, e);
        }
    }
}
