package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.ints;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.config.ImasConfig.Augment;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.ClassThresholds;
import dev.imas.config.ImasConfig.CutMixPairing;
import dev.imas.config.ImasConfig.CutMixTrigger;
import dev.imas.config.ImasConfig.Data;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.GammaVersion;
import dev.imas.config.ImasConfig.IntensityMix;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.Network;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.config.ImasConfig.ResizeMode;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.config.ImasConfig.Supervised;
import dev.imas.config.ImasConfig.SupervisedLoss;
import dev.imas.config.ImasConfig.TeacherStart;
import dev.imas.config.ImasConfig.Training;
import dev.imas.config.ImasConfig.Unsupervised;
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
        JsonNode trainer = configuration("trainer");
        JsonNode sgd = trainer.at("/optimizer/kwargs");
        JsonNode kwargs = net().at("/encoder/kwargs");
        boolean auxiliary = net().has("aux_loss");
        Training training = new Training(field(json, "epochs").asInt(), field(trainer, "sup_only_epoch").asInt(), field(json, "batch_labeled").asInt(), field(json, "batch_unlabeled").asInt(),
            number(field(sgd, "lr")), number(field(json, "head_lr_multiplier")), number(field(sgd, "momentum")), number(field(sgd, "weight_decay")),
            number(trainer.at("/lr_scheduler/kwargs/power")), number(field(net(), "ema_decay")), TeacherStart.COPY, 0, 1);
        String type = net().at("/encoder/type").asText();
        Network network = new Network(Backbone.valueOf(type.substring(type.lastIndexOf('.') + 1).toUpperCase(java.util.Locale.ROOT)), Stem.DEEP,
            kwargs.at("/replace_stride_with_dilation/1").asBoolean() ? 8 : 16, boxed(net().at("/decoder/kwargs/dilations")), field(kwargs, "multi_grid").asBoolean(), auxiliary, null, true);
        JsonNode criterion = configuration("criterion");
        boolean ohem = field(criterion, "type").asText().equalsIgnoreCase("ohem");
        Supervised supervised = new Supervised(ohem ? SupervisedLoss.OHEM : SupervisedLoss.CE, criterion.at("/kwargs/thresh").asDouble(0.7), criterion.at("/kwargs/min_kept").asLong(100_000),
            auxiliary ? number(net().at("/aux_loss/loss_weight")) : 0);
        return new ImasConfig(name(), Method.IMAS, 0, "cpu", Precision.FP32,
            new Data(Layout.EMBEDDED, null, null, null, null, classes(), List.of(), List.of(), 0, 1, 1, null), network,
            new Augment(List.of(height(), width()), ResizeMode.NONE, 1, 1, List.of(), 0, 2, false, false), training, supervised, unsupervised(trainer),
            new Evaluation(EvaluationMode.WHOLE, width(), 1, 1, AbsentClasses.ZERO));
    }

    private Unsupervised unsupervised(JsonNode trainer) {
        JsonNode u = field(trainer, "unsupervised");
        JsonNode flags = configuration("dataset").at("/train/hardness_aware");
        CutMixTrigger trigger = !field(u, "use_cutmix").asBoolean() ? CutMixTrigger.OFF : field(flags, "flag_cmix_trigger_by_hard").asBoolean() ? CutMixTrigger.ADAPTIVE : CutMixTrigger.FIXED;
        JsonNode range = field(u, "use_cutmix_range");
        return new Unsupervised(number(field(u, "threshold")), ClassThresholds.SAME, number(field(u, "loss_weight")), field(flags, "flag_using_v1").asBoolean() ? GammaVersion.V1 : GammaVersion.V2,
            field(flags, "flag_cal_iou_weighted").asBoolean(), field(flags, "flag_cal_iou_ignore_bg").asBoolean(), field(flags, "flag_hardness_weighted_loss").asBoolean(),
            field(flags, "flag_augs_mixup_by_hard").asBoolean() ? IntensityMix.BLEND : IntensityMix.OFF, trigger, number(field(u, "use_cutmix_trigger_prob")), CutMixPairing.HARDNESS,
            List.of(number(range.get(0)), number(range.get(1))), false, true);
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
    record Batch(Tensor labeled, Tensor labels, Tensor weak, Tensor strong) {
    }

    /** The batch of a global step, in the caller's scope; every epoch sees the same ones. */
    Batch batch(int step) {
        int j = step % stepsPerEpoch();
        int b = field(json, "batch_labeled").asInt();
        int bu = field(json, "batch_unlabeled").asInt();
        return new Batch(image("image_l", b, j), Tensors.of(labels(b, j), b, 1, height(), width()), image("image_u_weak", bu, j), image("image_u_strong", bu, j));
    }

    private Tensor image(String kind, int count, int j) {
        return Tensors.of(filler().image(name() + "." + kind + "." + j, count, 3, height(), width()), count, 3, height(), width());
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
