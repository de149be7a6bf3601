package dev.imas.distributed;

import dev.imas.common.Interrupts;
import dev.imas.common.Pause;
import dev.imas.common.UserException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * {@link Ranks} over libtorch's process groups: Gloo for tensors in host memory, NCCL for those on GPUs. To be made and
 * closed outside PointerScopes. Used by one thread at a time.
 */
public final class Group implements Ranks, AutoCloseable {
    /** Beyond any time that one process works while the others wait; whether it is alive is the watch's business. */
    private static final long PATIENCE_MILLISECONDS = 6 * 3_600_000L;

    private static final long CONNECTING_MILLISECONDS = 120_000;
    private static final int GLOO_THREADS = 2;
    /** Of the way for large sums, which take turns. */
    private static final int GLOO_THREADS_FOR_LARGE = 1;
    /** Until the watch has named who is gone. */
    private static final long VERDICT_MILLISECONDS = 25_000;

    private static final long LOOK_MILLISECONDS = 50;

    private static final String SECONDS = "IMAS_JOIN_SECONDS";
    private static final long DEFAULT_SECONDS = 300;

    /** How c10d speaks of the way to the others, in the first line of a message. */
    private static final Pattern OF_CONNECTION = Pattern.compile(
            "connect|peer|pipe|socket|timeout|timed out|recv|send|network|nccl|gloo|store", Pattern.CASE_INSENSITIVE);

    private static final Pattern OF_MEMORY = Pattern.compile("can't allocate memory|out of memory");

    private final Environment environment;
    private final Board board;
    private final Watch watch;
    private final int here;
    private final Backend host;
    private final Backend large;
    private Backend gpu;
    private long texts;
    private long nanoseconds;

    /** @param large as {@code host}, for what is on its way while other things are exchanged */
    private Group(Environment environment, Board board, Watch watch, int here, Backend host, Backend large) {
        this.environment = environment;
        this.board = board;
        this.watch = watch;
        this.here = here;
        this.host = host;
        this.large = large;
    }

    /**
     * Meets the others.
     *
     * @param message told what is waited for
     * @param end     ends this process when another is gone, with the reason; called by another thread
     * @throws UserException where they cannot meet, in one line
     */
    public static Group join(Environment environment, Consumer<String> message, Consumer<String> end) {
        Meeting meeting = new Meeting(environment, seconds(), message);
        Board board = meeting.board();
        List<String> hosts = meeting.everybody(board);
        Watch watch = new Watch(meeting.another(), environment.rank(), hosts, end);
        watch.begin();
        int here = Collections.frequency(hosts, hosts.get(environment.rank()));
        try {
            String address = meeting.ownAddress();
            return new Group(
                    environment,
                    board,
                    watch,
                    here,
                    gloo(environment, "gloo", address, GLOO_THREADS),
                    gloo(environment, "gloo-large", address, GLOO_THREADS_FOR_LARGE));
        } catch (RuntimeException e) {
            UserException told = e instanceof UserException known
                    ? known
                    : new UserException(
                            "the processes found rank 0 at " + environment.place() + " but not each other ("
                                    + firstLine(e) + "); GLOO_SOCKET_IFNAME names the network interface to use",
                            e);
            watch.fail(told.getMessage());
            throw told;
        }
    }

    /** Why NCCL, which only the CUDA build has, does not load, in a part of a sentence; null when it does. */
    public static String gpuProblem() {
        return Nccl.problem();
    }

    private static long seconds() {
        String given = System.getenv(SECONDS);
        try {
            return given == null ? DEFAULT_SECONDS : Math.max(1, Long.parseLong(given.strip()));
        } catch (NumberFormatException e) {
            throw new UserException(SECONDS + " is " + given + "; expected a number of seconds", e);
        }
    }

    private static Backend gloo(Environment environment, String name, String address, int threads) {
        ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(new Milliseconds(PATIENCE_MILLISECONDS));
        String network = System.getenv("GLOO_SOCKET_IFNAME");
        options.devices(new GlooDeviceVector(
                network == null
                        ? ProcessGroupGloo.createDeviceForHostname(address)
                        : ProcessGroupGloo.createDeviceForInterface(network)));
        options.threads(threads);
        ProcessGroupGloo group =
                new ProcessGroupGloo(store(environment, name), environment.rank(), environment.size(), options);
        group.retainReference();
        return group;
    }

    private static PrefixStore store(Environment environment, String name) {
        PrefixStore store = new PrefixStore(
                "imas/" + environment.attempt() + "/" + name, Board.store(environment, false, CONNECTING_MILLISECONDS));
        store.retainReference();
        return store;
    }

    @Override
    public void computeOn(boolean gpu) {
        long with = sum(new long[] {gpu ? 1 : 0})[0];
        if (with > 0 && with < count()) {
            throw new UserException("of " + count() + " processes " + with + " compute on a GPU and " + (count() - with)
                    + " on the CPU; name the same with --device for all, cpu or cuda");
        }
        if (gpu) {
            this.gpu = Nccl.open(store(environment, "nccl"), rank(), count());
        }
    }

    /** This process among those of its machine, from 0. */
    public int localRank() {
        return environment.localRank();
    }

    /** Whether `imas train --processes` started this process. */
    public boolean launched() {
        return environment.launched();
    }

    /** Tells the others why this process ends; they end as well. */
    public void fail(String reason) {
        watch.fail(reason);
    }

    @Override
    public int rank() {
        return environment.rank();
    }

    @Override
    public int count() {
        return environment.size();
    }

    @Override
    public int here() {
        return here;
    }

    private interface Starting {
        Work start(Backend backend, TensorVector tensor);
    }

