package dev.imas.distributed;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.ByteVector;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;

/**
 * Texts that processes leave for each other at rank 0. Calls answer at once or fail with libtorch's RuntimeException
 * after {@link #ANSWER_MILLISECONDS}; any thread may make them.
 */
final class Board {
    /** A store on a machine that is alive answers in a fraction of that. */
    static final long ANSWER_MILLISECONDS = 8_000;

    private static final String HERE = "127.0.0.1";

    private final TCPStore store;
    private final String prefix;

    private Board(TCPStore store, String prefix) {
        this.store = store;
        this.prefix = prefix;
    }

    /** The board of rank 0 itself, which serves the others, or a view of it. */
    static Board open(Environment environment, boolean serving) {
        return new Board(store(environment, serving, ANSWER_MILLISECONDS), "imas/" + environment.attempt() + "/");
    }

    /** A connection of its own, for the constructor of a process group: who else uses it ends the JVM. */
    static TCPStore store(Environment environment, boolean serving, long milliseconds) {
        TCPStoreOptions options = new TCPStoreOptions();
        options.port((short) environment.port());
        options.isServer(serving);
        options.waitWorkers(false);
        options.useLibUV(false);
        options.timeout(new Milliseconds(milliseconds));
        TCPStore store = new TCPStore(serving || environment.serves() ? HERE : environment.address(), options);
        store.retainReference();
        return store;
    }

    /** @param text not empty */
    void put(String key, String text) {
        try (PointerScope scope = new PointerScope()) {
            store.set(prefix + key, new ByteVector(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** What was put there, if something was. */
    Optional<String> look(String key) {
        return has(List.of(key)) ? Optional.of(text(key)) : Optional.empty();
    }

    /** Whether something was put under every key. */
    boolean has(List<String> keys) {
        try (PointerScope scope = new PointerScope()) {
            String[] full = keys.stream().map(key -> prefix + key).toArray(String[]::new);
            return store.check(new StringVector(full));
        }
    }

    /** What was put there. */
    String text(String key) {
        try (PointerScope scope = new PointerScope()) {
            return new String(store.get(prefix + key).get(), StandardCharsets.UTF_8);
        }
    }

    /** Counts one more, and returns how many there are. */
    long count(String key) {
        return store.add(prefix + key, 1);
    }
}
