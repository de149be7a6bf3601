package dev.imas.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Which variables make a process one of several. */
class EnvironmentTest {
    private static final OptionalLong ALONE = OptionalLong.empty();
    private static final Map<String, String> TORCHRUN = Map.of(
            "RANK", "3",
            "WORLD_SIZE", "4",
            "LOCAL_RANK", "1",
            "MASTER_ADDR", "node-a",
            "MASTER_PORT", "12345",
            "TORCHELASTIC_RESTART_COUNT", "2",
            "TORCHELASTIC_USE_AGENT_STORE", "True");

    @Test
    void readsWhatTorchrunSets() {
        assertThat(Environment.of(TORCHRUN::get)).contains(new Environment(3, 4, 1, "node-a", 12345, 2, true, ALONE));
    }

    @Test
    void readsSlurmsWhereThereIsAnAddress() {
        Map<String, String> slurm = Map.of(
                "SLURM_PROCID",
                "1",
                "SLURM_NTASKS",
                "2",
                "SLURM_LOCALID",
                "0",
                "MASTER_ADDR",
                "node-a",
                "SLURM_RESTART_COUNT",
                "1");
        assertThat(Environment.of(slurm::get)).contains(new Environment(1, 2, 0, "node-a", 29500, 1, false, ALONE));
        Map<String, String> allocation = Map.of("SLURM_PROCID", "0", "SLURM_NTASKS", "2");
        assertThat(Environment.of(allocation::get)).isEmpty();
    }

    @Test
    void countsRestartsOfOneProcessToo() {
        assertThat(Environment.restarts(Map.of("WORLD_SIZE", "1", "TORCHELASTIC_RESTART_COUNT", "2")::get))
                .isEqualTo(2);
        assertThat(Environment.restarts(Map.of("SLURM_RESTART_COUNT", "1")::get))
                .isEqualTo(1);
        assertThat(Environment.restarts(name -> null)).isZero();
        assertThatThrownBy(() -> Environment.restarts(Map.of("SLURM_RESTART_COUNT", "once")::get))
                .hasMessage("SLURM_RESTART_COUNT is once; expected a number from 0 to 100000");
    }

    @Test
    void knowsWhoStartedIt() {
        Map<String, String> launched =
                Map.of("RANK", "0", "WORLD_SIZE", "2", "MASTER_ADDR", "127.0.0.1", Environment.LAUNCHED, "4711");
        assertThat(Environment.of(launched::get).orElseThrow().launcher()).hasValue(4711);
    }

    @Test
    void isAloneWithoutOthers() {
        assertThat(Environment.of(name -> null)).isEmpty();
        assertThat(Environment.of(Map.of("WORLD_SIZE", "1", "RANK", "0")::get)).isEmpty();
    }

    @Test
    void tellsAllThatIsWrong() {
        Map<String, String> wrong = Map.of("WORLD_SIZE", "2", "RANK", "2", "MASTER_PORT", "0");
        assertThatThrownBy(() -> Environment.of(wrong::get))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        """
                        RANK is 2; expected a number from 0 to 1
                        MASTER_PORT is 0; expected a number from 1 to 65535
                        MASTER_ADDR is not set; it names the machine of rank 0""");
        assertThatThrownBy(() -> Environment.of(Map.of("WORLD_SIZE", "two")::get))
                .hasMessageStartingWith("WORLD_SIZE is two; expected a number from 1 to 100000");
    }
}
