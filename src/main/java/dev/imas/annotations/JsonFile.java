package dev.imas.annotations;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads a JSON file of any length: the long lists in it are handed out item by item and never held as a whole. Text is
 * UTF-8, UTF-16 or UTF-32, with or without byte order mark.
 */
final class JsonFile {
    /** The key of a file that is a list itself. */
    static final String ROOT = "";

    private static final int DEEPEST = 100;
    private static final int LONGEST_TEXT = 1 << 28;
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(LONGEST_TEXT)
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // found and named, rather than no JSON
            .build());

    private final String name;
    private final Map<String, Consumer<Json>> lists;
    private final Set<String> skipped;

    private JsonFile(String name, Map<String, Consumer<Json>> lists, Set<String> skipped) {
        this.name = name;
        this.lists = lists;
        this.skipped = skipped;
    }

    /**
     * Reads a file from its beginning to its end.
     *
     * @param lists   takers of the items of lists, by the list's key; {@link #ROOT} where the file is a list
     * @param skipped keys whose values are not looked at
     * @return an object of all other keys, in which the lists are there and empty; missing where the file is a list
     * @throws UserException naming the file when it cannot be read or is no JSON
     */
    static Json read(Path file, Map<String, Consumer<Json>> lists, Set<String> skipped) {
        String problem = FileProblem.ofInput(file);
        if (problem != null) {
            throw new UserException(file + " " + problem + "; expected JSON");
        }
        try (JsonParser parser = MAPPER.createParser(file.toFile())) {
            Json rest = new JsonFile(file.toString(), lists, skipped).root(parser);
            if (parser.nextToken() != null) {
                throw new UserException(file + " goes on after its end, " + place(parser.currentLocation()));
            }
            return rest;
        } catch (JsonEOFException e) {
            throw new UserException(file + " ends early; it may be truncated", e);
        } catch (StreamConstraintsException e) {
            throw new UserException(
                    file + " nests deeper than " + DEEPEST + " levels or holds a number or text without end, "
                            + place(e.getLocation()),
                    e);
        } catch (JsonProcessingException e) {
            throw new UserException(file + " is no JSON (" + place(e.getLocation()) + "); expected UTF-8 or UTF-16", e);
        } catch (CharConversionException e) {
            throw new UserException(file + " is no JSON; expected text in UTF-8 or UTF-16", e);
        } catch (IOException e) {
            throw new UserException(file + " cannot be read (" + FileProblem.of(e, file) + ")", e);
        }
    }

    private Json root(JsonParser parser) throws IOException {
        JsonToken token = parser.nextToken();
        if (token == JsonToken.START_ARRAY && lists.containsKey(ROOT)) {
            items(parser, "$", lists.get(ROOT));
            return new Json(name, "$", MissingNode.getInstance());
        }
        if (token == null) {
            throw new UserException(name + " holds nothing but space; expected JSON");
        }
        if (token != JsonToken.START_OBJECT) {
            return new Json(name, "$", MAPPER.readTree(parser));
        }
        ObjectNode rest = MAPPER.createObjectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            token = parser.nextToken();
            if (skipped.contains(key)) {
                parser.skipChildren();
            } else if (token == JsonToken.START_ARRAY && lists.containsKey(key)) {
                items(parser, "$." + key, lists.get(key));
                rest.putArray(key);
            } else {
                rest.set(key, MAPPER.readTree(parser));
            }
        }
        return new Json(name, "$", rest);
    }

    private void items(JsonParser parser, String path, Consumer<Json> taker) throws IOException {
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            taker.accept(new Json(name, path + "[" + i + "]", MAPPER.readTree(parser)));
        }
    }

    private static String place(JsonLocation location) {
        return location == null
                ? "at an unknown place"
                : "line " + location.getLineNr() + " column " + location.getColumnNr();
    }
}
