package dev.imas.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A TIFF or BigTIFF file: its pages, and the planes that they are of a picture with several dimensions. */
final class TiffFile implements PictureFile {
    private static final int REDUCED = 1;
    private static final int TRANSPARENCY = 4;

    private final FileBytes file;
    private final List<TiffPage> pages = new ArrayList<>();
    private final TiffPlanes planes;

    private TiffFile(FileBytes file) throws IOException {
        this.file = file;
        List<TiffDirectory> chain = TiffDirectory.chain(file);
        for (TiffDirectory tags : chain) {
            // Smaller copies and masks of a page belong to it.
            if ((tags.number(TiffDirectory.SUBFILE, 0) & (REDUCED | TRANSPARENCY)) == 0) {
                pages.add(new TiffPage(tags));
            }
        }
        if (pages.isEmpty()) {
            throw ImageProblem.damaged("it has no page of full size");
        }
        planes = TiffPlanes.of(pages.get(0), pages.size(), file);
    }

    static TiffFile of(FileBytes file) throws IOException {
        return new TiffFile(file);
    }

    @Override
    public boolean deep() throws IOException {
        for (TiffPage page : pages) {
            if (page.bits > 8 || page.kind != Samples.Kind.UNSIGNED || page.besideRgb()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public ImageSize size() {
        return pages.get(0).size();
    }

    @Override
    public Orientation orientation() {
        try {
            return pages.get(0).orientation();
        } catch (IOException e) {
            return Orientation.AS_STORED;
        }
    }

    @Override
    public int channels() {
        return planes.channels() * pages.get(0).channels;
    }

    @Override
    public int bits() {
        return pages.get(0).bits;
    }

    @Override
    public int pages() {
        return pages.size();
    }

    @Override
    public Optional<String> lossy() throws IOException {
        return pages.get(0).jpeg() ? Optional.of("TIFF compressed as JPEG") : Optional.empty();
    }

    @Override
    public boolean leastIsWhite() throws IOException {
        return pages.get(0).minIsWhite() && !pages.get(0).fax();
    }

    @Override
    public double noData() throws IOException {
        return pages.get(0).noData();
    }

    @Override
    public void requireEnd() throws IOException {
        for (TiffPage page : pages) {
            new TiffSegments(page, file).requireInFile();
        }
    }

    @Override
    public long memory() {
        return pages.stream().mapToLong(TiffPage::memory).max().orElseThrow();
    }

    @Override
    public long memory(int plane) throws IOException {
        long bytes = 0;
        for (int number : planes.pagesOf(plane)) {
            TiffPage page = pages.get(number);
            bytes += page.memory() + PictureFile.sampleMemory(page.size(), page.shownChannels());
        }
        return bytes;
    }

    /** The only page; of several none is the picture. */
    @Override
    public Stored decode() throws IOException {
        if (pages.size() > 1) {
            throw ImageProblem.unread("has " + pages.size() + " pages" + planes.described()
                    + "; only files of one page are read as they are: set data.channels where pages are channels, or"
                    + " data.page");
        }
        planes.requireAllHere();
        return pages.get(0).decode(file);
    }

    @Override
    public List<Stored> decodeChannels(int plane) throws IOException {
        List<Integer> numbers = planes.pagesOf(plane);
        for (int page : numbers) {
            if (!pages.get(page).size().equals(pages.get(numbers.get(0)).size())) {
                throw ImageProblem.unread(
                        "has pages of different sizes, which cannot be channels of one picture: set" + " data.page");
            }
        }
        List<Stored> channels = new ArrayList<>();
        for (int page : numbers) {
            Stored stored = pages.get(page).decode(file);
            channels.add(planes.described().isEmpty() ? stored : withoutColours(stored));
        }
        return channels;
    }

    @Override
    public Optional<StoredBlocks> blocks(int plane) throws IOException {
        List<Integer> numbers = planes.pagesOf(plane);
        if (numbers.size() > 1) {
            return Optional.empty();
        }
        return TiffBlocks.of(pages.get(numbers.get(0)), file)
                .map(blocks -> planes.described().isEmpty() ? blocks : () -> withoutColours(blocks.next()));
    }

    @Override
    public List<String> channelNames() {
        return planes.names();
    }

    /** Microscopes' files store a channel's colours for showing as a palette; its samples are the indices. */
    private static Stored withoutColours(Stored stored) {
        return stored.meaning() != Stored.Meaning.PALETTE
                ? stored
                : new Stored(
                        stored.width(),
                        stored.height(),
                        stored.channels(),
                        Stored.Meaning.GREY,
                        stored.alpha(),
                        stored.scaled(),
                        stored.kind(),
                        stored.bits(),
                        stored.values(),
                        new int[0]);
    }
}
