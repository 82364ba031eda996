package twincard.card;

import javacard.framework.Util;

/** Big-endian numbers of fixed width. */
final class Numbers {
    private Numbers() {}

    /**
     * Moves a number of {@code length} bytes to the right end of {@code width} bytes, zeros before it; returns the
     * offset behind them.
     */
    static short alignRight(byte[] data, short offset, short length, short width) {
        short missing = (short) (width - length);
        if (missing > 0) {
            Util.arrayCopyNonAtomic(data, offset, data, (short) (offset + missing), length);
            Util.arrayFillNonAtomic(data, offset, missing, (byte) 0);
        }
        return (short) (offset + width);
    }

    /** Whether the number at the beginning of one array is below that of another; in constant time. */
    static boolean isBelow(byte[] a, byte[] b, short width) {
        short borrow = 0;
        for (short i = (short) (width - 1); i >= 0; i--) {
            borrow = (short) ((short) ((a[i] & 0xFF) - (b[i] & 0xFF) + borrow) >> 8);
        }
        return borrow != 0;
    }
}
