package dev.imas.kernels;

import dev.imas.kernels.capi.Imas;
import org.bytedeco.javacpp.Pointer;

/**
 * Class-weighted symmetric IoU and gamma of every image, CutMix partners and the batch's mean: {@code imas_gamma}
 * (docs/method.md 4). Needs no workspace.
 *
 * @param counts  i32 [B,1,1,3C+2], contiguous, of {@link PseudoLabel}
 * @param pixels  H*W, at least 1: the denominator of the confident shares
 * @param rule    the form of gamma
 * @param parts   output f32 [B,1,1,5], contiguous: wIoU_S, wIoU_T, rho_S, rho_T, gamma; all in [0,1]
 * @param pairing output i32 [B,1,1,1], partner of each image: sorted by gamma ascending (stable, NaN last), the k-th
 *                easiest receives from the k-th hardest
 * @param mean    output f32 [1,1,1,1]: mean gamma of the batch
 */
public record Gamma(TensorView counts, long pixels, Rule rule, TensorView parts, TensorView pairing, TensorView mean)
        implements Operation {
    private static final Checks CHECKS = new Checks("imas_gamma");

    /** V1: mean of both wIoU times their confident share; V2: divided by the sum of the shares; 0 where it is 0. */
    public enum Version {
        V1(Imas.IMAS_GAMMA_V1),
        V2(Imas.IMAS_GAMMA_V2);

        private final int code;

        Version(int code) {
            this.code = code;
        }
    }

    /**
     * The form of gamma.
     *
     * @param classWeighted    IoU weighted by class share; false: plain mean of the classes present, background too
     * @param ignoreBackground class 0 has weight 0; only with {@code classWeighted}
     */
    public record Rule(Version version, boolean classWeighted, boolean ignoreBackground) {
        /** As published. */
        public static final Rule PUBLISHED = new Rule(Version.V1, true, true);

        public Rule {
            CHECKS.present("version", version);
        }
    }

    public Gamma {
        CHECKS.type(DType.I32, "counts", counts);
        CHECKS.present("rule", rule);
        CHECKS.type(DType.F32, "parts", parts);
        CHECKS.type(DType.I32, "pairing", pairing);
        CHECKS.type(DType.F32, "mean", mean);
    }

    @Override
    public void run(Kernels kernels, Pointer workspace, long workspaceBytes) {
        Arguments a = kernels.arguments(CHECKS);
        a.check(Imas.imas_gamma(
                a.backend,
                a.view("counts", counts),
                pixels,
                rule.version.code,
                rule.classWeighted ? 1 : 0,
                rule.ignoreBackground ? 1 : 0,
                a.view("parts", parts),
                a.view("pairing", pairing),
                a.view("mean", mean)));
    }
}
