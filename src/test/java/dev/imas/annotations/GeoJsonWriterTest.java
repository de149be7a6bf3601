package dev.imas.annotations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.annotations.GeoJsonWriter.Objects;
import dev.imas.common.Rng;
import dev.imas.image.LabelMap;
import dev.imas.image.Palette;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written, and that reading it gives the label map again. */
class GeoJsonWriterTest {
    private static final List<String> NAMES = List.of("Background", "cell", "nucleus", "wall");

    @TempDir
    Path dir;

    private static LabelMap map(String... rows) {
        byte[] labels = new byte[rows.length * rows[0].length()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) (rows[i / rows[0].length()].charAt(i % rows[0].length()) - '0');
        }
        return new LabelMap(rows[0].length(), rows.length, labels);
    }

    /** Noise has holes in holes, and parts that touch at corners, in every way there is. */
    private static LabelMap noise(int seed, int width, int height) {
        Rng random = Rng.of(seed, "noise");
        byte[] labels = new byte[width * height];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) (random.integer(0, 10) < 6 ? 1 : random.integer(0, 4));
        }
        return new LabelMap(width, height, labels);
    }

    private static GeoJsonWriter writer(Objects objects, double tolerance) {
        return new GeoJsonWriter(NAMES, Palette.voc(4), GeoJsonWriter.background(NAMES), objects, tolerance);
    }

    private JsonNode written(LabelMap map, Objects objects) throws IOException {
        Path file = dir.resolve("a.geojson");
        writer(objects, 0).write(file, map);
        return new ObjectMapper().readTree(file.toFile());
    }

    @Test
    void aHoleIsTakenOutAndEachClassIsOneAnnotationAsQuPathWritesIt() throws IOException {
        JsonNode features =
                written(map("11102", "13100", "11102"), Objects.CLASSES).get("features");
        assertThat(features).hasSize(3);
        JsonNode cell = features.get(0);
        assertThat(cell.get("geometry").toString())
                .isEqualTo("{\"type\":\"Polygon\",\"coordinates\":[[[3,0],[3,3],[0,3],[0,0],[3,0]],"
                        + "[[2,2],[2,1],[1,1],[1,2],[2,2]]]}");
        assertThat(cell.get("properties").toString())
                .isEqualTo(
                        "{\"objectType\":\"annotation\",\"classification\":{\"name\":\"cell\",\"color\":[128,0,0]}}");
        assertThat(features.get(1).at("/geometry/type").textValue()).isEqualTo("MultiPolygon");
        assertThat(features.get(1).at("/geometry/coordinates")).hasSize(2);
    }

    @Test
    void partsAreAnnotationsOfTheirOwn() throws IOException {
        JsonNode features = written(map("10", "01"), Objects.PARTS).get("features");
        assertThat(features).hasSize(2);
        features.forEach(
                feature -> assertThat(feature.at("/geometry/type").textValue()).isEqualTo("Polygon"));
    }

    @Test
    void theBackgroundIsLeftOutWhereAClassIsCalledSo() {
        assertThat(GeoJsonWriter.background(List.of("sky", "_background_"))).isEqualTo(OptionalInt.of(1));
        assertThat(GeoJsonWriter.background(List.of("sky", "backgrounds"))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Objects.class)
    void importDrawsTheSameMask(Objects objects) throws IOException {
        ImportFolder folder = new ImportFolder(dir, AnnotationFormat.GEOJSON).classes("cell\nnucleus\nwall\n");
        Path annotations = Files.createDirectories(folder.annotations());
        for (int seed = 0; seed < 6; seed++) {
            LabelMap map = noise(seed, 23 + seed, 31);
            folder.picture(seed + ".png", map.width(), map.height());
            writer(objects, 0).write(annotations.resolve(seed + ".geojson"), map);
        }
        folder.run();
        for (int seed = 0; seed < 6; seed++) {
            LabelMap map = noise(seed, 23 + seed, 31);
            StringBuilder expected = new StringBuilder();
            for (int i = 0; i < map.labels().length; i++) {
                expected.append(map.labels()[i]).append((i + 1) % map.width() == 0 ? "\n" : "");
            }
            assertThat(folder.mask(seed + ".png")).isEqualTo(expected.toString());
        }
    }

    /** Others refuse polygons whose rings meet themselves. */
    @Test
    void noRingComesToACornerTwice() {
        for (int seed = 0; seed < 20; seed++) {
            for (Contours.Part part : Contours.of(noise(seed, 19, 24))) {
                assertThat(Contours.area(part.rings().get(0))).isPositive();
                part.rings().stream().skip(1).forEach(hole -> assertThat(Contours.area(hole))
                        .isNegative());
                for (int[] ring : part.rings()) {
                    Set<List<Integer>> corners = new HashSet<>();
                    for (int i = 0; i < ring.length; i += 2) {
                        assertThat(corners.add(List.of(ring[i], ring[i + 1]))).isTrue();
                    }
                }
            }
        }
    }

    @Test
    void simplifiedOutlinesHaveFewerCornersAndStayWithinTheTolerance() {
        int side = 81;
        byte[] labels = new byte[side * side];
        for (int i = 0; i < labels.length; i++) {
            double distance = Math.hypot(i % side - 40, i / side - 40);
            labels[i] = (byte) (distance < 36 && distance > 12 ? 1 : 0);
        }
        List<int[]> rings = Contours.of(new LabelMap(side, side, labels)).stream()
                .filter(part -> part.label() == 1)
                .findFirst()
                .orElseThrow()
                .rings();
        List<int[]> simple = Simplification.of(rings, 1.5);
        assertThat(simple).hasSize(2);
        assertThat(simple.get(0).length).isLessThan(rings.get(0).length / 4);
        for (int r = 0; r < 2; r++) {
            double radius = r == 0 ? 36 : 12.5;
            for (int i = 0; i < simple.get(r).length; i += 2) {
                double distance = Math.hypot(simple.get(r)[i] - 40.5, simple.get(r)[i + 1] - 40.5);
                assertThat(distance).isBetween(radius - 1.5, radius + 1.5);
            }
        }
        assertThat(Simplification.of(rings, 0)).isSameAs(rings);
    }

    /** A wall of one pixel between a part and its hole: lines that were moved by two would cross. */
    @Test
    void whereLinesWouldCrossAPartStaysCloserToItsPixels() {
        for (int seed = 0; seed < 20; seed++) {
            for (Contours.Part part : Contours.of(noise(seed, 19, 24))) {
                List<int[]> simple = Simplification.of(part.rings(), 3);
                assertThat(simple.get(0).length).isGreaterThanOrEqualTo(6);
                assertThat(Contours.area(simple.get(0))).isPositive();
            }
        }
    }
}
