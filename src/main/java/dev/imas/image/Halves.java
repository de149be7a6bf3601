package dev.imas.image;

/** Floats of fewer than 32 bits. */
final class Halves {
    private Halves() {}

    /** IEEE 754 binary16. */
    static float toFloat(short half) {
        return toFloat(half & 0xFFFF, 5, 10);
    }

    /** 24 bits: a sign, 7 bits of exponent, 16 of fraction (TIFF, Technical Note 3). */
    static float toFloat(int bits) {
        return toFloat(bits, 7, 16);
    }

    private static float toFloat(int bits, int exponentBits, int fractionBits) {
        int fraction = bits & (1 << fractionBits) - 1;
        int exponent = bits >> fractionBits & (1 << exponentBits) - 1;
        float sign = (bits >> fractionBits + exponentBits & 1) == 0 ? 1 : -1;
        int top = (1 << exponentBits) - 1;
        if (exponent == top) {
            return fraction == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
        }
        int bias = top >> 1;
        return exponent == 0
                ? sign * Math.scalb((float) fraction, 1 - bias - fractionBits)
                : sign * Math.scalb((float) (fraction | 1 << fractionBits), exponent - bias - fractionBits);
    }
}
