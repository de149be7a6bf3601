package dev.imas.weights.fetch;

/** Hears what is fetched; called on the fetching thread. */
public interface FetchListener {
    /** A line worth telling. */
    default void message(String line) {}

    /**
     * Bytes have come; called about once a megabyte and at the end.
     *
     * @param name  of the file
     * @param done  bytes that are here
     * @param total bytes of the whole file, or -1 when the server does not say
     */
    default void progress(String name, long done, long total) {}
}
