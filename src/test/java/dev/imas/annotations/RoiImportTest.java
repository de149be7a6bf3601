package dev.imas.annotations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import ij.gui.EllipseRoi;
import ij.gui.Line;
import ij.gui.OvalRoi;
import ij.gui.PointRoi;
import ij.gui.PolygonRoi;
import ij.gui.Roi;
import ij.gui.ShapeRoi;
import ij.io.RoiDecoder;
import ij.io.RoiEncoder;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoiImportTest {
    @TempDir
    Path dir;

    private ImportFolder folder() {
        return new ImportFolder(dir, AnnotationFormat.ROI);
    }

    private static byte[] bytes(Roi roi) {
        return RoiEncoder.saveAsByteArray(roi);
    }

    private static Roi named(String name, Roi roi) {
        roi.setName(name);
        return roi;
    }

    private static byte[] zip(Roi... rois) throws IOException {
        return zip(Arrays.stream(rois).map(RoiImportTest::bytes).toArray(byte[][]::new));
    }

    private static byte[] zip(byte[]... rois) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < rois.length; i++) {
                zip.putNextEntry(new ZipEntry("000" + i + ".roi"));
                zip.write(rois[i]);
            }
        }
        return bytes.toByteArray();
    }

    /** ImageJ itself would look for the groups' colours in its folder. */
    private static byte[] ofGroup(int group, Roi roi) {
        byte[] bytes = bytes(roi);
        bytes[ByteBuffer.wrap(bytes).getInt(RoiDecoder.HEADER2_OFFSET) + RoiDecoder.GROUP] = (byte) group;
        return bytes;
    }

    private static Roi polygon(int type, float... corners) {
        float[] x = new float[corners.length / 2];
        float[] y = new float[corners.length / 2];
        for (int i = 0; i < x.length; i++) {
            x[i] = corners[2 * i];
            y[i] = corners[2 * i + 1];
        }
        return new PolygonRoi(x, y, type);
    }

    @Test
    void areasOfAllKindsAreDrawn() throws IOException {
        folder().picture("rect.png", 6, 4)
                .picture("poly.png", 6, 4)
                .picture("free.png", 6, 4)
                .picture("oval.png", 6, 4)
                .picture("hole.png", 6, 4)
                .picture("ellipse.png", 6, 4)
                .bytes("rect.roi", bytes(new Roi(1, 1, 3, 2)))
                .bytes("poly.roi", bytes(polygon(Roi.POLYGON, 0, 0, 4, 0, 0, 4)))
                .bytes("free.roi", bytes(polygon(Roi.FREEROI, 1.25f, 1, 5, 1, 5, 2.75f, 1.25f, 2.75f)))
                .bytes("oval.roi", bytes(new OvalRoi(0, 0, 6, 4)))
                .bytes("hole.roi", bytes(new ShapeRoi(new Roi(0, 0, 5, 4)).not(new ShapeRoi(new Roi(1, 1, 2, 2)))))
                .bytes("ellipse.roi", bytes(new EllipseRoi(0, 2, 6, 2, 0.5)))
                .run();
        assertThat(folder().mask("rect.png")).isEqualTo("000000\n011100\n011100\n000000\n");
        assertThat(folder().mask("poly.png")).isEqualTo("111000\n110000\n100000\n000000\n");
        assertThat(folder().mask("free.png")).isEqualTo("000000\n011110\n011110\n000000\n");
        assertThat(folder().mask("oval.png")).isEqualTo("011110\n111111\n111111\n011110\n");
        assertThat(folder().mask("hole.png")).isEqualTo("111110\n100110\n100110\n111110\n");
        assertThat(folder().mask("ellipse.png")).isEqualTo("000000\n111111\n111111\n000000\n");
        assertThat(folder().written("classes.yaml")).contains("[\"background\", \"foreground\"]");
    }

    @Test
    void aSetOfRegionsIsReadAndPointsLinesAndOtherSlicesAreCounted() throws IOException {
        Roi third = named("third", new Roi(0, 0, 6, 4));
        third.setPosition(3);
        String report = folder().picture("Bild 1.png", 6, 4)
                .picture("other.png", 6, 4)
                .bytes(
                        "RoiSet_Bild 1.zip",
                        zip(
                                named("a", new Roi(0, 0, 2, 1)),
                                named("b", new Roi(4, 3, 2, 1)),
                                named("p", new PointRoi(1, 1)),
                                named("l", new Line(0, 0, 3, 3)),
                                third))
                .run();
        assertThat(folder().mask("Bild 1.png")).isEqualTo("110000\n000000\n000000\n000011\n");
        assertThat(report)
                .contains("read     2 annotations of 1 file")
                .contains("regions that are points or lines, which cover nothing: 2 (")
                .contains("regions on another slice, z or t than the first, which is the one that is read: 1 (");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a.zip", "a_RoiSet.zip", "RoiSet_a.zip", "a-rois.zip", "ROIs a.ZIP", "a/RoiSet.zip", "a/x.zip"})
    void aSetFindsItsPictureByItsNameOrItsFolders(String name) throws IOException {
        folder().picture("a.png", 6, 4)
                .picture("b.png", 6, 4)
                .bytes(name, zip(named("r", new Roi(0, 0, 6, 1))))
                .run();
        assertThat(folder().mask("a.png")).startsWith("111111\n000000\n");
    }

    @Test
    void regionsInAFolderOfThePicturesNameAreOnePictures() {
        folder().picture("a.png", 6, 4)
                .picture("b.png", 6, 4)
                .bytes("a/0001.roi", bytes(new Roi(0, 0, 1, 1)))
                .bytes("a/0002.roi", bytes(new Roi(5, 3, 1, 1)))
                .run();
        assertThat(folder().mask("a.png")).isEqualTo("100000\n000000\n000000\n000001\n");
    }

    @Test
    void classesComeFromNamesGroupsOrColours() throws IOException {
        Roi one = named("nucleus-12", new Roi(0, 0, 2, 1));
        one.setStrokeColor(new Color(0, 255, 0));
        Roi two = named("debris 2", new Roi(2, 0, 2, 1));
        two.setStrokeColor(new Color(255, 0, 0));
        Roi three = named("0003-0017", new Roi(4, 0, 2, 1));
        byte[] zip = zip(one, two, three);
        ImportFolder byName = new ImportFolder(dir.resolve("n"), AnnotationFormat.ROI)
                .picture("a.png", 6, 1)
                .bytes("a.zip", zip)
                .classFrom(RoiClass.NAME);
        assertThat(byName.run()).contains("annotations without a class, where others have one: 1 (");
        assertThat(byName.mask("a.png")).isEqualTo("112200\n");
        assertThat(byName.written("classes.yaml"))
                .contains("\"nucleus\", \"debris\"")
                .contains("#00ff00\", \"#ff0000");
        ImportFolder byColour = new ImportFolder(dir.resolve("c"), AnnotationFormat.ROI)
                .picture("a.png", 6, 1)
                .bytes("a.zip", zip)
                .classFrom(RoiClass.COLOUR)
                .classes("dead #ff0000\nalive #00ff00\n");
        byColour.run();
        assertThat(byColour.mask("a.png")).isEqualTo("221100\n");
        assertThat(byColour.written("classes.yaml")).contains("\"dead\", \"alive\"");
        ImportFolder byGroup = new ImportFolder(dir.resolve("g"), AnnotationFormat.ROI)
                .picture("a.png", 6, 1)
                .bytes("a.zip", zip(ofGroup(3, one), ofGroup(5, two), bytes(three)))
                .classFrom(RoiClass.GROUP);
        byGroup.run();
        assertThat(byGroup.mask("a.png")).isEqualTo("112200\n");
        assertThat(byGroup.written("classes.yaml")).contains("\"group 3\", \"group 5\"");
    }

    @Test
    void damagedFilesAreRefused() throws IOException {
        byte[] whole = bytes(polygon(Roi.POLYGON, 0, 0, 4, 0, 0, 4));
        byte[] huge = bytes(new ShapeRoi(new Roi(0, 0, 5, 4)).not(new ShapeRoi(new Roi(1, 1, 2, 2))));
        huge[36] = 127; // two thousand million numbers in its path
        byte[] zip = zip(named("r", new Roi(0, 0, 6, 1)));
        ImportFolder folder = folder().picture("a.png", 6, 4)
                .bytes("a.roi", Arrays.copyOf(whole, 70))
                .bytes("b.roi", "Iout".getBytes(StandardCharsets.US_ASCII))
                .bytes("c.roi", huge)
                .bytes("d.zip", Arrays.copyOf(zip, 60))
                .bytes("e.roi", new byte[0]);
        assertThatThrownBy(folder::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a.roi is a damaged region of ImageJ")
                .hasMessageContaining("b.roi is no region of ImageJ (it does not begin with Iout)")
                .hasMessageContaining("c.roi is a damaged region of ImageJ")
                .hasMessageContaining("d.zip is no zip file, or a damaged one")
                .hasMessageContaining("e.roi is empty")
                .hasMessageNotContaining("Exception");
    }

    @Test
    void whatASystemPutsIntoAZipIsPassedOver() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("0001.roi"));
            zip.write(bytes(new Roi(0, 0, 6, 1)));
            zip.putNextEntry(new ZipEntry("__MACOSX/._0001.roi"));
            zip.write(new byte[] {0, 5, 22, 7});
        }
        String report = folder().picture("a.png", 6, 1)
                .bytes("a.zip", bytes.toByteArray())
                .run();
        assertThat(report).contains("read     1 annotation of 1 file").doesNotContain("left out");
    }
}
