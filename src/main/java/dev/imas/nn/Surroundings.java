package dev.imas.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What the decoder takes from beyond the place that it looks at. Of a picture as a whole that is in its own features;
 * of a part, whoever knows the rest has to say it. Results belong to the current PointerScope.
 */
public interface Surroundings {
    /** Images that are whole pictures. */
    Surroundings NONE = new Surroundings() {
        @Override
        public Tensor means(Tensor coarse) {
            return torch.adaptive_avg_pool2d(coarse, 1, 1);
        }

        @Override
        public Tensor enlarged(Tensor coarse, Tensor fine) {
            return Bilinear.enlarged(coarse, fine.size(2), fine.size(3));
        }
    };

    /**
     * The mean of every plane over the whole picture.
     *
     * @param coarse last stage [B,C,h',w'] of the images
     * @return [B,C,1,1]
     */
    Tensor means(Tensor coarse);

    /**
     * A map of the last stage's size at that of the first.
     *
     * @param coarse [B,C,h',w']
     * @param fine   [B,C1,h,w]
     * @return [B,C,h,w]
     */
    Tensor enlarged(Tensor coarse, Tensor fine);
}
