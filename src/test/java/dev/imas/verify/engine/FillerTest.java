package dev.imas.verify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.common.UserException;
import dev.imas.verify.PlainFiller;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The filler against its definition, with a prefix before every name and without. */
class FillerTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "second recording/", "é"})
    void everyNameBeginsWithThePrefix(String prefix) {
        Filler filler = new Filler(prefix);
        assertThat(filler.state("encoder.layer1.0.conv2.weight", 5, 3, 3, 2))
                .containsExactly(PlainFiller.state(prefix, "encoder.layer1.0.conv2.weight", 5, 3, 3, 2));
        for (String key : new String[] {
            "encoder.layer1.0.bn2.weight",
            "encoder.layer1.0.bn3.weight",
            "encoder.bn1.bias",
            "encoder.bn1.running_mean",
            "encoder.bn1.running_var",
            "encoder.bn1.num_batches_tracked"
        }) {
            assertThat(filler.state(key, 33)).as(key).containsExactly(PlainFiller.state(prefix, key, 33));
        }
        // Ends of keys say what a tensor is; the prefix does not hide them.
        assertThat(filler.state("decoder.classifier.6.weight", 4, 6, 1, 1))
                .containsExactly(PlainFiller.state(prefix, "decoder.classifier.6.weight", 4, 6, 1, 1));
        assertThat(filler.state("auxor.aux.3.weight", 4, 6, 1, 1))
                .containsExactly(PlainFiller.state(prefix, "auxor.aux.3.weight", 4, 6, 1, 1));
        assertThat(filler.image("run.image_l.1", 2, 3, 17, 10))
                .containsExactly(PlainFiller.image(prefix + "run.image_l.1", 2, 3, 17, 10));
    }

    @Test
    void aRecordingNamesItsPrefixOrHasNone() throws IOException {
        ObjectMapper json = new ObjectMapper();
        assertThat(Filler.of(json.readTree("{}")).prefix()).isEmpty();
        assertThat(Filler.of(json.readTree("{\"filler_prefix\": \"a/\"}")).prefix())
                .isEqualTo("a/");
        for (String value : new String[] {"null", "3", "[\"a\"]"}) {
            assertThatThrownBy(() -> Filler.of(json.readTree("{\"filler_prefix\": " + value + "}")))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("filler_prefix")
                    .hasMessageContaining(value);
        }
    }
}
