package dev.imas.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.common.UserException;
import org.junit.jupiter.api.Test;

class OutOfMemoryTest {
    @Test
    void knowsBothAllocatorsAndDropsTheTrace() {
        assertThat(OutOfMemory.advice(new RuntimeException("CUDA out of memory. Tried 2 GiB\nframe #0: c10::Error")))
                .hasValueSatisfying(line -> assertThat(line)
                        .startsWith("out of memory (CUDA out of memory. Tried 2 GiB); ")
                        .contains("training.batch_labeled")
                        .doesNotContain("frame"));
        assertThat(OutOfMemory.advice(new RuntimeException("DefaultCPUAllocator: can't allocate memory")))
                .isPresent();
    }

    @Test
    void advisesWhatMakesTheWorkSmaller() {
        assertThat(OutOfMemory.advice(new RuntimeException("out of memory"), "use windows"))
                .hasValue("out of memory (out of memory); use windows");
    }

    @Test
    void leavesOtherErrorsAlone() {
        assertThat(OutOfMemory.advice(new RuntimeException("shape mismatch"))).isEmpty();
        assertThat(OutOfMemory.advice(new NullPointerException())).isEmpty();
    }

    /** Who says what to do about an evaluation is not told over by who watches the training around it. */
    @Test
    void whatIsToldAlreadyStaysAsItIs() {
        RuntimeException exhausted = new IllegalStateException("CUDA out of memory. Tried to allocate 2 GiB");
        RuntimeException told = OutOfMemory.told(exhausted, "see less at once");
        assertThat(told)
                .isInstanceOf(UserException.class)
                .hasMessage("out of memory (CUDA out of memory. Tried to allocate 2 GiB); see less at once")
                .hasCause(exhausted);
        assertThat(OutOfMemory.told(told)).isSameAs(told);
        RuntimeException other = new IllegalStateException("another");
        assertThat(OutOfMemory.told(other)).isSameAs(other);
    }
}
