package dev.imas.cli;

import dev.imas.common.UserException;
import org.apache.commons.cli.CommandLine;

/**
 * {@code imas bench}, for the list of commands and the help alone: the launcher builds and starts the benchmarks
 * itself,
 * which are no part of the product.
 */
final class BenchCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "bench",
                "run the benchmarks of the kernels and the loader (in a checkout)",
                "bench [PATTERN...] [--device cuda [--out NAME]] [JMH OPTIONS]",
                """
                Builds the module benchmarks where it is older than its sources, then starts JMH, which runs
                the benchmarks whose names match a PATTERN (a regular expression), or all of them, which takes
                long. OMP_NUM_THREADS is 2 unless set.

                  --device DEVICE    cuda or cuda:INDEX: every kernel on this GPU, against libtorch's
                                     operations on the same tensors and stream in the same JVM, by CUDA
                                     events; needs a build with CUDA (IMAS_GPU=ON ./imas doctor). A kernel
                                     whose results differ from libtorch's is told and left out, which
                                     makes the status 1. On a CPU benchmarks/kernels-cpu does the same
                  --out NAME         with --device: writes NAME.md (the table), NAME.json (JMH's own),
                                     NAME-comparisons.jsonl (pairs that differ) and NAME-limits.jsonl
                                     (what the GPU can do at best), after every kernel anew; kernels-cuda
                                     unless given

                The other options are JMH's, among them:
                  -l                 list the benchmarks
                  -lp                list them with their parameters
                  -p NAME=VALUE,...  set a parameter: device=cuda measures kernels on a GPU without
                                     writing a table, size=VOC and type=BF16 take some of the inputs
                  -f N               JVMs to start for each benchmark; 0 measures in one, for trying out
                  -wi N, -i N, -r S  rounds of warming up, and of measuring; seconds of each
                  -rf json -rff FILE write the results to a file
                  -h                 all options of JMH

                  imas bench -l
                  imas bench EmaUpdate -rf json -rff ema.json
                  imas bench --device cuda
                  imas bench PseudoLabel Loss --device cuda -p size=VOC --out losses

                What was measured, with machine and command, is in benchmarks/results.
                """);
    }

    @Override
    public int run(CommandLine line, Console console) {
        throw new UserException(
                "the benchmarks are built from the sources; run ./imas bench in a checkout of the project");
    }
}
