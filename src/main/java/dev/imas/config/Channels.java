package dev.imas.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which channels of the pictures a network sees; the setting {@code data.channels}. Either colours as people see them
 * ({@code rgb}: grey and palettes are expanded), or so many channels as they are stored, or chosen ones of them.
 */
public final class Channels {
    /** What may be written, for messages. */
    public static final String EXPECTED =
            "rgb, a number of channels from 1 to 64, or different channels counted from 0, such as [0, 2, 5]";
    /** Three 8-bit colours. */
    public static final Channels RGB = new Channels(List.of(), 0);

    private static final int MOST = 64;

    /** The chosen ones in order, or empty. */
    private final List<Integer> chosen;
    /** Channels that a file must have exactly, where none are chosen; 0: rgb. */
    private final int all;

    private Channels(List<Integer> chosen, int all) {
        this.chosen = chosen;
        this.all = all;
    }

    /** All of so many channels, 1 to 64. */
    public static Channels of(int count) {
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException(count + " channels; expected 1 to " + MOST);
        }
        return new Channels(List.of(), count);
    }

    /** Reads what {@link #plain} writes, numbers also as texts; empty for anything else. */
    public static Optional<Channels> parse(Object found) {
        try {
            if (found instanceof List<?> list) {
                List<Integer> chosen = list.stream().map(Channels::whole).toList();
                boolean usable = !chosen.isEmpty()
                        && chosen.size() <= MOST
                        && chosen.stream().allMatch(c -> c >= 0)
                        && chosen.stream().distinct().count() == chosen.size();
                return usable ? Optional.of(new Channels(chosen, 0)) : Optional.empty();
            }
            if ("rgb".equals(found)) {
                return Optional.of(RGB);
            }
            int count = whole(found);
            return count >= 1 && count <= MOST ? Optional.of(of(count)) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    private static Channels read(Object plain) {
        return parse(plain).orElseThrow(() -> new IllegalArgumentException(plain + ": expected " + EXPECTED));
    }

    private static int whole(Object found) {
        return Integer.parseInt(String.valueOf(found).strip());
    }

    /** Whether pictures are colours in bytes; else they are stored channels in floats. */
    public boolean rgb() {
        return all == 0 && chosen.isEmpty();
    }

    /** Channels that the network sees. */
    public int count() {
        return rgb() ? 3 : chosen.isEmpty() ? all : chosen.size();
    }

    /** The stored channel of each that the network sees, from 0. */
    public List<Integer> stored() {
        return chosen.isEmpty() ? IntStream.range(0, count()).boxed().toList() : chosen;
    }

    /** Whether a picture file of so many channels has the wanted ones. */
    public boolean fit(int found) {
        return chosen.isEmpty() ? found == count() : chosen.stream().allMatch(c -> c < found);
    }

    /** What a file must have to {@link #fit}, for messages. */
    public String needed() {
        if (chosen.isEmpty()) {
            return count() + (count() == 1 ? " channel" : " channels");
        }
        int last = chosen.stream().mapToInt(Integer::intValue).max().orElseThrow();
        return "channels up to number " + last + " (counted from 0)";
    }

    /** As it is written in YAML: a word, a number or a list of numbers. */
    @JsonValue
    public Object plain() {
        return rgb() ? "rgb" : chosen.isEmpty() ? (Object) all : chosen;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Channels channels && chosen.equals(channels.chosen) && all == channels.all;
    }

    @Override
    public int hashCode() {
        return Objects.hash(chosen, all);
    }

    @Override
    public String toString() {
        return plain().toString();
    }
}
