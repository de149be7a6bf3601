package dev.imas.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.distributed.Environment;
import dev.imas.distributed.Group;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.semi.SharedGradients;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.BackendOptional;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.BoolVector;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroup;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Reducer;
import org.bytedeco.pytorch.SizeTStringMap;
import org.bytedeco.pytorch.SizeTVector;
import org.bytedeco.pytorch.SizeTVectorVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Forward and backward passes of a ResNet-18 in several processes whose gradients are added up when the backward pass
 * is done, while it goes on, or by c10d's own Reducer, in turns. One of the processes, started by
 * {@code benchmarks/distributed/overlap} with the variables of torchrun; rank 0 prints the milliseconds as JSON.
 *
 * <p>The weights' gradients are autograd's, which the Reducer hooks into.
 */
public final class GradientExchange {
    private static final long REDUCER_BYTES = 25L << 20;
    private static final long REDUCER_FIRST_BYTES = 1L << 20;
    private static final double TOLERANCE = 1e-4;
    private static final int CLASSES = 21;

    private final Group ranks;
    private final Tensor images;
    private final List<Way> ways = new ArrayList<>();

    /** A way to have everybody's gradients, with a network of its own. */
    private interface Way {
        String name();

        SegmentationNetwork network();

        void before();

        void beforeBackward();

        void after();
    }

    private record Flat(String name, SegmentationNetwork network, SharedGradients gradients) implements Way {
        @Override
        public void before() {
            gradients.forget();
        }

        @Override
        public void beforeBackward() {}

        @Override
        public void after() {
            gradients.sum();
        }
    }

    private record ByReducer(String name, SegmentationNetwork network, Reducer reducer, long processes) implements Way {
        @Override
        public void before() {
            network.parameters().values().stream()
                    .filter(parameter -> parameter.grad().defined())
                    .forEach(parameter -> parameter.grad().zero_());
            reducer.prepare_for_forward();
        }

        @Override
        public void beforeBackward() {
            reducer.prepare_for_backward(new TensorVector());
        }

        @Override
        public void after() {} // the end of the backward pass waits
    }

