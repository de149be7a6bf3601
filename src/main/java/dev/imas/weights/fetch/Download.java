package dev.imas.weights.fetch;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * One file from a server to a part beside its place. A download that broke off goes on where it stopped, in this
 * process or a later one, if the server still has the same content; else it begins anew. Java's own settings apply:
 * proxies ({@code https.proxyHost} and its kin) and certificates.
 */
final class Download {
    /** No network's weights are larger. */
    private static final long LARGEST = 1L << 30;

    private static final int TELL_EVERY = 1 << 20;
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-.*");

    /** The server cannot or will not send the file; another attempt would change nothing. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String reason) {
            super(reason);
        }
    }

    private final URI address;
    private final Path part;
    private final Path validator;
    private final Limits limits;
    private final FetchListener listener;
    private final String name;
    private final long begun = System.nanoTime();

    /**
     * @param part where the bytes are gathered; a file beside it keeps what the server calls this content
     */
    Download(URI address, Path part, Limits limits, FetchListener listener, String name) {
        this.address = address;
        this.part = part;
        this.validator = part.resolveSibling(part.getFileName() + ".etag");
        this.limits = limits;
        this.listener = listener;
        this.name = name;
    }

    /** Fetches until the part is whole, by as many attempts as bring something new, in the time that there is. */
    void run() throws IOException {
        try {
            fetch();
        } catch (IOException e) {
            if (have() == 0) {
                discard();
            }
            if (late()) {
                throw new Refused("the server sends too slowly: not all came within " + inWords(limits.whole()));
            }
            throw e;
        }
    }

    /** A read waits for the next byte alone, and a server that drips keeps it waiting: this ends the whole. */
    private boolean late() {
        return System.nanoTime() - begun > limits.whole().toNanos();
    }

    private static String inWords(Duration time) {
        return time.toMinutes() > 0 ? time.toMinutes() + " minutes" : Math.max(1, time.toSeconds()) + " s";
    }

    private void fetch() throws IOException {
        int idle = 0;
        long most = have();
        while (true) {
            try {
                attempt();
                return;
            } catch (Refused e) {
                throw e;
            } catch (IOException e) {
                idle = have() > most ? 0 : idle + 1;
                most = Math.max(most, have());
                if (late() || idle >= limits.idle()) {
                    throw e;
                }
            }
        }
    }

    /** Bytes that are here. */
    long have() throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }

    /** Forgets what is here. */
    void discard() throws IOException {
        Files.deleteIfExists(part);
        Files.deleteIfExists(validator);
    }

    private void attempt() throws IOException {
        HttpURLConnection connection = connection(address, limits.connect(), limits.stall());
        try {
            long from = askForTheRest(connection);
            int status = connection.getResponseCode();
            if (status == 416 && from > 0) { // the server has fewer bytes than we: it is another file
                discard();
                throw new IOException("the server's file has changed");
            }
            if (status >= 500) {
                throw new IOException("the server answers " + status);
            }
            if (status != 200 && status != 206) {
                throw new Refused(inWords(connection, status));
            }
            receive(connection, status == 206 ? from : 0);
        } finally {
            connection.disconnect();
        }
    }

    /** From which byte on is asked for: 0 where nothing is here or the server named nothing to compare with. */
    private long askForTheRest(HttpURLConnection connection) throws IOException {
        long have = have();
        String known = Files.exists(validator) ? Files.readString(validator).strip() : "";
        if (have == 0 || known.isEmpty()) {
            return 0;
        }
        connection.setRequestProperty("Range", "bytes=" + have + "-");
        connection.setRequestProperty("If-Range", known);
        return have;
    }

    private void receive(HttpURLConnection connection, long from) throws IOException {
        long length = connection.getContentLengthLong();
        long total = length < 0 ? -1 : from + length;
        if (from > 0) {
            requirePart(connection, from);
        } else {
            keepValidator(connection);
        }
        long done = from;
        long told = 0;
        StandardOpenOption mode = from > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
        try (InputStream in = connection.getInputStream();
                OutputStream out =
                        Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, mode)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                done += n;
                if (late()) {
                    throw new IOException("the time is over");
                }
                if (done > LARGEST) {
                    throw new Refused("the server sends more than " + (LARGEST >> 20) + " MB");
                }
                if (done - told >= TELL_EVERY) {
                    told = done;
                    listener.progress(name, done, total);
                }
            }
        }
        if (total >= 0 && done < total) {
            throw new IOException("the connection broke off");
        }
        listener.progress(name, done, done);
    }

    private void requirePart(HttpURLConnection connection, long from) throws IOException {
        Matcher range = CONTENT_RANGE.matcher(String.valueOf(connection.getHeaderField("Content-Range")));
        if (!range.matches() || Long.parseLong(range.group(1)) != from) {
            discard();
            throw new IOException("the server sends another part than was asked for");
        }
    }

    /** What an answer says of its content, for If-Range: a strong ETag, else the date of the last change. */
    private void keepValidator(HttpURLConnection connection) throws IOException {
        String tag = connection.getHeaderField("ETag");
        String found = tag != null && !tag.startsWith("W/") ? tag : connection.getHeaderField("Last-Modified");
        if (found == null) {
            Files.deleteIfExists(validator);
        } else {
            DurableFiles.whole(validator, beside -> Files.writeString(beside, found, StandardCharsets.UTF_8));
        }
    }

    private static String inWords(HttpURLConnection connection, int status) {
        String elsewhere = connection.getHeaderField("Location");
        return status / 100 == 3 && elsewhere != null
                ? "the server sends us to " + elsewhere + ", which is not followed"
                : "the server answers " + status;
    }

    static HttpURLConnection connection(URI address, Duration connect, Duration stall) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
        connection.setConnectTimeout(Math.toIntExact(connect.toMillis()));
        connection.setReadTimeout(Math.toIntExact(stall.toMillis()));
        connection.setRequestProperty("Accept-Encoding", "identity");
        connection.setUseCaches(false);
        return connection;
    }

    /** Why a server was not heard, as a part of a sentence. */
    static String problem(IOException e, URI address) {
        if (e instanceof UnknownHostException) {
            return "the name " + address.getHost() + " is not found";
        }
        if (e instanceof SocketTimeoutException) {
            return "the server does not answer in time";
        }
        if (e instanceof ConnectException || e instanceof NoRouteToHostException) {
            return "there is no connection to " + address.getHost();
        }
        if (e instanceof SSLException) {
            return "no secure connection to " + address.getHost()
                    + " could be made: its certificate is not trusted, or something between changes it";
        }
        if (e instanceof SocketException) {
            return "the connection broke off";
        }
        if (String.valueOf(e.getMessage()).startsWith("Unable to tunnel")) {
            return "the proxy does not let it through";
        }
        return FileProblem.of(e);
    }
}
