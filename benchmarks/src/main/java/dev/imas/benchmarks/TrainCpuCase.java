package dev.imas.benchmarks;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.train.LoaderThreads;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Crops and networks of the sizes that people train on CPUs. */
enum TrainCpuCase {
    CAMVID_R18("camvid-r18", 11, 8, 4, 112, 144, 360, 480),
    WBC_R18("wbc-r18", 3, 8, 8, 128, 128, 240, 240),
    VOC_R18("voc-r18", 21, 2, 2, 321, 321, 375, 500);

    final String title;
    final int classes;
    final int labeled;
    final int unlabeled;
    final int height;
    final int width;
    final int pictureHeight;
    final int pictureWidth;

    TrainCpuCase(
            String title,
            int classes,
            int labeled,
            int unlabeled,
            int height,
            int width,
            int pictureHeight,
            int pictureWidth) {
        this.title = title;
        this.classes = classes;
        this.labeled = labeled;
        this.unlabeled = unlabeled;
        this.height = height;
        this.width = width;
        this.pictureHeight = pictureHeight;
        this.pictureWidth = pictureWidth;
    }

    static TrainCpuCase of(String title) {
        return Arrays.stream(values())
                .filter(c -> c.title.equals(title))
                .findFirst()
                .orElseThrow(() -> new UserException("--case " + title + ": expected camvid-r18, wbc-r18 or voc-r18"));
    }

    /** Every pixel is confident: so no kernel profits from pixels that teach nothing. */
    ImasConfig config(Path folder) {
        Map<String, Object> layers = ConfigYaml.preset("voc");
        List.of(
                        "network.backbone=resnet18",
                        "augment.crop=[" + height + ", " + width + "]",
                        "training.batch_labeled=" + labeled,
                        "training.batch_unlabeled=" + unlabeled,
                        "unsupervised.threshold=0.0",
                        "data.classes=" + classes,
                        "data.layout=list",
                        "data.labeled=labeled.txt",
                        "data.unlabeled=unlabeled.txt",
                        "data.validation=val.txt",
                        "device=cpu")
                .forEach(setting -> ConfigYaml.set(layers, setting));
        ConfigYaml.set(layers, "data.root", folder.toString(), "--images");
        return LoaderThreads.settled(ConfigYaml.resolve(layers), false);
    }
}
