package dev.imas.data;

import dev.imas.common.DurableFiles;
import dev.imas.common.Sha256;
import dev.imas.common.UserCache;
import dev.imas.config.ImasConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Which pictures of a data set were decoded to their end and found sound, by path, size and time of change, so that the
 * next start need not do it again. Kept in this user's cache folder ({@link UserCache}), in {@code checked/}, one file
 * for a data set and a way of reading it. Only saves time: a file that is lost, damaged or cannot be written is as
 * none.
 */
final class CheckedFiles {
    /** Another version may be stricter. */
    private static final String FIRST_LINE =
            "imas checked pictures 1 " + CheckedFiles.class.getPackage().getImplementationVersion();
    /** What is decoded in about a second is not worth a file. */
    private static final long WORTH_KEEPING = 20_000_000;
    /** A file may change once more within the tick of the clock that its time is told by. */
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Those of this process: what one part of a program found out, the next need not. */
    private static final Map<Path, CheckedFiles> OPEN = new ConcurrentHashMap<>();

    /**
     * What a picture's files were.
     *
     * @param bytes   together
     * @param changed time of the last change of any of them, in nanoseconds since 1970
     */
    private record Stamp(long bytes, long changed) {
        boolean settled() {
            return changed + TICK_NANOS < TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        }
    }

    private final Path file;
    private final PictureReader reader;
    private final Map<String, Stamp> sound = new ConcurrentHashMap<>();
    /** Found sound when its time of change had passed for good. */
    private final Map<String, Stamp> lasting = new ConcurrentHashMap<>();

    private final AtomicLong unsaved = new AtomicLong();

    private CheckedFiles(Path file, PictureReader reader) {
        this.file = file;
        this.reader = reader;
        lasting.putAll(read(file));
        sound.putAll(lasting);
    }

    /** Those of a data set, as its settings have its pictures read. */
    static CheckedFiles of(ImasConfig.Data data, PictureReader reader) {
        return in(UserCache.folder().resolve("checked"), data, reader);
    }

    /** As {@link #of}, kept in any folder. */
    static CheckedFiles in(Path folder, ImasConfig.Data data, PictureReader reader) {
        String what = Layouts.root(data).toAbsolutePath().normalize() + "\n" + data.channels() + "\n" + data.page();
        String name = Sha256.of(what.getBytes(StandardCharsets.UTF_8)).substring(0, 16) + ".txt";
        return OPEN.computeIfAbsent(folder.resolve(name), path -> new CheckedFiles(path, reader));
    }

    /** Forgets what this process knows, as the next one would. */
    static void forgetThisProcess() {
        OPEN.clear();
    }

    /** Whether a picture was found sound, and has not changed since. */
    boolean holds(Path picture) {
        Stamp known = sound.get(key(picture));
        return known != null && stamp(picture).filter(known::equals).isPresent();
    }

    /**
     * Decodes a picture and notes it as sound.
     *
     * @param decode gives its pixels, or throws what is wrong with it
     */
    void check(Path picture, LongSupplier decode) {
        Optional<Stamp> before = stamp(picture);
        long pixels = decode.getAsLong();
        before.ifPresent(stamp -> {
            sound.put(key(picture), stamp);
            if (stamp.settled()) {
                lasting.put(key(picture), stamp);
                unsaved.addAndGet(pixels);
            }
        });
    }

    /** Writes what was found since it was last written, where that is worth it. */
    synchronized void save() {
        if (unsaved.get() < WORTH_KEEPING) {
            return;
        }
        unsaved.set(0);
        String text = FIRST_LINE + "\n"
                + new TreeMap<>(lasting)
                        .entrySet().stream()
                                .filter(entry -> entry.getKey().indexOf('\n') < 0)
                                .map(entry -> entry.getValue().bytes() + " "
                                        + entry.getValue().changed() + " " + entry.getKey() + "\n")
                                .collect(Collectors.joining());
        try {
            Files.createDirectories(file.getParent());
            DurableFiles.whole(file, beside -> Files.writeString(beside, text, StandardCharsets.UTF_8));
        } catch (IOException e) {
            return; // the next start takes longer
        }
    }

    private static Map<String, Stamp> read(Path file) {
        Map<String, Stamp> found = new TreeMap<>();
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            if (!lines.isEmpty() && lines.get(0).equals(FIRST_LINE)) {
                for (String line : lines.subList(1, lines.size())) {
                    String[] fields = line.split(" ", 3);
                    found.put(fields[2], new Stamp(Long.parseLong(fields[0]), Long.parseLong(fields[1])));
                }
            }
            return found;
        } catch (IOException | RuntimeException e) {
            return Map.of(); // there is none yet, or it is damaged
        }
    }

    private static String key(Path picture) {
        return picture.toAbsolutePath().normalize().toString();
    }

    /** Empty for a picture that cannot be looked at. */
    private Optional<Stamp> stamp(Path picture) {
        long bytes = 0;
        long changed = 0;
        try {
            for (Path part : reader.files(picture)) {
                BasicFileAttributes attributes = Files.readAttributes(part, BasicFileAttributes.class);
                bytes += attributes.size();
                changed = Math.max(changed, attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
            }
            return Optional.of(new Stamp(bytes, changed));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }
}
