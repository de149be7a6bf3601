package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.ints;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.ClassThresholds;
import dev.imas.config.ImasConfig.CutMixPairing;
import dev.imas.config.ImasConfig.CutMixTrigger;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.GammaVersion;
import dev.imas.config.ImasConfig.IntensityMix;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.Network;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.config.ImasConfig.Supervised;
import dev.imas.config.ImasConfig.SupervisedLoss;
import dev.imas.config.ImasConfig.TeacherStart;
import dev.imas.config.ImasConfig.Training;
import dev.imas.config.ImasConfig.Unsupervised;
import dev.imas.config.Names;
import dev.imas.semi.Schedule;
import dev.imas.verify.engine.Filler;
import dev.imas.verify.memory.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A recorded training run: its settings in our terms, and its input batches. */
record RecordedRun(JsonNode json) {
    String name() {
        return field(json, "name").asText();
    }

    /** Of both networks' first weights and of every image. */
    Filler filler() {
        return Filler.of(json);
    }

    int classes() {
        return net().get("num_classes").asInt();
    }

    int height() {
        return field(json, "size").get(0).asInt();
    }

    int width() {
        return field(json, "size").get(1).asInt();
    }

    int stepsPerEpoch() {
        return field(json, "steps_per_epoch").asInt();
    }

    /** The recorded settings; data and augmentation play no part, since the batches are given. */
    ImasConfig config() {
        ImasConfig base = ConfigYaml.defaults();
        return base.with(config -> config.name(name())
                .method(Method.IMAS)
                .seed(0)
                .device("cpu")
                .precision(Precision.FP32)
                .data(base.data().with(data -> data.layout(Layout.EMBEDDED)
                        .classes(classes())
                        .workers(1)
                        .prefetch(1)))
                .network(network(base.network()))
                .augment(base.augment().withCrop(List.of(height(), width())))
                .training(training(base.training()))
                .supervised(supervised(base.supervised()))
                .unsupervised(unsupervised(base.unsupervised()))
                .evaluation(base.evaluation().withMode(EvaluationMode.WHOLE).withWindow(width())));
    }

    private Network network(Network base) {
        JsonNode kwargs = net().at("/encoder/kwargs");
        String type = net().at("/encoder/type").asText();
        return base.with(network -> network.backbone(
                        Names.constant(Backbone.class, type.substring(type.lastIndexOf('.') + 1))
                                .orElseThrow())
                .stem(Stem.DEEP)
                .outputStride(kwargs.at("/replace_stride_with_dilation/1").asBoolean() ? 8 : 16)
                .aspp(boxed(net().at("/decoder/kwargs/dilations")))
                .multiGrid(field(kwargs, "multi_grid").asBoolean())
                .auxiliary(net().has("aux_loss")));
    }

    private Training training(Training base) {
        JsonNode trainer = configuration("trainer");
        JsonNode sgd = trainer.at("/optimizer/kwargs");
        return base.with(training -> training.epochs(field(json, "epochs").asInt())
                .supOnlyEpochs(field(trainer, "sup_only_epoch").asInt())
                .batchLabeled(field(json, "batch_labeled").asInt())
                .batchUnlabeled(field(json, "batch_unlabeled").asInt())
                .lr(number(field(sgd, "lr")))
                .headLrMultiplier(number(field(json, "head_lr_multiplier")))
                .momentum(number(field(sgd, "momentum")))
                .weightDecay(number(field(sgd, "weight_decay")))
                .polyPower(number(trainer.at("/lr_scheduler/kwargs/power")))
                .emaDecay(number(field(net(), "ema_decay")))
                .teacherStart(TeacherStart.COPY));
    }

    private Supervised supervised(Supervised base) {
        JsonNode criterion = configuration("criterion");
        boolean ohem = field(criterion, "type").asText().equalsIgnoreCase("ohem");
        return base.with(supervised -> supervised
                .loss(ohem ? SupervisedLoss.OHEM : SupervisedLoss.CE)
                .ohemThreshold(criterion.at("/kwargs/thresh").asDouble(0.7))
                .ohemMinKept(criterion.at("/kwargs/min_kept").asLong(100_000))
                .auxWeight(net().has("aux_loss") ? number(net().at("/aux_loss/loss_weight")) : 0));
    }

