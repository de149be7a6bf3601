package dev.imas;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What goes wrong with files, and what somebody might do to them on purpose. Equal random numbers, equal damage. */
public final class Mutations {
    /** Texts that are harmless nowhere: paths, control characters, markup, formulas, formats, endless numbers. */
    static final List<String> TOKENS = List.of(
            "../../../../outside",
            "/etc/hostname",
            "\u001b[2J\u001b]0;owned\u0007",
            "\0",
            "\r",
            "\u009b31m",
            "\u202e",
            "\u2028",
            "<script>alert(1)</script>",
            "\"><img src=x onerror=alert(1)>",
            "=cmd|'/c calc'!A0",
            "%s%n%d%x",
            "{0}",
            "$1\\1",
            "(a+)+$",
            "*",
            "**",
            "~/",
            "\\\\host\\share\\a.png",
            "C:\\a.png",
            "a".repeat(5000),
            "9".repeat(5000),
            "[".repeat(300),
            "{\"a\":".repeat(300),
            "(".repeat(300),
            "-1",
            "0",
            "-0.0",
            "1e999",
            "-1e999",
            "NaN",
            "Infinity",
            "99999999999999999999999999",
            "2147483647",
            "2147483648",
            "-2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "0.1",
            "1e-320",
            "true",
            "~",
            "[]",
            "{}",
            "&a [*a, *a]",
            "&a {b: *a}",
            "!!python/object/apply:os.system [id]",
            "!!binary aGk=",
            "<<: *a",
            "---",
            "...",
            "?",
            "|",
            ">",
            "'",
            "\"",
            "#",
            ": ",
            "- ",
            ",",
            ";",
            "\t",
            "\n",
            "\n\n",
            "\u00e9",
            "e\u0301",
            "\ud83d\ude00",
            "\ufeff");

    private static final Pattern WORD = Pattern.compile("[\\w.-]+");
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");

    /** Of a line that is repeated. */
    private static final int LONGEST = 1 << 20;

    private Mutations() {}

    /** A token, to be used as a name. */
    public static String token(Random random) {
        return TOKENS.get(random.nextInt(TOKENS.size()));
    }

    /** Damage to a file of whatever kind: cut, bits flipped, bytes exchanged, lost or of extreme value. */
    public static byte[] bytes(byte[] whole, Random random) {
        byte[] file = whole.clone();
        if (file.length < 8) {
            return Arrays.copyOf(file, random.nextInt(file.length + 1));
        }
        switch (random.nextInt(6)) {
            case 0 -> {
                return Arrays.copyOf(file, random.nextInt(file.length));
            }
            case 1 -> flip(file, random, file.length);
            case 2 -> flip(file, random, Math.min(file.length, 64)); // the header
            case 3 -> exchange(file, random);
            case 4 -> extreme(file, random);
            default -> {
                return without(file, random);
            }
        }
        return file;
    }

    private static void flip(byte[] file, Random random, int within) {
        for (int n = 1 + random.nextInt(6); n > 0; n--) {
            file[random.nextInt(within)] ^= (byte) (1 << random.nextInt(8));
        }
    }

    /** Two pairs of bytes, which in TIFF are often tags or values. */
    private static void exchange(byte[] file, Random random) {
        int a = random.nextInt(file.length / 2 - 1) * 2;
        int b = random.nextInt(file.length / 2 - 1) * 2;
        for (int i = 0; i < 2; i++) {
            byte kept = file[a + i];
            file[a + i] = file[b + i];
            file[b + i] = kept;
        }
    }

    private static void extreme(byte[] file, Random random) {
        byte[][] extremes = {{0, 0, 0, 0}, {-1, -1, -1, -1}, {0x7F, -1, -1, -1}, {-1, -1, -1, 0x7F}};
        byte[] value = extremes[random.nextInt(extremes.length)];
        System.arraycopy(value, 0, file, random.nextInt(file.length - 4), 4);
    }

    private static byte[] without(byte[] file, Random random) {
        int from = random.nextInt(file.length - 1);
        int length = 1 + random.nextInt(Math.min(16, file.length - from));
        byte[] rest = new byte[file.length - length];
        System.arraycopy(file, 0, rest, 0, from);
        System.arraycopy(file, from + length, rest, from, file.length - from - length);
        return rest;
    }

    /**
     * Damage to a text: tokens in strange places, lines lost or repeated, numbers of extreme value, another charset.
     */
    public static byte[] text(byte[] whole, Random random) {
        String text = new String(whole, StandardCharsets.ISO_8859_1); // a character a byte
        for (int n = random.nextBoolean() ? 1 : 1 + random.nextInt(3); n > 0; n--) {
            text = changed(text, random);
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String changed(String text, Random random) {
        String token = new String(token(random).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        int at = random.nextInt(text.length() + 1);
        return switch (random.nextInt(10)) {
            case 0 -> text.substring(0, at) + token + text.substring(at);
            case 1, 2, 3 -> replaced(text, WORD, token, random);
            case 4 -> replaced(text, NUMBER, token, random);
            case 5 -> lines(text, random, random.nextInt(300));
            case 6 -> lines(text, random, 0);
            case 7 -> text.substring(0, at);
            case 8 -> new String(bytes(latin(text), random), StandardCharsets.ISO_8859_1);
            default -> recoded(text, random);
        };
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String replaced(String text, Pattern what, String token, Random random) {
        Matcher matcher = what.matcher(text);
        int from = random.nextInt(text.length() + 1);
        return matcher.find(from) || matcher.find(0)
                ? text.substring(0, matcher.start()) + token + text.substring(matcher.end())
                : text + token;
    }

    /** One of the lines so many times. */
    private static String lines(String text, Random random, int times) {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty()) {
            return text;
        }
        int one = random.nextInt(lines.size());
        int most = Math.min(times, LONGEST / (1 + lines.get(one).length()));
        StringBuilder changed = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            changed.append((lines.get(i) + "\n").repeat(i == one ? most : 1));
        }
        return changed.toString();
    }

    private static String recoded(String text, Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> new String(text.getBytes(StandardCharsets.UTF_16), StandardCharsets.ISO_8859_1);
            case 1 -> new String(text.getBytes(StandardCharsets.UTF_16LE), StandardCharsets.ISO_8859_1);
            default -> text.replace("\n", "\r");
        };
    }
}
