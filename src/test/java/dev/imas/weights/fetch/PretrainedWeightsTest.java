package dev.imas.weights.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.imas.common.Rng;
import dev.imas.common.Sha256;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Backbone;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetching against a server on this machine, which misbehaves in every way that a test asks for. */
class PretrainedWeightsTest {
    /** Waiting is long where an answer comes at once, and short where none ever comes. */
    private static final Limits PATIENT =
            new Limits(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(1), 2);

    private static final Limits HASTY =
            new Limits(Duration.ofMillis(200), Duration.ofMillis(200), Duration.ofMillis(200), 2);
    private static final String TAG = "\"v1\"";

    private final byte[] content = content(3_000_000);
    private final ImageNetFile file =
            new ImageNetFile("net.pth", Sha256.of(content).substring(0, 8));
    private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final List<Long> progress = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir
    private Path folder;

    private HttpServer server;

    /** What the server does with a request. */
    private interface Manners {
        void answer(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void fetchesOnceAndVerifies() throws IOException {
        serve(this::whole);
        Path got = weights(PATIENT).file(file);
        assertThat(got).isEqualTo(cache().resolve("net.pth")).hasBinaryContent(content);
        assertThat(told).containsExactly("fetching " + address() + "net.pth to " + got);
        assertThat(progress).isSorted().endsWith((long) content.length);
        assertThat(weights(PATIENT).file(file)).isEqualTo(got);
        assertThat(ranges).containsExactly("-");
        assertThat(cached()).containsExactlyInAnyOrder("net.pth", "net.pth.lock");
    }

    @Test
    void aBrokenDownloadGoesOnWhereItStopped() throws IOException {
        serve(exchange -> {
            if (ranges.size() == 1) {
                exchange.getResponseHeaders().set("ETag", TAG);
                broken(exchange, 0, 2_000_000);
            } else {
                assertThat(exchange.getRequestHeaders().getFirst("If-Range")).isEqualTo(TAG);
                rest(exchange);
            }
        });
        assertThat(weights(PATIENT).file(file)).hasBinaryContent(content);
        assertThat(ranges).hasSize(2);
        assertThat(start(ranges.get(1))).isBetween(1L, 2_000_000L);
        assertThat(cached()).containsExactlyInAnyOrder("net.pth", "net.pth.lock");
    }

    @Test
    void anotherProcessGoesOnToo() throws IOException {
        Files.createDirectories(cache());
        Files.write(cache().resolve("net.pth.part"), Arrays.copyOf(content, 1234));
        Files.writeString(cache().resolve("net.pth.part.etag"), TAG);
        serve(this::rest);
        assertThat(weights(PATIENT).file(file)).hasBinaryContent(content);
        assertThat(ranges).containsExactly("bytes=1234-");
        assertThat(told.get(0)).endsWith(", from 1 MB on");
    }

    @Test
    void aWholePartOfAKilledProcessIsNotFetchedAgain() throws IOException {
        Files.createDirectories(cache());
        Files.write(cache().resolve("net.pth.part"), content);
        serve(this::whole);
        assertThat(weights(PATIENT).file(file)).hasBinaryContent(content);
        assertThat(ranges).isEmpty();
    }

    @Test
    void aServerThatKnowsNoRangesSendsAllOfItAgain() throws IOException {
        serve(exchange -> {
            exchange.getResponseHeaders().set("ETag", TAG);
            if (ranges.size() == 1) {
                broken(exchange, 0, 2_000_000);
            } else {
                whole(exchange);
            }
        });
        assertThat(weights(PATIENT).file(file)).hasBinaryContent(content);
        assertThat(ranges).hasSize(2);
    }

    @Test
    void whatHasNoNameToCompareIsBegunAnew() throws IOException {
        serve(exchange -> {
            if (ranges.size() == 1) {
                broken(exchange, 0, 2_000_000);
            } else {
                rest(exchange);
            }
        });
        assertThat(weights(PATIENT).file(file)).hasBinaryContent(content);
        assertThat(ranges).containsExactly("-", "-");
    }

    @Test
    void aFileThatChangedMeanwhileIsBegunAnew() throws IOException {
        Files.createDirectories(cache());
        Files.write(cache().resolve("net.pth.part"), content(content.length + 5));
        Files.writeString(cache().resolve("net.pth.part.etag"), "\"old\"");
        serve(exchange -> {
            if (exchange.getRequestHeaders().containsKey("Range")) {
                exchange.sendResponseHeaders(416, -1);
            } else {
                whole(exchange);
            }
        });
        assertThat(weights(PATIENT).file(file)).hasBinaryContent(content);
    }

    @Test
    void aWrongPartIsNotAppended() throws IOException {
        Files.createDirectories(cache());
        Files.write(cache().resolve("net.pth.part"), Arrays.copyOf(content, 1000));
        Files.writeString(cache().resolve("net.pth.part.etag"), TAG);
        serve(exchange -> {
            if (exchange.getRequestHeaders().containsKey("Range")) {
                part(exchange, 500);
            } else {
                whole(exchange);
            }
        });
        assertThat(weights(PATIENT).file(file)).hasBinaryContent(content);
    }

    @Test
    void aDownloadThatKeepsBreakingOffIsGivenUpAndKept() throws IOException {
        serve(exchange -> {
            exchange.getResponseHeaders().set("ETag", TAG);
            broken(exchange, 0, 1_500_000);
        });
        assertThatThrownBy(() -> weights(PATIENT).file(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("cannot fetch " + address() + "net.pth (the connection broke off); the first ")
                .hasMessageContaining("put the file at " + cache().resolve("net.pth") + " yourself")
                .hasMessageContaining("network.init_weights=none")
                .hasMessageNotContaining("\n");
        assertThat(cached()).contains("net.pth.part").doesNotContain("net.pth");
    }

    @Test
    void aServerThatStallsIsNotWaitedForLong() throws IOException {
        serve(exchange -> {
            exchange.getResponseHeaders().set("ETag", TAG);
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, 1000);
            exchange.getResponseBody().flush();
            await();
        });
        assertThatThrownBy(() -> weights(HASTY).file(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the server does not answer in time");
    }

    @Test
    void aWrongFileIsDeletedAndNamed() throws IOException {
        byte[] wrong = content.clone();
        wrong[77] ^= 1;
        serve(exchange -> send(exchange, 200, wrong, 0));
        assertThatThrownBy(() -> weights(PATIENT).file(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("its SHA-256 begins with "
                        + Sha256.of(wrong).substring(0, 8) + ", expected " + file.sha256() + "; it was deleted")
                .hasMessageContaining("put the file at " + cache().resolve("net.pth") + " yourself");
        assertThat(cached()).containsExactly("net.pth.lock");
    }

    @Test
    void aDamagedFileInTheCacheIsFetchedAnew() throws IOException {
        Files.createDirectories(cache());
        Files.write(cache().resolve("net.pth"), Arrays.copyOf(content, 100));
        serve(this::whole);
        assertThat(weights(PATIENT).file(file)).hasBinaryContent(content);
        assertThat(told.get(0)).contains("net.pth is damaged or another file");
    }

    @Test
    void anAnswerThatIsNoFileIsNamed() throws IOException {
        for (int status : new int[] {404, 403, 503}) {
            serve(exchange -> exchange.sendResponseHeaders(status, -1));
            assertThatThrownBy(() -> weights(PATIENT).file(file))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(
                            "cannot fetch " + address() + "net.pth (the server answers " + status + "); put the file");
            assertThat(weights(PATIENT).obstacle(file)).contains("the server answers " + status);
        }
    }

    @Test
    void aRedirectIsFollowedButNotToAnotherProtocol() throws IOException {
        serve(exchange -> {
            if (exchange.getRequestURI().getPath().equals("/net.pth")) {
                exchange.getResponseHeaders().set("Location", "/elsewhere/net.pth");
                exchange.sendResponseHeaders(302, -1);
            } else {
                whole(exchange);
            }
        });
        assertThat(weights(PATIENT).file(file)).hasBinaryContent(content);

        Files.delete(cache().resolve("net.pth"));
        serve(exchange -> {
            exchange.getResponseHeaders().set("Location", "ftp://127.0.0.1/net.pth");
            exchange.sendResponseHeaders(302, -1);
        });
        assertThatThrownBy(() -> weights(PATIENT).file(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("sends us to ftp://127.0.0.1/net.pth, which is not followed");
    }

    @Test
    void withoutANetworkTheLineSaysWhatToDo() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        URI nobody = URI.create("http://127.0.0.1:" + closed + "/");
        PretrainedWeights weights = new PretrainedWeights(nobody, cache(), PATIENT, new Ear());
        assertThat(weights.obstacle(file)).contains("there is no connection to 127.0.0.1");
        assertThatThrownBy(() -> weights.file(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("cannot fetch " + nobody + "net.pth (there is no connection to 127.0.0.1); put"
                        + " the file at " + cache().resolve("net.pth") + " yourself")
                .hasMessageContaining("https.proxyHost");
    }

    @Test
    void whetherAServerAnswersIsKnownSoon() throws IOException {
        serve(exchange -> await());
        assertThat(weights(HASTY).obstacle(file)).isPresent();
        serve(exchange -> exchange.sendResponseHeaders(200, -1));
        assertThat(weights(PATIENT).obstacle(file)).isEmpty();
        assertThat(weights(PATIENT).obstacle(Backbone.TINY)).isPresent();
    }

    @Test
    void twoAtOnceFetchOnce() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        serve(this::whole);
        List<Future<Path>> got = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            got.add(threads.submit(() -> {
                both.countDown();
                both.await();
                return weights(PATIENT).file(file);
            }));
        }
        for (Future<Path> path : got) {
            assertThat(path.get()).hasBinaryContent(content);
        }
        assertThat(ranges).hasSize(1);
    }

    @Test
    void aServerThatDripsIsNotWaitedForWithoutEnd() throws IOException {
        Limits brief = new Limits(
                Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(1), 2, Duration.ofMillis(300));
        serve(exchange -> {
            exchange.getResponseHeaders().set("ETag", TAG);
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, 2_000_000);
            exchange.getResponseBody().flush();
            for (int next = 2_000_000; !overSoon(); next++) {
                exchange.getResponseBody().write(content, next, 1);
                exchange.getResponseBody().flush();
            }
        });
        assertThatThrownBy(() -> weights(brief).file(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the server sends too slowly: not all came within 1 s")
                .hasMessageContaining("the first 2 MB are kept, and another run goes on from there");
        assertThat(cached()).contains("net.pth.part");
        over.countDown();
        serve(this::rest);
        assertThat(weights(PATIENT).file(file)).hasBinaryContent(content);
    }

    @Test
    void aCacheThatCannotBeMadeIsNamed() throws IOException {
        Files.writeString(folder.resolve("cache"), "a file");
        assertThatThrownBy(() -> weights(PATIENT).file(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the weight cache " + cache())
                .hasMessageContaining("IMAS_CACHE");
    }

    @Test
    void everyResNetHasItsFile() {
        assertThat(Arrays.stream(Backbone.values())
                        .filter(PretrainedWeights::exist)
                        .map(backbone -> ImageNetFile.of(backbone).orElseThrow().name()))
                .containsExactly(
                        "resnet18-f37072fd.pth",
                        "resnet34-b627a593.pth",
                        "resnet50-0676ba61.pth",
                        "resnet101-63fe2227.pth");
        assertThat(ImageNetFile.PUBLISHED.resolve("x.pth")).hasToString("https://download.pytorch.org/models/x.pth");
        assertThatThrownBy(() -> weights(PATIENT).imagenet(Backbone.TINY))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no ImageNet weights of the backbone tiny");
    }

    private final class Ear implements FetchListener {
        @Override
        public void message(String line) {
            told.add(line);
        }

        @Override
        public void progress(String name, long done, long total) {
            progress.add(done);
        }
    }

    private PretrainedWeights weights(Limits limits) {
        return new PretrainedWeights(address(), cache(), limits, new Ear());
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private Path cache() {
        return folder.resolve("cache");
    }

    private List<String> cached() throws IOException {
        try (Stream<Path> files = Files.list(cache())) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    private void serve(Manners manners) {
        try {
            server.removeContext("/");
        } catch (IllegalArgumentException e) {
            // the first time there is none
        }
        server.createContext("/", exchange -> {
            if (exchange.getRequestMethod().equals("GET")) {
                String range = exchange.getRequestHeaders().getFirst("Range");
                ranges.add(range == null ? "-" : range);
            }
            try (exchange) {
                manners.answer(exchange);
            }
        });
    }

    private void whole(HttpExchange exchange) throws IOException {
        send(exchange, 200, content, 0);
    }

    /** The part that is asked for. */
    private void rest(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (range == null) {
            whole(exchange);
        } else {
            part(exchange, (int) start(range));
        }
    }

    private void part(HttpExchange exchange, int from) throws IOException {
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        send(exchange, 206, content, from);
    }

    private static void send(HttpExchange exchange, int status, byte[] bytes, int from) throws IOException {
        exchange.sendResponseHeaders(status, bytes.length - from);
        exchange.getResponseBody().write(bytes, from, bytes.length - from);
    }

    /** Announces all of it and ends early. */
    private void broken(HttpExchange exchange, int from, int length) throws IOException {
        exchange.sendResponseHeaders(200, content.length - from);
        exchange.getResponseBody().write(content, from, length);
        exchange.getResponseBody().flush();
    }

    private static long start(String range) {
        return Long.parseLong(range.replaceAll("\\D", ""));
    }

    private void await() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean overSoon() {
        try {
            return over.await(20, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static byte[] content(int size) {
        byte[] bytes = new byte[size];
        Rng random = Rng.of(size, "content");
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) random.integer(0, 256);
        }
        return bytes;
    }
}
