package dev.imas.annotations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeoJsonImportTest {
    /** Columns 1 and 2 of rows 0 and 1. */
    private static final String SQUARE = "{\"type\": \"Polygon\", \"coordinates\": [[[1,0],[3,0],[3,2],[1,2],[1,0]]]}";

    @TempDir
    Path dir;

    private ImportFolder folder() {
        return new ImportFolder(dir, AnnotationFormat.GEOJSON);
    }

    private static String feature(String geometry, String properties) {
        return "{\"type\": \"Feature\", \"id\": \"1\", \"geometry\": " + geometry + ", \"properties\": {" + properties
                + "}}";
    }

    private static String collection(String... features) {
        return "{\"type\": \"FeatureCollection\", \"features\": [" + String.join(",", features) + "]}";
    }

    private static String classified(String name) {
        return "\"classification\": {\"name\": \"" + name + "\"}";
    }

    @Test
    void polygonsBecomeClassesAndTheLaterLieOverTheEarlier() {
        String over = "{\"type\": \"Polygon\", \"coordinates\": [[[2,1],[4,1],[4,3],[2,3],[2,1]]]}";
        String report = folder().picture("a.png", 5, 3)
                .text(
                        "a.geojson",
                        collection(
                                feature(SQUARE, "\"classification\": {\"name\": \"Tumor\", \"color\": [200, 0, 0]}"),
                                feature(over, "\"classification\": {\"name\": \"Stroma\", \"colorRGB\": -16711936}")))
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("01100\n01220\n00220\n");
        assertThat(folder().written("classes.yaml"))
                .contains("classes: 3")
                .contains("class_names: [\"background\", \"Tumor\", \"Stroma\"]")
                .contains("palette: [\"#000000\", \"#c80000\", \"#00ff00\"]");
        assertThat(report)
                .contains("read     2 annotations of 1 file")
                .contains("masks    1 of 1 picture")
                .contains("class    1   Tumor: 1 annotation, 1 picture, 20.00 % of the masks")
                .contains("overlap  1 pixel of");
        assertThat(folder().written("import.txt")).isEqualTo(report + "\n");
        assertThat(folder().out().resolve("images/a.png")).exists();
    }

    /** As QuPath's versions and people who take files apart leave them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "FEATURE(\"classification\": {\"name\": \"Tumor\", \"colorRGB\": -3670016})",
                "[FEATURE(\"classification\": {\"name\": \"Tumor\", \"color\": [200, 0, 0]}, \"isLocked\": true)]",
                "[FEATURE(\"classification\": {\"names\": [\"Tumor\"], \"color\": [200, 0, 0]})]",
                "[FEATURE(\"object_type\": \"annotation\", \"classification\": \"Tumor\")]",
                "{\"features\": [FEATURE(\"objectType\": \"detection\", \"classification\": {\"name\": \"Tumor\"})],"
                        + " \"type\": \"FeatureCollection\"}",
                "[{\"type\": \"FeatureCollection\","
                        + " \"features\": [FEATURE(\"classification\": {\"name\": \"Tumor\"})]}]"
            })
    void everyShapeOfTheFileIsRead(String text) {
        folder().picture("a.png", 4, 3)
                .text(
                        "a.geojson",
                        text.replace(
                                        "FEATURE(",
                                        "{\"type\": \"Feature\", \"geometry\": " + SQUARE + ", \"properties\": {")
                                .replace(")", "}}"))
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("0110\n0110\n0000\n");
        assertThat(folder().written("classes.yaml")).contains("\"Tumor\"");
    }

    @Test
    void aGeometryAloneIsForeground() {
        folder().picture("a.png", 4, 3).text("a.geojson", SQUARE).run();
        assertThat(folder().mask("a.png")).isEqualTo("0110\n0110\n0000\n");
        assertThat(folder().written("classes.yaml")).contains("\"foreground\"");
    }

    @Test
    void holesPartsAndCollectionsAreDrawnAndPointsAndLinesCounted() {
        String parts = "{\"type\": \"MultiPolygon\", \"coordinates\": ["
                + "[[[0,0],[3,0],[3,3],[0,3],[0,0]], [[1,1],[2,1],[2,2],[1,2],[1,1]]],"
                + "[[[4,0],[5,0],[5,1],[4,1],[4,0]]]]}";
        String mixed =
                "{\"type\": \"GeometryCollection\", \"geometries\": [{\"type\": \"Point\", \"coordinates\": [0,0]},"
                        + "{\"type\": \"Polygon\", \"coordinates\": [[[4,2],[5,2],[5,3],[4,3],[4,2]]]}]}";
        String line = "{\"type\": \"LineString\", \"coordinates\": [[0,0],[3,3]]}";
        String report = folder().picture("a.png", 5, 3)
                .text(
                        "a.geojson",
                        collection(
                                feature(parts, classified("A")),
                                feature(mixed, classified("A")),
                                feature(line, classified("A"))))
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("11101\n10100\n11101\n");
        assertThat(report)
                .contains("left out points, which cover nothing: 1 (")
                .contains("left out lines, which cover nothing: 1 (")
                .contains("a.geojson $.features[2]");
    }

    @Test
    void whatIsNoAnnotationIsLeftOut() {
        String outside = "{\"type\": \"Polygon\", \"coordinates\": [[[90,90],[99,90],[99,99],[90,90]]]}";
        String third = "{\"type\": \"Polygon\", \"plane\": {\"c\": -1, \"z\": 2, \"t\": 0},"
                + " \"coordinates\": [[[0,0],[4,0],[4,3],[0,3]]]}";
        String report = folder().picture("a.png", 4, 3)
                .text(
                        "a.geojson",
                        collection(
                                feature(SQUARE, classified("A")),
                                feature(SQUARE, "\"objectType\": \"tile\", " + classified("B")),
                                feature(SQUARE, classified("Region*")),
                                feature(SQUARE, ""),
                                feature("null", classified("A")),
                                feature(outside, classified("A")),
                                feature(third, classified("A"))))
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("0110\n0110\n0000\n");
        assertThat(report)
                .contains("tiles, TMA cores and roots, which are no annotations: 1 (")
                .contains("annotations of Region*, which is left out: 1 (")
                .contains("annotations without a class, where others have one: 1 (")
                .contains("objects without a geometry: 1 (")
                .contains("annotations outside their picture or smaller than a pixel: 1 (")
                .contains("objects on another z or t than the first")
                .doesNotContain(" B:");
    }

    @Test
    void childrenAreReadWithTheirParents() {
        String child = feature(SQUARE, classified("Cell"));
        folder().picture("a.png", 4, 3)
                .text(
                        "a.geojson",
                        feature(
                                "{\"type\": \"Polygon\", \"coordinates\": [[[0,0],[4,0],[4,3],[0,3]]]}",
                                classified("Tissue") + ", \"childObjects\": [" + child + "]"))
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("1221\n1221\n1111\n");
    }

    @Test
    void theClassIgnoreIsIgnoredAndBackgroundIsBackground() {
        String row = "{\"type\": \"Polygon\", \"coordinates\": [[[0,2],[4,2],[4,3],[0,3]]]}";
        String report = folder().sparse()
                .picture("a.png", 4, 3)
                .text(
                        "a.geojson",
                        collection(
                                feature(SQUARE, classified("A")),
                                feature(row, classified("Background")),
                                feature(
                                        "{\"type\": \"Polygon\", \"coordinates\": [[[2,0],[4,0],[4,3],[2,3]]]}",
                                        classified("Ignore*"))))
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("x1xx\nx1xx\n00xx\n");
        assertThat(report)
                .contains("pixels without annotation are ignored (255)")
                .doesNotContain("note ");
    }

    @Test
    void sparseAnnotationWithoutBackgroundIsNoted() {
        String report = folder().sparse()
                .picture("a.png", 4, 3)
                .text("a.geojson", SQUARE)
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("x11x\nx11x\nxxxx\n");
        assertThat(report).contains("note     nothing is annotated as background");
        assertThat(folder().written("classes.yaml")).contains("sparse: on");
    }

    /** QuPath writes coordinates of the slide and pixels of the tile, here a fourth as many. */
    @Test
    void tilesShowTheirPartOfTheSlide() {
        String square = "{\"type\": \"Polygon\", \"coordinates\": [[[8,4],[16,4],[16,12],[8,12]]]}";
        String report = folder().picture("Slide 1 [d=4,x=4,y=0,w=16,h=12].png", 4, 3)
                .picture("Slide 1 [x=8,y=4,w=3,h=2].png", 3, 2)
                .picture("Slide 1 [x=900,y=4,w=3,h=2].png", 3, 2)
                .picture("Slide 1 [x=8,y=4,w=3,h=2]-labelled.png", 3, 2)
                .text("Slide 1.geojson", feature(square, classified("A")))
                .run();
        assertThat(folder().mask("Slide 1 [d=4,x=4,y=0,w=16,h=12].png")).isEqualTo("0000\n0110\n0110\n");
        assertThat(folder().mask("Slide 1 [x=8,y=4,w=3,h=2].png")).isEqualTo("111\n111\n");
        assertThat(folder().out().resolve("masks/Slide 1 [x=900,y=4,w=3,h=2].png"))
                .doesNotExist();
        assertThat(folder().out().resolve("images/Slide 1 [x=900,y=4,w=3,h=2].png"))
                .exists();
        assertThat(report)
                .contains("masks    2 of 3 pictures")
                .contains("masks beside their pictures, by their names: 1 (")
                .doesNotContain("outside their picture");
    }

    @Test
    void tilesOfOtherPlanesAndOtherSlidesGetNoMask() {
        String report = folder().picture("s [x=0,y=0,w=4,h=3].png", 4, 3)
                .picture("s [x=0,y=0,w=4,h=3,z=1].png", 4, 3)
                .picture("t [x=0,y=0,w=4,h=3].png", 4, 3)
                .text("s.svs.geojson", SQUARE)
                .run();
        assertThat(report)
                .contains("masks    1 of 3 pictures")
                .contains("masks of tiles on another z or t than the first: 1 (");
        ImportFolder other = new ImportFolder(dir.resolve("other"), AnnotationFormat.GEOJSON)
                .picture("t [x=0,y=0,w=4,h=3].png", 4, 3)
                .text("s.geojson", SQUARE);
        assertThatThrownBy(() -> other.run(other.annotations().resolve("s.geojson")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("annotated pictures that are not in --images: 1 (s (");
    }

    @Test
    void aTileOfAnotherSizeThanItsNameIsRefused() {
        ImportFolder folder =
                folder().picture("s [x=0,y=0,w=16,h=12].png", 4, 3).text("s.geojson", SQUARE);
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is 4x3; by its name it would be 16x12");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.geojson > a.png", "a.json > a.png", "a.png.geojson > a.png", "a.geojson > a.ome.png",
                "a.ome.geojson > a.ome.png", "a.svs.geojson > a.png", "A.GEOJSON > a.PNG", "a b.geojson > sub/a b.png",
                "Müller.geojson > Mu\u0308ller.png", "a.v2.geojson > a.v2.png", "other.geojson > only.bmp"
            })
    void aFileFindsItsPicture(String names) {
        String[] both = names.split(" > ");
        ImportFolder folder = folder().picture(both[1], 4, 3).text(both[0], SQUARE);
        folder.run(folder.annotations().resolve(both[0]));
        String last = Path.of(both[1]).getFileName().toString();
        assertThat(folder.mask(last.replaceFirst("(?i)\\.(png|bmp)$", "") + ".png"))
                .isEqualTo("0110\n0110\n0000\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32BE"})
    void textIsUnicodeWithOrWithoutAMark(String charset) {
        String text = collection(feature(SQUARE, classified("Fläche"))).replace("{", "{\r\n");
        folder().picture("a.png", 4, 3)
                .picture("b.png", 4, 3)
                .bytes("a.geojson", text.getBytes(Charset.forName(charset)))
                .bytes("b.geojson", ("\uFEFF" + text).getBytes(Charset.forName(charset)))
                .run();
        assertThat(folder().written("classes.yaml")).contains("[\"background\", \"Fläche\"]");
        assertThat(folder().mask("b.png")).isEqualTo("0110\n0110\n0000\n");
    }

    @Test
    void picturesOnWhichNothingIsDrawnStayUnlabelledUnlessTheyAreSaidToBeBackground() throws Exception {
        ImportFolder folder = folder().picture("a.png", 4, 3)
                .picture("b.png", 4, 3)
                .picture("c.png", 4, 3)
                .text("a.geojson", SQUARE)
                .text("b.geojson", collection());
        assertThat(folder.run()).contains("masks    1 of 3 pictures; those without one are unlabelled");
        assertThat(folder.out().resolve("masks/b.png")).doesNotExist();
        Files.move(folder.out(), dir.resolve("first"));
        folder.emptyIsBackground().run();
        assertThat(folder.mask("b.png")).isEqualTo("0000\n".repeat(3));
        assertThat(folder.out().resolve("masks/c.png")).doesNotExist();
    }

    @Test
    void annotationsWithoutTheirPictureAreCountedAndAllOfThemAreAFault() {
        ImportFolder folder = folder().picture("a.png", 4, 3)
                .picture("z.png", 4, 3)
                .text("b.geojson", SQUARE)
                .text("c.geojson", SQUARE);
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no annotation is about a picture in")
                .hasMessageContaining("annotated pictures that are not in --images: 2 (b (");
        assertThat(folder.out()).doesNotExist();
        assertThat(folder.text("a.geojson", SQUARE).run())
                .contains("annotated pictures that are not in --images: 2 (b (");
    }

    @Test
    void nothingButPointsIsAFault() {
        ImportFolder folder =
                folder().picture("a.png", 4, 3).text("a.geojson", "{\"type\": \"Point\", \"coordinates\": [1, 1]}");
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("points, which cover nothing: 1");
        assertThat(folder.out()).doesNotExist();
    }

    @Test
    void allFaultsAreToldAtOnceWithTheirPlaces() {
        ImportFolder folder = folder().picture("a.png", 4, 3)
                .text(
                        "a.geojson",
                        collection(
                                feature("{\"type\": \"Polygon\", \"coordinates\": [[[1,0],[3,\"x\"],[3,2]]]}", ""),
                                feature("{\"type\": \"Polygon\", \"coordinates\": [[[1,0],[NaN,0],[3,2]]]}", ""),
                                feature("{\"type\": \"Polygon\", \"coordinates\": [[[1,0],[1e300,0],[3,2]]]}", ""),
                                feature("{\"type\": \"Polygon\", \"coordinates\": [[[1,0],[1],[3,2]]]}", ""),
                                feature("{\"type\": \"Blob\"}", ""),
                                feature(SQUARE, "\"classification\": {\"name\": 7}")))
                .text("b.geojson", "{");
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining(
                        "$.features[0].geometry.coordinates[0][1][1] is \"x\"; expected a number of pixels")
                .hasMessageContaining("$.features[1].geometry.coordinates[0][1][0] is \"NaN\"")
                .hasMessageContaining("$.features[2].geometry.coordinates[0][1][0] is 1.0E300")
                .hasMessageContaining("coordinates[0][1] is a list of 1; expected a point [x, y]")
                .hasMessageContaining("$.features[4].geometry.type is \"Blob\"; expected a geometry of GeoJSON")
                .hasMessageContaining("$.features[5].properties.classification.name is 7; expected a text")
                .hasMessageContaining("b.geojson ends early");
        assertThat(folder.out()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense > is no JSON (line 1 column",
                "[1, 2] > $[0] is 1; expected an object {...}",
                "7 > $ is 7; expected an object",
                "{} > $.type is missing; expected a text",
                "{\"type\": \"FeatureCollection\", \"features\": 3} > $.features is 3; expected a list",
                "{\"type\": \"FeatureCollection\", \"features\": []} {} > goes on after its end",
                "{\"type\": \"FeatureCollection\", \"crs\": {\"type\": \"name\"}, \"features\": []} > "
                        + "$.crs says that its coordinates are places on a map",
                "{\"type\": \"Feature\", \"geometry\": {\"type\": \"Polygon\"}} > $.geometry.coordinates is missing; "
                        + "expected a list"
            })
    void brokenFilesAreToldInOneLine(String text) {
        String[] both = text.split(" > ");
        ImportFolder folder = folder().picture("a.png", 4, 3).text("a.geojson", both[0]);
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(
                        folder.annotations().resolve("a.geojson").toString())
                .hasMessageContaining(both[1])
                .hasMessageNotContainingAny("Exception", "com.fasterxml", "Unexpected");
    }

    @Test
    void nestingAndOtherEncodingsAreLimited() {
        ImportFolder folder = folder().picture("a.png", 4, 3)
                .text("a.geojson", "[".repeat(100_000))
                .bytes("b.geojson", "{\"type\": \"Grün\"}".getBytes(StandardCharsets.ISO_8859_1))
                .text("c.geojson", "{\"type\": " + "9".repeat(100_000) + "}");
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a.geojson nests deeper than 100 levels")
                .hasMessageContaining("b.geojson is no JSON (line 1 column")
                .hasMessageContaining("c.geojson nests deeper than 100 levels or holds a number or text without end");
    }

    @Test
    void aFolderThatHoldsSomethingIsLeftAlone() throws Exception {
        ImportFolder folder = folder().picture("a.png", 4, 3).text("a.geojson", SQUARE);
        folder.run();
        assertThatThrownBy(folder::run).isInstanceOf(UserException.class).hasMessageContaining("is not empty");
        Files.move(folder.out(), dir.resolve("first"));
        Files.createDirectory(folder.out());
        folder.run();
        assertThat(folder.mask("a.png")).isEqualTo("0110\n0110\n0000\n");
        assertThat(dir.resolve("out.importing")).doesNotExist();
    }

    /** As QGIS, napari or Labelbox call it. */
    @Test
    void withoutAClassificationAnotherPropertyIsTheClass() {
        String row = "{\"type\": \"Polygon\", \"coordinates\": [[[0,2],[4,2],[4,3],[0,3]]]}";
        folder().picture("a.png", 4, 3)
                .text(
                        "a.geojson",
                        collection(
                                feature(SQUARE, "\"class\": \"wheat\""), feature(row, "\"label\": 3, \"Category\": 7")))
                .run();
        assertThat(folder().written("classes.yaml")).contains("class_names: [\"background\", \"wheat\", \"7\"]");
    }

    @Test
    void aClassThatLaterAnnotationsCoverIsTold() {
        String whole = "{\"type\": \"Polygon\", \"coordinates\": [[[0,0],[5,0],[5,3],[0,3],[0,0]]]}";
        String report = folder().picture("a.png", 5, 3)
                .text(
                        "a.geojson",
                        collection(feature(SQUARE, classified("Tumor")), feature(whole, classified("Stroma"))))
                .run();
        assertThat(report)
                .contains(
                        "warning  no pixel of Tumor is left in 1 picture (such as a.png): later annotations cover all");
    }

    @Test
    void annotationsThatMostlyLieOutsideAreOfAnotherPicture() {
        String far = "{\"type\": \"Polygon\", \"coordinates\": [[[9,1],[12,1],[12,3],[9,3],[9,1]]]}";
        String three = collection(
                feature(SQUARE, classified("a")), feature(far, classified("a")), feature(far, classified("a")));
        ImportFolder folder = folder().picture("a.png", 5, 3).text("a.geojson", three);
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a.geojson: 2 of 3 annotations (such as ")
                .hasMessageContaining(") lie outside ");
        new ImportFolder(dir.resolve("tile"), AnnotationFormat.GEOJSON)
                .picture("a [x=0,y=0,w=5,h=3].png", 5, 3)
                .text("a.geojson", three)
                .run(); // the first tile of a slide is a part of what was annotated
    }
}
