package dev.imas.cli;

import static dev.imas.cli.Shell.imas;
import static dev.imas.image.TestFiles.mask;
import static dev.imas.image.TestFiles.picture;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.common.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Egypt writes other digits, and Turkish has another lower-case I: nothing that is written or read may know. */
class LocaleTest {
    private static final Pattern FOREIGN = Pattern.compile("[\\p{Nd}ıİ٫٬&&[^0-9]]");
    private static final List<String> TEXTS = List.of(".csv", ".yaml", ".json", ".html", ".txt", ".svg");

    private final Locale before = Locale.getDefault();

    @TempDir
    Path dir;

    @AfterEach
    void restore() {
        Locale.setDefault(before);
    }

    @Test
    void theseLocalesDoChangeWhatNamesNone() {
        Locale.setDefault(Locale.forLanguageTag("ar-EG"));
        assertThat(String.format(Locale.getDefault(), "%d", 12)).containsPattern(FOREIGN);
        assertThat("TIF".toLowerCase(Locale.forLanguageTag("tr-TR"))).isNotEqualTo("tif");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tr-TR", "ar-EG"})
    void everythingIsWrittenAsElsewhere(String locale) throws IOException {
        Map<String, String> usual = everything("usual", Locale.ROOT);
        Map<String, String> there = everything("there", Locale.forLanguageTag(locale));
        assertThat(there).isEqualTo(usual);
    }

    /** What the commands say and what a run leaves, where that depends on no clock; of the rest no foreign digit. */
    private Map<String, String> everything(String name, Locale locale) throws IOException {
        Locale.setDefault(locale);
        Path photos = dir.resolve(name);
        for (int i = 0; i < 6; i++) {
            picture(photos.resolve("images/LEAF I" + i + ".PNG"), 40, 36);
            if (i < 5) {
                mask(photos.resolve("masks/LEAF I" + i + ".PNG"), 40, 36, 0, 0, 0, 1);
            }
        }
        Path run = dir.resolve(name + "-run");
        List<Shell.Result> said = new ArrayList<>();
        said.add(imas("help"));
        said.add(imas("presets", "camvid"));
        said.add(imas("data", "--data", photos.toString(), "--out", run + "-page.html"));
        said.add(imas("data", "--data", dir.resolve("nothing").toString()));
        Shell.Result trained = train(photos, run);
        assertThat(trained.status()).as(trained.err()).isZero();
        said.add(trained);
        said.add(
                imas("evaluate", "--weights", run.resolve("teacher.safetensors").toString(), "--device", "cpu"));
        said.add(imas(
                "predict",
                "--weights",
                run.resolve("teacher.safetensors").toString(),
                "--input",
                photos.resolve("images").toString(),
                "--out",
                run.resolve("masks").toString()));
        Map<String, String> result = new TreeMap<>();
        for (Shell.Result one : said) {
            assertThat(one.out() + one.err()).doesNotContainPattern(FOREIGN);
            result.put("said " + result.size(), one.status() + " " + one.out().replace(name, "NAME"));
        }
        for (Path file : texts(run)) {
            assertThat(Files.readString(file)).as("%s", file).doesNotContainPattern(FOREIGN);
        }
        for (String file : List.of("teacher.safetensors", "hardness.csv", "class_iou.csv")) {
            result.put(file, Sha256.of(run.resolve(file)));
        }
        return result;
    }

    private static Shell.Result train(Path photos, Path out) {
        List<String> line = new ArrayList<>(List.of(
                "train",
                "--preset",
                "folders",
                "--data",
                photos.toString(),
                "--out",
                out.toString(),
                "--device",
                "cpu"));
        for (String setting : List.of(
                "precision=fp32",
                "network.backbone=tiny",
                "augment.crop=[32, 32]",
                "augment.resize=none",
                "training.batch_labeled=2",
                "training.batch_unlabeled=1",
                "training.epochs=2",
                "training.sup_only_epochs=1",
                "training.lr=0.00125")) {
            line.addAll(List.of("--set", setting));
        }
        return imas(line.toArray(String[]::new));
    }

    private static List<Path> texts(Path run) throws IOException {
        try (Stream<Path> files = Files.walk(run)) {
            List<Path> texts = files.filter(file -> TEXTS.stream().anyMatch(file.toString()::endsWith))
                    .toList();
            assertThat(texts).hasSizeGreaterThan(4);
            return texts;
        }
    }
}
