package dev.imas.distributed;

import dev.imas.common.UserException;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** {@link Ranks#ALONE}. */
final class Alone implements Ranks {
    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int count() {
        return 1;
    }

    @Override
    public int here() {
        return 1;
    }

    @Override
    public void computeOn(boolean gpu) {}

    @Override
    public void sum(List<Tensor> tensors) {}

    @Override
    public Pending beginSum(Tensor tensor) {
        return () -> {};
    }

    @Override
    public Tensor gathered(Tensor part) {
        return part;
    }

    @Override
    public int[] gathered(int[] part) {
        return part;
    }

    @Override
    public long[] gathered(long[] part) {
        return part;
    }

    @Override
    public long[] sum(long[] numbers) {
        return numbers;
    }

    @Override
    public boolean any(boolean here) {
        return here;
    }

    @Override
    public void follow(List<Tensor> tensors) {}

    @Override
    public String told(String text) {
        return text;
    }

    @Override
    public UserException endedByAnother() {
        throw new IllegalStateException("there is no other process");
    }

    @Override
    public long nanoseconds() {
        return 0;
    }
}
