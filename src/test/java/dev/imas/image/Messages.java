package dev.imas.image;

import static org.assertj.core.api.Assertions.assertThat;

/** What a message to the user must not contain. */
final class Messages {
    private Messages() {}

    /** One line, in words of this program's own. */
    static void assertClear(String message) {
        assertThat(message)
                .doesNotContain("\n")
                .doesNotContainPattern("(?i)\\b(java|javax|exception|null|dev\\.imas|com\\.)\\b")
                .doesNotContainPattern("(?i)out of bounds|by zero|negative array|heap space|offset|IIO|raster");
    }
}
