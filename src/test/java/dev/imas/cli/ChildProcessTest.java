package dev.imas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.device.Torch;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ChildProcessTest {
    /** What a person sets by OMP_NUM_THREADS stays. */
    @Test
    void aShareOfTheCoresIsForTheWorkAlone() {
        Torch.load();
        int before = torch.get_num_threads();
        boolean set = System.getenv("OMP_NUM_THREADS") != null;
        int many = 10 * Runtime.getRuntime().availableProcessors();
        torch.set_num_threads(3);
        try {
            assertThat(ChildProcess.withShare(many, torch::get_num_threads)).isEqualTo(set ? 3 : 1);
            assertThat(torch.get_num_threads()).isEqualTo(3);
            assertThat(ChildProcess.withShare(1, torch::get_num_threads)).isEqualTo(3);
        } finally {
            torch.set_num_threads(before);
        }
    }
}