    private Unsupervised unsupervised(Unsupervised base) {
        JsonNode u = field(configuration("trainer"), "unsupervised");
        JsonNode flags = configuration("dataset").at("/train/hardness_aware");
        boolean adaptive = field(flags, "flag_cmix_trigger_by_hard").asBoolean();
        boolean off = !field(u, "use_cutmix").asBoolean();
        JsonNode range = field(u, "use_cutmix_range");
        return base.with(unsupervised -> unsupervised
                .threshold(number(field(u, "threshold")))
                .classThresholds(ClassThresholds.SAME)
                .weight(number(field(u, "loss_weight")))
                .gammaVersion(field(flags, "flag_using_v1").asBoolean() ? GammaVersion.V1 : GammaVersion.V2)
                .classWeighted(field(flags, "flag_cal_iou_weighted").asBoolean())
                .ignoreBackground(field(flags, "flag_cal_iou_ignore_bg").asBoolean())
                .weightByHardness(field(flags, "flag_hardness_weighted_loss").asBoolean())
                .intensityMix(
                        field(flags, "flag_augs_mixup_by_hard").asBoolean() ? IntensityMix.BLEND : IntensityMix.OFF)
                .cutmix(off ? CutMixTrigger.OFF : adaptive ? CutMixTrigger.ADAPTIVE : CutMixTrigger.FIXED)
                .cutmixProbability(number(field(u, "use_cutmix_trigger_prob")))
                .cutmixPairing(CutMixPairing.HARDNESS)
                .cutmixScale(List.of(number(range.get(0)), number(range.get(1))))
                .cutmixScaleByHardness(false)
                .weakInBatch(true));
    }

    Schedule schedule() {
        return Schedule.of(config().training(), stepsPerEpoch());
    }

    boolean supervisedOnly(int step) {
        return step / stepsPerEpoch() < config().training().supOnlyEpochs();
    }

    /**
     * What a step learns from, on the CPU.
     *
     * @param labeled f32 [batch_labeled,3,H,W]
     * @param labels  u8 [batch_labeled,1,H,W]
     * @param weak    f32 [batch_unlabeled,3,H,W]
     * @param strong  as weak
     */
    record Batch(Tensor labeled, Tensor labels, Tensor weak, Tensor strong) {}

    /** The batch of a global step, in the caller's scope; every epoch sees the same ones. */
    Batch batch(int step) {
        int j = step % stepsPerEpoch();
        int b = field(json, "batch_labeled").asInt();
        int bu = field(json, "batch_unlabeled").asInt();
        return new Batch(
                image("image_l", b, j),
                Tensors.of(labels(b, j), b, 1, height(), width()),
                image("image_u_weak", bu, j),
                image("image_u_strong", bu, j));
    }

    private Tensor image(String kind, int count, int j) {
        return Tensors.of(
                filler().image(name() + "." + kind + "." + j, count, 3, height(), width()),
                count,
                3,
                height(),
                width());
    }

    /** The labels of batch j, count*H*W bytes: a pattern of class blocks with ignored pixels. */
    byte[] labels(int count, int j) {
        byte[] labels = new byte[count * height() * width()];
        int p = 0;
        for (int n = 0; n < count; n++) {
            for (int y = 0; y < height(); y++) {
                for (int x = 0; x < width(); x++) {
                    int label = (y / 11 + 2 * (x / 13) + 3 * n + j) % classes();
                    labels[p++] = (byte) ((5 * y + 3 * x + n + j) % 17 == 0 ? 255 : label);
                }
            }
        }
        return labels;
    }

    private JsonNode net() {
        return configuration("net");
    }

    private JsonNode configuration(String part) {
        return field(field(json, "configuration"), part);
    }

    private static List<Integer> boxed(JsonNode list) {
        return java.util.Arrays.stream(ints(list)).boxed().toList();
    }
}
