package dev.imas.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.kernels.DType;
import dev.imas.kernels.TensorView;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TensorViewsTest {
    @BeforeAll
    static void load() {
        Torch.load();
    }

    @Test
    void aViewHasTheTensorsTypeShapeAndStrides() {
        try (PointerScope scope = new PointerScope()) {
            for (DType type : DType.values()) {
                TensorView view = TensorViews.of(tensor(TensorViews.scalarType(type)));
                assertThat(view.dtype()).isEqualTo(type);
                assertThat(view.shape()).containsExactly(2, 3, 4, 5);
                assertThat(view.stride()).containsExactly(60, 1, 15, 3);
            }
            Tensor part = tensor(ScalarType.Float).narrow(0, 1, 1);
            assertThat(TensorViews.of(part).data().address())
                    .isEqualTo(part.data_ptr().address());
            assertThat(TensorViews.of(null)).isNull();
        }
    }

    @Test
    void refusesTypesThatNoKernelTakes() {
        try (PointerScope scope = new PointerScope()) {
            Tensor doubles = tensor(ScalarType.Double);
            assertThatThrownBy(() -> TensorViews.of(doubles)).hasMessageContaining("no tensors of type Double");
        }
    }

    /** Without a scope the collector may free a tensor that nobody refers to. */
    @Test
    void aViewKeepsItsTensorReachable() {
        Tensor tensor = tensor(ScalarType.Float);
        WeakReference<Tensor> watched = new WeakReference<>(tensor);
        TensorView view = TensorViews.of(tensor);
        tensor = null;
        System.gc();
        assertThat(watched.get()).isNotNull();
        Reference.reachabilityFence(view);
        watched.get().close();
    }

    /** Uninitialised, [2,3,4,5], channels last. */
    private static Tensor tensor(ScalarType type) {
        return torch.empty(
                new long[] {2, 3, 4, 5}, new TensorOptions(type), new MemoryFormatOptional(MemoryFormat.ChannelsLast));
    }
}
