package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.config.Channels;
import dev.imas.image.PictureHeader;
import dev.imas.image.PictureNames;
import dev.imas.image.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pictures with one file a channel, named as nnU-Net has them: {@code NAME_0000.tif}, {@code NAME_0001.tif} and so on
 * are the channels of NAME. The first file stands for the picture.
 */
public final class ChannelFiles {
    private static final Pattern NUMBERED = Pattern.compile("(.+)_(\\d{4})");
    private static final Pattern FIRST = Pattern.compile("(.+)_0000");

    private final Channels channels;
    /** By folder, whether its numbered files have one channel each, told by the first that was asked about. */
    private final Map<Path, Boolean> single = new ConcurrentHashMap<>();

    /** @param channels what a network sees; rgb is never in several files */
    public ChannelFiles(Channels channels) {
        this.channels = channels;
    }

    /**
     * The pictures among files: those that hold further channels of another one are left out. Files that have several
     * channels themselves are pictures of their own, such as the frames of a recording.
     */
    public List<Path> pictures(List<Path> files) {
        Set<Path> all = Set.copyOf(files);
        return files.stream().filter(file -> !isFurther(file, all)).toList();
    }

    /** A picture's name: the file's without its ending, and without the number of the first channel. */
    public String name(Path file) {
        String stem = stem(file);
        Matcher first = FIRST.matcher(stem);
        boolean family = !channels.rgb() && first.matches() && (channels.count() == 1 || of(file).size() > 1);
        return family ? first.group(1) : stem;
    }

    /** The files of a picture's channels in order; of most pictures the one file. */
    public List<Path> of(Path file) {
        if (channels.rgb()
                || channels.count() == 1
                || !FIRST.matcher(stem(file)).matches()) {
            return List.of(file);
        }
        List<Path> files = new ArrayList<>();
        for (Path next = file; Files.isRegularFile(next); next = sibling(file, files.size())) {
            files.add(next);
        }
        return files.size() > 1 && isSingle(file) ? files : List.of(file);
    }

    private boolean isSingle(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return single.computeIfAbsent(folder, unknown -> PictureHeader.of(file).channels() == 1);
    }

    private boolean isFurther(Path file, Set<Path> all) {
        Matcher numbered = NUMBERED.matcher(stem(file));
        if (channels.rgb() || !numbered.matches() || numbered.group(2).equals("0000")) {
            return false;
        }
        Path first = sibling(file, 0);
        return all.contains(first) && of(first).contains(file);
    }

    /** The file of a numbered one's family with another number. */
    private static Path sibling(Path file, int number) {
        String name = file.getFileName().toString();
        int digits = stem(file).length() - 4;
        return file.resolveSibling(
                name.substring(0, digits) + String.format(Locale.ROOT, "%04d", number) + name.substring(digits + 4));
    }

    private static String stem(Path file) {
        return PictureNames.stem(file.getFileName().toString());
    }

    /** The samples of files with one channel each, as one picture. */
    static Samples joined(List<Path> files, List<Samples> parts) {
        Samples first = parts.get(0);
        for (int c = 1; c < parts.size(); c++) {
            Samples part = parts.get(c);
            if (part.channels() != 1 || part.width() != first.width() || part.height() != first.height()) {
                throw new UserException(files.get(c) + " has " + described(part) + ", " + files.get(0) + " has "
                        + described(first) + "; the files of one picture have one channel each and one size");
            }
            if (part.kind() != first.kind() || part.bits() != first.bits()) {
                throw new UserException(files.get(c) + " has " + part.bits() + "-bit samples, " + files.get(0) + " has "
                        + first.bits() + "-bit ones; the files of one picture have one depth");
            }
        }
        int channels = parts.size();
        float[] values = new float[first.values().length * channels];
        for (int i = 0; i < values.length; i++) {
            values[i] = parts.get(i % channels).values()[i / channels];
        }
        return new Samples(first.width(), first.height(), channels, first.kind(), first.bits(), values, List.of());
    }

    private static String described(Samples part) {
        return part.channels() + (part.channels() == 1 ? " channel of " : " channels of ") + part.width() + "x"
                + part.height() + " pixels";
    }
}
