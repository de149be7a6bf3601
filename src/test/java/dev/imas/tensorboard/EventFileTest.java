package dev.imas.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.common.ProtoFields;
import dev.imas.tensorboard.EventReader.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as TensorBoard reads them: framing, checksums and messages by their published formats. */
class EventFileTest {
    @TempDir
    Path folder;

    private Path file(long step, Summaries... values) throws IOException {
        Path path = folder.resolve("events.out.tfevents." + step);
        try (EventFile file = new EventFile(path, step, () -> 12.5)) {
            for (Summaries each : values) {
                file.add(++step, each);
            }
        }
        return path;
    }

    /** Every such file of whatever program begins with these twelve bytes: the length 24, and its checksum. */
    @Test
    void beginsWithTheVersionInARecord() throws IOException {
        String record = HexFormat.of().formatHex(Files.readAllBytes(file(0)));
        assertThat(record).startsWith("1800000000000000" + "a37f4b22" + "090000000000002940" + "1a0d");
        assertThat(EventReader.read(file(0)))
                .singleElement()
                .satisfies(told -> assertThat(told.value().text(3)).isEqualTo("brain.Event:2"));
    }

    @Test
    void scalarsPicturesAndTextsStandInTheirFields() throws IOException {
        byte[] png = {1, 2, 3};
        List<Told> told = EventReader.read(file(
                0,
                new Summaries()
                        .scalar("loss/supervised", 0.25)
                        .scalar("not known", Double.NaN)
                        .picture("samples/0", 40, 30, png)
                        .text("config", "a: 1")));
        assertThat(told).extracting(Told::tag).containsExactly("version", "loss/supervised", "samples/0", "config");
        assertThat(told.get(1).step()).isEqualTo(1);
        assertThat(told.get(1).scalar()).isEqualTo(0.25f);
        ProtoFields image = told.get(2).value().messages(4).get(0);
        assertThat(List.of(image.number(1), image.number(2), image.number(3))).containsExactly(30L, 40L, 3L);
        assertThat(image.contents(4).get(0).remaining()).isEqualTo(3);
        ProtoFields text = told.get(3).value().messages(8).get(0);
        assertThat(text.number(1)).isEqualTo(7);
        assertThat(text.text(8)).isEqualTo("a: 1");
        assertThat(told.get(3).value().messages(9).get(0).messages(1).get(0).text(1))
                .isEqualTo("text");
    }

    @Test
    void parametersAreAMapOfTypedValues() throws IOException {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("method", "IMAS");
        values.put("training.lr", 0.5);
        values.put("augment.device", true);
        List<Told> told =
                EventReader.read(file(0, new Summaries().parameters(values, 7).ended(9)));
        assertThat(told)
                .extracting(Told::tag)
                .containsExactly("version", "_hparams_/session_start_info", "_hparams_/session_end_info");
        ProtoFields plugin = told.get(1).value().messages(9).get(0).messages(1).get(0);
        assertThat(plugin.text(1)).isEqualTo("hparams");
        List<ProtoFields> entries = plugin.messages(2).get(0).messages(3).get(0).messages(1);
        assertThat(entries).extracting(entry -> entry.text(1)).containsExactlyElementsOf(values.keySet());
        assertThat(entries.get(0).messages(2).get(0).text(3)).isEqualTo("IMAS");
        assertThat(Double.longBitsToDouble(entries.get(1).messages(2).get(0).number(2)))
                .isEqualTo(0.5);
        assertThat(entries.get(2).messages(2).get(0).number(4)).isEqualTo(1);
    }

    @Test
    void whatCameAfterAStepAndWhatIsNotWholeIsTakenOff() throws IOException {
        Path file =
                file(0, new Summaries().scalar("a", 1), new Summaries().scalar("a", 2), new Summaries().scalar("a", 3));
        Files.write(file, new byte[] {9, 0, 0}, StandardOpenOption.APPEND);
        EventFile.cut(file, 2);
        assertThat(EventReader.read(file)).extracting(Told::step).containsExactly(0L, 1L, 2L);
        assertThat(EventReader.read(file(2, new Summaries().scalar("a", 4))))
                .extracting(Told::tag)
                .containsExactly("version", "session", "a");
    }
}
