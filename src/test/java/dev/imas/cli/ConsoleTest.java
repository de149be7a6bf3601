package dev.imas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.common.UserException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.junit.jupiter.api.Test;

/** Names from files reach the terminal without what would steer it. */
class ConsoleTest {
    private static final String STEERING = "\u001b[2J\u009b31m\u202e\r";
    private static final String SHOWN = "?[2J?31m??";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Console console = new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            true);

    @Test
    void everyWayToPrintIsChecked() {
        console.out().print(STEERING);
        console.out().println(STEERING);
        console.out().println((Object) STEERING);
        console.out().printf("%s|%-12s|%c%n", STEERING, STEERING, '\u001b');
        console.out().append(STEERING).append('\u001b').append(STEERING, 0, 1);
        console.out().print('\u001b');
        console.out().print(STEERING.toCharArray());
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo(SHOWN + SHOWN + "\n" + SHOWN + "\n" + SHOWN + "|" + SHOWN + "  |?\n" + SHOWN + "??" + "?"
                        + SHOWN);
    }

    @Test
    void theProgramItselfDrawsOnTheTerminal() {
        console.redraw("a" + STEERING);
        console.terminal().print("\r");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("\r\u001b[2Ka" + SHOWN + "\r");
    }

    @Test
    void complaintsAreChecked() {
        Command failing = new Command() {
            @Override
            public Manual manual() {
                return new Manual("fail", "fails", "fail", "");
            }

            @Override
            public Options options() {
                return new Options();
            }

            @Override
            public int run(CommandLine line, Console ignored) {
                throw new UserException("a file with " + STEERING + "\nand another");
            }
        };
        Shell.Result result = Shell.run(failing, "fail");
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).isEqualTo("imas: a file with " + SHOWN + "\nimas: and another\n");
    }
}
