import dev.imas.image.RgbImage;
import dev.imas.predict.Segmenter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Predicts, or opens and closes segmenters, in several threads, and prints after each round of them how many there were
 * and the process's resident memory in kB. Started from its source by `memory`.
 */
final class FlatMemory {
    private static final int[][] SIZES = {{48, 48}, {64, 40}, {96, 96}, {33, 71}, {128, 80}};

    private FlatMemory() {}

    public static void main(String[] arguments) throws Exception {
        Path weights = Path.of(arguments[1]);
        int count = Integer.parseInt(arguments[2]);
        int threads = Integer.parseInt(arguments[3]);
        List<RgbImage> pictures = pictures();
        if (arguments[0].equals("predict")) {
            try (Segmenter segmenter = Segmenter.open(weights, Segmenter.Options.defaults())) {
                repeat(count, threads, i -> segmenter.segment(pictures.get(i % pictures.size())));
            }
        } else {
            repeat(count, threads, i -> {
                try (Segmenter segmenter = Segmenter.open(weights, Segmenter.Options.defaults())) {
                    segmenter.segment(pictures.get(i % pictures.size()));
                }
            });
        }
    }

    private interface Work {
        void run(int i);
    }

    /** All threads do one each, then memory is read while none works: what a call holds for its while is no leak. */
    private static void repeat(int count, int threads, Work work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        for (int done = 0; done < count; done += threads) {
            List<Callable<Void>> round = new ArrayList<>();
            for (int i = done; i < Math.min(done + threads, count); i++) {
                int number = i;
                round.add(() -> {
                    work.run(number);
                    return null;
                });
            }
            for (Future<Void> result : pool.invokeAll(round)) {
                result.get();
            }
            System.out.println(done + round.size() + " " + residentKilobytes());
        }
        pool.shutdown();
    }

    private static long residentKilobytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("the system does not tell the resident memory");
    }

    private static List<RgbImage> pictures() {
        Random dice = new Random(1);
        List<RgbImage> pictures = new ArrayList<>();
        for (int[] size : SIZES) {
            byte[] samples = new byte[3 * size[0] * size[1]];
            dice.nextBytes(samples);
            pictures.add(new RgbImage(size[0], size[1], samples));
        }
        return pictures;
    }
}
