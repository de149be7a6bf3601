package dev.imas.distributed;

import dev.imas.common.Share;
import dev.imas.common.UserException;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The processes that train one network together, as one of them sees them. Whatever is done here all of them do, in the
 * same order. Tensors are strided without gaps; new ones belong to the caller's PointerScope.
 */
public interface Ranks {
    /** A process without others: nothing is copied, nothing is changed. */
    Ranks ALONE = new Alone();

    /** This process, from 0. */
    int rank();

    /** How many there are. */
    int count();

    /** How many of them share this process's machine, itself included. */
    int here();

    default boolean alone() {
        return count() == 1;
    }

    /** Whether this is the process that writes the run directory. */
    default boolean leads() {
        return rank() == 0;
    }

    /** The part of a whole that is this process's. */
    default Share share() {
        return new Share(rank(), count());
    }

    /**
     * Whether this process computes on a GPU; to be said by all before tensors that lie there are exchanged.
     *
     * @throws UserException where some do and others do not
     */
    void computeOn(boolean gpu);

    /** Adds up, in place: every process then has the same bits. */
    void sum(List<Tensor> tensors);

    /** As {@link #sum(List)}, of one tensor. */
    default void sum(Tensor tensor) {
        sum(List.of(tensor));
    }

    /** A sum that is on its way. */
    interface Pending {
        /** Until it has been added up. To be called once. */
        void await();
    }

    /**
     * As {@link #sum(Tensor)}, without waiting for it: for large tensors, whose way leaves that of the others free on
     * a CPU.
     *
     * @param tensor neither read nor changed by the caller until the sum was awaited
     */
    Pending beginSum(Tensor tensor);

    /** The parts [n,...] of all processes behind each other in the order of ranks: [count*n,...], contiguous. */
    Tensor gathered(Tensor part);

    /** As {@link #gathered(Tensor)}. */
    int[] gathered(int[] part);

    /** As {@link #gathered(Tensor)}. */
    long[] gathered(long[] part);

    /** Adds up. */
    long[] sum(long[] numbers);

    /** Whether it is so in any of the processes. */
    boolean any(boolean here);

    /** Gives every process the tensors of rank 0, in place. */
    void follow(List<Tensor> tensors);

    /**
     * Gives every process the text of rank 0.
     *
     * @param text rank 0's; of others it does not matter
     */
    String told(String text);

    /**
     * Waits until this process is ended because another fails; to be called when that is certain.
     *
     * @return what to throw when it takes too long
     */
    UserException endedByAnother();

    /** Nanoseconds that this process has spent in here since it began, waiting for others included. */
    long nanoseconds();
}
