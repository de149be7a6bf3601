package dev.imas.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The only names a weight file's pickle may use, and the plain values that stand for what they would build. */
interface PickleGlobal {
    /** An ordered dictionary. */
    PickleGlobal ORDERED_DICT = arguments -> {
        throw new IOException("an ordered dictionary is built by the machine itself");
    };

    /** torch.XStorage, as the type of a storage; never called. */
    enum StorageType implements PickleGlobal {
        FloatStorage(4),
        DoubleStorage(8),
        HalfStorage(2),
        BFloat16Storage(2),
        LongStorage(8),
        IntStorage(4),
        ShortStorage(2),
        CharStorage(1),
        ByteStorage(1),
        BoolStorage(1);

        /** Bytes an element takes. */
        final int size;

        StorageType(int size) {
            this.size = size;
        }

        @Override
        public Object rebuild(List<Object> arguments) throws IOException {
            throw new IOException("its pickle calls the storage type " + this);
        }
    }

    /** Where the elements of tensors lie: type, key and number of elements. */
    record PickledStorage(StorageType type, String key, long elements) {
        long bytes() {
            return elements * type.size;
        }
    }

    /** A tensor as a view of a storage; offset and strides in elements. */
    record PickledTensor(PickledStorage storage, long offset, long[] shape, long[] strides) {}

    /** A NumPy dtype such as f8, with its byte order. */
    record NumpyType(String code, ByteOrder order) {
        /** NumPy's state tuple: (version, byte order, ...). */
        NumpyType withState(Object state) {
            boolean big = state instanceof List<?> parts && parts.size() > 1 && ">".equals(parts.get(1));
            return new NumpyType(code, big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** The value that a call with these arguments stands for. */
    Object rebuild(List<Object> arguments) throws IOException;

    int MOST_DIMENSIONS = 64;
    int LONGEST_ENCODED = 4096;

    Map<String, PickleGlobal> ALLOWED = Map.ofEntries(
            Map.entry("collections.OrderedDict", ORDERED_DICT),
            Map.entry("torch._utils._rebuild_tensor_v2", PickleGlobal::tensor),
            Map.entry("torch._utils._rebuild_parameter", PickleGlobal::parameter),
            Map.entry("torch._utils._rebuild_parameter_with_state", PickleGlobal::parameter),
            Map.entry("torch.Size", arguments -> argument(arguments, 0, List.class)),
            Map.entry(
                    "numpy.dtype",
                    arguments -> new NumpyType(argument(arguments, 0, String.class), ByteOrder.LITTLE_ENDIAN)),
            Map.entry("numpy.core.multiarray.scalar", PickleGlobal::scalar),
            Map.entry("numpy._core.multiarray.scalar", PickleGlobal::scalar),
            Map.entry("_codecs.encode", PickleGlobal::encode));

    /** What a module's name stands for; refuses every name that is not on the list. */
    static PickleGlobal named(String module, String name) throws IOException {
        String full = module + "." + name;
        PickleGlobal known = ALLOWED.get(full);
        if (known != null) {
            return known;
        }
        for (StorageType type : StorageType.values()) {
            if (full.equals("torch." + type)) {
                return type;
            }
        }
        throw new IOException("its pickle refers to " + printable(full)
                + ", which is not among the few names that weights need; nothing was executed. "
                + "If you trust the file, save its state dictionary alone");
    }

    /** A persistent id: ("storage", type, key, location, elements[, view]). */
    static PickledStorage storage(List<Object> id) throws IOException {
        if (id.size() < 5 || !"storage".equals(id.get(0)) || id.size() > 5 && id.get(5) != null) {
            throw new IOException("its pickle refers to something outside that is not a plain storage");
        }
        long elements = argument(id, 4, Long.class);
        if (elements < 0 || elements > Long.MAX_VALUE / Double.BYTES) {
            throw new IOException("its pickle has a storage of " + elements + " elements");
        }
        return new PickledStorage(argument(id, 1, StorageType.class), argument(id, 2, String.class), elements);
    }

    /** (storage, offset, shape, strides, requires_grad, hooks): checked to lie within the storage. */
    private static Object tensor(List<Object> arguments) throws IOException {
        PickledStorage storage = argument(arguments, 0, PickledStorage.class);
        long offset = argument(arguments, 1, Long.class);
        long[] shape = longs(argument(arguments, 2, List.class));
        long[] strides = longs(argument(arguments, 3, List.class));
        boolean inside = offset >= 0 && shape.length == strides.length;
        try {
            boolean empty = false;
            long last = offset;
            for (int i = 0; inside && i < shape.length; i++) {
                empty |= shape[i] == 0;
                if (shape[i] > 1) {
                    last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, strides[i]));
                }
            }
            inside = inside && (empty ? offset <= storage.elements() : last < storage.elements());
        } catch (ArithmeticException e) {
            inside = false;
        }
        if (!inside) {
            throw new IOException(
                    "its pickle has a tensor that reaches outside its storage of " + storage.elements() + " elements");
        }
        requireMeasurable(shape);
        return new PickledTensor(storage, offset, shape, strides);
    }

