package dev.imas.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.device.Torch;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class TensorHookTest {
    /** Keeps a handle of its own. */
    private static final class Curious extends TensorHook {
        private Tensor gradient;

        @Override
        void came(TensorBase came) {
            gradient = new Tensor(came);
            gradient.retainReference();
        }
    }

    @Test
    void letsTheGradientGoWhenTheCallIsOver() {
        Torch.load();
        try (PointerScope scope = new PointerScope();
                Curious hook = new Curious()) {
            Tensor x = torch.ones(3).set_requires_grad(true);
            Tensor y = x.mul(x);
            y.register_hook(hook);
            y.sum().backward();
            assertThat(hook.gradient.use_count()).isEqualTo(1); // the scope is still open
            assertThat(Networks.values(hook.gradient)).containsExactly(1, 1, 1);
            hook.gradient.close();
        }
    }
}
