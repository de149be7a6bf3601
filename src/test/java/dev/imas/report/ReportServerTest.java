package dev.imas.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportServerTest {
    @TempDir
    Path folder;

    @Test
    void showsThePageAsItStands() throws IOException {
        Path page = Files.writeString(folder.resolve("report.html"), "<p>äpfel 1</p>");
        try (ReportServer server = ReportServer.start(page, 0)) {
            assertThat(server.address().getHost()).isEqualTo("127.0.0.1");
            assertThat(asked(server, "GET / HTTP/1.1", "localhost"))
                    .startsWith("HTTP/1.1 200")
                    .containsIgnoringCase("content-type: text/html; charset=utf-8")
                    .containsIgnoringCase("cache-control: no-store")
                    .endsWith("<p>äpfel 1</p>");
            Files.writeString(page, "<p>2</p>");
            assertThat(asked(server, "GET / HTTP/1.1", "127.0.0.1:8080")).endsWith("<p>2</p>");
            assertThat(asked(server, "HEAD / HTTP/1.1", "localhost"))
                    .startsWith("HTTP/1.1 200")
                    .doesNotContain("<p>");
            Files.delete(page);
            assertThat(asked(server, "GET / HTTP/1.1", "localhost"))
                    .startsWith("HTTP/1.1 500")
                    .contains("report.html cannot be read");
        }
    }

    @Test
    void hasNothingElseForNobodyElse() throws IOException {
        Path page = Files.writeString(folder.resolve("report.html"), "secret");
        Files.writeString(folder.resolve("config.yaml"), "secret");
        try (ReportServer server = ReportServer.start(page, 0)) {
            for (String path : new String[] {"/config.yaml", "/../config.yaml", "/report.html", "//"}) {
                assertThat(asked(server, "GET " + path + " HTTP/1.1", "localhost"))
                        .as(path)
                        .startsWith("HTTP/1.1 4")
                        .doesNotContain("secret");
            }
            assertThat(asked(server, "POST / HTTP/1.1", "localhost")).startsWith("HTTP/1.1 405");
            assertThat(asked(server, "GET / HTTP/1.1", "elsewhere.example"))
                    .startsWith("HTTP/1.1 403")
                    .doesNotContain("secret");
        }
    }

    @Test
    void namesAPortThatIsTaken() throws IOException {
        Path page = Files.writeString(folder.resolve("report.html"), "");
        try (ReportServer server = ReportServer.start(page, 0)) {
            int port = server.address().getPort();
            assertThatThrownBy(() -> ReportServer.start(page, port))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith("port " + port + " cannot be used (")
                    .hasMessageContaining("--port");
        }
    }

    /** The whole answer to one request, as it comes over the wire. */
    private static String asked(ReportServer server, String request, String host) throws IOException {
        URI address = server.address();
        try (Socket socket = new Socket(InetAddress.getByName(address.getHost()), address.getPort())) {
            String text = request + "\r\nHost: " + host + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
