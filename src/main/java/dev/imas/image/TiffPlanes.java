package dev.imas.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which pages of a TIFF file are the channels of one plane. In a file that says nothing of its dimensions (or has one
 * page) all pages are channels, in their order, and a plane is a page. In one of OME or ImageJ pages differ in channel,
 * depth and time; a plane is one depth at one time, plane number depth + time * depths, and its pages are its channels.
 *
 * @param kind     "" where the file says nothing
 * @param channels pages of a plane
 * @param depths   planes at one time
 * @param times    times
 * @param pageOf   the page of (channel, depth, time) at channel + channels * (depth + depths * time), or -1
 * @param names    one name a channel, or none
 */
record TiffPlanes(String kind, int channels, int depths, int times, int[] pageOf, List<String> names, int pages) {
    private static final int MOST_PAGES = 1 << 24;
    private static final Pattern IMAGE_J = Pattern.compile("(?m)^(images|channels|slices|frames)=(\\d{1,6})\\s*$");

    /** What tifffile writes of an array whose pages it may keep without directories of their own. */
    private static final Pattern SHAPE = Pattern.compile("\\{\\s*\"shape\"\\s*:\\s*\\[([\\d\\s,]{1,100})\\].*");

    /**
     * Reads what the first page's description says.
     *
     * @param pages in the file
     */
    static TiffPlanes of(TiffPage first, int pages, FileBytes file) throws IOException {
        String description = first.tags.text(TiffDirectory.DESCRIPTION);
        if (description.stripLeading().startsWith("<?xml")
                || description.stripLeading().startsWith("<OME")) {
            TiffPlanes ome = OmeXml.planes(description, pages);
            if (ome != null) {
                return ome;
            }
        } else if (description.startsWith("ImageJ=")) {
            return imageJ(description, pages);
        }
        long shaped = shapedPages(description, first);
        if (shaped > pages && holds(file, first, shaped)) {
            return stack("tifffile", 1, Math.toIntExact(shaped), 1, pages);
        }
        int[] inOrder = new int[pages];
        for (int i = 0; i < pages; i++) {
            inOrder[i] = i;
        }
        return new TiffPlanes("", pages, 1, 1, inOrder, List.of(), pages);
    }

    /** As many pages as an array of tifffile's has; 0 where the description is of something else. */
    private static long shapedPages(String description, TiffPage first) {
        Matcher shape = SHAPE.matcher(description.strip());
        if (!shape.matches()) {
            return 0;
        }
        double all = 1;
        for (String side : shape.group(1).split(",")) {
            all *= side.isBlank() ? 1 : Double.parseDouble(side.strip());
        }
        double shaped = all / ((double) first.width * first.height * first.channels);
        return shaped <= MOST_PAGES && shaped == Math.rint(shaped) ? (long) shaped : 0;
    }

    /**
     * Whether there is room in a file for pages that are left without directories, which tifffile does only where they
     * lie uncompressed behind the first. A page that was taken out of a stack may keep the description of the stack.
     */
    private static boolean holds(FileBytes file, TiffPage first, long pages) throws IOException {
        long[] offsets = first.tags.numbers(TiffDirectory.STRIP_OFFSETS, 1);
        boolean plain = first.tags.number(TiffDirectory.COMPRESSION, 1) == 1;
        double bytes = (double) first.width * first.height * first.channels * first.bits / 8;
        return plain && offsets.length > 0 && file.length() >= offsets[0] + pages * bytes;
    }

    /** ImageJ counts channels first, then slices, then frames. */
    private static TiffPlanes imageJ(String description, int pages) {
        int images = 1;
        int channels = 1;
        int slices = 1;
        int frames = 1;
        Matcher matcher = IMAGE_J.matcher(description);
        while (matcher.find()) {
            int number = Math.max(1, Integer.parseInt(matcher.group(2)));
            switch (matcher.group(1)) {
                case "images" -> images = number;
                case "channels" -> channels = number;
                case "slices" -> slices = number;
                default -> frames = number;
            }
        }
        if ((long) channels * slices * frames != images || images < pages) {
            channels = 1;
            slices = Math.max(images, pages);
            frames = 1;
        }
        return stack("ImageJ", channels, slices, frames, pages);
    }

    /** Pages in the order of channels, then slices, then frames, of which the file has the first ones. */
    private static TiffPlanes stack(String kind, int channels, int slices, int frames, int pages) {
        int[] pageOf = new int[channels * slices * frames];
        for (int i = 0; i < pageOf.length; i++) {
            pageOf[i] = i < pages ? i : -1;
        }
        return new TiffPlanes(kind, channels, slices, frames, pageOf, List.of(), pages);
    }

    /** What the file says of its dimensions, for messages; empty where it says nothing. */
    String described() {
        return kind.isEmpty()
                ? ""
                : " (" + kind + ": " + counted(channels, "channel") + ", " + counted(depths, "slice") + " in Z, "
                        + counted(times, "time") + ")";
    }

    private static String counted(int number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    /** Throws unless every page that the file speaks of is in it. */
    void requireAllHere() throws IOException {
        for (int page : pageOf) {
            if (page < 0) {
                throw ImageProblem.unread("speaks of " + pageOf.length + " pages" + described() + " but holds " + pages
                        + "; save all of them in one file");
            }
        }
    }

    /**
     * The pages of a plane, one a channel.
     *
     * @param plane its number, or {@link PictureFile#ONLY_PLANE}
     */
    List<Integer> pagesOf(int plane) throws IOException {
        requireAllHere();
        int planes = kind.isEmpty() && plane != PictureFile.ONLY_PLANE ? pages : depths * times;
        if (plane == PictureFile.ONLY_PLANE && planes > 1) {
            throw ImageProblem.unread("has " + planes + " planes" + described() + "; set data.page to the one that is"
                    + " meant, 0 to " + (planes - 1));
        }
        if (plane >= planes) {
            throw ImageProblem.unread(
                    "has " + planes + " planes" + described() + ", 0 to " + (planes - 1) + "; data.page is " + plane);
        }
        if (kind.isEmpty() && plane != PictureFile.ONLY_PLANE) {
            return List.of(plane);
        }
        List<Integer> list = new ArrayList<>();
        for (int c = 0; c < channels; c++) {
            list.add(pageOf[Math.max(plane, 0) * channels + c]);
        }
        return list;
    }
}
