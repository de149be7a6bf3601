package dev.imas.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.imas.kernels.Kernels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenBlasTest {
    private int before;

    @BeforeEach
    void load() {
        Torch.load();
        before = OpenBlas.threads();
    }

    @AfterEach
    void restore() {
        OpenBlas.useThreads(before);
    }

    @Test
    void usesAsManyThreadsAsItIsTold() {
        OpenBlas.useThreads(3);
        assertThat(OpenBlas.threads()).isEqualTo(3);
    }

    /** Nobody gives it another number in these tests, or puts it back. */
    @Test
    void hasOneThreadWhereLibtorchsOwnCallIt() {
        assumeTrue(System.getenv("OPENBLAS_NUM_THREADS") == null);
        assumeTrue(Convolutions.faster() || Kernels.cachesHidden());
        assertThat(before).isEqualTo(1);
    }
}