    /** Begins with all, then waits for all: libtorch works on several at once. */
    private void together(List<Tensor> tensors, Starting starting) {
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> flat = tensors.stream().map(Group::flat).toList();
            timed(() -> {
                List<Work> works = new ArrayList<>();
                for (Tensor tensor : flat) {
                    works.add(starting.start(backend(tensor), new TensorVector(tensor)));
                }
                works.forEach(Work::_wait);
            });
        }
    }

    private Backend backend(Tensor tensor) {
        return tensor.is_cuda() ? gpu : host;
    }

    /** The memory of a tensor without gaps, in its own order. */
    private static Tensor flat(Tensor tensor) {
        if (!tensor.is_non_overlapping_and_dense()) {
            throw new IllegalArgumentException("a tensor with gaps cannot be shared");
        }
        return tensor.detach().as_strided(new long[] {tensor.numel()}, new long[] {1}, new LongOptional());
    }

    private void timed(Runnable action) {
        long begin = System.nanoTime();
        try (PointerScope scope = new PointerScope()) {
            action.run();
        } catch (RuntimeException e) {
            throw ofConnection(e) ? lost(e) : e;
        } finally {
            nanoseconds += System.nanoTime() - begin;
        }
    }

    /** Whether an error tells of the way to the others; what else fails here is this process's own. */
    private static boolean ofConnection(RuntimeException e) {
        String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return e.getClass() == RuntimeException.class
                && OF_CONNECTION.matcher(line).find()
                && !OF_MEMORY.matcher(line).find();
    }

    /** A connection broke; the watch, which ends the process, finds out with whom. */
    private UserException lost(RuntimeException e) {
        watch.suspect();
        watch.awaitEnd(VERDICT_MILLISECONDS);
        return new UserException("the connection between the processes broke (" + firstLine(e) + ")", e);
    }

    private static String firstLine(RuntimeException e) {
        String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return line.replaceFirst("^\\[[^]]*] *", "");
    }

    @Override
    public void sum(List<Tensor> tensors) {
        together(tensors, (backend, tensor) -> backend.allreduce(tensor));
    }

    @Override
    public Pending beginSum(Tensor tensor) {
        AtomicReference<Work> begun = new AtomicReference<>();
        timed(() -> {
            Backend backend = tensor.is_cuda() ? gpu : large;
            Work work = backend.allreduce(new TensorVector(flat(tensor)));
            work.retainReference();
            begun.set(work);
        });
        return () -> {
            try {
                timed(begun.get()::_wait);
            } finally {
                begun.get().releaseReference();
            }
        };
    }

    @Override
    public void follow(List<Tensor> tensors) {
        BroadcastOptions first = new BroadcastOptions();
        first.rootRank(0);
        first.rootTensor(0);
        together(tensors, (backend, tensor) -> backend.broadcast(tensor, first));
    }

    @Override
    public Tensor gathered(Tensor part) {
        long[] shape = part.shape();
        shape[0] *= count();
        Tensor all = torch.empty(shape, part.options(), new MemoryFormatOptional());
        Tensor own = part.contiguous();
        timed(() -> backend(own)._allgather_base(all, own)._wait());
        return all;
    }

    @Override
    public int[] gathered(int[] part) {
        int[] all = new int[part.length * count()];
        try (PointerScope scope = new PointerScope()) {
            Tensor own = torch.empty(
                    new long[] {part.length}, new TensorOptions(ScalarType.Int), new MemoryFormatOptional());
            own.data_ptr_int().put(part);
            gathered(own).data_ptr_int().get(all);
        }
        return all;
    }

    @Override
    public long[] gathered(long[] part) {
        long[] all = new long[part.length * count()];
        try (PointerScope scope = new PointerScope()) {
            gathered(numbers(part)).data_ptr_long().get(all);
        }
        return all;
    }

    private static Tensor numbers(long[] values) {
        Tensor tensor =
                torch.empty(new long[] {values.length}, new TensorOptions(ScalarType.Long), new MemoryFormatOptional());
        tensor.data_ptr_long().put(values);
        return tensor;
    }

    @Override
    public long[] sum(long[] numbers) {
        long[] all = new long[numbers.length];
        try (PointerScope scope = new PointerScope()) {
            Tensor tensor = numbers(numbers);
            sum(tensor);
            tensor.data_ptr_long().get(all);
        }
        return all;
    }

    @Override
    public boolean any(boolean here) {
        return sum(new long[] {here ? 1 : 0})[0] > 0;
    }

    /**
     * Waits as long as rank 0 takes; if it fails before, the watch ends this process.
     *
     * @throws Interrupts.Stopped when this process is asked to end
     */
    @Override
    public String told(String text) {
        String key = "told/" + texts++;
        if (leads()) {
            board.put(key, text);
            return text;
        }
        try {
            while (!board.has(List.of(key))) {
                Interrupts.check();
                if (watch.left(0) && !board.has(List.of(key))) {
                    throw new UserException(
                            "rank 0 ended while rank " + rank() + " waited for it; its own output says why");
                }
                Pause.of(LOOK_MILLISECONDS);
            }
            return board.text(key);
        } catch (RuntimeException e) {
            throw ofConnection(e) ? lost(e) : e;
        }
    }

    @Override
    public UserException endedByAnother() {
        watch.awaitEnd(VERDICT_MILLISECONDS);
        return new UserException("another process failed; its own output says why");
    }

    @Override
    public long nanoseconds() {
        return nanoseconds;
    }

    /** This process has done its part, and is not missed. */
    @Override
    public void close() {
        watch.close();
    }
}
