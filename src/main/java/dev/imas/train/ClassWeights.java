package dev.imas.train;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.data.ImageSource;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The weights of {@code supervised.class_weights: auto}, from the labelled masks (docs/method.md 3.6). */
final class ClassWeights {
    /** So many digits are meant, and a person can read them in config.yaml. */
    private static final MathContext DIGITS = new MathContext(4);

    private ClassWeights() {}

    /** The configuration with the weights as numbers, and a line that tells them; as it is where it has numbers. */
    static ImasConfig settled(ImasConfig config, Dataset data, Consumer<String> message) {
        int classes = config.data().classes();
        List<Double> given = config.supervised().classWeights();
        if (given != null) {
            requireOnePerClass(given, classes);
            return config;
        }
        long[] pixels = pixels(data.labeled(), classes);
        List<Double> weights = of(pixels);
        message.accept(line(data, pixels, weights));
        return config.withSupervised(config.supervised().withClassWeights(weights));
    }

    /** Where the masks tell how many classes there are, nobody could ask this before. */
    static void requireOnePerClass(List<Double> given, int classes) {
        if (given != null && !given.isEmpty() && given.size() != classes) {
            throw new UserException("supervised.class_weights is " + given.size() + " weights; expected " + classes
                    + ", one a class, or none, or auto");
        }
    }

    /** Labelled pixels of each class in all masks. */
    private static long[] pixels(ImageSource labeled, int classes) {
        long[] pixels = new long[classes];
        for (int i = 0; i < labeled.size(); i++) {
            for (byte label : labeled.mask(i).labels()) {
                int c = Byte.toUnsignedInt(label);
                if (c < classes) {
                    pixels[c]++;
                }
            }
        }
        return pixels;
    }

    /** Inverse square roots of the pixels, of mean 1 over the classes that have some; 1 for the others. */
    static List<Double> of(long[] pixels) {
        double mean = Arrays.stream(pixels)
                .filter(n -> n > 0)
                .mapToDouble(n -> 1 / Math.sqrt(n))
                .average()
                .orElse(1);
        return Arrays.stream(pixels)
                .mapToObj(n -> n == 0 ? 1.0 : rounded(1 / Math.sqrt(n) / mean))
                .toList();
    }

    private static double rounded(double weight) {
        return new BigDecimal(weight).round(DIGITS).doubleValue();
    }

    private static String line(Dataset data, long[] pixels, List<Double> weights) {
        int masks = data.labeled().size();
        String found = IntStream.range(0, pixels.length)
                .filter(c -> pixels[c] > 0)
                .mapToObj(c ->
                        String.format(Locale.ROOT, "%s %.3g", data.classNames().get(c), weights.get(c)))
                .collect(Collectors.joining(", "));
        String absent = IntStream.range(0, pixels.length)
                .filter(c -> pixels[c] == 0)
                .mapToObj(data.classNames()::get)
                .collect(Collectors.joining(", "));
        return "class weights from " + masks + (masks == 1 ? " mask: " : " masks: ") + found
                + (absent.isEmpty() ? "" : "; in no labelled mask: " + absent);
    }
}
