package dev.imas.data;

import dev.imas.image.FloatImage;
import dev.imas.image.Picture;
import dev.imas.image.RgbImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How pictures lie in a buffer on their way to a network: a pixel's values side by side, colours as bytes, channels as
 * float32 in the machine's order.
 */
public final class PictureBytes {
    private PictureBytes() {}

    /** Copies a picture to a place of a buffer, in bytes. */
    public static void put(Picture picture, ByteBuffer buffer, int at) {
        if (picture instanceof FloatImage image) {
            buffer.duplicate()
                    .position(at)
                    .slice()
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer()
                    .put(image.values());
        } else {
            buffer.put(at, ((RgbImage) picture).rgb());
        }
    }

    /** A picture in direct memory of its own. */
    public static ByteBuffer direct(Picture picture) {
        int values = picture.width() * picture.height() * picture.channels();
        ByteBuffer buffer = ByteBuffer.allocateDirect(picture instanceof FloatImage ? Float.BYTES * values : values);
        put(picture, buffer, 0);
        return buffer;
    }
}
