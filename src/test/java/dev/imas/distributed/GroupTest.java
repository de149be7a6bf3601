package dev.imas.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.imas.common.UserException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** What several processes do together, and what they are told when they do not meet. */
class GroupTest {
    private record Found(
            float sum, float[] gathered, int[] numbers, long added, boolean any, boolean none, String told) {}

    @Test
    void exchangesTensorsNumbersAndTexts() {
        List<Found> found = Threads.run(3, ranks -> {
            try (PointerScope scope = new PointerScope()) {
                int rank = ranks.rank();
                Tensor summed = torch.ones(4).mul_(new Scalar(rank + 1)); // 1 + 2 + 3
                ranks.sum(summed);
                float[] gathered = new float[6];
                Tensor part = torch.ones(2).mul_(new Scalar(rank));
                ranks.gathered(part).data_ptr_float().get(gathered);
                return new Found(
                        summed.sum().item_float(),
                        gathered,
                        ranks.gathered(new int[] {rank, -rank}),
                        ranks.sum(new long[] {1L << (40 + rank)})[0],
                        ranks.any(rank == 2),
                        ranks.any(false),
                        ranks.told("from " + rank));
            }
        });
        assertThat(found).hasSize(3).allSatisfy(each -> {
            assertThat(each.sum).isEqualTo(24);
            assertThat(each.gathered).containsExactly(0, 0, 1, 1, 2, 2);
            assertThat(each.numbers).containsExactly(0, 0, 1, -1, 2, -2);
            assertThat(each.added).isEqualTo(7L << 40);
            assertThat(each.any).isTrue();
            assertThat(each.none).isFalse();
            assertThat(each.told).isEqualTo("from 0");
        });
    }

    @Test
    void followsRankZeroInAnyLayout() {
        List<Float> found = Threads.run(2, ranks -> {
            try (PointerScope scope = new PointerScope()) {
                Tensor rows = torch.zeros(2, 3).add_(new Scalar(ranks.rank()));
                Tensor columns = rows.t(); // dense, its rows side by side
                ranks.follow(List.of(columns));
                Tensor gaps = torch.zeros(2, 3).as_strided(new long[] {2}, new long[] {3}, new LongOptional());
                assertThatThrownBy(() -> ranks.sum(gaps)).hasMessageContaining("gaps");
                return rows.sum().item_float();
            }
        });
        assertThat(found).containsExactly(0f, 0f);
    }

    @Test
    void namesAnAddressThatIsNone() {
        assertThatThrownBy(() -> meet(1, "no-such-host.invalid", 29500))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("MASTER_ADDR is no-such-host.invalid, which ")
                .hasMessageEndingWith(" cannot resolve; give the name or address of the machine of rank 0");
    }

    @Test
    void namesAPortThatIsTaken() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            int port = other.getLocalPort();
            assertThatThrownBy(() -> meet(0, "127.0.0.1", port))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith("MASTER_PORT is " + port + ", on which rank 0 cannot listen on ")
                    .hasMessageEndingWith("give all processes another one");
        }
    }

    @Test
    void namesAProgramThatIsNotRankZero() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = silent.getLocalPort();
            assertThatThrownBy(() -> meet(1, "127.0.0.1", port))
                    .isInstanceOf(UserException.class)
                    .hasMessage("what answers at 127.0.0.1:" + port + " is not rank 0 of this run; check MASTER_ADDR"
                            + " and MASTER_PORT");
        }
    }

    @Test
    void saysWhoDidNotCome() {
        assertThatThrownBy(() -> meet(0, "127.0.0.1", Threads.freePort()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("of 2 processes rank 1 did not come to 127.0.0.1:")
                .hasMessageEndingWith("; start all of them");
        assertThatThrownBy(() -> meet(1, "127.0.0.1", Threads.freePort()))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("rank 0 was not found at 127.0.0.1:")
                .hasMessageContaining("(connection refused)");
    }

    @Test
    void tellsTheOthersWhyRankZeroEnds() {
        int port = Threads.freePort();
        CompletableFuture<Throwable> other =
                CompletableFuture.supplyAsync(() -> catchThrowable(() -> meet(1, 3, 20, port)));
        assertThatThrownBy(() -> meet(0, 3, 2, port)).hasMessageContaining("of 3 processes rank 2 did not come to");
        assertThat(other.join())
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("rank 0 ended while the processes met: of 3 processes rank 2 did not come to");
    }

    @Test
    void findsTwoThatWereGivenDifferentNumbersOfProcesses() {
        int port = Threads.freePort();
        CompletableFuture<Throwable> other =
                CompletableFuture.supplyAsync(() -> catchThrowable(() -> meet(1, 2, 20, port)));
        CompletableFuture<Throwable> third =
                CompletableFuture.supplyAsync(() -> catchThrowable(() -> meet(2, 3, 20, port)));
        assertThatThrownBy(() -> meet(0, 3, 20, port))
                .hasMessageStartingWith("WORLD_SIZE is 3, but rank 1 on ")
                .hasMessageEndingWith(" was given 2; give all processes the same");
        assertThat(other.join()).hasMessageContaining("WORLD_SIZE is 2, but rank 0 on ");
        assertThat(third.join()).hasMessageContaining("WORLD_SIZE is 3, but rank 1 on ");
    }

    @Test
    void doesNotWaitForRankZeroThatHasLeft() {
        assertThatThrownBy(() -> Threads.run(2, ranks -> ranks.leads() ? "" : ranks.told("")))
                .isInstanceOf(UserException.class)
                .hasMessage("rank 0 ended while rank 1 waited for it; its own output says why");
    }

    private static void meet(int rank, int size, long seconds, int port) {
        meet(rank, size, seconds, "127.0.0.1", port);
    }

    private static void meet(int rank, String address, int port) {
        meet(rank, 2, 1, address, port);
    }

    private static void meet(int rank, int size, long seconds, String address, int port) {
        Environment environment = new Environment(rank, size, rank, address, port, 0, false, OptionalLong.empty());
        Meeting meeting = new Meeting(environment, seconds, message -> {});
        meeting.everybody(meeting.board());
    }
}
