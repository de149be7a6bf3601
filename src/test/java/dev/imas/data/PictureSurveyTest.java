package dev.imas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.PixelRange;
import dev.imas.config.PixelRange.Rule;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import dev.imas.image.TestChannels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers that a data set gives to the settings. */
class PictureSurveyTest {
    @TempDir
    private Path folder;

    private final List<String> messages = new ArrayList<>();

    /** A picture of 2x2 pixels; the first two of a folder get masks. */
    private void picture(String name, int... values) {
        TestChannels.grey16(folder.resolve("images/" + name + ".png"), 2, 2, values);
    }

    private void mask(String name) {
        IndexPng.write(folder.resolve("masks/" + name + ".png"), new LabelMap(2, 2, new byte[4]), List.of(0, 1));
    }

    private ImasConfig config(String... settings) {
        Map<String, Object> layers = ConfigYaml.preset("voc");
        ConfigYaml.set(layers, "data.layout", "folders");
        ConfigYaml.set(layers, "data.root", folder.toString());
        ConfigYaml.set(layers, "data.classes", 2);
        Arrays.stream(settings).forEach(setting -> ConfigYaml.set(layers, setting));
        return ConfigYaml.resolve(layers);
    }

    private ImasConfig settled(String... settings) {
        ImasConfig config = config(settings);
        return PictureSurvey.settle(config, Dataset.open(config), messages::add);
    }

    private void twoChannels() {
        for (int i = 0; i < 4; i++) {
            picture(i + "_0000", 100, 100, 300, 300);
            picture(i + "_0001", 1000 + i, 2000, 2000, 5000);
        }
        mask("0");
        mask("1");
    }

    @Test
    void percentilesOfEachChannelAreTakenAndSaid() {
        twoChannels();
        ImasConfig config = settled("data.channels=2");
        assertThat(config.data().range())
                .isEqualTo(PixelRange.of(List.of(new PixelRange.Window(100, 300), new PixelRange.Window(1001, 5000))));
        assertThat(config.data().mean().get(0)).isCloseTo(0.5, within(1e-9));
        assertThat(config.data().std().get(0)).isCloseTo(0.5, within(1e-9));
        assertThat(messages)
                .containsExactly("data.range: auto took percentile over 3 pictures: 100 to 300, 1001 to 5000"
                        + " of 0 to 65535 become 0 to 1");
        assertThat(settled("data.channels=2", "data.range=[[100, 300], [1001, 5000]]")
                        .data()
                        .mean())
                .isEqualTo(config.data().mean());
    }

    @Test
    void settledSettingsAreLeftAlone() {
        twoChannels();
        ImasConfig config = settled("data.channels=2", "data.range=zscore");
        messages.clear();
        assertThat(PictureSurvey.settle(config, Dataset.open(config), messages::add))
                .isSameAs(config);
        assertThat(messages).isEmpty();
    }

    @Test
    void zscoresAndPicturesByThemselves() {
        twoChannels();
        ImasConfig scores = settled("data.channels=2", "data.range=zscore");
        assertThat(scores.data().range().windows().get(0)).isEqualTo(new PixelRange.Window(-300, 700));
        assertThat(scores.data().mean().get(0)).isCloseTo(0.5, within(1e-6));
        assertThat(scores.data().std().get(0)).isCloseTo(0.1, within(1e-6));
        ImasConfig single = settled("data.channels=2", "data.range=picture_percentile");
        assertThat(single.data().range()).isEqualTo(PixelRange.of(Rule.PICTURE_PERCENTILE));
        assertThat(single.data().mean()).hasSize(2);
    }

    @Test
    void dimGreyPicturesForRgbAreStretchedTogether() {
        for (String name : List.of("a", "b", "c")) {
            picture(name, 16, 500, 800, 4000);
        }
        mask("a");
        mask("b");
        ImasConfig config = settled();
        assertThat(config.data().range()).isEqualTo(PixelRange.of(List.of(new PixelRange.Window(16, 4000))));
        assertThat(config.data().mean()).isEmpty(); // ImageNet's
        RgbImage read = (RgbImage) Dataset.open(config).labeled().image(0);
        assertThat(read.rgb()).startsWith(0, 0, 0).endsWith(-1, -1, -1);
    }

    @Test
    void eightBitPicturesNeedNoNumbers() {
        for (String name : List.of("a", "b", "c")) {
            Pngs.write(folder.resolve("images/" + name + ".png"), RgbImage.black(2, 2));
        }
        mask("a");
        mask("b");
        assertThat(settled().data().range()).isEqualTo(PixelRange.of(Rule.AUTO));
        assertThat(messages).isEmpty();
    }

    @Test
    void brightPicturesKeepTheRangeOfTheirFiles() {
        for (String name : List.of("a", "b", "c")) {
            picture(name, 0, 30000, 40000, 65535);
        }
        mask("a");
        mask("b");
        assertThat(settled().data().range()).isEqualTo(PixelRange.of(Rule.FILE));
        assertThat(messages).containsExactly("data.range: auto took the range of the files");
    }

