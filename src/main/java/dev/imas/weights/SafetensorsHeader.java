package dev.imas.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file: {@code {"NAME": {"dtype": .., "shape": [..], "data_offsets": [begin, end]},
 * "__metadata__": {..}}}. Read token by token, so that no header makes more of itself in memory than its tensors.
 *
 * @param tensors  in the header's order
 * @param metadata texts
 */
record SafetensorsHeader(Map<String, Place> tensors, Map<String, String> metadata) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MOST_TENSORS = 100_000;
    private static final int MOST_DIMENSIONS = 64;

    /**
     * A tensor, whose bytes are as many as its shape needs.
     *
     * @param dtype of those that {@link SafetensorsFile#elementSize} knows
     * @param begin first byte behind the header
     * @param end   first byte behind the tensor
     */
    record Place(String dtype, long[] shape, long begin, long end) {}

    /** What is wrong with a header, as a part of a sentence. */
    static final class Problem extends IOException {
        private static final long serialVersionUID = 1;

        Problem(String what) {
            super(what);
        }
    }

    /**
     * Reads a header.
     *
     * @param dataBytes behind the header; the tensors fill them, one beside the other
     * @throws Problem when it is damaged
     */
    static SafetensorsHeader read(byte[] json, long dataBytes) throws Problem {
        SafetensorsHeader header = new SafetensorsHeader(new LinkedHashMap<>(), new LinkedHashMap<>());
        try (JsonParser parser = JSON.createParser(json)) {
            header.fill(parser);
        } catch (Problem e) {
            throw e;
        } catch (JsonProcessingException e) {
            throw new Problem("its header is not JSON");
        } catch (IOException e) { // such as bytes that are no UTF-8
            throw new Problem("its header is not text");
        }
        header.requireFull(dataBytes);
        return header;
    }

    private void fill(JsonParser parser) throws IOException {
        require(parser.nextToken() == JsonToken.START_OBJECT, "its header is not a JSON object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals("__metadata__")) {
                texts(parser);
                continue;
            }
            require(tensors.put(name, place(parser, name)) == null, "it names the tensor " + name + " twice");
            require(tensors.size() <= MOST_TENSORS, "it has more than " + MOST_TENSORS + " tensors");
        }
        require(parser.nextToken() == null, "its header goes on behind its JSON object");
    }

    private void texts(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            if (parser.currentToken().isScalarValue()) {
                metadata.put(key, parser.getText());
            }
            parser.skipChildren();
        }
    }

    private static Place place(JsonParser parser, String name) throws IOException {
        String dtype = "";
        long[] shape = null;
        long[] offsets = null;
        require(parser.currentToken() == JsonToken.START_OBJECT, "entry " + name + " is no tensor");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case "dtype" -> dtype = parser.getText();
                case "shape" -> shape = numbers(parser, name, MOST_DIMENSIONS);
                case "data_offsets" -> offsets = numbers(parser, name, 2);
                default -> {}
            }
            parser.skipChildren();
        }
        require(
                SafetensorsFile.elementSize(dtype) > 0 && shape != null && offsets != null && offsets.length == 2,
                "entry " + name + " has dtype '" + dtype + "' or lacks shape or data_offsets");
        long bytes = bytes(name, dtype, shape);
        require(
                offsets[1] >= offsets[0] && offsets[1] - offsets[0] == bytes,
                "entry " + name + " spans bytes " + offsets[0] + " to " + offsets[1] + ", its shape needs " + bytes);
        return new Place(dtype, shape, offsets[0], offsets[1]);
    }

    /** Whole numbers that are not negative. */
    private static long[] numbers(JsonParser parser, String name, int most) throws IOException {
        require(parser.currentToken() == JsonToken.START_ARRAY, "entry " + name + " has no list of numbers");
        List<Long> numbers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            boolean whole = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                    && parser.getLongValue() >= 0;
            require(
                    whole,
                    "entry " + name + " has the number " + parser.getText() + " in its shape or data_offsets;"
                            + " a whole number below 2^63 is expected");
            numbers.add(parser.getLongValue());
            require(numbers.size() <= most, "entry " + name + " has a list of more than " + most + " numbers");
        }
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    /** Bytes of a tensor; the extents of an empty one must not be beyond measure either. */
    private static long bytes(String name, String dtype, long[] shape) throws Problem {
        long bytes = SafetensorsFile.elementSize(dtype);
        boolean empty = false;
        try {
            for (long extent : shape) {
                empty |= extent == 0;
                bytes = Math.multiplyExact(bytes, Math.max(1, extent));
            }
        } catch (ArithmeticException e) {
            throw new Problem(
                    "entry " + name + " has the shape " + Arrays.toString(shape) + ", which is beyond measure");
        }
        return empty ? 0 : bytes;
    }

    /** The format knows neither gaps nor shared bytes. */
    private void requireFull(long dataBytes) throws Problem {
        List<Map.Entry<String, Place>> inOrder = new ArrayList<>(tensors.entrySet());
        inOrder.sort(Comparator.<Map.Entry<String, Place>>comparingLong(entry -> entry.getValue().begin)
                .thenComparingLong(entry -> entry.getValue().end));
        long at = 0;
        for (Map.Entry<String, Place> entry : inOrder) {
            Place place = entry.getValue();
            require(
                    place.begin == at && place.end <= dataBytes,
                    "entry " + entry.getKey() + " spans bytes " + place.begin + " to " + place.end + " of " + dataBytes
                            + ", where byte " + at + " is the next: tensors lie one beside the other");
            at = place.end;
        }
        require(at == dataBytes, "its tensors take " + at + " bytes, it holds " + dataBytes);
    }

    private static void require(boolean holds, String otherwise) throws Problem {
        if (!holds) {
            throw new Problem(otherwise);
        }
    }
}
