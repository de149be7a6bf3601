package dev.imas.image;

import java.io.IOException;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Decoders of other libraries, whose streams hold nothing to remark on: every warning means lost data, whatever is
 * filled in for it, and every failure means data that make no sense.
 */
final class LibraryDecoder {
    private LibraryDecoder() {}

    interface Reading<T> {
        T from(ImageReader reader) throws IOException;
    }

    /** @param reader made for this call; disposed of */
    static <T> T read(ImageReader reader, ImageInputStream stream, Reading<T> reading) throws IOException {
        try (stream) {
            reader.setInput(stream, true, true);
            boolean[] warned = {false};
            reader.addIIOReadWarningListener((source, warning) -> warned[0] = true);
            T result = reading.from(reader);
            if (warned[0]) {
                throw ImageProblem.damaged("a part of its data is lost");
            }
            return result;
        } catch (ImageProblem e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw ImageProblem.damaged("its data make no sense");
        } finally {
            reader.dispose();
        }
    }
}
