package dev.imas.config;

import dev.imas.common.FileNames;
import dev.imas.config.Allowed.Color;
import dev.imas.config.Allowed.Items;
import dev.imas.config.Allowed.OnResume;
import dev.imas.config.Allowed.OneOf;
import dev.imas.config.Allowed.OrAuto;
import dev.imas.config.Allowed.PathOrNull;
import dev.imas.config.Allowed.Range;
import dev.imas.config.Allowed.Text;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;

/**
 * Everything a run depends on, resolved: presets, files and command-line settings are merged into this record, which
 * is written to {@code config.yaml} of the run directory. A YAML key is a component's name in snake_case
 * ({@link Names}), e.g. {@code training.batch_labeled}; the values that it may have are the annotations at the
 * component ({@link Allowed}), and what must hold between settings is in {@link Validation}. The default stands in
 * {@code presets/defaults.yaml}.
 *
 * <p>Copies with one setting changed are made by the generated withers, such as
 * {@code config.withData(config.data().withWorkers(4))}; nobody calls the constructors, so that a new component needs
 * no change elsewhere. "Method" in a comment is docs/method.md.
 *
 * @param name      preset or run name
 * @param license   terms on which the weights may be used, which weight files say; or empty
 * @param method    which training method; see {@link Method}
 * @param seed      the one seed all random numbers derive from; any 64-bit number
 * @param device    where it is computed: {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:INDEX}
 * @param precision numbers inside the network; {@link Precision}
 * @param convolutions how convolutions and linear layers are computed; {@link Convolving}
 * @param data         pictures, masks and their classes
 * @param network      what is trained
 * @param augment      how samples are varied (method 2)
 * @param training     steps, optimiser and teacher
 * @param supervised   the loss on labelled images (method 3.6)
 * @param unsupervised the loss on unlabelled images, and the switches of the method
 * @param evaluation   how the networks are measured (method 5)
 */
