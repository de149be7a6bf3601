package dev.imas.run;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One run trains in a run directory at a time. The operating system lifts the lock of a killed process; the file stays,
 * since whoever removed it could remove a lock that another process has just taken.
 */
public final class RunLock implements AutoCloseable {
    /** Locks of this process: the system's would be lost if the file were opened and closed a second time. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private RunLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** @throws UserException when another run holds it */
    public static RunLock take(Path lockFile) throws IOException {
        Path file = lockFile.toAbsolutePath().normalize();
        if (!HELD.add(file)) {
            throw taken(file);
        }
        FileChannel channel = null;
        FileLock lock = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = channel.tryLock();
        } finally {
            if (lock == null) {
                HELD.remove(file);
                if (channel != null) {
                    channel.close();
                }
            }
        }
        if (lock == null) {
            throw taken(file);
        }
        return new RunLock(file, channel);
    }

    private static UserException taken(Path file) {
        return new UserException(
                "another run is training in " + file.getParent() + "; wait for it to end, or give another --out");
    }

    @Override
    public void close() throws IOException {
        channel.close();
        HELD.remove(file);
    }
}
