package dev.imas.image;

/** Samples in the width that holds them; the first is at 0. */
interface Values {
    int length();

    /** Whole samples as stored; of unsigned 32 bits above 2^31 negative. */
    int whole(int i);

    default float number(int i) {
        return whole(i);
    }

    /** Unsigned samples of 1 to 8 bits. */
    record Bytes(byte[] array) implements Values {
        @Override
        public int length() {
            return array.length;
        }

        @Override
        public int whole(int i) {
            return array[i] & 255;
        }
    }

    /** Unsigned samples of 9 to 16 bits. */
    record Shorts(short[] array) implements Values {
        @Override
        public int length() {
            return array.length;
        }

        @Override
        public int whole(int i) {
            return array[i] & 0xFFFF;
        }
    }

    /** Unsigned samples of 32 bits. */
    record Unsigned(int[] array) implements Values {
        @Override
        public int length() {
            return array.length;
        }

        @Override
        public int whole(int i) {
            return array[i];
        }

        @Override
        public float number(int i) {
            return Integer.toUnsignedLong(array[i]);
        }
    }

    /** Samples of either sign, of 8 to 32 bits. */
    record Signed(int[] array) implements Values {
        @Override
        public int length() {
            return array.length;
        }

        @Override
        public int whole(int i) {
            return array[i];
        }
    }

    record Floats(float[] array) implements Values {
        @Override
        public int length() {
            return array.length;
        }

        @Override
        public int whole(int i) {
            return (int) array[i];
        }

        @Override
        public float number(int i) {
            return array[i];
        }
    }
}
