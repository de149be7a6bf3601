package dev.imas.semi;

import dev.imas.distributed.Ranks;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Running statistics where each process normalises by its own images ({@code training.sync_batch_norm: false}): after
 * every step they are the processes' mean, so that the networks stay the same in all.
 *
 * @param statistics f32, live
 */
record MeanStatistics(List<Tensor> statistics, Ranks ranks) {
    void average() {
        TensorVector each = new TensorVector();
        statistics.forEach(tensor -> each.push_back(tensor.flatten()));
        Tensor all = torch.cat(each, 0);
        ranks.sum(all);
        all.div_(new Scalar(ranks.count()));
        long begin = 0;
        for (Tensor tensor : statistics) {
            tensor.copy_(all.narrow(0, begin, tensor.numel()).view_as(tensor));
            begin += tensor.numel();
        }
    }
}
