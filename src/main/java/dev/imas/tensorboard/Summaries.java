package dev.imas.tensorboard;

import dev.imas.common.ProtoMessage;
import java.util.Map;

/**
 * Values of one step, for {@link EventFile#add}. A tag names a value; tags with the same word before the first slash
 * are shown together.
 */
public final class Summaries {
    /** Fields of a summary and of its values. */
    private static final int VALUE = 1;

    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;
    private static final int IMAGE = 4;
    private static final int TENSOR = 8;
    private static final int METADATA = 9;
    /** The kind of data of a tensor that is small and of any shape. */
    private static final int OF_TENSORS = 2;
    /** Types of a tensor's elements. */
    private static final int FLOAT = 1;

    private static final int STRING = 7;
    /** Field of a tensor's elements of that type. */
    private static final int FLOATS = 5;

    private static final int STRINGS = 8;
    private static final int RGB = 3;
    private static final int SUCCESS = 1;

    private final ProtoMessage message = new ProtoMessage();
    private boolean empty = true;

    /** A number; NaN is left out. */
    public Summaries scalar(String tag, double value) {
        return Double.isNaN(value)
                ? this
                : add(new ProtoMessage().text(TAG, tag).number(SIMPLE_VALUE, (float) value));
    }

    /** @param png an RGB PNG of that size */
    public Summaries picture(String tag, int width, int height, byte[] png) {
        ProtoMessage image = new ProtoMessage()
                .number(1, height)
                .number(2, width)
                .number(3, RGB)
                .bytes(4, png);
        return add(new ProtoMessage().text(TAG, tag).message(IMAGE, image));
    }

    /** @param markdown what is shown */
    public Summaries text(String tag, String markdown) {
        return add(new ProtoMessage()
                .text(TAG, tag)
                .message(METADATA, metadata("text", new byte[0]))
                .message(TENSOR, tensor(STRING).text(STRINGS, markdown)));
    }

    /**
     * What distinguishes the run from others, by the plugin of hyper-parameters.
     *
     * @param values  texts, numbers and truth values by their names
     * @param started seconds since 1970
     */
    public Summaries parameters(Map<String, Object> values, double started) {
        ProtoMessage start = new ProtoMessage();
        values.forEach((name, value) ->
                start.message(1, new ProtoMessage().text(1, name).message(2, parameter(value))));
        return session("_hparams_/session_start_info", 3, start.real(5, started));
    }

    /** That the run has come to its end. */
    public Summaries ended(double seconds) {
        return session(
                "_hparams_/session_end_info",
                4,
                new ProtoMessage().number(1, SUCCESS).real(2, seconds));
    }

    private static ProtoMessage parameter(Object value) {
        if (value instanceof Boolean truth) {
            return new ProtoMessage().number(4, truth ? 1 : 0);
        }
        return value instanceof Number number
                ? new ProtoMessage().real(2, number.doubleValue())
                : new ProtoMessage().text(3, String.valueOf(value));
    }

    /** The plugin reads the metadata alone; the tensor beside it says nothing. */
    private Summaries session(String tag, int field, ProtoMessage info) {
        ProtoMessage content = new ProtoMessage().number(1, 0L).message(field, info);
        return add(new ProtoMessage()
                .text(TAG, tag)
                .message(METADATA, metadata("hparams", content.toBytes()))
                .message(TENSOR, tensor(FLOAT).bytes(FLOATS, new byte[Float.BYTES])));
    }

    private static ProtoMessage metadata(String plugin, byte[] content) {
        ProtoMessage data = new ProtoMessage().text(1, plugin);
        return new ProtoMessage()
                .message(1, content.length == 0 ? data : data.bytes(2, content))
                .number(4, OF_TENSORS);
    }

    /** A tensor of one element. */
    private static ProtoMessage tensor(int type) {
        ProtoMessage one = new ProtoMessage().message(2, new ProtoMessage().number(1, 1));
        return new ProtoMessage().number(1, type).message(2, one);
    }

    private Summaries add(ProtoMessage value) {
        message.message(VALUE, value);
        empty = false;
        return this;
    }

    /** Whether nothing was added. */
    public boolean isEmpty() {
        return empty;
    }

    ProtoMessage message() {
        return message;
    }
}
