package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenedTest {
    private final Opened opened = new Opened();
    private final List<String> closed = new ArrayList<>();

    private void open(String name) {
        opened.keep(() -> closed.add(name));
    }

    private void openBroken(String name) {
        opened.keep(() -> {
            throw new IOException(name);
        });
    }

    @Test
    void closesInReverseOrderAndOnce() throws IOException {
        open("first");
        open("second");
        opened.close();
        opened.close();
        assertThat(closed).containsExactly("second", "first");
    }

    @Test
    void closesTheRestWhenOneFails() {
        open("first");
        openBroken("disk full");
        open("second");
        openBroken("gone");
        assertThatThrownBy(opened::close)
                .isInstanceOf(IOException.class)
                .hasMessage("gone")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .extracting(Throwable::getMessage)
                        .containsExactly("disk full"));
        assertThat(closed).containsExactly("second", "first");
    }

    @Test
    void afterAFailureItIsTheFailureThatCounts() {
        open("first");
        openBroken("gone");
        IllegalStateException failure = new IllegalStateException("bad weights");
        opened.closeAfter(failure);
        assertThat(closed).containsExactly("first");
        assertThat(failure.getSuppressed()).extracting(Throwable::getMessage).containsExactly("gone");
    }
}
