package dev.imas.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs the program on damaged files, one after another in this JVM, and notes whatever is neither done nor refused in
 * words: a fault of the program, a hang, a stack trace, words of its inside in a message, a control character on the
 * terminal, markup of a file in a page, a file where none belongs. {@code main} takes the first case, the number of
 * cases and where the figures go; equal numbers make equal cases.
 */
public final class MalformedInputs {
    private static final int SECONDS = 10;
    private static final int MOST_HANGS = 3;
    private static final int TOLD = 40;
    /** Folders around the one that is worked in: a path that leaves it ends in one of them. */
    private static final int BURIED = 4;

    private static final Pattern INSIDE =
            Pattern.compile("(?i)\\b(java|javax|null|dev\\.imas|com\\.fasterxml|org\\.yaml|"
                    + "sun\\.\\w+|\\w*exception|\\w+error)\\b|\\bat [\\w.$]+\\([\\w.]+:\\d+\\)|out of bounds|by zero|"
                    + "negative array|heap space|\\bIIO|\\braster\\b|cannot be cast|Optional\\[|Optional\\.empty|"
                    + "[\\w.]+@[0-9a-f]{6,}|\\bindex \\d+ |\\[[BIJFDL]@");
    private static final Pattern STEERS = Pattern.compile("[\\p{Cc}&&[^\\n\\t]]");

    private final Path root;
    private final Map<String, MalformedKinds.Kind> kinds;
    private final Map<String, int[]> counts = new LinkedHashMap<>(); // done, refused, most milliseconds
    private final List<String> failures = new ArrayList<>();
    private final Set<Path> belonging;
    private ExecutorService worker = Executors.newSingleThreadExecutor(MalformedInputs::daemon);
    private int hangs;

    private MalformedInputs(Path root) throws IOException {
        this.root = root;
        MalformedKinds made = new MalformedKinds(root);
        kinds = made.all();
        kinds.keySet().forEach(kind -> counts.put(kind, new int[3]));
        made.damage(false);
        StringBuilder unsound = new StringBuilder();
        for (Map.Entry<String, MalformedKinds.Kind> kind : kinds.entrySet()) {
            unsound.append(unsound(kind.getKey(), kind.getValue()));
        }
        if (!unsound.isEmpty()) {
            throw new IOException("refused undamaged: " + unsound);
        }
        made.damage(true);
        belonging = places();
    }

