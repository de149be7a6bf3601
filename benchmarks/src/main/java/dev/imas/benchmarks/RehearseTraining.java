package dev.imas.benchmarks;

import dev.imas.common.Interrupts;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.device.Torch;
import dev.imas.run.EpochMetrics;
import dev.imas.run.StepMetrics;
import dev.imas.train.TrainListener;
import dev.imas.train.Trainer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;

/** Two short epochs on the GPU that benchmarks/gpu/rehearse.py pretends, which has no cuDNN. */
public final class RehearseTraining {
    private RehearseTraining() {}

    /** @param arguments the run directory, then settings as for --set */
    public static void main(String[] arguments) {
        Interrupts.install();
        Torch.load();
        torch.globalContext().setUserEnabledCuDNN(false);
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        List.of(arguments).subList(1, arguments.length).forEach(setting -> ConfigYaml.set(layers, setting));
        ImasConfig config = ConfigYaml.resolve(layers);
        Trainer.run(config, Path.of(arguments[0]), false, new TrainListener() {
            @Override
            public void step(StepMetrics metrics) {
                System.out.println("row of step " + metrics.step());
            }

            @Override
            public void evaluated(EpochMetrics metrics) {
                System.out.println("evaluated after step " + metrics.step());
            }

            @Override
            public void message(String line) {
                System.out.println(line);
            }
        });
        System.out.println("trained to the end");
        Runtime.getRuntime().halt(0); // pretended libraries need no orderly end
    }
}
