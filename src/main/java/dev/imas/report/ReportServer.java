package dev.imas.report;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.imas.common.UserException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Shows one page, which needs no other file, on this machine's loopback address: to whoever works on this machine, and
 * to a browser elsewhere at the other end of an ssh tunnel. The page is read anew for everyone who asks for it.
 */
public final class ReportServer implements AutoCloseable {
    /** Where it is looked for unless another port is given. */
    public static final int USUAL_PORT = 6060;

    /** Whatever the JVM prefers: the address that is told. */
    private static final String HOST = "127.0.0.1";

    private static final int FOUND = 200;
    private static final int NOT_ITS_NAME = 403;
    private static final int UNKNOWN = 404;
    private static final int NOT_ASKED = 405;
    private static final int GONE = 500;
    /** Without content. */
    private static final int NONE = -1;

    private final Path page;
    private final HttpServer server;

    private ReportServer(Path page, HttpServer server) {
        this.page = page;
        this.server = server;
    }

    /**
     * Shows a page until it is closed.
     *
     * @param port 0 to 65535; 0: any free one
     * @throws UserException when the port is taken or not allowed
     */
    public static ReportServer start(Path page, int port) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(HOST, port), 0);
            ReportServer shown = new ReportServer(page, server);
            server.createContext("/", shown::answer);
            server.start();
            return shown;
        } catch (IOException e) {
            throw new UserException(
                    "port " + port + " cannot be used (" + e.getMessage() + "); name another with --port, 0 for any",
                    e);
        }
    }

    /** What a browser on this machine opens. */
    public URI address() {
        return URI.create("http://" + HOST + ":" + server.getAddress().getPort() + "/");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (!calledByItsName(exchange)) {
                say(exchange, NOT_ITS_NAME, "open " + address());
            } else if (!head && !exchange.getRequestMethod().equals("GET")) {
                say(exchange, NOT_ASKED, "there is a page to read and nothing else");
            } else if (!exchange.getRequestURI().getPath().equals("/")) {
                say(exchange, UNKNOWN, "the page is " + address());
            } else {
                show(exchange, head);
            }
        }
    }

    /** Another name that leads here is some web page's, which must not read this one. */
    private static boolean calledByItsName(HttpExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst("Host");
        return host != null && Set.of("127.0.0.1", "localhost", "[::1]").contains(host.replaceFirst(":[0-9]+$", ""));
    }

    private void show(HttpExchange exchange, boolean head) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(page);
        } catch (IOException e) {
            say(exchange, GONE, page + " cannot be read");
            return;
        }
        send(exchange, FOUND, "text/html; charset=utf-8", bytes, head);
    }

    private static void say(HttpExchange exchange, int status, String text) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        send(exchange, status, "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8), head);
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] bytes, boolean head)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.sendResponseHeaders(status, head ? NONE : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