    /** An empty tensor fits everywhere, whatever its other extents. */
    private static void requireMeasurable(long[] shape) throws IOException {
        long bytes = Double.BYTES;
        try {
            for (long extent : shape) {
                bytes = Math.multiplyExact(bytes, Math.max(1, extent));
            }
        } catch (ArithmeticException e) {
            throw new IOException(
                    "its pickle has a tensor of the shape " + Arrays.toString(shape) + ", which is beyond measure");
        }
    }

    private static Object parameter(List<Object> arguments) throws IOException {
        return argument(arguments, 0, PickledTensor.class);
    }

    /** A NumPy number as Double or Long. */
    private static Object scalar(List<Object> arguments) throws IOException {
        NumpyType type = argument(arguments, 0, NumpyType.class);
        ByteBuffer bytes = ByteBuffer.wrap(argument(arguments, 1, byte[].class)).order(type.order());
        int size = bytes.remaining();
        Object value =
                switch (type.code()) {
                    case "f8" -> size == 8 ? (Object) bytes.getDouble() : null;
                    case "f4" -> size == 4 ? (Object) (double) bytes.getFloat() : null;
                    case "i8" -> size == 8 ? (Object) bytes.getLong() : null;
                    case "i4" -> size == 4 ? (Object) (long) bytes.getInt() : null;
                    default -> null;
                };
        if (value == null) {
            throw new IOException("its pickle holds a NumPy scalar of type " + printable(type.code()) + " in " + size
                    + " bytes; f8, f4, i8 and i4 are known");
        }
        return value;
    }

    /** Python 2's way to write bytes: text to be encoded as latin-1. */
    private static Object encode(List<Object> arguments) throws IOException {
        String text = argument(arguments, 0, String.class);
        if (text.length() > LONGEST_ENCODED) {
            throw new IOException("its pickle encodes a text of " + text.length() + " characters");
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static long[] longs(List<?> values) throws IOException {
        if (values.size() > MOST_DIMENSIONS) {
            throw new IOException("its pickle has a tensor of " + values.size() + " dimensions");
        }
        long[] result = new long[values.size()];
        for (int i = 0; i < result.length; i++) {
            if (!(values.get(i) instanceof Long number) || number < 0) {
                throw new IOException("its pickle has a shape or stride that is no whole number");
            }
            result[i] = number;
        }
        return result;
    }

    private static <T> T argument(List<Object> arguments, int index, Class<T> type) throws IOException {
        if (index >= arguments.size() || !type.isInstance(arguments.get(index))) {
            throw new IOException("its pickle gives a constructor arguments of the wrong kind");
        }
        return type.cast(arguments.get(index));
    }

    private static String printable(String name) {
        return name.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
