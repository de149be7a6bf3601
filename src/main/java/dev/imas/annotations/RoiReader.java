package dev.imas.annotations;

import dev.imas.common.FileNames;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** ImageJ's regions of interest: a .roi file, or a .zip of them as the ROI manager saves it. */
final class RoiReader implements AnnotationReader {
    private static final long MOST_BYTES = 64 << 20;
    private static final int MOST_REGIONS = 1_000_000;
    /** Of all regions in a zip, inflated: a small one could hold no end of them. */
    private static final long MOST_BYTES_OF_ALL = 1 << 30;
    /** How people name the ROI manager's files after their pictures. */
    private static final Pattern SET =
            Pattern.compile("(?i)(^(roi[-_ ]?set|rois?)[-_ ]+)|([-_ ]*(roi[-_ ]?set|rois?)$)");

    private final RoiClass classes;

    /** @param classes where the class of a region is taken from */
    RoiReader(RoiClass classes) {
        this.classes = classes;
    }

    @Override
    public boolean reads(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".roi") || name.endsWith(".zip");
    }

    @Override
    public List<AnnotatedPicture> read(Path file, Findings findings) {
        String problem = FileProblem.ofInput(file);
        if (problem != null) {
            throw new UserException(file + " " + problem + "; expected regions of ImageJ (.roi, or a .zip of them)");
        }
        List<Annotation> annotations = new ArrayList<>();
        try {
            if (file.toString().toLowerCase(Locale.ROOT).endsWith(".zip")) {
                zip(file, annotations, findings);
            } else {
                checkLength(file.toString(), Files.size(file));
                region(file.toString(), FileNames.stem(file), Files.readAllBytes(file), annotations, findings);
            }
        } catch (ZipException e) {
            throw new UserException(
                    file + " is no zip file, or a damaged one; expected one of ImageJ's ROI manager", e);
        } catch (IOException e) {
            throw new UserException(file + " cannot be read (" + FileProblem.of(e, file) + ")", e);
        }
        return List.of(new AnnotatedPicture.Held(file.toString(), names(file), Optional.empty(), annotations));
    }

    /** The picture's name, the name less "RoiSet", or the folder's. */
    private static List<String> names(Path file) {
        List<String> names = new ArrayList<>();
        String stem = FileNames.stem(file);
        names.add(stem);
        names.add(SET.matcher(stem).replaceAll(""));
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && folder.getFileName() != null) {
            names.add(folder.getFileName().toString());
        }
        names.removeIf(String::isBlank);
        return names.stream().distinct().toList();
    }

    private void zip(Path file, List<Annotation> annotations, Findings findings) throws IOException {
        // Any bytes are a name in this charset; names that are marked as UTF-8 are read so all the same.
        try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.ISO_8859_1)) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            long all = 0;
            for (int i = 0; entries.hasMoreElements(); i++) {
                ZipEntry entry = entries.nextElement();
                if (i == MOST_REGIONS) {
                    throw new UserException(file + " has more than " + MOST_REGIONS + " entries");
                }
                if (entry.isDirectory() || isOfSystem(entry)) {
                    continue;
                }
                String where = file + " " + Words.printable(entry.getName());
                if (entry.getName().toLowerCase(Locale.ROOT).endsWith(".roi")) {
                    byte[] bytes;
                    try (InputStream stream = zip.getInputStream(entry)) {
                        bytes = stream.readNBytes((int) MOST_BYTES + 1);
                    }
                    checkLength(where, bytes.length);
                    all += bytes.length;
                    if (all > MOST_BYTES_OF_ALL) {
                        throw new UserException(file + " has regions of more than " + MOST_BYTES_OF_ALL
                                + " bytes; expected one of ImageJ's ROI manager");
                    }
                    region(where, FileNames.stem(entry.getName()), bytes, annotations, findings);
                } else {
                    findings.skip("files in a zip that are no .roi", where);
                }
            }
        }
    }

    /** Systems put files of their own into the zips that they make. */
    private static boolean isOfSystem(ZipEntry entry) {
        return Arrays.stream(entry.getName().split("/")).anyMatch(FileNames::ofSystem);
    }

    private static void checkLength(String where, long bytes) {
        if (bytes > MOST_BYTES) {
            throw new UserException(where + " has more than " + MOST_BYTES + " bytes; expected a region of ImageJ");
        }
    }

    private void region(String where, String name, byte[] bytes, List<Annotation> annotations, Findings findings) {
        findings.gather(() -> {
            RoiFile roi = RoiFile.read(where, name, bytes);
            if (roi.unread() != null) {
                findings.skip(roi.unread(), where);
            } else {
                annotations.add(new Annotation(where, classes.of(roi), roi.colour(), List.of(roi.region())));
            }
        });
    }
}
