package dev.imas.nn;

import dev.imas.device.Convolutions;
import dev.imas.device.Convolutions.Window;
import dev.imas.device.Torch;
import java.util.Arrays;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * A convolution that ends with its batch normalisation, a sum and ReLU: one pass over memory instead of four, by oneDNN
 * or by the kernels where these are faster. Float32 on a CPU; images are channels_last. The weights are those of the
 * moment that it is made in.
 *
 * <p>oneDNN reads weights in an order of its own, which goes with the size of the images. Theirs is changed to it when
 * a size comes a second time in a row; where every picture has its own it happens in every pass, as without this class.
 * Any number of threads may make passes at once.
 */
final class FusedConvolution implements AutoCloseable {
    private static final IValue NOTHING = kept(new IValue());
    private static final IValue ONE_GROUP = kept(new IValue(1L));
    private static final IValue RELU = kept(new IValue("relu"));
    private static final IValue SUM = kept(new IValue("add"));
    private static final IValue NONE = kept(new IValue("none"));
    /** Its arguments: images, weight, bias, padding, stride, dilation, groups, what follows, its numbers and way. */
    private static final OperatorHandle CONVOLUTION = operator("_convolution_pointwise", "");
    /** The same behind the summand, which it replaces. */
    private static final OperatorHandle ADDED = operator("_convolution_pointwise_", "binary");

    private static final OperatorHandle REORDERED = operator("_reorder_convolution_weight", "");
    private static final int PADDING = 3;
    private static final int NUMBERS = 8;
    private static final IValue NO_NUMBERS = kept(new IValue(list(NUMBERS)));

    /** As they were given, where the kernels may take them; else null. */
    private final Tensor plain;

    private final Window window;
    private final boolean relu;
    private final Tensor bias;
    private final IValue stride;
    private final IValue padding;
    private final IValue dilation;
    private final IValue after;
    private Tensor weight;
    private long[] lastSize = {};
    private boolean reordered;

    /**
     * @param weight f32 [out,in,k,k], channels_last; kept
     * @param bias   f32 [out]; kept
     * @param relu    whether ReLU follows
     * @param kernels whether the kernels may take it, and do where oneDNN is switched off
     */
    FusedConvolution(Tensor weight, Tensor bias, Window window, boolean relu, boolean kernels) {
        this.weight = Torch.owned(() -> weight);
        this.plain = kernels && Convolutions.mayPay(weight, window) || !Torch.usesOneDnn()
                ? Torch.owned(() -> weight.contiguous(MemoryFormat.ChannelsLast))
                : null;
        this.window = window;
        this.relu = relu;
        this.bias = Torch.owned(() -> bias);
        this.stride = kept(both(window.stride()));
        this.padding = kept(both(window.padding()));
        this.dilation = kept(both(window.dilation()));
        this.after = relu ? RELU : NONE;
    }

    /** The convolution and what follows it, of images f32 [B,in,H,W]. */
    Tensor forward(Tensor x) {
        if (pays(x)) {
            return Torch.scoped(() -> Convolutions.result(x, plain, bias, window, relu));
        }
        return Torch.scoped(() -> called(
                CONVOLUTION,
                new IValue(x),
                weightFor(x),
                new IValue(bias),
                padding,
                stride,
                dilation,
                ONE_GROUP,
                after,
                NO_NUMBERS,
                NOTHING));
    }

    /** Adds the convolution to a sum f32 [B,out,h,w], channels_last, in its place; ReLU follows. */
    void addTo(Tensor sum, Tensor x) {
        if (pays(x)) {
            Convolutions.addTo(sum, x, plain, bias, window);
            return;
        }
        Torch.scoped(() -> called(
                ADDED,
                new IValue(sum),
                new IValue(x),
                weightFor(x),
                new IValue(bias),
                padding,
                stride,
                dilation,
                ONE_GROUP,
                SUM,
                NOTHING,
                RELU,
                NO_NUMBERS,
                NOTHING));
    }

    private boolean pays(Tensor x) {
        return plain != null && (!Torch.usesOneDnn() || Convolutions.pays(x, plain, window));
    }

    /** The weights in the order for images of this size. A pass holds on to them while others may change the order. */
    private synchronized IValue weightFor(Tensor x) {
        see(x);
        return new IValue(weight);
    }

    private void see(Tensor x) {
        long[] size = x.shape();
        boolean again = Arrays.equals(size, lastSize);
        if (again && !reordered) {
            Tensor before = weight;
            weight = Torch.owned(() -> called(
                    REORDERED,
                    new IValue(before.is_mkldnn() ? before.to_dense() : before),
                    padding,
                    stride,
                    dilation,
                    ONE_GROUP,
                    longs(size)));
            before.close();
        }
        reordered = again;
        lastSize = size;
    }

    private static Tensor called(OperatorHandle operator, IValue... arguments) {
        IValueVector stack = new IValueVector(arguments);
        operator.callBoxed(stack);
        return new Tensor(stack.get(0).toTensor()); // the stack keeps its own
    }

    private static OperatorHandle operator(String name, String overload) {
        OperatorHandle found = Dispatcher.singleton().findSchemaOrThrow("mkldnn::" + name, overload);
        found.retainReference();
        return found;
    }

    private static IValue both(long axis) {
        return longs(axis, axis);
    }

    private static IValue longs(long... values) {
        GenericList list = list(PADDING);
        for (long value : values) {
            list.push_back(new IValue(value));
        }
        return new IValue(list);
    }

    /** An empty list of the elements that an argument of the convolution has. */
    private static GenericList list(int argument) {
        return new GenericList(CONVOLUTION
                .schema()
                .arguments()
                .getPointer(argument)
                .type()
                .get()
                .containedType(0));
    }

    /** A value that stays, whatever scope it was made in. */
    private static IValue kept(IValue value) {
        value.retainReference();
        return value;
    }

    @Override
    public void close() {
        weight.close();
        if (plain != null) {
            plain.close();
        }
        bias.close();
        stride.close();
        padding.close();
        dilation.close();
    }
}
