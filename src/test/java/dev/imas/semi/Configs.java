package dev.imas.semi;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.config.ImasConfig.Augment;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.ClassThresholds;
import dev.imas.config.ImasConfig.CutMixPairing;
import dev.imas.config.ImasConfig.CutMixTrigger;
import dev.imas.config.ImasConfig.Data;
import dev.imas.config.ImasConfig.Embedded;
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
import java.util.List;

/** Small configurations for tests. */
public final class Configs {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Configs() {
    }

    /** Two epochs of four steps on generated scenes of 48 pixels. */
    public static ImasConfig tiny() {
        return new ImasConfig("tiny", Method.IMAS, 7, "cpu", Precision.FP32,
            new Data(Layout.EMBEDDED, null, null, null, null, 7, List.of(), List.of(), 0, 1, 2, new Embedded(20, 4, 3, 48)),
            new Network(Backbone.TINY, Stem.DEEP, 16, List.of(1, 2, 3), false, false, null, true),
            new Augment(List.of(48, 48), ResizeMode.SCALE, 0.5, 2, List.of(), 0.5, 2, false, false),
            new Training(2, 0, 4, 4, 0.05, 1, 0.9, 1e-4, 0.9, 0.9, TeacherStart.COPY, 3, 1),
            new Supervised(SupervisedLoss.CE, 0.7, 1000, 0.4),
            new Unsupervised(0.3, ClassThresholds.SAME, 3, GammaVersion.V1, true, false, true, IntensityMix.BLEND, CutMixTrigger.ADAPTIVE, 0.5, CutMixPairing.HARDNESS, List.of(0.1, 0.9), false, true),
            new Evaluation(EvaluationMode.WHOLE, 48, 1, 1, AbsentClasses.ZERO));
    }

    /** The same with one component changed: {@code with(config, "unsupervised", "threshold", 0.5)}. */
    public static ImasConfig with(ImasConfig config, String part, String component, Object value) {
        ObjectNode json = JSON.valueToTree(config);
        ObjectNode owner = part.isEmpty() ? json : (ObjectNode) json.get(part);
        if (!owner.has(component)) {
            throw new IllegalArgumentException("no component " + part + "." + component);
        }
        owner.set(component, JSON.valueToTree(value));
        return JSON.convertValue(json, ImasConfig.class);
    }
}
