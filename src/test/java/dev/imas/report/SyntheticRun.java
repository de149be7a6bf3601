package dev.imas.report;

import dev.imas.common.Rng;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A run directory as a training leaves it, with numbers that behave like a real run's and pictures of discs. */
final class SyntheticRun {
    /** The first line of metrics.csv. */
    static final String METRICS = "epoch,step,lr,loss_sup,loss_unsup,gamma_mean,confident_ratio"
            + ",miou_student,miou_teacher,images_per_second";

    static final List<String> CLASSES = List.of("background", "striped disc", "dotted disc", "square");
    static final List<Integer> PALETTE = List.of(0x2b2d33, 0xe4572e, 0xf3a712, 0x4c78a8);
    static final int EPOCHS = 12;
    static final int STEPS_PER_EPOCH = 40;
    static final int IMAGES = 50;

    private SyntheticRun() {}

    static Path write(Path dir) {
        try {
            Files.createDirectories(dir.resolve("samples"));
            Files.writeString(dir.resolve("config.yaml"), config());
            Files.writeString(dir.resolve("metrics.csv"), metrics());
            Files.writeString(dir.resolve("hardness.csv"), hardness());
            Files.writeString(dir.resolve("class_iou.csv"), classIou());
            Files.writeString(dir.resolve("summary.json"), summary());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (int i = 0; i < 3; i++) {
            samples(dir.resolve("samples"), i);
        }
        return dir;
    }

    private static String config() {
        return """
                name: embedded
                method: imas
                seed: 7
                device: cpu
                precision: bf16
                data:
                  layout: embedded
                  classes: 4
                  class_names: [background, striped disc, dotted disc, square]
                  palette: [0x2b2d33, 0xe4572e, 0xf3a712, 0x4c78a8]
                  embedded: {images: 200, labeled: 20, validation: 40, size: 96}
                network:
                  backbone: resnet18
                  output_stride: 16
                training:
                  epochs: 12
                  lr: 0.01
                """;
    }

    private static String metrics() {
        StringBuilder text = new StringBuilder(METRICS + "\n");
        int total = EPOCHS * STEPS_PER_EPOCH;
        for (int step = 1; step <= total; step++) {
            Rng rng = Rng.of(1, "metrics", step);
            double t = (double) step / total;
            int epoch = (step - 1) / STEPS_PER_EPOCH + 1;
            boolean evaluated = step % STEPS_PER_EPOCH == 0;
            text.append(String.format(
                    Locale.ROOT,
                    "%d,%d,%.8f,%.5f,%.5f,%.5f,%.5f,%s,%s,%.2f\n",
                    epoch,
                    step,
                    0.01 * Math.pow(1 - t, 0.9),
                    0.12 + 1.7 * Math.exp(-5 * t) + 0.08 * rng.uniform(),
                    0.02 + 0.25 * t * Math.exp(-2.2 * t) + 0.05 * rng.uniform(),
                    0.3 + 0.55 * (1 - Math.exp(-3 * t)) + 0.06 * rng.gaussian() * (1 - t),
                    0.4 + 0.5 * (1 - Math.exp(-4 * t)) + 0.03 * rng.gaussian(),
                    evaluated ? String.format(Locale.ROOT, "%.5f", miou(epoch) - 0.015 + 0.01 * rng.gaussian()) : "",
                    evaluated ? String.format(Locale.ROOT, "%.5f", miou(epoch)) : "",
                    41 + 2 * rng.gaussian()));
        }
        return text.toString();
    }

    private static double miou(int epoch) {
        return 0.74321 - 0.62 * Math.exp(-0.35 * epoch);
    }

    private static String hardness() {
        StringBuilder text = new StringBuilder("epoch,image,gamma,hardness\n");
        for (int epoch = 1; epoch <= EPOCHS; epoch++) {
            for (int image = 0; image < IMAGES; image++) {
                double own = Rng.of(1, "image", image).uniform();
                double noise = 0.05 * Rng.of(1, "hardness", image, epoch).gaussian();
                double gamma = Math.min(1, Math.max(0, 1 - Math.pow(own, 0.6 + 0.15 * epoch) * 0.95 + noise));
                text.append(String.format(Locale.ROOT, "%d,scene-%03d,%.5f,%.5f\n", epoch, image, gamma, 1 - gamma));
            }
        }
        return text.toString();
    }

    private static String classIou() {
        StringBuilder text = new StringBuilder("class,name,iou_student,iou_teacher\n");
        double[] iou = {0.934, 0.712, 0.655, 0.6718};
        for (int c = 0; c < CLASSES.size(); c++) {
            text.append(String.format(
                    Locale.ROOT, "%d,%s,%.4f,%.4f\n", c, CLASSES.get(c), iou[c] - 0.02 + 0.012 * c, iou[c]));
        }
        return text.toString();
    }

    private static String summary() {
        return """
                {"name": "embedded", "method": "IMAS", "seed": 7, "device": "cpu", "precision": "bf16", "steps": 480, \
                "epochs": 12,
                 "miou_student": 0.7282, "miou_teacher": 0.7329, "best_miou": 0.7351, "best_epoch": 11,
                 "seconds": 151.2,
                 "data_wait_share": 0.031, "rss_first": 1834000000, "rss_last": 1851000000,
                 "data": {"labeled": 20, "unlabeled": 180, "validation": 40},
                 "versions": {"imas": "0.1.0", "java": "17.0.13", "libtorch": "2.10.0"},
                 "machine": {"cpu": "Example CPU", "cores": 2, "channels_last": true}}
                """;
    }

    private static void samples(Path folder, int number) {
        int size = 96;
        byte[] rgb = new byte[size * size * 3];
        byte[] truth = new byte[size * size];
        byte[] student = new byte[size * size];
        byte[] teacher = new byte[size * size];
        Rng rng = Rng.of(3, "sample", number);
        double cx = rng.uniform(30, 66);
        double cy = rng.uniform(30, 66);
        int label = 1 + number % 3;
        for (int i = 0; i < size * size; i++) {
            double d = Math.hypot(i % size - cx, i / size - cy);
            truth[i] = (byte) (d < 24 ? label : d < 26 ? LabelMap.IGNORE : 0);
            student[i] = (byte) (d < 20 + 5 * Math.sin(i % size * 0.3) ? label : 0);
            teacher[i] = (byte) (d < 24 + 2 * Math.sin(i % size * 0.3) ? label : 0);
            int grey = (int) (d < 25 ? 120 + 60 * Math.sin(i % size * 0.9) : 70 + 20 * rng.uniform());
            for (int c = 0; c < 3; c++) {
                rgb[3 * i + c] = (byte) (grey + 10 * c);
            }
        }
        String prefix = String.format(Locale.ROOT, "%03d-", number);
        Pngs.write(folder.resolve(prefix + "image.png"), new RgbImage(size, size, rgb));
        IndexPng.write(folder.resolve(prefix + "truth.png"), new LabelMap(size, size, truth), PALETTE);
        IndexPng.write(folder.resolve(prefix + "student.png"), new LabelMap(size, size, student), PALETTE);
        IndexPng.write(folder.resolve(prefix + "teacher.png"), new LabelMap(size, size, teacher), PALETTE);
    }
}
