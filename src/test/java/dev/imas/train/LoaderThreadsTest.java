package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ImasConfig;
import dev.imas.semi.Configs;
import org.junit.jupiter.api.Test;

class LoaderThreadsTest {
    @Test
    void aGpuGetsMostCoresAndACpuKeepsThem() {
        assertThat(LoaderThreads.automatic(false, 64)).isEqualTo(2);
        assertThat(LoaderThreads.automatic(true, 16)).isEqualTo(12);
        assertThat(LoaderThreads.automatic(true, 1)).isEqualTo(2);
    }

    @Test
    void onlyAnOpenNumberIsSettled() {
        ImasConfig one = Configs.tiny();
        assertThat(LoaderThreads.settled(one, true)).isSameAs(one);
        ImasConfig open = Configs.with(one, "data", "workers", null);
        ImasConfig settled = LoaderThreads.settled(open, false);
        assertThat(settled.data().workers()).isEqualTo(2);
        assertThat(Configs.with(settled, "data", "workers", null)).isEqualTo(open);
    }
}
