package dev.imas.weights.fetch;

import dev.imas.common.FileProblem;
import dev.imas.common.Sha256;
import dev.imas.common.UserCache;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.Names;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Torchvision's ImageNet weights, from a cache on this machine or fetched into it: {@code IMAS_CACHE}, else
 * {@code ~/.cache/imas}. A file is used only when its SHA-256 begins as its name says. Several processes may ask at
 * once; one fetches, the others wait.
 */
public final class PretrainedWeights {
    /** Locks of this process; the system's are between processes. */
    private static final Map<Path, Object> MONITORS = new ConcurrentHashMap<>();

    private final URI published;
    private final Path cache;
    private final Limits limits;
    private final FetchListener listener;

    PretrainedWeights(URI published, Path cache, Limits limits, FetchListener listener) {
        this.published = published;
        this.cache = cache;
        this.limits = limits;
        this.listener = listener;
    }

    /** Of this user's cache and torchvision's server. */
    public static PretrainedWeights ofThisMachine(FetchListener listener) {
        return new PretrainedWeights(ImageNetFile.PUBLISHED, UserCache.folder(), Limits.USUAL, listener);
    }

    /** Whether there are such weights of a backbone at all. */
    public static boolean exist(Backbone backbone) {
        return ImageNetFile.of(backbone).isPresent();
    }

    /**
     * The weight file of a backbone, fetched if it is not here.
     *
     * @throws UserException when there is none for it, or it cannot be fetched; the message says from where to put it
     *                       where by hand
     */
    public Path imagenet(Backbone backbone) {
        ImageNetFile file = ImageNetFile.of(backbone)
                .orElseThrow(() -> new UserException("there are no ImageNet weights of the backbone "
                        + Names.word(backbone) + "; choose resnet18 to resnet101, or network.init_weights=none"));
        return file(file);
    }

    /** As {@link #imagenet}, of any published file. */
    Path file(ImageNetFile file) {
        Path target = cache.resolve(file.name());
        if (usable(target, file)) {
            return target;
        }
        try {
            Files.createDirectories(cache);
            return locked(target, () -> usable(target, file) ? target : fetched(file, target));
        } catch (IOException e) {
            throw new UserException(
                    "the weight cache " + cache + " cannot be used (" + FileProblem.of(e, cache)
                            + "); name another folder with IMAS_CACHE",
                    e);
        }
    }

    /**
     * Why {@link #imagenet} would fail now, found out within seconds; empty when the file is here or the server
     * answers.
     */
    public Optional<String> obstacle(Backbone backbone) {
        Optional<ImageNetFile> file = ImageNetFile.of(backbone);
        if (file.isEmpty()) {
            return Optional.of("there are none of the backbone " + Names.word(backbone));
        }
        return obstacle(file.get());
    }

    /** As {@link #obstacle(Backbone)}, of any published file. */
    Optional<String> obstacle(ImageNetFile file) {
        return Files.isRegularFile(cache.resolve(file.name())) ? Optional.empty() : unheard(file);
    }

    private Optional<String> unheard(ImageNetFile file) {
        URI address = published.resolve(file.name());
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        Thread asking = new Thread(() -> answer.complete(ask(address)), "weights-probe");
        asking.setDaemon(true); // a look-up of a name cannot be interrupted
        asking.start();
        try {
            return answer.get(limits.probe().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return Optional.of(address.getHost() + " does not answer in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private Optional<String> ask(URI address) {
        try {
            HttpURLConnection connection = Download.connection(address, limits.probe(), limits.probe());
            connection.setRequestMethod("HEAD");
            int status = connection.getResponseCode();
            connection.disconnect();
            return status == 200 ? Optional.empty() : Optional.of("the server answers " + status);
        } catch (IOException e) {
            return Optional.of(Download.problem(e, address));
        } catch (RuntimeException e) { // Java's settings for proxies may be of any form
            return Optional.of("Java's settings for the network cannot be used");
        }
    }

    private Path fetched(ImageNetFile file, Path target) throws IOException {
        URI address = published.resolve(file.name());
        Path part = target.resolveSibling(file.name() + ".part");
        Download download = new Download(address, part, limits, listener, file.name());
        long have = download.have();
        if (have > 0 && Sha256.of(part).startsWith(file.sha256())) { // all was here when a process ended
            return kept(part, target, download);
        }
        listener.message(
                "fetching " + address + " to " + target + (have > 0 ? ", from " + megabytes(have) + " on" : ""));
        try {
            download.run();
        } catch (IOException e) {
            throw new UserException(
                    "cannot fetch " + address + " (" + Download.problem(e, address) + ")" + begun(download)
                            + byHand(target)
                            + "; behind a proxy set IMAS_JAVA_OPTIONS='-Dhttps.proxyHost=HOST -Dhttps.proxyPort=PORT'",
                    e);
        }
        String sum = Sha256.of(part);
        if (!sum.startsWith(file.sha256())) {
            download.discard();
            throw new UserException("what came from " + address + " is another file: its SHA-256 begins with "
                    + sum.substring(0, file.sha256().length()) + ", expected " + file.sha256()
                    + "; it was deleted. Try again, or" + byHand(target).substring(1));
        }
        return kept(part, target, download);
    }

    private static Path kept(Path part, Path target, Download download) throws IOException {
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        download.discard();
        return target;
    }

    private static String begun(Download download) throws IOException {
        long have = download.have();
        return have > 0 ? "; the first " + megabytes(have) + " are kept, and another run goes on from there" : "";
    }

    private static String byHand(Path target) {
        return "; put the file at " + target.toAbsolutePath() + " yourself, or go without: network.init_weights=none";
    }

    private static String megabytes(long bytes) {
        return Math.max(1, Math.round(bytes / 1e6)) + " MB";
    }

    private boolean usable(Path target, ImageNetFile file) {
        if (!Files.isRegularFile(target)) {
            return false;
        }
        try {
            String sum = Sha256.of(target);
            if (sum.startsWith(file.sha256())) {
                return true;
            }
            listener.message(target + " is damaged or another file (its SHA-256 begins with "
                    + sum.substring(0, file.sha256().length()) + "); it is fetched anew");
            return false;
        } catch (IOException e) {
            throw new UserException("cannot read " + target + " (" + FileProblem.of(e, target) + ")", e);
        }
    }

    private interface Work {
        Path run() throws IOException;
    }

    /** One at a time, among the threads of this process and among processes. */
    private Path locked(Path target, Work work) throws IOException {
        Path lockFile = target.resolveSibling(target.getFileName() + ".lock");
        synchronized (MONITORS.computeIfAbsent(lockFile.toAbsolutePath().normalize(), path -> new Object())) {
            try (FileChannel channel =
                    FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                FileLock lock = channel.tryLock();
                if (lock == null) {
                    listener.message("another process is fetching " + target.getFileName() + "; waiting for it");
                    channel.lock();
                }
                return work.run();
            }
        }
    }
}
