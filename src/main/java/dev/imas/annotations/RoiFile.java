package dev.imas.annotations;

import dev.imas.common.UserException;
import ij.gui.OvalRoi;
import ij.gui.Roi;
import ij.gui.ShapeRoi;
import ij.io.RoiDecoder;
import ij.process.FloatPolygon;
import java.awt.Rectangle;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One region of ImageJ.
 *
 * @param name   its name
 * @param group  its group, 0 for none
 * @param colour 0xRRGGBB of its line, or null
 * @param region what it covers, or null
 * @param unread why it covers nothing, in the plural, or null
 */
record RoiFile(String name, int group, Integer colour, Region region, String unread) {
    private static final double FLATNESS = 0.01;
    private static final double FARTHEST = 1e9;
    private static final int HEADER = 64;
    private static final int VERSION = 4;
    private static final int FIRST_WITH_GROUPS = 228;
    private static final int KIND = 6;
    private static final int CORNERS = 16;
    private static final int PATH_LENGTH = 36;
    private static final int SUBTYPE = 48;
    private static final int SECOND_HEADER = 60;
    private static final int GROUP = 30; // in the second header
    private static final int TEXT = 1;
    private static final int IMAGE = 4;

    /**
     * Decodes the bytes of a .roi file.
     *
     * @param where what messages call it
     * @param name  its name where it has none of its own
     */
    static RoiFile read(String where, String name, byte[] bytes) {
        if (bytes.length < HEADER || bytes[0] != 'I' || bytes[1] != 'o' || bytes[2] != 'u' || bytes[3] != 't') {
            throw new UserException(where + " is no region of ImageJ (it does not begin with Iout)");
        }
        ByteBuffer header = ByteBuffer.wrap(bytes);
        int subtype = header.getShort(SUBTYPE);
        if (subtype == TEXT || subtype == IMAGE) {
            return new RoiFile(name, 0, null, null, "texts and pictures laid over, which cover nothing");
        }
        if (header.getInt(PATH_LENGTH) > bytes.length / Float.BYTES || corners(header) > bytes.length) {
            throw new UserException(where + " is a damaged region of ImageJ"); // before memory is taken for them
        }
        try {
            int group = group(header);
            byte[] single = bytes.clone();
            if (group > 0) { // ImageJ would look for the colours of groups in its own folder
                single[header.getInt(SECOND_HEADER) + GROUP] = 0;
            }
            return of(new RoiDecoder(single, name).getRoi(), name, group);
        } catch (IOException | RuntimeException | OutOfMemoryError e) { // lengths in a damaged file are of any size
            throw new UserException(where + " is a damaged region of ImageJ", e);
        }
    }

    /** Of a kind that has them: a short number, or where that is 0 a long one behind. */
    private static int corners(ByteBuffer header) {
        int kind = header.get(KIND);
        boolean straight = kind == 1 || kind == 2 || kind == 3; // rectangle, oval, line
        int corners = header.getShort(CORNERS) & 0xffff;
        return straight ? 0 : corners == 0 ? header.getInt(CORNERS + 2) : corners;
    }

    private static int group(ByteBuffer header) {
        int second = header.getInt(SECOND_HEADER);
        boolean has =
                header.getShort(VERSION) >= FIRST_WITH_GROUPS && second >= HEADER && second <= header.limit() - HEADER;
        return has ? header.get(second + GROUP) & 255 : 0;
    }

    private static RoiFile of(Roi roi, String otherwise, int group) throws IOException {
        if (roi == null) {
            throw new IOException("a region without points");
        }
        String name = roi.getName() == null ? otherwise : roi.getName();
        Integer colour =
                roi.getStrokeColor() == null ? null : roi.getStrokeColor().getRGB() & 0xffffff;
        String unread = null;
        if (!roi.isArea()) {
            unread = "regions that are points or lines, which cover nothing";
        } else if (isOfAnotherSlice(roi)) {
            unread = "regions on another slice, z or t than the first, which is the one that is read";
        }
        return new RoiFile(name, group, colour, unread == null ? region(roi) : null, unread);
    }

    private static boolean isOfAnotherSlice(Roi roi) {
        return roi.hasHyperStackPosition() ? roi.getZPosition() > 1 || roi.getTPosition() > 1 : roi.getPosition() > 1;
    }

    private static Region region(Roi roi) throws IOException {
        Rectangle2D bounds = roi.getFloatBounds();
        if (roi instanceof ShapeRoi shape) {
            Rectangle corner = roi.getBounds();
            return outline(shape.getShape(), AffineTransform.getTranslateInstance(corner.x, corner.y));
        }
        if (roi.getType() == Roi.OVAL && roi instanceof OvalRoi) {
            return new Ellipse(bounds.getCenterX(), bounds.getCenterY(), bounds.getWidth() / 2, bounds.getHeight() / 2);
        }
        if (roi.getType() == Roi.RECTANGLE && roi.getCornerDiameter() == 0) {
            return Outline.rectangle(bounds.getMinX(), bounds.getMinY(), bounds.getMaxX(), bounds.getMaxY());
        }
        FloatPolygon polygon = roi.getFloatPolygon();
        List<Double> corners = new ArrayList<>();
        for (int i = 0; i < polygon.npoints; i++) {
            corners.add((double) polygon.xpoints[i]);
            corners.add((double) polygon.ypoints[i]);
        }
        return new Outline(List.of(ring(corners)));
    }

    /** The lines of a shape, its curves as short straight ones. */
    private static Outline outline(Shape shape, AffineTransform shift) throws IOException {
        List<double[]> rings = new ArrayList<>();
        List<Double> ring = new ArrayList<>();
        double[] point = new double[6];
        for (PathIterator path = shape.getPathIterator(shift, FLATNESS); !path.isDone(); path.next()) {
            int segment = path.currentSegment(point);
            if (segment == PathIterator.SEG_MOVETO && !ring.isEmpty()) {
                rings.add(ring(ring));
                ring.clear();
            }
            if (segment != PathIterator.SEG_CLOSE) {
                ring.add(point[0]);
                ring.add(point[1]);
            }
        }
        rings.add(ring(ring));
        return new Outline(rings);
    }

    private static double[] ring(List<Double> corners) throws IOException {
        double[] ring = corners.stream().mapToDouble(Double::doubleValue).toArray();
        for (double value : ring) {
            if (!(Math.abs(value) <= FARTHEST)) {
                throw new IOException("a corner at " + value);
            }
        }
        return ring;
    }
}
