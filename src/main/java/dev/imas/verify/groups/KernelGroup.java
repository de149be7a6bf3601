package dev.imas.verify.groups;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.engine.GoldenGroup;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.weights.SafetensorsFile;
import java.io.IOException;
import java.util.function.Consumer;

/** A recorded group of the kernels: a folder NN_STEM that holds STEM.json with the cases and STEM.safetensors. */
abstract class KernelGroup implements GoldenGroup {
    protected final ArrayKernels kernels;
    private final String folder;

    KernelGroup(String folder, ArrayKernels kernels) {
        this.folder = folder;
        this.kernels = kernels;
    }

    @Override
    public final String name() {
        return folder;
    }

    @Override
    public final void run(GoldenData data, Consumer<Check> report) throws IOException {
        String file = folder + "/" + folder.substring(folder.indexOf('_') + 1);
        SafetensorsFile tensors = data.tensors(file + ".safetensors");
        check(data.json(file + ".json"), tensors, new Comparison(folder, report));
    }

    /** Runs every case. */
    abstract void check(JsonNode json, SafetensorsFile tensors, Comparison compare);
}
