package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig.SupervisedLoss;
import dev.imas.config.ImasConfig.Unsupervised;
import dev.imas.device.TensorKernels;
import dev.imas.semi.Networks.Head;
import dev.imas.semi.Networks.Pass;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The losses where all logits are equal: every pixel costs log C, and a gradient is known without a kernel. */
@ExtendWith(StepScope.class)
class LossesTest {
    private static final int CLASSES = 4;
    private static final double LOG = Math.log(CLASSES);
    private static final Offset<Double> ROUNDING = within(1e-6);

    private final TensorKernels kernels = new TensorKernels(Agreements.CPU);

    private static Head head(int images) {
        return Head.of(torch.zeros(images, CLASSES, 2, 2));
    }

    private static Tensor labels(int images) {
        return torch.ones(images, 1, 4, 4).to(ScalarType.Byte);
    }

    private static double size(Tensor gradient) {
        return gradient.abs().sum().item_double();
    }

    @Test
    void supervisedLossLooksAtTheLabelledImagesAndBothHeads() {
        var loss = new dev.imas.semi.SupervisedLoss(
                kernels,
                ConfigYaml.defaults().supervised().withLoss(SupervisedLoss.CE).withAuxWeight(0.25));
        Span labeled = new Span(1, 2);
        Head main = head(4);
        assertThat(loss.of(new Pass(main, Optional.empty()), labeled, labels(2))
                        .total()
                        .item_double())
                .isCloseTo(LOG, ROUNDING);
        // (1 - 1/C) at the label's logit and 1/C at each other one, over the mean of all pixels
        assertThat(size(main.gradient())).isCloseTo(2 * (1 - 1.0 / CLASSES), ROUNDING);
        assertThat(size(labeled.of(main.gradient()))).isCloseTo(size(main.gradient()), ROUNDING);

        Pass both = new Pass(head(4), Optional.of(head(4)));
        assertThat(loss.of(both, labeled, labels(2)).total().item_double()).isCloseTo(1.25 * LOG, ROUNDING);
        assertThat(both.heads()).hasSize(2);
        assertThat(size(both.heads().get(1).gradient()))
                .isCloseTo(0.25 * size(both.main().gradient()), ROUNDING);
    }

    @Test
    void consistencyLossIsLambdaTimesTheMeanOfTheViews() {
        Unsupervised settings = Configs.tiny().unsupervised();
        Tensor sure = torch.ones(2, 1, 4, 4);
        Tensor unsure = torch.zeros(2, 1, 4, 4);
        List<StudentBatch.View> views = List.of(
                new StudentBatch.View(new Span(2, 2), labels(2), sure),
                new StudentBatch.View(new Span(0, 2), labels(2), unsure));
        Head head = head(5);
        ConsistencyLoss.Value value =
                new ConsistencyLoss(kernels, settings).of(head, views, Agreements.of(0.5f, 0.25f));
        assertThat(value.views().get(0).item_double()).isCloseTo(0.375 * LOG, ROUNDING);
        assertThat(value.views().get(1).item_double()).isZero();
        assertThat(value.total().item_double()).isCloseTo(settings.weight() * 0.375 * LOG / 2, ROUNDING);
        assertThat(size(head.gradient())).isCloseTo(settings.weight() / 2 * 0.375 * 2 * (1 - 1.0 / CLASSES), ROUNDING);
        assertThat(size(new Span(2, 2).of(head.gradient()))).isCloseTo(size(head.gradient()), ROUNDING);

        Unsupervised plain = Configs.with(Configs.tiny(), "unsupervised", "weightByHardness", false)
                .unsupervised();
        ConsistencyLoss.Value alone =
                new ConsistencyLoss(kernels, plain).of(head(5), views.subList(0, 1), Agreements.of(0.5f, 0.25f));
        assertThat(alone.total().item_double()).isCloseTo(plain.weight() * LOG, within(1e-5));
    }
}
