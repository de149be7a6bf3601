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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    private PthFile(Path path, Object root, Storages storages) throws IOException {
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
            throw unusable(path, FileProblem.of(e, path), e);
        }
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

    /**
     * The unpickled object as plain values: Map, List, String, Long, BigInteger, Double, Boolean, byte[], null, and
     * placeholders for tensors, which {@link #tensors} reads.
     */
    public Object root() {
        return root;
    }

    /**
     * The tensors among a dictionary's direct values, contiguous, on the CPU, each with memory of its own; in the
     * current PointerScope.
     */
    public Map<String, Tensor> tensors(Map<?, ?> dictionary) {
        Map<String, Tensor> result = new LinkedHashMap<>();
        dictionary.forEach((key, value) -> {
            if (value instanceof PickledTensor pickled) {
                try {
                    result.put(String.valueOf(key), tensor(pickled));
                } catch (UncheckedIOException e) {
                    throw unusable(path, "tensor " + key + ": " + FileProblem.of(e, path), e);
                }
            }
        });
        return result;
    }

    private Tensor tensor(PickledTensor pickled) {
        PickledStorage storage = pickled.storage();
        long elements = 1;
        long span = 1;
        for (int i = 0; i < pickled.shape().length; i++) {
            long extent = pickled.shape()[i];
            elements = extent != 0 && elements > budget / extent ? budget + 1 : elements * extent;
            // Cannot overflow: the machine has checked that the last element lies within the storage.
            span += Math.max(extent - 1, 0) * pickled.strides()[i];
        }
        long bytes = elements * storage.type().size;
        if (bytes > budget) {
            throw new UncheckedIOException(new IOException("the tensors are larger than the file can hold"));
        }
        budget -= bytes;
        TensorOptions options = new TensorOptions(scalarType(storage.type()));
        if (elements == 0) {
            return torch.empty(pickled.shape(), options, new MemoryFormatOptional());
        }
        long[] flatShape = {span};
        return Torch.scoped(() -> {
            Tensor flat = torch.empty(flatShape, options, new MemoryFormatOptional());
            try {
                storages.read(
                        storage,
                        pickled.offset() * storage.type().size,
                        new BytePointer(flat.data_ptr()).capacity(flat.nbytes()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return flat.as_strided(pickled.shape(), pickled.strides(), new LongOptional(0))
                    .contiguous();
        });
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
