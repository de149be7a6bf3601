package dev.imas.config;

import java.util.List;

/**
 * Everything a run depends on, resolved: presets, files and command-line settings are merged into this record, which
 * is written to {@code config.yaml} of the run directory. YAML keys are the component names in snake_case, e.g.
 * {@code training.batch_labeled}. The leaf of the package graph: it imports nothing of the project but
 * {@code common}.
 *
 * @param name      preset or run name
 * @param method    which training method; see {@link Method}
 * @param seed      the one seed all random numbers derive from
 * @param device    {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:i}
 * @param precision {@code auto}, {@code fp32}, {@code tf32} or {@code bf16}
 */
public record ImasConfig(String name, Method method, long seed, String device, Precision precision, Data data,
                         Network network, Augment augment, Training training, Supervised supervised,
                         Unsupervised unsupervised, Evaluation evaluation) {

    /** What drives the unlabelled images. */
    public enum Method {
        /** The published method, with the switches of {@link Unsupervised}. */
        IMAS,
        /** All gamma = 1: the plain weak-to-strong baseline with an EMA teacher. */
        UNIFORM,
        /** Labelled images only. */
        SUPERVISED
    }

    public enum Precision { AUTO, FP32, TF32, BF16 }

    /** How image and label files are found. */
    public enum Layout {
        /** Procedurally generated scenes; no files. */
        EMBEDDED,
        /** Lists of {@code image-path label-path} lines relative to the root; a line may hold the image alone. */
        LIST,
        /** Lists of ids: JPEGImages/ID.jpg and SegmentationClassAug/ID.png. */
        VOC,
        /** Lists of leftImg8bit paths; gtFine labelTrainIds beside. */
        CITYSCAPES,
        /** images/ and masks/ folders with equal file stems; lists hold stems, or are absent. */
        FOLDERS
    }

    /**
     * @param layout     how files are found
     * @param root       folder that paths in the lists are relative to; null for the embedded data
     * @param labeled    list file of labelled images
     * @param unlabeled  list file of unlabelled images
     * @param validation list file of validation images
     * @param classes    number of classes, 1..255
     * @param classNames one name a class, or empty
     * @param palette    one 0xRRGGBB a class for pictures, or empty for the VOC palette
     * @param epochLength samples of either kind an epoch; 0: the length of the unlabelled list
     * @param workers    threads of each loader; 0: samples are prepared between the steps; null ({@code auto}): as the device needs
     * @param prefetch   batches prepared ahead
     * @param embedded   sizes of the generated data set; used with {@link Layout#EMBEDDED} only
     */
    public record Data(Layout layout, String root, String labeled, String unlabeled, String validation, int classes,
                       List<String> classNames, List<Integer> palette, int epochLength, Integer workers, int prefetch,
                       Embedded embedded) {
    }

    /**
     * @param images     training images in all
     * @param labeled    how many of them are labelled
     * @param validation validation images
     * @param size       side of the square scenes in pixels
     */
    public record Embedded(int images, int labeled, int validation, int size) {
    }

    public enum Backbone { TINY, RESNET18, RESNET34, RESNET50, RESNET101 }

    public enum Stem {
        /** Three 3x3 convolutions (parity). */
        DEEP,
        /** One 7x7 convolution with torchvision's key names. */
        CONV7
    }

    /**
     * @param outputStride  8 or 16
     * @param aspp          the three dilations of the ASPP
     * @param multiGrid     multiply the dilations of layer4's blocks by 2, 2, 4
     * @param auxiliary     auxiliary head on layer3
     * @param initWeights   weight file to start from (safetensors or .pth), or null
     * @param strictWeights refuse initWeights with unknown or missing keys
     */
    public record Network(Backbone backbone, Stem stem, int outputStride, List<Integer> aspp, boolean multiGrid,
                          boolean auxiliary, String initWeights, boolean strictWeights) {
    }

    public enum ResizeMode {
        /** The long side becomes a uniform integer in [min, max]. */
        LONG_SIDE,
        /** Both sides of the base size times one scale uniform in [min, max]. */
        SCALE,
        /** No resize. */
        NONE
    }

    /**
     * @param crop       [height, width] of the training crop
     * @param resize     how the weak view resizes
     * @param resizeMin  pixels (LONG_SIDE) or factor (SCALE)
     * @param resizeMax  pixels (LONG_SIDE, inclusive) or factor (SCALE)
     * @param resizeBase [height, width] that SCALE multiplies; empty: the picture's own size
     * @param flip       probability of a horizontal flip
     * @param strongOps  strong operations drawn with replacement (num_augs)
     * @param strongRandomCount true: the number of operations is drawn from 1..strongOps
     * @param device     true: the strong view is made on the training device; the same pictures, and less work for the
     *                   loader's threads
     */
    public record Augment(List<Integer> crop, ResizeMode resize, double resizeMin, double resizeMax,
                          List<Integer> resizeBase, double flip, int strongOps, boolean strongRandomCount,
                          boolean device) {
    }

    /** What the teacher is before it first differs from the student. */
    public enum TeacherStart {
        /** A copy of the student up to the end of the first epoch with unlabelled images (parity). */
        COPY,
        /** The average of the student from the first step on. */
        AVERAGE
    }

    /**
     * @param epochs           epochs in all
     * @param supOnlyEpochs    first epochs without unlabelled images
     * @param batchLabeled     labelled images a step
     * @param batchUnlabeled   unlabelled images a step
     * @param lr               base learning rate of the encoder
     * @param headLrMultiplier factor for decoder and auxiliary head
     * @param momentum         SGD momentum
     * @param weightDecay      SGD weight decay, on all parameters
     * @param polyPower        exponent of the poly schedule
     * @param emaDecay         cap of the EMA decay
     * @param teacherStart     from when on the teacher averages
     * @param checkpointEvery  steps between checkpoints; 0: at the end of every epoch only
     * @param logEvery         steps between rows of metrics.csv
     */
    public record Training(int epochs, int supOnlyEpochs, int batchLabeled, int batchUnlabeled, double lr,
                           double headLrMultiplier, double momentum, double weightDecay, double polyPower,
                           double emaDecay, TeacherStart teacherStart, int checkpointEvery, int logEvery) {
    }

    public enum SupervisedLoss { CE, OHEM }

    /**
     * @param loss          cross-entropy or OHEM
     * @param ohemThreshold probability of the true class up to which a pixel is kept
     * @param ohemMinKept   at least as many pixels are kept
     * @param auxWeight     weight of the auxiliary head's loss
     */
    public record Supervised(SupervisedLoss loss, double ohemThreshold, long ohemMinKept, double auxWeight) {
    }

    public enum GammaVersion { V1, V2 }

    public enum IntensityMix {
        /** The strong view as it is. */
        OFF,
        /** gamma*strong + (1-gamma)*weak (parity). */
        BLEND,
        /** The strong view with probability gamma, else the weak one. */
        BERNOULLI
    }

    public enum CutMixTrigger {
        /** Never. */
        OFF,
        /** With the fixed probability {@code cutmixProbability}. */
        FIXED,
        /** With probability mean(gamma) (parity). */
        ADAPTIVE
    }

    public enum CutMixPairing { HARDNESS, RANDOM }

    public enum ClassThresholds {
        /** {@code threshold} for every class (parity). */
        SAME,
        /** tau * m_c / max m for class c: m_c is the mean confidence of the batch's pixels with that pseudo-label. gamma keeps tau. */
        BY_CONFIDENCE
    }

    /**
     * The unlabelled part of the step and every switch of the method.
     *
     * @param threshold         tau, confidence threshold
     * @param classThresholds   tau for every class, or lower for those predicted with less confidence
     * @param weight            lambda, weight of the consistency loss
     * @param gammaVersion      v1 (parity) or v2
     * @param classWeighted     class-weighted IoU in gamma (parity) or the plain mean
     * @param ignoreBackground  class 0 does not count in gamma
     * @param weightByHardness  each image's consistency loss times its gamma
     * @param intensityMix      adaptive intensity
     * @param cutmix            when CutMix fires
     * @param cutmixProbability used by FIXED
     * @param cutmixPairing     how partners are chosen
     * @param cutmixScale       [lo, hi] of the box side ratio
     * @param cutmixScaleByHardness side ratio lo + (hi-lo)*u*mean(gamma) instead of uniform
     * @param weakInBatch       the weak part takes part in the batch statistics (parity)
     */
    public record Unsupervised(double threshold, ClassThresholds classThresholds, double weight, GammaVersion gammaVersion, boolean classWeighted,
                               boolean ignoreBackground, boolean weightByHardness, IntensityMix intensityMix,
                               CutMixTrigger cutmix, double cutmixProbability, CutMixPairing cutmixPairing,
                               List<Double> cutmixScale, boolean cutmixScaleByHardness, boolean weakInBatch) {
    }

    public enum EvaluationMode { WHOLE, SLIDING }

    public enum AbsentClasses {
        /** A class that occurs nowhere counts as IoU 0 (parity). */
        ZERO,
        /** It is left out of the mean. */
        SKIP
    }

    /**
     * @param mode          whole image or sliding windows of the crop size with stride 2/3
     * @param window        side of the sliding window
     * @param scale         factor on a picture's sides before the network sees it, 1 (parity) or less; predictions are
     *                      enlarged to the picture's own size
     * @param everyEpochs   epochs between evaluations; the last epoch is always evaluated
     * @param absentClasses what classes without a pixel count
     */
    public record Evaluation(EvaluationMode mode, int window, double scale, int everyEpochs, AbsentClasses absentClasses) {
    }
}
