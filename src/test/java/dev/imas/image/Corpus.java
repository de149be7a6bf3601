package dev.imas.image;

import static dev.imas.image.TestFiles.bytes;
import static dev.imas.image.TestFiles.chunk;
import static dev.imas.image.TestFiles.colours;
import static dev.imas.image.TestFiles.deflated;
import static dev.imas.image.TestFiles.encode;
import static dev.imas.image.TestFiles.png;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.List;

/** Small pictures of every kind of file that is read. */
public final class Corpus {
    private Corpus() {}

    public static List<byte[]> whole() throws IOException {
        BufferedImage grey = new BufferedImage(24, 12, BufferedImage.TYPE_BYTE_GRAY);
        BufferedImage small = new BufferedImage(9, 7, BufferedImage.TYPE_BYTE_INDEXED);
        grey.createGraphics().drawImage(colours(24, 12), 0, 0, null);
        small.createGraphics().drawImage(colours(9, 7), 0, 0, null);
        byte[] palette = chunk("PLTE", bytes(10, 20, 30, 40, 50, 60));
        TestTiff big = TestTiff.of(ByteOrder.BIG_ENDIAN, true);
        big.page(4, 2, 1, 16).tag(278, 1).strips(big.wide(1, 2, 3, 60000), big.wide(9, 8, 7, 6));
        byte[] rgb = deflated(new byte[3 * 16 * 16]);
        TestTiff tiles =
                TestTiff.little().page(20, 10, 3, 8).tag(259, 8).tag(317, 2).tiles(16, 16, rgb, rgb);
        TestTiff floats = TestTiff.little().page(2, 2, 1, 32).tag(339, 3);
        floats.strips(floats.floats(1, 2, 3, 4));
        TestTiff stack = TestTiff.little();
        for (int i = 0; i < 4; i++) {
            stack.page(2, 2, 1, 8)
                    .text(270, "ImageJ=1.5\nimages=4\nchannels=2\nslices=2\n")
                    .strips(bytes(1, 2, 3, i));
        }
        String xml = "<OME><Image><Pixels DimensionOrder=\"XYZCT\" SizeC=\"2\" SizeZ=\"1\" SizeT=\"1\">"
                + "<TiffData IFD=\"0\" PlaneCount=\"2\"/></Pixels></Image></OME>";
        TestTiff ome = TestTiff.little().page(1, 1, 1, 8).text(270, xml).strips(bytes(1));
        ome.page(1, 1, 1, 8).strips(bytes(2));
        return List.of(
                encode(colours(24, 12), "png"),
                encode(grey, "png"),
                png(5, 2, 4, 0, new byte[0], bytes(1, 2, 3), bytes(4, 5, 6)),
                png(3, 1, 8, 3, palette, bytes(0, 1, 0)),
                encode(colours(24, 12), "jpg"),
                encode(grey, "jpg"),
                ImageFilesTest.progressive(colours(24, 12)),
                encode(small, "gif"),
                encode(colours(9, 7), "bmp"),
                encode(small, "bmp"),
                encode(colours(24, 12), "tif"),
                TiffFilesTest.imageIo(colours(24, 12), "LZW"),
                TiffFilesTest.imageIo(colours(24, 12), "PackBits"),
                TiffFilesTest.imageIo(colours(24, 12), "JPEG"),
                TiffFilesTest.imageIo(new BufferedImage(30, 9, BufferedImage.TYPE_BYTE_BINARY), "CCITT T.6"),
                TiffFilesTest.imageIo(new BufferedImage(30, 9, BufferedImage.TYPE_BYTE_BINARY), "CCITT T.4"),
                big.bytes(),
                tiles.bytes(),
                floats.bytes(),
                stack.bytes(),
                ome.bytes(),
                FormatsTest.webp(6, 4, 1, 2, 3));
    }
}
