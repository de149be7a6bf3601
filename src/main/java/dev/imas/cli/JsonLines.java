package dev.imas.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a command tells programs ({@code --log json}): a JSON object a line and nothing else, in ASCII, each with its
 * {@code event} and {@code time}. A figure that is not known is null.
 */
final class JsonLines {
    private static final String OPTION = "--log";
    private static final String JSON = "json";

    private final JsonMapper mapper = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();
    private final PrintStream out;
    private final Clock clock;

    JsonLines(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    /** Whether a command line asks for it, in whatever state the rest of it is. */
    static boolean asked(String[] arguments) {
        boolean apart = IntStream.range(1, arguments.length)
                .anyMatch(i -> arguments[i].equals(JSON) && arguments[i - 1].equals(OPTION));
        return arguments.length > 0
                && arguments[0].equals(TrainCommand.NAME)
                && (apart || List.of(arguments).contains(OPTION + "=" + JSON));
    }

    /** Where everything that is printed becomes a message. */
    static Console console(Console given) {
        JsonLines lines = new JsonLines(given.out(), Clock.systemUTC());
        PrintStream messages = lines.messages();
        return new Console(messages, messages, false, Optional.of(lines));
    }

    private PrintStream messages() {
        OutputStream each = new OutputStream() {
            private final ByteArrayOutputStream line = new ByteArrayOutputStream();

            @Override
            public synchronized void write(int next) {
                if (next != '\n') {
                    line.write(next);
                    return;
                }
                String text = line.toString(StandardCharsets.UTF_8).strip();
                line.reset();
                if (!text.isEmpty()) {
                    event("message", Map.of("text", text));
                }
            }
        };
        return new PrintStream(each, true, StandardCharsets.UTF_8);
    }

    /** @param fields what is told beside the event's name: a map, or a record whose components become keys */
    void event(String name, Object fields) {
        ObjectNode line = mapper.createObjectNode();
        line.put("event", name);
        line.put("time", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
        line.setAll((ObjectNode) known(mapper.valueToTree(fields)));
        try {
            synchronized (out) {
                out.println(mapper.writeValueAsString(line));
                out.flush();
            }
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e); // a tree has a text always
        }
    }

    /** NaN and infinity are no JSON. */
    private JsonNode known(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> field.setValue(known(field.getValue())));
        } else if (node instanceof ArrayNode array) {
            IntStream.range(0, array.size()).forEach(i -> array.set(i, known(array.get(i))));
        } else if (node.isFloatingPointNumber() && !Double.isFinite(node.asDouble())) {
            return mapper.nullNode();
        }
        return node;
    }
}
