package dev.imas.benchmarks;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.train.LoaderThreads;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Crops and networks of the sizes that people train on CPUs. */
enum TrainCpuCase {
    CAMVID_R18("camvid-r18", 11, 8, 4, 112, 144, 360, 480, Kind.RESNET),
    WBC_R18("wbc-r18", 3, 8, 8, 128, 128, 240, 240, Kind.RESNET),
    VOC_R18("voc-r18", 21, 2, 2, 321, 321, 375, 500, Kind.RESNET),
    DINO("dinov2-s", 21, 2, 2, 98, 98, 150, 200, Kind.UNIMATCH),
    DINO_266("dinov2-s-266", 21, 2, 2, 266, 266, 375, 500, Kind.UNIMATCH),
    DINO_FROZEN("dinov2-s-frozen", 21, 2, 2, 98, 98, 150, 200, Kind.FROZEN_UNIMATCH),
    DINO_FROZEN_IMAS("dinov2-s-frozen-imas", 21, 2, 2, 98, 98, 150, 200, Kind.FROZEN_IMAS);

    /** Network and method; every one's CutMix fires in every step. */
    enum Kind {
        /** ResNet-18 under iMAS. */
        RESNET("voc", 0.001, List.of("network.backbone=resnet18")),
        /** DINOv2-S and DPT under UniMatch V2. */
        UNIMATCH("voc-92-dinov2s", 5e-6, List.of("unsupervised.cutmix_probability=1.0")),
        /** The same with the head alone learning. */
        FROZEN_UNIMATCH(
                "voc-92-dinov2s", 5e-6, List.of("unsupervised.cutmix_probability=1.0", "network.freeze_encoder=true")),
        /** The frozen encoder under iMAS. */
        FROZEN_IMAS(
                "voc",
                5e-6,
                List.of(
                        "network.backbone=dinov2_small",
                        "network.head=dpt",
                        "network.freeze_encoder=true",
                        "training.optimizer=adamw",
                        "training.weight_decay=0.01",
                        "training.head_lr_multiplier=40"));

        private final String preset;
        private final List<String> settings;
        final double lr;

        Kind(String preset, double lr, List<String> settings) {
            this.preset = preset;
            this.lr = lr;
            this.settings = settings;
        }
    }

    final String title;
    final int classes;
    final int labeled;
    final int unlabeled;
    final int height;
    final int width;
    final int pictureHeight;
    final int pictureWidth;
    final Kind kind;

    TrainCpuCase(
            String title,
            int classes,
            int labeled,
            int unlabeled,
            int height,
            int width,
            int pictureHeight,
            int pictureWidth,
            Kind kind) {
        this.title = title;
        this.classes = classes;
        this.labeled = labeled;
        this.unlabeled = unlabeled;
        this.height = height;
        this.width = width;
        this.pictureHeight = pictureHeight;
        this.pictureWidth = pictureWidth;
        this.kind = kind;
    }

    static String titles() {
        return Arrays.stream(values()).map(c -> c.title).collect(Collectors.joining(", "));
    }

    static TrainCpuCase of(String title) {
        return Arrays.stream(values())
                .filter(c -> c.title.equals(title))
                .findFirst()
                .orElseThrow(() -> new UserException("--case " + title + ": expected one of " + titles()));
    }

    /** Every pixel is confident: so no kernel profits from pixels that teach nothing. */
    ImasConfig config(Path folder) {
        Map<String, Object> layers = ConfigYaml.preset(kind.preset);
        kind.settings.forEach(setting -> ConfigYaml.set(layers, setting));
        List.of(
                        "augment.crop=[" + height + ", " + width + "]",
                        "training.batch_labeled=" + labeled,
                        "training.batch_unlabeled=" + unlabeled,
                        "unsupervised.threshold=0.0",
                        "data.classes=" + classes,
                        "data.layout=list",
                        "data.labeled=labeled.txt",
                        "data.unlabeled=unlabeled.txt",
                        "data.validation=val.txt",
                        "data.epoch_length=0",
                        "device=cpu")
                .forEach(setting -> ConfigYaml.set(layers, setting));
        ConfigYaml.set(layers, "data.root", folder.toString(), "--images");
        return LoaderThreads.settled(ConfigYaml.resolve(layers), false);
    }
}
