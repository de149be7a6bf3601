package dev.imas.verify.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.device.OpenBlas;
import dev.imas.device.Torch;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OneThreadTest {
    private int own;
    private int ownBlas;

    @BeforeEach
    void threeThreads() {
        Torch.load();
        own = torch.get_num_threads();
        torch.set_num_threads(3);
        ownBlas = OpenBlas.threads();
        openblas.blas_set_num_threads(3);
    }

    @AfterEach
    void restore() {
        torch.set_num_threads(own);
        openblas.blas_set_num_threads(ownBlas);
    }

    @Test
    void theNumberOfThreadsIsRestored() {
        try (OneThread alone = new OneThread()) {
            assertThat(torch.get_num_threads()).isEqualTo(1);
            assertThat(OpenBlas.threads()).isEqualTo(1);
        }
        assertThat(torch.get_num_threads()).isEqualTo(3);
        assertThat(OpenBlas.threads()).isEqualTo(3);
    }

    @Test
    void alsoAfterAFailure() {
        assertThatThrownBy(() -> {
                    try (OneThread alone = new OneThread()) {
                        throw new IllegalStateException("failed on " + torch.get_num_threads());
                    }
                })
                .hasMessage("failed on 1");
        assertThat(torch.get_num_threads()).isEqualTo(3);
    }

    @Test
    void onAThreadThatNeverAskedBefore() throws InterruptedException {
        int[] found = new int[2];
        Thread fresh = new Thread(() -> {
            try (OneThread alone = new OneThread()) {
                found[0] = torch.get_num_threads();
            }
            found[1] = torch.get_num_threads();
        });
        fresh.start();
        fresh.join();
        assertThat(found).containsExactly(1, 3);
    }
}
