package dev.imas.semi;

import dev.imas.device.Torch;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Gives every test what a step's caller gives it: libtorch loaded, and a PointerScope that frees what was made. */
final class StepScope implements BeforeEachCallback, AfterEachCallback {
    private PointerScope scope;

    @Override
    public void beforeEach(ExtensionContext context) {
        Torch.load();
        scope = new PointerScope();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        scope.close();
    }
}
