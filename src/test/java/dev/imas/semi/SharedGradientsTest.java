package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Head;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.distributed.Ranks;
import dev.imas.distributed.Threads;
import dev.imas.nn.DeepLabV3Plus;
import dev.imas.nn.Networks;
import dev.imas.nn.SegmentationNetwork;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.api.Test;

/** When gradients go on their way, and that they are complete then. */
class SharedGradientsTest {
    private static final int BUFFERS_AT_LEAST = 8;
    private static final long SMALL = 1 << 20;
    private static final long TINY = 4096;

    /** A process that looks at what it would send. */
    private static final class Sent {
        /** As they were when they were sent. */
        final List<float[]> values = new ArrayList<>();

        final List<Tensor> buffers = new ArrayList<>();
        int awaited;
        /** A gradient of the encoder's last stage when the first buffer was sent. */
        float[] late = {};

        private Tensor lastStage = new Tensor();

        final Ranks ranks = (Ranks) Proxy.newProxyInstance(
                Ranks.class.getClassLoader(), new Class<?>[] {Ranks.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("beginSum")) {
                        throw new AssertionError("gradients are exchanged by beginSum alone: " + method.getName());
                    }
                    Tensor buffer = (Tensor) arguments[0];
                    if (buffers.isEmpty() && lastStage.defined()) {
                        late = Networks.values(lastStage.grad());
                    }
                    values.add(Networks.values(buffer));
                    buffers.add(buffer);
                    return (Ranks.Pending) () -> awaited++;
                });
    }

    @Test
    void goOnTheirWayDuringThePassAndAreComplete() {
        for (boolean kernel : new boolean[] {false, true}) {
            Sent sent = sent(1, 1, kernel, SMALL);
            assertThat(sent.values).hasSizeGreaterThan(BUFFERS_AT_LEAST);
            assertThat(sent.awaited).isEqualTo(sent.values.size());
            assertThat(sent.late).isNotEmpty().containsOnly(0); // the decoder's need not wait for the encoder's
        }
    }

    /** A vision transformer's head has a part that it does not use. */
    @Test
    void doNotWaitForAParameterThatTakesNoPart() {
        ImasConfig config = ConfigYaml.defaults()
                .withNetwork(ConfigYaml.defaults().network().with(n -> n.backbone(Backbone.VIT_TINY)
                        .head(Head.DPT)));
        Sent sent = new Sent();
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network = SegmentationNetwork.create(config.network(), 3, 1)) {
            SharedGradients gradients = new SharedGradients(network, 1, sent.ranks, TINY);
            gradients.forget();
            Tensor logits = network.forward(Networks.images(1, 28, 28), true).logits();
            backward(logits);
            int during = sent.buffers.size();
            gradients.sum();
            assertThat(during).isGreaterThan(sent.buffers.size() * 3 / 4).isLessThan(sent.buffers.size());
            for (int i = 0; i < sent.buffers.size(); i++) {
                assertThat(sent.values.get(i)).isEqualTo(Networks.values(sent.buffers.get(i)));
            }
        }
    }

    @Test
    void waitForTheLastPassOfAStep() {
        sent(2, 2, false, SMALL);
    }

    /** As a pass that was broken off leaves it. */
    @Test
    void goAtTheEndWhereGradientsAreMissing() {
        sent(1, 2, false, SMALL);
        sent(1, SharedGradients.AT_THE_END, true, SMALL);
    }

    /** While batch normalisation exchanges its sums in between. */
    @Test
    void areTheSameBitsWheneverTheyGo() {
        List<float[]> found = Threads.run(2, ranks -> summed(1, ranks));
        List<float[]> atTheEnd = Threads.run(2, ranks -> summed(SharedGradients.AT_THE_END, ranks));
        assertThat(found.get(0)).isEqualTo(found.get(1)).isEqualTo(atTheEnd.get(0));
    }

    /** Everybody's gradients of one pass over images of one's own. */
    private static float[] summed(int passes, Ranks ranks) {
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network = SegmentationNetwork.create(Configs.tiny(), Agreements.CPU, ranks)) {
            SharedGradients gradients = new SharedGradients(network, passes, ranks, TINY);
            gradients.forget();
            Tensor logits = network.forward(SharedStepTest.images("rank", ranks.rank()), true)
                    .logits();
            backward(logits);
            gradients.sum();
            return network.parameters().values().stream()
                    .map(parameter -> Networks.values(parameter.grad()))
                    .reduce(new float[0], SharedGradientsTest::joined);
        }
    }

    private static float[] joined(float[] one, float[] other) {
        float[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    /** All buffers but the last may be on their way when the last pass of a step is done, and none before it. */
    private static Sent sent(int passes, int expected, boolean kernel, long bytes) {
        Sent sent = new Sent();
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus network =
                        new DeepLabV3Plus(Networks.spec(Backbone.RESNET18, Stem.CONV7, 16, true), 3, 7)) {
            network.channelsLast();
            if (kernel) {
                network.useKernels();
            }
            SharedGradients gradients = new SharedGradients(network, expected, sent.ranks, bytes);
            sent.lastStage = network.parameters().get("encoder.layer4.0.conv2.weight");
            for (int step = 0; step < 2; step++) {
                sent.buffers.clear();
                sent.values.clear();
                sent.awaited = 0;
                gradients.forget();
                for (int pass = 1; pass <= passes; pass++) {
                    pass(network, kernel ? Networks.images(4, 96, 112) : Networks.images(2, 33, 40));
                    if (pass < expected) {
                        assertThat(sent.buffers).isEmpty();
                    }
                }
                int during = sent.buffers.size();
                gradients.sum();
                assertThat(during).isEqualTo(passes < expected ? 0 : sent.buffers.size() - 1);
                assertThat(sent.buffers).doesNotHaveDuplicates();
                for (int i = 0; i < sent.buffers.size(); i++) {
                    assertThat(sent.values.get(i)).isEqualTo(Networks.values(sent.buffers.get(i)));
                }
            }
            return sent;
        }
    }

    /** Of large images some of the kernels' convolutions are filtered. */
    private static void pass(DeepLabV3Plus network, Tensor images) {
        try (PointerScope scope = new PointerScope()) {
            var output = network.forward(images.contiguous(MemoryFormat.ChannelsLast), true);
            backward(output.logits(), output.auxiliary());
        }
    }

    /** From slopes that differ from place to place. */
    private static void backward(Tensor... logits) {
        Tensor[] slopes = Arrays.stream(logits).map(one -> one.detach().sin()).toArray(Tensor[]::new);
        torch.backward(
                new TensorVector(logits), new TensorVector(slopes), new BoolOptional(), false, new TensorVector());
    }
}
