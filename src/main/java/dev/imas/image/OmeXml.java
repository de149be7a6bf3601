package dev.imas.image;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** What the OME-XML in a TIFF file says of its pages. */
final class OmeXml {
    private static final int MAX_PLANES = 1 << 20;
    /** Places may lie over each other, but a short text could ask for no end of them. */
    private static final int MAX_PLACED = 4 * MAX_PLANES;

    private String order = "XYCZT";
    private int sizeC = 1;
    private int sizeZ = 1;
    private int sizeT = 1;
    private int images;
    private final List<String> names = new ArrayList<>();
    private final List<Integer> samples = new ArrayList<>();
    /** IFD, first C, Z, T, count: -1 where not said. */
    private final List<int[]> places = new ArrayList<>();

    private int placed;
    private boolean otherFiles;
    private final List<String> fileNames = new ArrayList<>();

    private OmeXml() {}

    /** The planes, or null where the text is other XML. */
    static TiffPlanes planes(String xml, int pages) throws IOException {
        OmeXml ome = new OmeXml();
        try {
            XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml.strip()));
            if (!ome.read(reader)) {
                return null;
            }
        } catch (XMLStreamException | NumberFormatException e) {
            throw ImageProblem.damaged("its OME-XML makes no sense");
        }
        return ome.planes(pages);
    }

    private boolean read(XMLStreamReader reader) throws XMLStreamException {
        boolean ome = false;
        while (reader.hasNext()) {
            int event = reader.next();
            if (event != XMLStreamConstants.START_ELEMENT) {
                continue;
            }
            String element = reader.getLocalName();
            if (!ome && !element.equals("OME")) {
                return false;
            }
            ome = true;
            switch (element) {
                case "Image" -> images++;
                case "Pixels" -> readPixels(reader);
                case "Channel" -> readChannel(reader);
                case "TiffData" -> readPlace(reader);
                case "UUID" -> otherFiles |= isOther(reader.getAttributeValue(null, "FileName"));
                default -> {}
            }
        }
        return ome;
    }

    /** Files of a series name each other; those of one name only themselves. */
    private boolean isOther(String fileName) {
        if (fileName != null && fileNames.size() < 2 && !fileNames.contains(fileName)) {
            fileNames.add(fileName);
        }
        return fileNames.size() > 1;
    }

    private void readPixels(XMLStreamReader reader) {
        if (images > 1) {
            return;
        }
        String said = reader.getAttributeValue(null, "DimensionOrder");
        order = said == null ? order : said;
        sizeC = number(reader, "SizeC", 1);
        sizeZ = number(reader, "SizeZ", 1);
        sizeT = number(reader, "SizeT", 1);
    }

    private void readChannel(XMLStreamReader reader) {
        if (images > 1) {
            return;
        }
        String name = reader.getAttributeValue(null, "Name");
        names.add(name == null ? "" : name);
        samples.add(number(reader, "SamplesPerPixel", 1));
    }

    private void readPlace(XMLStreamReader reader) {
        if (images > 1) {
            return;
        }
        int count = reader.getAttributeValue(null, "IFD") == null ? -1 : 1;
        places.add(new int[] {
            number(reader, "IFD", 0),
            number(reader, "FirstC", 0),
            number(reader, "FirstZ", 0),
            number(reader, "FirstT", 0),
            number(reader, "PlaneCount", count)
        });
    }

    private static int number(XMLStreamReader reader, String attribute, int missing) {
        String value = reader.getAttributeValue(null, attribute);
        return value == null ? missing : Integer.parseInt(value.strip());
    }

    private TiffPlanes planes(int pages) throws IOException {
        if (images > 1) {
            throw ImageProblem.unread(
                    "holds " + images + " pictures (OME-TIFF); save the one that is meant in a file" + " of its own");
        }
        int perPage =
                Math.max(1, samples.stream().mapToInt(Integer::intValue).max().orElse(1));
        if (sizeC % perPage != 0) {
            perPage = 1;
        }
        int channels = sizeC / perPage;
        boolean sensible = channels >= 1
                && sizeZ >= 1
                && sizeT >= 1
                && (long) channels * sizeZ * sizeT <= MAX_PLANES
                && order.matches("XY[CZT]{3}");
        if (!sensible) {
            throw ImageProblem.damaged("its OME-XML makes no sense");
        }
        if (otherFiles) {
            throw ImageProblem.unread("is one of several files of an OME-TIFF; save all of them in one file");
        }
        int[] pageOf = new int[channels * sizeZ * sizeT];
        Arrays.fill(pageOf, -1);
        if (places.isEmpty()) {
            places.add(new int[] {0, 0, 0, 0, -1});
        }
        for (int[] at : places) {
            at[1] /= perPage;
            fill(pageOf, at, channels, pages);
        }
        boolean named = names.size() == sizeC && names.stream().noneMatch(String::isBlank);
        return new TiffPlanes("OME", channels, sizeZ, sizeT, pageOf, named ? names : List.of(), pages);
    }

    /** Pages follow each other in the order of the dimensions. */
    private void fill(int[] pageOf, int[] at, int channels, int pages) throws IOException {
        int[] position = {at[1], at[2], at[3]}; // C, Z, T
        int[] sizes = {channels, sizeZ, sizeT};
        int count = at[4] < 0 ? pageOf.length : at[4];
        for (int i = 0; i < count; i++) {
            if (++placed > MAX_PLACED) {
                throw ImageProblem.damaged("its OME-XML makes no sense");
            }
            for (int d = 0; d < 3; d++) {
                if (position[d] < 0 || position[d] >= sizes[d]) {
                    throw ImageProblem.damaged("its OME-XML makes no sense");
                }
            }
            int page = at[0] + i;
            pageOf[position[0] + channels * (position[1] + sizeZ * position[2])] =
                    page >= 0 && page < pages ? page : -1;
            if (i + 1 < count && !advance(position, sizes)) {
                return;
            }
        }
    }

    private boolean advance(int[] position, int[] sizes) {
        for (int i = 2; i < 5; i++) {
            int dimension = "CZT".indexOf(order.charAt(i));
            if (++position[dimension] < sizes[dimension]) {
                return true;
            }
            position[dimension] = 0;
        }
        return false;
    }
}
