package dev.imas.weights;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The checksum that a safetensors file of this program carries among its metadata: CRC-32C of its JSON header and its
 * data, the eight digits of the checksum itself taken as zeros. The format has none, and a flipped bit of a weight
 * would be seen in nothing but wrong predictions.
 */
final class Checksum {
    static final String KEY = "imas.crc32c";
    /** What the header is written and summed up with. */
    static final String UNKNOWN = "00000000";

    private static final Pattern WRITTEN =
            Pattern.compile("\"" + Pattern.quote(KEY) + "\"\\s*:\\s*\"(\\p{XDigit}{" + UNKNOWN.length() + "})\"");

    private final int place;
    private final String written;
    private final CRC32C sum = new CRC32C();

    private Checksum(byte[] header, Matcher digits) {
        place = digits.start(1);
        written = digits.group(1);
        byte[] zeros = UNKNOWN.getBytes(StandardCharsets.US_ASCII);
        sum.update(header, 0, place);
        sum.update(zeros);
        int behind = place + zeros.length;
        sum.update(header, behind, header.length - behind);
    }

    /** Of a header that has a checksum; other programs' have none. */
    static Optional<Checksum> of(byte[] header) {
        // A character a byte, so that places in the text are those in the header.
        Matcher digits = WRITTEN.matcher(new String(header, StandardCharsets.ISO_8859_1));
        return digits.find() ? Optional.of(new Checksum(header, digits)) : Optional.empty();
    }

    /** Takes the next bytes of the data. */
    void update(ByteBuffer data) {
        sum.update(data);
    }

    /** Of header and data so far, eight hexadecimal digits. */
    String digits() {
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }

    /** Where the digits stand in the header. */
    int place() {
        return place;
    }

    /** Whether the file is as it was written. To be asked once. */
    boolean holds(Stream<ByteBuffer> data) {
        data.forEachOrdered(this::update);
        return digits().equals(written);
    }
}
