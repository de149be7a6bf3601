package dev.imas.image;

import static dev.imas.image.TestFiles.bytes;
import static dev.imas.image.TestFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages as channels and planes. */
class PlanesTest {
    @TempDir
    Path folder;

    /** Pages of one pixel that hold their number. */
    private Path file(int pages, String description) {
        TestTiff tiff = TestTiff.little();
        for (int i = 0; i < pages; i++) {
            tiff.page(1, 1, 1, 8).strips(bytes(i));
            if (i == 0 && !description.isEmpty()) {
                tiff.text(270, description);
            }
        }
        return write(folder.resolve("stack.tif"), tiff.bytes());
    }

    private static String ome(String order, int c, int z, int t, String inside) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><OME><Image ID=\"Image:0\"><Pixels DimensionOrder=\"" + order
                + "\" SizeC=\"" + c + "\" SizeZ=\"" + z + "\" SizeT=\"" + t
                + "\" SizeX=\"1\" SizeY=\"1\" Type=\"uint8\">"
                + inside + "</Pixels></Image></OME>";
    }

    private static void refused(ThrowingCallable reading, String message) {
        assertThatThrownBy(reading).isInstanceOf(UserException.class).hasMessageEndingWith(message);
    }

    @Test
    void pagesWithoutAWordAreChannels() {
        Path path = file(4, "");
        assertThat(ImageFiles.samples(path).values()).containsExactly(0, 1, 2, 3);
        assertThat(ImageFiles.samples(path, 2).values()).containsExactly(2);
        assertThat(PictureHeader.of(path).channels()).isEqualTo(4);
        refused(
                () -> ImageFiles.picture(path),
                "stack.tif has 4 pages; only files of one page are read as they are: set data.channels where pages are"
                        + " channels, or data.page");
        refused(() -> ImageFiles.samples(path, 4), "stack.tif has 4 planes, 0 to 3; data.page is 4");
    }

    @Test
    void imageJCountsChannelsFirst() {
        String both = "ImageJ=1.53\nimages=6\nchannels=2\nslices=3\nhyperstack=true\n";
        Path stack = file(6, both);
        assertThat(ImageFiles.samples(stack, 1).values()).containsExactly(2, 3);
        refused(
                () -> ImageFiles.samples(stack),
                "stack.tif has 3 planes (ImageJ: 2 channels, 3 slices in Z, 1 time); set data.page to the one that is"
                        + " meant, 0 to 2");
        assertThat(ImageFiles.samples(file(2, "ImageJ=1.53\nimages=2\nchannels=2\n"))
                        .values())
                .containsExactly(0, 1);
        refused(
                () -> ImageFiles.samples(file(1, both)),
                "stack.tif speaks of 6 pages (ImageJ: 2 channels, 3 slices in Z, 1 time) but holds 1; save all of them"
                        + " in one file");
    }

    @Test
    void omeNamesTheOrderOfItsDimensions() {
        Path channelsLast = file(4, ome("XYZCT", 2, 2, 1, "<TiffData/>"));
        assertThat(ImageFiles.samples(channelsLast, 0).values()).containsExactly(0, 2);
        assertThat(ImageFiles.samples(channelsLast, 1).values()).containsExactly(1, 3);
        Path channelsFirst = file(4, ome("XYCZT", 2, 1, 2, ""));
        assertThat(ImageFiles.samples(channelsFirst, 1).values()).containsExactly(2, 3);
        refused(
                () -> ImageFiles.samples(channelsFirst),
                "stack.tif has 2 planes (OME: 2 channels, 1 slice in Z, 2 times); set data.page to the one that is"
                        + " meant, 0 to 1");
    }

    @Test
    void omeMayPlaceEveryPageAndNameChannels() {
        String inside = "<Channel ID=\"a\" Name=\"DAPI\"/><Channel ID=\"b\" Name=\"GFP\"/>"
                + "<TiffData IFD=\"1\" FirstC=\"0\"/><TiffData IFD=\"0\" FirstC=\"1\" PlaneCount=\"1\"/>";
        Samples samples = ImageFiles.samples(file(2, ome("XYCZT", 2, 1, 1, inside)));
        assertThat(samples.values()).containsExactly(1, 0);
        assertThat(samples.channelNames()).containsExactly("DAPI", "GFP");
    }

    @Test
    void whatOmeLeavesOpenIsRefused() {
        String two = "<OME><Image ID=\"1\"/><Image ID=\"2\"/></OME>";
        refused(
                () -> ImageFiles.samples(file(1, two)),
                "stack.tif holds 2 pictures (OME-TIFF); save the one that is meant in a file of its own");
        String elsewhere = "<TiffData IFD=\"0\" FirstC=\"0\"><UUID FileName=\"a.tif\">1</UUID></TiffData>"
                + "<TiffData IFD=\"0\" FirstC=\"1\"><UUID FileName=\"b.tif\">2</UUID></TiffData>";
        refused(
                () -> ImageFiles.samples(file(1, ome("XYCZT", 2, 1, 1, elsewhere))),
                "stack.tif is one of several files of an OME-TIFF; save all of them in one file");
        refused(
                () -> ImageFiles.samples(file(1, ome("XYCZT", -2, 1, 1, ""))),
                "stack.tif cannot be read as an image (its OME-XML makes no sense); it may be truncated or damaged");
        refused(
                () -> ImageFiles.samples(file(1, "<?xml version=\"1.0\"?><OME><Image>")),
                "stack.tif cannot be read as an image (its OME-XML makes no sense); it may be truncated or damaged");
    }

    @Test
    void smallerCopiesOfAPageBelongToIt() {
        TestTiff tiff = TestTiff.little();
        tiff.page(2, 1, 1, 8).strips(bytes(5, 6)).page(1, 1, 1, 8).tag(254, 1).strips(bytes(5));
        Path path = write(folder.resolve("pyramid.tif"), tiff.bytes());
        assertThat(ImageFiles.picture(path).rgb()).containsExactly(5, 5, 5, 6, 6, 6);
    }

    @Test
    void aStackInOneDirectoryIsNotItsFirstPage() {
        Path stack = file(1, "{\"shape\": [3, 1, 1], \"truncated\": true}");
        String message =
                "stack.tif speaks of 3 pages (tifffile: 1 channel, 3 slices in Z, 1 time) but holds 1; save all"
                        + " of them in one file";
        refused(() -> ImageFiles.picture(stack), message);
        refused(() -> ImageFiles.samples(stack, 0), message);
        refused(() -> ImageFiles.storedMask(stack), message);
        assertThat(ImageFiles.samples(file(3, "{\"shape\": [3, 1, 1]}")).values())
                .containsExactly(0, 1, 2);
        assertThat(ImageFiles.samples(file(1, "{\"shape\": [1, 1]}")).values()).containsExactly(0);
    }

    @Test
    void aMaskOfSeveralPagesGetsAdviceThatReachesIt() {
        refused(
                () -> ImageFiles.storedMask(file(2, "")),
                "stack.tif has 2 pages; a mask has one: save the page that is the mask as a file of its own");
    }
}