    /** @param arguments a file that the Reducers meet by, images a process, side, rounds */
    public static void main(String[] arguments) {
        Torch.load();
        torch.get_num_threads();
        Environment environment = Environment.ofThisProcess().orElseThrow();
        Group ranks = Group.join(environment, message -> {}, reason -> {
            System.err.println(reason);
            Runtime.getRuntime().halt(2);
        });
        int status = 0;
        try (PointerScope scope = new PointerScope()) {
            new GradientExchange(ranks, arguments[0], Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]))
                    .measure(Integer.parseInt(arguments[3]));
        } catch (UserException e) {
            System.err.println(e.getMessage());
            status = 2;
        }
        ranks.close();
        Runtime.getRuntime().halt(status); // Gloo's threads need no orderly end
    }

    private GradientExchange(Group ranks, String file, int batch, int side) {
        this.ranks = ranks;
        torch.manual_seed(ranks.rank());
        images = torch.randn(
                        new long[] {batch, SegmentationNetwork.RGB, side, side}, new TensorOptions(ScalarType.Float))
                .contiguous(MemoryFormat.ChannelsLast);
        SegmentationNetwork one = network();
        ways.add(new Flat("when the pass is done", one, new SharedGradients(one, SharedGradients.AT_THE_END, ranks)));
        SegmentationNetwork two = network();
        ways.add(new Flat("while it goes on", two, new SharedGradients(two, 1, ranks)));
        SegmentationNetwork three = network();
        ways.add(new ByReducer("c10d's Reducer", three, reducer(three, file), ranks.count()));
    }

    private SegmentationNetwork network() {
        Map<String, Object> layers = ConfigYaml.preset("voc");
        ConfigYaml.set(layers, "network.backbone=resnet18");
        ConfigYaml.set(layers, "data.classes=" + CLASSES);
        ConfigYaml.set(layers, "device=cpu");
        ImasConfig config = ConfigYaml.resolve(layers);
        Compute compute = Compute.of("cpu", Precision.FP32, config.network().backbone());
        return SegmentationNetwork.create(config, compute, ranks);
    }

    /** As PyTorch's DistributedDataParallel makes it, but for a first bucket that is rebuilt after the first pass. */
    private Reducer reducer(SegmentationNetwork network, String file) {
        FileStore store = new FileStore(file, ranks.count());
        store.retainReference();
        ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create();
        options.devices(new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname("127.0.0.1")));
        options.threads(2);
        Backend gloo = new ProcessGroupGloo(store, ranks.rank(), ranks.count(), options);
        ProcessGroup group = new ProcessGroup(ranks.rank(), ranks.count());
        group.setBackend(DeviceType.CPU, ProcessGroup.BackendType.GLOO, new BackendOptional(gloo));
        group.setDefaultBackend(ProcessGroup.BackendType.GLOO);
        Collection<Tensor> tensors = network.parameters().values();
        TensorVector parameters = new TensorVector(tensors.toArray(Tensor[]::new));
        return new Reducer(
                parameters,
                buckets(tensors),
                group,
                new BoolVector(new boolean[tensors.size()]),
                REDUCER_BYTES,
                false,
                true,
                new SizeTStringMap(),
                REDUCER_FIRST_BYTES,
                false,
                false);
    }

    /** The last parameters, whose gradients come first, in the first bucket. */
    private static SizeTVectorVector buckets(Collection<Tensor> tensors) {
        List<SizeTVector> buckets = new ArrayList<>();
        List<Tensor> parameters = List.copyOf(tensors);
        List<Long> members = new ArrayList<>();
        long bytes = 0;
        for (int i = parameters.size() - 1; i >= 0; i--) {
            members.add((long) i);
            bytes += parameters.get(i).numel() * Float.BYTES;
            if (i == 0 || bytes >= (buckets.isEmpty() ? REDUCER_FIRST_BYTES : REDUCER_BYTES)) {
                SizeTVector bucket = new SizeTVector();
                members.forEach(bucket::push_back);
                buckets.add(bucket);
                members.clear();
                bytes = 0;
            }
        }
        return new SizeTVectorVector(buckets.toArray(SizeTVector[]::new));
    }

    private void measure(int rounds) {
        for (Way way : ways) {
            pass(way);
        }
        requireSame();
        List<List<Double>> milliseconds = new ArrayList<>();
        ways.forEach(way -> milliseconds.add(new ArrayList<>()));
        for (int round = 0; round < rounds; round++) {
            for (int turn = 0; turn < ways.size(); turn++) {
                int which = (turn + round) % ways.size(); // each comes first in turn
                ranks.any(false); // begin together
                long begin = System.nanoTime();
                pass(ways.get(which));
                milliseconds.get(which).add((System.nanoTime() - begin) / 1e6);
            }
        }
        if (ranks.leads()) {
            print(milliseconds);
        }
    }

    private void pass(Way way) {
        try (PointerScope scope = new PointerScope()) {
            way.before();
            Tensor logits = way.network().forward(images, true).logits();
            way.beforeBackward();
            torch.backward(
                    new TensorVector(logits),
                    new TensorVector(logits.detach()),
                    new BoolOptional(),
                    false,
                    new TensorVector());
            way.after();
        }
    }

    /** The Reducer leaves means, the others sums. */
    private void requireSame() {
        try (PointerScope scope = new PointerScope()) {
            double[] lengths = ways.stream()
                    .mapToDouble(way -> length(way.network()) * (way instanceof ByReducer ? ranks.count() : 1))
                    .toArray();
            for (double length : lengths) {
                if (!(Math.abs(length - lengths[0]) <= TOLERANCE * lengths[0])) {
                    throw new UserException("gradients differ: " + Arrays.toString(lengths));
                }
            }
        }
    }

    private static double length(SegmentationNetwork network) {
        double squares = 0;
        for (Tensor parameter : network.parameters().values()) {
            Tensor gradient = parameter.grad().to(ScalarType.Double);
            squares += gradient.mul(gradient).sum().item_double();
        }
        return Math.sqrt(squares);
    }

    private void print(List<List<Double>> milliseconds) {
        ObjectNode result = new ObjectMapper().createObjectNode();
        for (int i = 0; i < ways.size(); i++) {
            ArrayNode values = result.putArray(ways.get(i).name());
            milliseconds.get(i).forEach(value -> values.add(Math.round(value * 100) / 100.0));
        }
        System.out.println(result);
    }
}
