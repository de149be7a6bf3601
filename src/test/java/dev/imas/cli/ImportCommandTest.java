package dev.imas.cli;

import static dev.imas.cli.Shell.imas;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.cli.Shell.Result;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportCommandTest {
    private static final int SIDE = 40;

    @TempDir
    Path dir;

    /** Eight pictures of a light square, whose outline is annotated on six of them. */
    @BeforeEach
    void annotatedPictures() throws IOException {
        Files.createDirectories(dir.resolve("annotations"));
        for (int i = 0; i < 8; i++) {
            byte[] rgb = new byte[3 * SIDE * SIDE];
            int from = 5 + i;
            for (int y = from; y < from + 20; y++) {
                for (int x = from; x < from + 20; x++) {
                    rgb[3 * (y * SIDE + x)] = (byte) 200;
                }
            }
            Pngs.write(dir.resolve("images/p " + i + ".png"), new RgbImage(SIDE, SIDE, rgb));
            if (i < 6) {
                String ring = String.format(
                        Locale.ROOT, "[[%1$d,%1$d],[%2$d,%1$d],[%2$d,%2$d],[%1$d,%2$d]]", from, from + 20);
                Files.writeString(
                        dir.resolve("annotations/p " + i + ".geojson"),
                        "{\"type\": \"Feature\", \"properties\": {\"classification\": {\"name\": \"cell: big\"}},"
                                + " \"geometry\": {\"type\": \"Polygon\", \"coordinates\": [" + ring + "]}}");
            }
        }
    }

    private Result run(String... more) {
        String[] arguments = {
            "import",
            "--from",
            "geojson",
            "--images",
            dir.resolve("images").toString(),
            "--annotations",
            dir.resolve("annotations").toString(),
            "--out",
            dir.resolve("out").toString()
        };
        String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return imas(all);
    }

    @Test
    void whatIsImportedTrains() {
        Result imported = run();
        assertThat(imported.status()).as(imported.err()).isZero();
        assertThat(imported.out())
                .contains("masks    6 of 8 pictures")
                .contains("class    1   cell: big: 6 annotations, 6 pictures, 25.00 % of the masks")
                .contains("train    imas train --data " + dir.resolve("out"));
        Result trained = imas(
                "train",
                "--config",
                dir.resolve("out/classes.yaml").toString(),
                "--data",
                dir.resolve("out").toString(),
                "--out",
                dir.resolve("run").toString(),
                "--device",
                "cpu",
                "--precision",
                "fp32",
                "--set",
                "network.backbone=tiny",
                "--set",
                "augment.crop=[32, 32]",
                "--set",
                "augment.resize=none",
                "--set",
                "training.batch_labeled=2",
                "--set",
                "training.batch_unlabeled=2",
                "--set",
                "training.epochs=1");
        assertThat(trained.status()).as(trained.err()).isZero();
        assertThat(trained.out()).contains("mIoU ");
        assertThat(dir.resolve("run/config.yaml")).content().contains("cell: big");
    }

    @Test
    void picturesAreLinkedOnRequest() {
        Result linked = run("--link");
        assertThat(linked.status()).as(linked.err()).isZero();
        assertThat(linked.out()).contains("images (links)");
        assertThat(dir.resolve("out/images/p 0.png")).isSymbolicLink().isNotEmptyFile();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--from xml --images IMAGES          | --from is xml; expected geojson, coco, labelme, roi or colour",
                "--images IMAGES                     | --from is missing; expected geojson, coco, labelme, roi "
                        + "or colour",
                "--from coco                         | --images is missing",
                "--from coco --images IMAGES         | --annotations is missing",
                "--from geojson --images IMAGES --annotations ANNOTATIONS | --out is missing",
                "--from geojson --images IMAGES --annotations none --out OUT | --annotations: nothing at none",
                "--from geojson --images none --annotations ANNOTATIONS --out OUT | --images: no folder at none",
                "--from roi --images IMAGES --annotations ANNOTATIONS --out OUT | --annotations: no ImageJ regions "
                        + "(.roi, .zip) in ANNOTATIONS",
                "--from geojson --images ANNOTATIONS --annotations ANNOTATIONS --out OUT | --images: no picture",
                "--from geojson --images IMAGES --annotations ANNOTATIONS --out IMAGES | --out: IMAGES is not empty; "
                        + "name a folder that does not exist yet",
                "--from geojson --images IMAGES --annotations ANNOTATIONS --out OUT --sparse --background | "
                        + "--background and --sparse exclude each other",
                "--from geojson --images IMAGES --annotations ANNOTATIONS --out OUT --class-from name | "
                        + "--class-from is "
                        + "for --from roi; the other formats name their classes",
                "--from geojson --images IMAGES --annotations ANNOTATIONS --out OUT --empty x | --empty is x; expected "
                        + "unlabelled or background",
                "--from geojson --images IMAGES --annotations ANNOTATIONS --out /proc/x/y | --out: /proc/x/y cannot be "
                        + "written",
                "--from geojson --images IMAGES --annotations ANNOTATIONS --out OUT --classes none | --classes: none "
                        + "does not exist; expected a text file, one class a line"
            })
    void mistakesAreToldInOneLineWithStatusTwo(String line, String message) {
        Result result = imas(("import " + paths(line)).split(" "));
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("imas: " + paths(message)).hasLineCount(1);
        assertThat(dir.resolve("out")).doesNotExist();
    }

    private String paths(String text) {
        return text.replace("IMAGES", dir.resolve("images").toString())
                .replace("ANNOTATIONS", dir.resolve("annotations").toString())
                .replace("OUT", dir.resolve("out").toString());
    }
}
