package dev.imas.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.common.ProtoFields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Reads event files by their format alone, and holds every record to its checksums. */
public final class EventReader {
    /**
     * One value of a summary, or what else an event tells.
     *
     * @param tag of a value; else "version" or "session"
     * @param value the fields of the value; of other events those of the event
     */
    public record Told(long step, String tag, ProtoFields value) {
        /** A scalar. */
        public float scalar() {
            return value.real(2);
        }
    }

    private EventReader() {}

    /** Everything that a file tells, in its order. */
    public static List<Told> read(Path file) throws IOException {
        List<Told> all = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            int at = in.position();
            int length = Math.toIntExact(in.getLong());
            assertThat(unmasked(in.getInt())).as("sum of the length").isEqualTo(sum(in.slice(at, 8)));
            ByteBuffer event = in.slice(in.position(), length);
            in.position(in.position() + length);
            assertThat(unmasked(in.getInt())).as("sum of the event").isEqualTo(sum(event.duplicate()));
            tell(new ProtoFields(event), all);
        }
        return all;
    }

    private static void tell(ProtoFields event, List<Told> all) {
        assertThat(Double.longBitsToDouble(event.number(1))).as("time").isPositive();
        long step = event.number(2);
        if (!event.texts(3).isEmpty()) {
            all.add(new Told(step, "version", event));
        }
        event.messages(7).forEach(session -> all.add(new Told(step, "session", event)));
        event.messages(5).forEach(summary -> summary.messages(1)
                .forEach(value -> all.add(new Told(step, value.text(1), value))));
    }

    private static int unmasked(int masked) {
        int turned = masked - 0xa282ead8;
        return turned >>> 17 | turned << 15;
    }

    private static int sum(ByteBuffer bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return (int) sum.getValue();
    }
}