    @Test
    void allPicturesThatDoNotFitAreNamed() {
        twoChannels();
        picture("odd_0000", 1, 2, 3, 4);
        picture("strange", 1, 2, 3, 4);
        assertThatThrownBy(() -> settled("data.channels=2"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("odd_0000.png has 1 channel; data.channels is 2")
                .hasMessageContaining("strange.png has 1 channel; data.channels is 2");
        assertThatThrownBy(() -> settled("data.channels=[0, 7]"))
                .hasMessageContaining("1_0000.png has 2 channels")
                .hasMessageContaining("up to number 7");
    }

    @Test
    void whatIsMeasuredOnIsLookedAtWhereNothingIsLearned() {
        TestChannels.grey16(folder.resolve("val/images/a.png"), 2, 2, 16, 500, 800, 4000);
        IndexPng.write(folder.resolve("val/masks/a.png"), new LabelMap(2, 2, new byte[4]), List.of(0, 1));
        ImasConfig config = config();
        ImasConfig settled = PictureSurvey.settle(config, Dataset.openValidation(config), messages::add);
        assertThat(settled.data().range()).isEqualTo(PixelRange.of(List.of(new PixelRange.Window(16, 4000))));
    }

    @Test
    void depthsAreNotMixed() {
        for (String name : List.of("a", "b")) {
            picture(name, 16, 500, 800, 4000);
            mask(name);
        }
        Pngs.write(folder.resolve("images/c.png"), RgbImage.black(2, 2));
        assertThatThrownBy(this::settled)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the pictures differ in depth")
                .hasMessageContaining("1 of 16-bit whole samples")
                .hasMessageContaining("1 of 8-bit whole samples");
    }

    /** 200 pixels that rise evenly to a highest value, but for the last ones. */
    private void ramp(String name, int most, int... last) {
        int[] values = new int[200];
        for (int i = 0; i < values.length; i++) {
            values[i] = most * i / values.length;
        }
        System.arraycopy(last, 0, values, values.length - last.length, last.length);
        TestChannels.grey16(folder.resolve("images/" + name + ".png"), 20, 10, values);
    }

    @Test
    void scaleBarsDoNotStretchTheRange() {
        for (String name : List.of("a", "b", "c")) {
            ramp(name, 4095, 65535, 65535, 65535, 65535);
        }
        mask("a");
        mask("b");
        assertThat(settled().data().range().windows()).singleElement().satisfies(window -> assertThat(window.high())
                .isBetween(3900.0, 4095.0));
    }

    @Test
    void fewBrightObjectsAreWithinTheRange() {
        for (String name : List.of("a", "b", "c")) {
            ramp(name, 300, 20000, 30000, 40000, 60000);
        }
        mask("a");
        mask("b");
        assertThat(settled().data().range().windows()).containsExactly(new PixelRange.Window(0, 60000));
    }

    @Test
    void onePictureUnlikeTheOthersDecidesNothing() {
        for (String name : List.of("a", "b", "c", "d", "e")) {
            picture(name, 16, 500, 800, 4000);
        }
        picture("f", 0, 20000, 40000, 65535);
        mask("a");
        mask("f");
        assertThat(settled().data().range()).isEqualTo(PixelRange.of(Rule.PICTURE_PERCENTILE));
        assertThat(messages).singleElement().asString().contains("only 1 of ", "f.png) fills that of its file");
    }

    @Test
    void aDarkPictureAmongBrightOnesIsTold() {
        for (String name : List.of("a", "b", "c", "d")) {
            picture(name, 0, 30000, 40000, 65535);
        }
        picture("e", 16, 500, 800, 4000);
        mask("a");
        mask("e");
        assertThat(settled().data().range()).isEqualTo(PixelRange.of(Rule.FILE));
        assertThat(messages).singleElement().asString().contains("less than a quarter of it is used by 1 of", "e.png");
    }

    private void picturesOfNoData(int count) {
        for (int i = 0; i < count; i++) {
            TestChannels.noData16(folder.resolve("images/none" + i + ".tif"), 2, 2, 0, 0, 0, 0, 0);
        }
    }

    @Test
    void picturesOfNoDataAreNotDark() {
        picture("a", 0, 30000, 40000, 65535);
        picture("b", 0, 30000, 40000, 65535);
        picturesOfNoData(3);
        mask("a");
        mask("b");
        assertThat(settled().data().range()).isEqualTo(PixelRange.of(Rule.FILE));
        assertThat(messages).containsExactly("data.range: auto took the range of the files");
    }

    @Test
    void fillValuesAreTold() {
        for (String name : List.of("a", "b", "c")) {
            TestChannels.signed16(folder.resolve("images/" + name + ".tif"), 3, 2, 100, 900, 500, 300, -32768, -32768);
        }
        TestChannels.signed16(folder.resolve("images/d.tif"), 3, 2, 100, 900, 500, 300, 700, 600);
        mask("a");
        mask("b");
        assertThat(settled().data().range().windows()).containsExactly(new PixelRange.Window(100, 900));
        assertThat(messages)
                .hasSize(2)
                .first()
                .asString()
                .startsWith("pixels of -32768 are taken for places without data in 2 of 3 pictures (such as ")
                .endsWith("): left out where range, mean and deviation are found");
    }

    @Test
    void picturesOfNoDataDoNotCallForARangeOfEach() {
        for (String name : List.of("a", "b", "c", "d")) {
            picture(name, 0, 5000, 8000, 15000);
        }
        picture("e", 0, 20000, 40000, 65535);
        picture("f", 0, 20000, 40000, 65535);
        picturesOfNoData(6);
        mask("a"); // one of the two is set apart
        mask("b");
        assertThat(settled().data().range().windows()).containsExactly(new PixelRange.Window(0, 65535));
    }
}
