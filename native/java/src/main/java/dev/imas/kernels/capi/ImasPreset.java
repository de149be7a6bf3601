package dev.imas.kernels.capi;

import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.Info;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/**
 * Tells JavaCPP how to bind {@code native/include/imas.h}; the result is {@link Imas} beside this class.
 *
 * <p>libgomp is taken from the PyTorch jar where that is on the class path, so that libtorch and these kernels share
 * one
 * thread pool whichever of them loads first; else the copy in this jar serves. libimas_cuda is optional.
 */
@NoException(true)
@Properties(
        value =
                @Platform(
                        value = "linux-x86_64",
                        include = "imas.h",
                        link = "imas",
                        preload = {"gomp@.1", "imas_cuda"},
                        preloadresource = {"/org/bytedeco/pytorch/", "/dev/imas/kernels/runtime/"}),
        target = "dev.imas.kernels.capi",
        global = "dev.imas.kernels.capi.Imas")
public class ImasPreset implements InfoMapper {
    @Override
    public void map(InfoMap infoMap) {
        infoMap.put(new Info("IMAS_H").skip());
    }
}