@RecordBuilder
public record ImasConfig(
        @Text(pattern = FileNames.PLAIN, expected = FileNames.EXPECTED) @OnResume String name,
        @OnResume String license,
        Method method,
        long seed,
        @Text(pattern = DeviceName.PATTERN, expected = DeviceName.EXPECTED) @OnResume String device,
        Precision precision,
        Convolving convolutions,
        Data data,
        Network network,
        Augment augment,
        Training training,
        Supervised supervised,
        Unsupervised unsupervised,
        Evaluation evaluation)
        implements ImasConfigBuilder.With {

    /** What drives the unlabelled images. */
    public enum Method {
        /** The published method, with the switches of {@link Unsupervised}. */
        IMAS,
        /** All gamma = 1: the plain weak-to-strong baseline with an EMA teacher. */
        UNIFORM,
        /** Labelled images only. */
        SUPERVISED,
        /** UniMatch V2: two strong views with CutMix each, every image counts alike. */
        UNIMATCH_V2;

        /** Strong views of an unlabelled image that the loader makes. */
        public int strongViews() {
            return this == UNIMATCH_V2 ? 2 : 1;
        }

        /** Whether gamma weighs the unlabelled images; else each is 1. */
        public boolean measuresHardness() {
            return this == IMAS;
        }
    }

    /** Numbers inside the network; parameters and their gradients are float32 always. */
    public enum Precision {
        /** bf16 where the device is faster with it, else fp32. */
        AUTO,
        /** float32. */
        FP32,
        /** float32 whose products are rounded to 10 bits of mantissa; CUDA only. */
        TF32,
        /** bfloat16 where autocast allows it. */
        BF16
    }

    /** How convolutions and transformers' linear layers are computed, in float32 on a CPU. */
    public enum Convolving {
        /** By this library's kernels where they are faster, wide 3x3 ones with twice the rounding; else by libtorch. */
        AUTO,
        /** By libtorch. */
        LIBTORCH
    }

    /** How image and label files are found (method 2). */
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
        FOLDERS,
        /** As the names of folders and files below the root say; becomes FOLDERS with patterns, or LIST. */
        AUTO
    }

    /**
     * Pictures, masks and their classes (method 2).
     *
     * @param layout      how files are found
     * @param root        folder that paths in the lists are relative to; null for the embedded data
     * @param labeled     list file of labelled images
     * @param unlabeled   list file of unlabelled images
     * @param validation  list file of validation images
     * @param classes     number of classes, 1 to 255; class 0 is the background; null ({@code auto}): as the masks or a
     *                    file of class names say, known once the masks have been looked at
     * @param classNames  one name a class, or empty
     * @param palette     one colour 0xRRGGBB a class for pictures, or empty for the VOC palette
     * @param epochLength samples of either kind an epoch; 0: the length of the unlabelled list
     * @param workers     threads of each loader; 0: samples are prepared between the steps; null ({@code auto}): as the
     *                    device needs
     * @param prefetch    batches prepared ahead
     * @param embedded    sizes of the generated data set; used with {@link Layout#EMBEDDED} only
     * @param labels      what stored values and colours of masks mean, see {@link MaskLabels}; empty: stored values are
     *                    the classes' numbers
     * @param ignore      stored values that are ignored unless {@code labels} names them; with {@code instances} 255 is
     *                    an object's number like any other
     * @param reduceZeroLabel stored 0 is ignored, and every other value is a class's number plus 1
     * @param instances   masks hold a number an object, which becomes classes as they are read
     * @param sparse      labelled pictures are annotated in part, and learned from without their masks as well
     * @param pictures    with FOLDERS, where pictures are: patterns below the root in which {@code *} is a picture's
     *                    name; empty: images/ alone
     * @param masks       where their masks are, in the order of {@code pictures}; an empty text for none
     * @param validationPictures where pictures to validate on are, as {@code pictures}
     * @param validationMasks    where their masks are
     * @param setAside    labelled pictures that validate instead, by their paths below the root
     * @param channels    which channels of the pictures the network sees
     * @param range       which stored values become 0 and 1
     * @param page        page of files that hold a stack, from 0; null ({@code auto}): stacks are refused
     * @param mean        mean of each channel in [0,1], which the network's input is normalised by; empty: ImageNet's
     *                    for rgb, else as measured
     * @param std         standard deviation of each channel, likewise
     * @param skipBroken  pictures and masks that cannot be read are left out, and told; else a run needs all of them,
     *                    but for unlabelled pictures that are found broken before it begins
     */
    @RecordBuilder
    public record Data(
            Layout layout,
            @PathOrNull @OnResume String root,
            @PathOrNull @OnResume String labeled,
            @PathOrNull @OnResume String unlabeled,
            @PathOrNull @OnResume String validation,
            @Range(min = 1, max = 255) Integer classes,
            List<String> classNames,
            @Color List<Integer> palette,
            @Range(min = 0) int epochLength,
            @Range(min = 0, max = 256) @OnResume Integer workers,
            @Range(min = 1, max = 1024) @OnResume int prefetch,
            Embedded embedded,
            Map<String, String> labels,
            @Range(min = 0) List<Integer> ignore,
            boolean reduceZeroLabel,
            Instances instances,
            Sparse sparse,
            List<String> pictures,
            List<String> masks,
            List<String> validationPictures,
            List<String> validationMasks,
            List<String> setAside,
            Channels channels,
            PixelRange range,
            @Range(min = 0, max = 1_000_000) Integer page,
            @Range(min = 0, max = 1) List<Double> mean,
            @Range(min = 1e-6, max = 1) List<Double> std,
            @OnResume boolean skipBroken)
            implements ImasConfigDataBuilder.With {
        /** Whether pictures and masks are in the same places below the root. */
        public boolean samePlaces(Data other) {
            return layout == other.layout && pictures.equals(other.pictures) && masks.equals(other.masks);
        }

        /** As it is of a folder that nobody has looked at. */
        public Data recognisedAnew() {
            return with(data -> data.layout(Layout.AUTO)
                    .pictures(List.of())
                    .masks(List.of())
                    .validationPictures(List.of())
                    .validationMasks(List.of())
                    .setAside(List.of()));
        }
    }

    /** What is made of masks that hold a number an object (0: background). */
    public enum Instances {
        /** They hold classes. */
        OFF,
        /** Every object is class 1. */
        FOREGROUND,
        /** The inside of an object is class 1, its border of one pixel, which belongs to it, class 2. */
        BORDER
    }

    /** Whether labelled pictures also count as unlabelled, so that their ignored pixels learn from the teacher. */
    public enum Sparse {
        /** They do not. */
        OFF,
        /** They do when more than half of their pixels are ignored. */
        AUTO,
        /** They do. */
        ON
    }

    /**
     * The generated data set.
     *
     * @param images     training images in all
     * @param labeled    how many of them are labelled; fewer than {@code images} unless the method is supervised
     * @param validation validation images
     * @param size       side of the square scenes in pixels
     */
    @RecordBuilder
    public record Embedded(
            @Range(min = 2, max = 1_000_000) int images,
            @Range(min = 1) int labeled,
            @Range(min = 1, max = 1_000_000) int validation,
            @Range(min = 16, max = 4096) int size)
            implements ImasConfigEmbeddedBuilder.With {}

    /** The encoder; the numbers are the layers of the ResNet, or DINOv2's second version. */
    public enum Backbone {
        /** Four narrow stages of one block, for the embedded preset. */
        TINY("the tiny network"),
        /** Basic blocks 2, 2, 2, 2. */
        RESNET18("ResNet-18"),
        /** Basic blocks 3, 4, 6, 3. */
        RESNET34("ResNet-34"),
        /** Bottleneck blocks 3, 4, 6, 3. */
        RESNET50("ResNet-50"),
        /** Bottleneck blocks 3, 4, 23, 3. */
        RESNET101("ResNet-101"),
        /** Four narrow blocks of a vision transformer, to try with. */
        VIT_TINY("the tiny transformer"),
        /** DINOv2's ViT-S/14. */
        DINOV2_SMALL("DINOv2-S"),
        /** DINOv2's ViT-B/14. */
        DINOV2_BASE("DINOv2-B"),
        /** DINOv2's ViT-L/14. */
        DINOV2_LARGE("DINOv2-L");

        private final String title;

        Backbone(String title) {
            this.title = title;
        }

        /** As people call it, within a sentence. */
        public String title() {
            return title;
        }

        /** The title of a word in a file; a word that is none stays as it is. */
        public static String title(String word) {
            return Names.constant(Backbone.class, word).map(Backbone::title).orElse(word);
        }

        /** Whether it is a vision transformer, which cuts pictures into patches of {@link #PATCH} pixels. */
        public boolean transformer() {
            return this == VIT_TINY || this == DINOV2_SMALL || this == DINOV2_BASE || this == DINOV2_LARGE;
        }

        /** Whether it is there to try things with: it is narrow, and nobody publishes weights of it. */
        public boolean tiny() {
            return this == TINY || this == VIT_TINY;
        }

        /** Pixels of a transformer's patch, a side. */
        public static final int PATCH = 14;
    }

    /** What makes class logits of the encoder's features. */
    public enum Head {
        /** The ResNets' decoder. */
        DEEPLABV3PLUS,
        /** The transformers'. */
        DPT
    }

    /** The encoder's first convolutions. */
    public enum Stem {
        /** Three 3x3 convolutions (parity). */
        DEEP,
        /** One 7x7 convolution with torchvision's key names. */
        CONV7
    }

    /**
     * The network (method 1).
     *
     * @param backbone      the encoder
     * @param head          what follows it: {@link Head#DPT} with a transformer, else {@link Head#DEEPLABV3PLUS}
     * @param stem          a ResNet's first convolutions
     * @param outputStride  pixels of the picture a pixel of the encoder's output, a side: 8 or 16
     * @param aspp          the three dilations of the ASPP
     * @param multiGrid     multiply the dilations of layer4's blocks by 2, 2, 4
     * @param auxiliary     auxiliary head on layer3; the tiny backbone has none
     * @param initWeights   weight file to start from (safetensors or .pth); {@link #IMAGENET}: torchvision's, fetched
     *                      when it is not here, with the conv7 stem; {@link #NONE} or null: none
     * @param strictWeights refuse initWeights with unknown or missing keys
     * @param freezeEncoder a transformer stays as it begins, the head alone learns
     */
    @RecordBuilder
    public record Network(
            Backbone backbone,
            Head head,
            Stem stem,
            @OneOf({8, 16}) int outputStride,
            @Items(value = 3, expected = "three dilations, such as [6, 12, 18]") @Range(min = 1, max = 1000)
                    List<Integer> aspp,
            boolean multiGrid,
            boolean auxiliary,
            @PathOrNull String initWeights,
            boolean strictWeights,
            boolean freezeEncoder)
            implements ImasConfigNetworkBuilder.With {
        /** Of {@code initWeights}: torchvision's file of the backbone. */
        public static final String IMAGENET = "imagenet";
        /** Of {@code initWeights}: no file, also where one would be taken by itself. */
        public static final String NONE = "none";

        /** Whether training begins with torchvision's ImageNet weights. */
        public boolean startsFromImageNet() {
            return IMAGENET.equals(initWeights);
        }

        /** Whether training begins with weights of any file. */
        public boolean startsFromFile() {
            return initWeights != null && !NONE.equals(initWeights);
        }
    }

    /** How the weak view changes the picture's size. */
    public enum ResizeMode {
        /** The long side becomes a uniform integer in [min, max]. */
        LONG_SIDE,
        /** Both sides of the base size times one scale uniform in [min, max]. */
        SCALE,
        /** No resize. */
        NONE
    }

    /** What a strong view is made by (method 2). */
    public enum StrongKind {
        /** Some of twelve operations, drawn with replacement (parity). */
        OPERATIONS,
        /** Jitter of colours, grey and blur, each with its probability (parity with UniMatch V2). */
        JITTER
    }

    /** What a crop that reaches beyond its picture shows there (method 2). */
    public enum Padding {
        /** The mean colour, or each channel's mean (parity). */
        MEAN,
        /** Zeros before normalisation (parity with UniMatch V2). */
        BLACK
    }

    /**
     * The weak and the strong view (method 2).
     *
     * @param crop       [height, width] of the training crop in pixels
     * @param resize     how the weak view resizes
     * @param resizeMin  pixels (LONG_SIDE, 1 to 32768) or factor (SCALE, 0.01 to 100)
     * @param resizeMax  pixels (LONG_SIDE, inclusive) or factor (SCALE), not below {@code resizeMin}
     * @param resizeBase [height, width] in pixels that SCALE multiplies; empty: the picture's own size
     * @param flip       probability of a horizontal flip
     * @param strongOps  strong operations drawn with replacement (num_augs)
     * @param strongRandomCount true: the number of operations is drawn from 1..strongOps
     * @param device     true: the strong view is made on the training device; the same pictures, and less work for the
     *                   loader's threads
     * @param flipVertical  probability of a vertical flip
     * @param rotate90      probability of one, two or three quarter turns, each as likely
     * @param foregroundCrops probability that a labelled crop is placed over a pixel of a class other than 0
     * @param strong          what strong views are made by; {@code strongOps} and {@code strongRandomCount} belong to
     *                        {@link StrongKind#OPERATIONS}
     * @param padding         what crops show beyond the picture
     */
    @RecordBuilder
    public record Augment(
            @Items(value = 2, expected = "[height, width]") @Range(min = 16, max = 8192) List<Integer> crop,
            ResizeMode resize,
            double resizeMin,
            double resizeMax,
            @Items(
                            value = {0, 2},
                            expected = "[height, width], or []")
                    @Range(min = 1, max = 32768)
                    List<Integer> resizeBase,
            @Range(min = 0, max = 1) double flip,
            @Range(min = 0, max = 12) int strongOps,
            boolean strongRandomCount,
            @OnResume boolean device,
            @Range(min = 0, max = 1) double flipVertical,
            @Range(min = 0, max = 1) double rotate90,
            @Range(min = 0, max = 1) double foregroundCrops,
            StrongKind strong,
            Padding padding)
            implements ImasConfigAugmentBuilder.With {}

    /** What the teacher is before it first differs from the student (method 3.8). */
    public enum TeacherStart {
        /** A copy of the student up to the end of the first epoch with unlabelled images (parity). */
        COPY,
        /** The average of the student from the first step on. */
        AVERAGE
    }

    /** Of whose images the method's quantities are where several processes train (method 3). */
    public enum Statistics {
        /** Of all of them: what one process with the whole batch computes. */
        GLOBAL,
        /** Of each process's own, as in the published program. */
        PROCESS
    }

    /** Of which epoch the networks are that a run leaves, and which of them is its result (method 5). */
    public enum Keep {
        /** The last one; the teacher is the result (parity). */
        LAST,
        /** The one with the best validation mIoU of either; the better of both is the result. */
        BEST
    }

    /** How the student follows its gradients (method 3.8). */
    public enum OptimizerKind {
        /** With momentum (parity). */
        SGD,
        /** With moving means of gradients and of their squares, and weight decay apart from them. */
        ADAMW
    }

    /** Which parameters AdamW's weight decay is for. */
    public enum Decayed {
        /** All that have a gradient (parity with UniMatch V2). */
        ALL,
        /** Weights of layers, not biases, norms, scales and positions. */
        WEIGHTS
    }

    /**
     * Steps, optimiser and teacher.
     *
     * @param epochs           epochs in all; another number on resume rebuilds the schedule
     * @param supOnlyEpochs    first epochs without unlabelled images; fewer than {@code epochs} unless the method is
     *                         supervised
     * @param batchLabeled     labelled images a step, of all processes together
     * @param batchUnlabeled   unlabelled images a step, of all processes together
     * @param lr               base learning rate of the encoder (method 3.9)
     * @param headLrMultiplier factor for decoder and auxiliary head (method 3.9)
     * @param momentum         SGD momentum (method 3.8)
     * @param weightDecay      weight decay; SGD's is for all parameters (method 3.8)
     * @param polyPower        exponent of the poly schedule (method 3.9)
     * @param emaDecay         cap of the teacher's decay (method 3.8)
     * @param emaWindow        share of the steps so far that the rising decay averages over (method 3.8)
     * @param teacherStart     from when on the teacher averages (method 3.8)
     * @param checkpointEvery  steps between checkpoints; 0: at the end of every epoch only
     * @param logEvery         steps between rows of metrics.csv
     * @param keep             of which epoch the networks are that the run leaves
     * @param patience         the run ends after so many evaluations without a better result; 0: never early
     * @param tensorboard      the run writes TensorBoard's event files, too
     * @param syncBatchNorm    several processes normalise by the images of all of them, else each by its own
     * @param statistics       of whose images mean gamma, CutMix's pairs, OHEM's threshold and the losses' denominators
     *                         are, where several processes train
     * @param accumulate       pieces in which each process's part of a batch is learned from, one after the other: less
     *                         memory for the same batch (method 3.5)
     * @param optimizer        how the student follows its gradients
     * @param layerDecay       factor on the rate of every layer of a vision transformer, once for each that follows it
     * @param decayed          which parameters AdamW's weight decay is for
     * @param lrLag            steps that the learning rate's schedule is behind (method 3.9)
     */
    @RecordBuilder
    public record Training(
            @Range(min = 1) @OnResume int epochs,
            @Range(min = 0) int supOnlyEpochs,
            @Range(min = 1, max = 4096) int batchLabeled,
            @Range(min = 1, max = 4096) int batchUnlabeled,
            @Range(min = 0, max = 1000) double lr,
            @Range(min = 0, max = 1000) double headLrMultiplier,
            @Range(min = 0, below = 1) double momentum,
            @Range(min = 0, max = 1) double weightDecay,
            @Range(min = 0, max = 10) double polyPower,
            @Range(min = 0, max = 1) double emaDecay,
            @Range(min = 0.001, max = 1) double emaWindow,
            TeacherStart teacherStart,
            @Range(min = 0) @OnResume int checkpointEvery,
            @Range(min = 1) @OnResume int logEvery,
            @OnResume Keep keep,
            @Range(min = 0) @OnResume int patience,
            @OnResume boolean tensorboard,
            boolean syncBatchNorm,
            Statistics statistics,
            @Range(min = 1, max = 4096) int accumulate,
            OptimizerKind optimizer,
            @Range(min = 0.1, max = 1) double layerDecay,
            Decayed decayed,
            @Range(min = 0, max = 1_000_000) int lrLag)
            implements ImasConfigTrainingBuilder.With {
        /** Parts of a batch of labelled images that batch norms see by themselves, in so many processes. */
        public int normalizedParts(int processes) {
            return accumulate * (syncBatchNorm ? 1 : processes);
        }
    }

    /** The loss on labelled pixels (method 3.6). */
    public enum SupervisedLoss {
        /** Cross-entropy of all labelled pixels. */
        CE,
        /** Cross-entropy of the hard ones. */
        OHEM,
        /** Cross-entropy of all labelled pixels, and soft Dice of the classes. */
        CE_PLUS_DICE
    }

    /**
     * The loss on labelled images (method 3.6).
     *
     * @param loss          cross-entropy, OHEM, or cross-entropy with Dice
     * @param ohemThreshold probability of the true class up to which a pixel is kept
     * @param ohemMinKept   at least as many pixels of the batch are kept
     * @param auxWeight     weight of the auxiliary head's loss
     * @param classWeights  one weight a class in the cross-entropy, not with OHEM; empty: all the same; null
     *                      ({@code auto}): from the labelled masks, settled when a run begins
     */
    @RecordBuilder
    public record Supervised(
            SupervisedLoss loss,
            @Range(min = 0, max = 1) double ohemThreshold,
            @Range(min = 0) long ohemMinKept,
            @Range(min = 0, max = 100) double auxWeight,
            @OrAuto @Range(min = 0, max = 1_000_000) List<Double> classWeights)
            implements ImasConfigSupervisedBuilder.With {}

    /** The form of gamma (method 4). */
    public enum GammaVersion {
        /** Half the sum of IoU times confident share, of teacher and student (parity). */
        V1,
        /** The IoUs' mean, weighted by the confident shares. */
        V2
    }

    /** What the student sees for the strong view (method 3.3). */
    public enum IntensityMix {
        /** The strong view as it is. */
        OFF,
        /** gamma*strong + (1-gamma)*weak (parity). */
        BLEND,
        /** The strong view with probability gamma, else the weak one. */
        BERNOULLI
    }

    /** When CutMix takes part in a step (method 3.4). */
    public enum CutMixTrigger {
        /** Never. */
        OFF,
        /** With the fixed probability {@code cutmixProbability}. */
        FIXED,
        /** With probability mean(gamma) (parity). */
        ADAPTIVE
    }

    /** From which image of the batch an image's box comes (method 3.4). */
    public enum CutMixPairing {
        /** The hardest from the easiest and the other way round (parity). */
        HARDNESS,
        /** From any, in a random order. */
        RANDOM
    }

    /** The confidence from which a pseudo-label counts (method 3.2). */
    public enum ClassThresholds {
        /** {@code threshold} for every class (parity). */
        SAME,
        /**
         * tau * m_c / max m for class c: m_c is the mean confidence of the batch's pixels with that pseudo-label. gamma
         * keeps tau.
         */
        BY_CONFIDENCE
    }

    /**
     * The unlabelled part of the step and every switch of the method (method 3.2 to 3.7 and 4).
     *
     * @param threshold         tau, confidence threshold (method 3.7, 4)
     * @param classThresholds   tau for every class, or lower for those predicted with less confidence (method 3.2)
     * @param weight            lambda, weight of the consistency loss (method 3.7)
     * @param gammaVersion      v1 (parity) or v2 (method 4)
     * @param classWeighted     class-weighted IoU in gamma (parity) or the plain mean (method 4)
     * @param ignoreBackground  class 0 does not count in gamma (method 4)
     * @param weightByHardness  each image's consistency loss times its gamma (method 3.7)
     * @param intensityMix      adaptive intensity (method 3.3)
     * @param cutmix            when CutMix fires (method 3.4)
     * @param cutmixProbability used by FIXED (method 3.4)
     * @param cutmixPairing     how partners are chosen (method 3.4)
     * @param cutmixScale       [low, high] of the ratio of the box's side to the crop's, 0 to 1 (method 3.4)
     * @param cutmixScaleByHardness side ratio low + (high-low)*u*mean(gamma) instead of uniform (method 3.4)
     * @param weakInBatch       the weak part takes part in the batch statistics (parity; method 3.5)
     * @param featureDropout    complementary dropout of the features' channels in the two views that learn from the
     *                          teacher, with a vision transformer
     * @param ignorePadding     what unlabelled crops show beyond their picture teaches nothing, and the consistency
     *                          loss is a mean over the other pixels (method 3.7)
     */
    @RecordBuilder
    public record Unsupervised(
            @Range(min = 0, max = 1) double threshold,
            ClassThresholds classThresholds,
            @Range(min = 0, max = 1000) double weight,
            GammaVersion gammaVersion,
            boolean classWeighted,
            boolean ignoreBackground,
            boolean weightByHardness,
            IntensityMix intensityMix,
            CutMixTrigger cutmix,
            @Range(min = 0, max = 1) double cutmixProbability,
            CutMixPairing cutmixPairing,
            @Items(value = 2, expected = SCALE) @Range(min = 0, max = 1) List<Double> cutmixScale,
            boolean cutmixScaleByHardness,
            boolean weakInBatch,
            boolean featureDropout,
            boolean ignorePadding)
            implements ImasConfigUnsupervisedBuilder.With {
        static final String SCALE = "[low, high] with 0 <= low <= high <= 1";
    }

    /** What the network sees of a validation picture (method 5). */
    public enum EvaluationMode {
        /** The whole picture at once. */
        WHOLE,
        /** Windows that overlap by a third of their side. */
        SLIDING
    }

    /** What becomes of a sliding window that reaches over the picture's end (method 5). */
    public enum LastWindow {
        /** It is cut there (parity). */
        CUT,
        /** It is moved back, and is the last one. */
        MOVED
    }

    /** How pictures get sides that are multiples of a vision transformer's patch (method 5). */
    public enum PatchFit {
        /** They are resized to the nearest such size, what is predicted is resized back (parity). */
        RESIZE,
        /** They are continued by zeros, the mean colour, to the right and below, which are cut off again. */
        PAD
    }

    /** What a class counts in the mIoU that no true pixel shows (method 5). */
    public enum AbsentClasses {
        /** IoU 0 (parity). */
        ZERO,
        /** It is left out of the mean. */
        SKIP
    }

    /**
     * How student and teacher are measured (method 5).
     *
     * @param mode          whole image or sliding windows with stride 2/3 of their side
     * @param window        side of the sliding window in pixels
     * @param scale         factor on a picture's sides before the network sees it, 1 (parity) or less; predictions are
     *                      enlarged to the picture's own size
     * @param everyEpochs   epochs between evaluations; the last epoch is always evaluated
     * @param absentClasses what classes without a true pixel count
     * @param lastWindow    what becomes of sliding windows at the right and lower border
     * @param patchFit      how pictures of any size are shown to a vision transformer
     */
    @RecordBuilder
    public record Evaluation(
            EvaluationMode mode,
            @Range(min = 2) int window,
            @Range(min = 0.01, max = 1) double scale,
            @Range(min = 1) int everyEpochs,
            AbsentClasses absentClasses,
            LastWindow lastWindow,
            PatchFit patchFit)
            implements ImasConfigEvaluationBuilder.With {}
}
