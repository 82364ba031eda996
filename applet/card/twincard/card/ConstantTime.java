package twincard.card;

/** Decisions about secret bytes that take the same path whatever the bytes are. */
final class ConstantTime {
    private ConstantTime() {}

    /** All ones when {@code x}, 0 to 255, is zero; else all zeros. */
    static short isZero(short x) {
        return (short) ((short) (x - 1) >> 8);
    }

    /** Zero when the two ranges are equal; else some number from 1 to 255. */
    static short difference(byte[] a, short aOffset, byte[] b, short bOffset, short length) {
        short difference = 0;
        for (short i = 0; i < length; i++) {
            difference |= (short) ((a[(short) (aOffset + i)] ^ b[(short) (bOffset + i)]) & 0xFF);
        }
        return difference;
    }
}
