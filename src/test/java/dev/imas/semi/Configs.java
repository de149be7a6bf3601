package dev.imas.semi;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.config.ImasConfig.ResizeMode;
import java.util.List;

/** Small configurations for tests. */
public final class Configs {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Configs() {}

    /** Two epochs of four steps on generated scenes of 48 pixels. */
    public static ImasConfig tiny() {
        ImasConfig base = ConfigYaml.defaults();
        return base.with(config -> config.name("tiny")
                .seed(7)
                .device("cpu")
                .precision(Precision.FP32)
                .data(base.data().with(data -> data.layout(Layout.EMBEDDED)
                        .classes(7)
                        .workers(1)
                        .prefetch(2)
                        .embedded(base.data().embedded().with(scenes -> scenes.images(20)
                                .labeled(4)
                                .validation(3)
                                .size(48)))))
                .network(base.network().with(network -> network.backbone(Backbone.TINY)
                        .aspp(List.of(1, 2, 3))
                        .multiGrid(false)
                        .strictWeights(true)))
                .augment(base.augment().with(augment -> augment.crop(List.of(48, 48))
                        .resize(ResizeMode.SCALE)
                        .resizeMin(0.5)
                        .resizeMax(2)))
                .training(base.training().with(training -> training.epochs(2)
                        .lr(0.05)
                        .headLrMultiplier(1)
                        .emaDecay(0.9)
                        .checkpointEvery(3)
                        .logEvery(1)))
                .supervised(base.supervised().withOhemMinKept(1000))
                .unsupervised(base.unsupervised().withThreshold(0.3).withIgnoreBackground(false))
                .evaluation(base.evaluation().withWindow(48)));
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