    /** Damage to what is refused already would show nothing; a few files are of kinds that are refused as they are. */
    private static String unsound(String name, MalformedKinds.Kind kind) throws IOException {
        String said = "";
        for (int i = 0; i < 20; i++) {
            MalformedKinds.Case whole = kind.next(new Random(i));
            delete(out(whole.arguments()));
            Shell.Result result = Shell.imas(whole.arguments().toArray(String[]::new));
            if (result.status() == 0) {
                return "";
            }
            said = result.out() + result.err();
        }
        return name + "\n" + said;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "case");
        thread.setDaemon(true);
        return thread;
    }

    /** What lies around the folders in which files are damaged and written. */
    private Set<Path> places() throws IOException {
        Set<Path> places = new TreeSet<>();
        Path folder = root;
        for (int up = 0; up <= BURIED; up++, folder = folder.getParent()) {
            try (Stream<Path> entries = Files.list(folder)) {
                entries.forEach(places::add);
            }
        }
        return places;
    }

    /** Removes a file, or a folder with all that is in it. */
    static void delete(Path path) throws IOException {
        if (Files.notExists(path)) {
            return;
        }
        try (Stream<Path> entries = Files.walk(path)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        }
    }

    private void run(int number) throws Exception {
        String kind = MalformedKinds.ORDER.get(number % MalformedKinds.ORDER.size());
        MalformedKinds.Case made = kinds.get(kind).next(new Random(number));
        Path out = out(made.arguments());
        delete(out);
        long start = System.nanoTime();
        Shell.Result result;
        Thread[] running = new Thread[1];
        try {
            result = worker.submit(() -> {
                        running[0] = Thread.currentThread();
                        return Shell.imas(made.arguments().toArray(String[]::new));
                    })
                    .get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            hangs++;
            fail(number, kind, "hangs", stack(running[0]));
            worker = Executors.newSingleThreadExecutor(MalformedInputs::daemon);
            return;
        } catch (ExecutionException e) {
            StringWriter trace = new StringWriter();
            e.getCause().printStackTrace(new PrintWriter(trace));
            fail(number, kind, "escapes", trace.toString());
            return;
        }
        int[] count = counts.get(kind);
        count[result.status() == 0 ? 0 : 1]++;
        count[2] = Math.max(count[2], (int) TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        check(number, kind, made, result, out);
    }

    private static String stack(Thread thread) {
        return thread == null
                ? ""
                : Stream.of(thread.getStackTrace()).map(String::valueOf).collect(Collectors.joining("\n"));
    }

    private static Path out(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).startsWith("--out=")) {
                return Path.of(arguments.get(i).substring(6));
            }
            if (arguments.get(i).equals("--out")) {
                return Path.of(arguments.get(i + 1));
            }
        }
        return arguments.get(0).equals("report") ? Path.of(arguments.get(1), "report.html") : Path.of("none");
    }

    private void check(int number, String kind, MalformedKinds.Case made, Shell.Result result, Path out)
            throws IOException {
        String said = result.out() + result.err();
        if (result.status() != 0 && result.status() != Main.USER_ERROR) {
            fail(number, kind, "ends with status " + result.status(), said);
        } else if (result.status() == Main.USER_ERROR && !result.err().contains("imas: ")) {
            fail(number, kind, "is refused without a word", said);
        }
        if (STEERS.matcher(said).find()) {
            fail(number, kind, "prints a control character", said);
        }
        inside(said, made.damaged()).ifPresent(word -> fail(number, kind, "tells of its inside: " + word, said));
        if (Files.isRegularFile(out) && Files.readString(out).contains("<script>alert")) {
            fail(number, kind, "lets markup into a page", said);
        }
        for (Path place : places()) {
            if (!belonging.contains(place)) {
                fail(number, kind, "leaves a file where none belongs: " + place, said);
                belonging.add(place);
            }
        }
    }

    /** A word of the program's inside, unless it is the file's own. */
    private static Optional<String> inside(String said, byte[] damaged) {
        String own = new String(damaged, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        Matcher matcher = INSIDE.matcher(said.replace(" = null", " = ")); // how YAML writes nothing
        while (matcher.find()) {
            if (!own.contains(matcher.group().toLowerCase(Locale.ROOT))) {
                return Optional.of(matcher.group());
            }
        }
        return Optional.empty();
    }

    private void fail(int number, String kind, String what, String said) {
        failures.add(number + " (" + kind + ") " + what);
        if (failures.size() <= TOLD) {
            System.out.println("CASE " + number + " (" + kind + ") " + what + "\n"
                    + said.lines()
                            .limit(60)
                            .map(line -> line.substring(0, Math.min(400, line.length())))
                            .collect(Collectors.joining("\n    ", "    ", "\n")));
        }
    }

    private void write(ObjectNode figures, String file) throws IOException {
        if (!file.equals("-")) {
            Files.writeString(Path.of(file), figures.toPrettyString() + "\n");
        }
    }

    private ObjectNode figures(int runs, long start) throws IOException {
        ObjectNode figures = new ObjectMapper().createObjectNode();
        figures.put("runs", runs);
        figures.put("failures", failures.size());
        figures.put("seconds", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
        figures.put("heap_limit_mb", Runtime.getRuntime().maxMemory() >> 20);
        long peak = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getPeakUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
        figures.put("heap_peak_mb_of_all_pools", peak >> 20);
        figures.put("resident_peak_mb", residentPeak());
        ObjectNode each = figures.putObject("kinds");
        counts.forEach((kind, count) -> each.putObject(kind)
                .put("done", count[0])
                .put("refused", count[1])
                .put("slowest_ms", count[2]));
        failures.stream().limit(TOLD).forEach(figures.putArray("failed")::add);
        return figures;
    }

    /** In MB; -1 where the system does not say. */
    private static long residentPeak() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return -1;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .map(kilobytes -> kilobytes >> 10)
                .findFirst()
                .orElse(-1);
    }

    /** @param arguments the first case, how many, and the file of figures, or - for none */
    public static void main(String[] arguments) throws Exception {
        int first = Integer.parseInt(arguments[0]);
        int count = Integer.parseInt(arguments[1]);
        long start = System.nanoTime();
        Path box = Files.createTempDirectory("malformed");
        int done = 0;
        ObjectNode figures;
        try {
            MalformedInputs inputs = new MalformedInputs(Files.createDirectories(box.resolve("1/2/3/work")));
            while (done < count && inputs.hangs < MOST_HANGS) {
                inputs.run(first + done++);
                if (done % 100 == 0) {
                    inputs.write(inputs.figures(done, start), arguments[2]); // what is known, should the next one crash
                }
            }
            figures = inputs.figures(done, start);
            inputs.write(figures, arguments[2]);
        } finally {
            delete(box);
        }
        System.out.println(figures.get("runs") + " damaged files, " + figures.get("failures") + " failures");
        System.exit(figures.get("failures").asInt() == 0 ? 0 : 1);
    }
}
