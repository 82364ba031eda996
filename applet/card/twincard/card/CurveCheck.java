package twincard.card;

import javacard.framework.Util;

/**
 * Whether a point lies on P-256 (SP 800-56A, 5.6.2.3.3), in software: y² = x³ - 3x + b with x, y below p. Points are
 * public, so time may depend on them.
 *
 * <p>Products are Montgomery's, byte by byte: {@code a * b / R mod p} with R = 2^256. Both sides of the equation are
 * computed divided by R². No inverse is needed, for p is -1 modulo 256, and p has but five terms.
 */
final class CurveCheck {
    /** Bytes of scratch. */
    static final short SCRATCH = 129;
    /** First byte of an uncompressed point. */
    static final byte UNCOMPRESSED = 0x04;

    private static final short SIZE = 32;
    /** Places in the scratch: a running product, and the two sides of the equation. */
    private static final short PRODUCT = 0;
    private static final short PRODUCT_LENGTH = 65;
    private static final short LEFT = 65;
    private static final short RIGHT = 97;

    /** -3 / R mod p. */
    private static final byte[] MINUS_THREE = {
        0x00, 0x00, 0x00, 0x02, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xF7,
        0x00, 0x00, 0x00, 0x08, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xF9,
        (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFD, 0x00, 0x00, 0x00, 0x05,
        (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xF6, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFD
    };

    /** b / R² mod p. */
    private static final byte[] B = {
        0x30, (byte) 0x81, (byte) 0xDC, 0x38, (byte) 0xD9, 0x48, 0x43, 0x1A,
        0x7C, 0x17, (byte) 0x86, (byte) 0x84, (byte) 0xA0, (byte) 0xF4, 0x53, 0x03,
        (byte) 0xFC, 0x35, 0x21, (byte) 0xEB, (byte) 0x9C, (byte) 0xA0, 0x65, (byte) 0xA7,
        (byte) 0xE5, (byte) 0x9B, (byte) 0xE0, (byte) 0xA6, 0x45, (byte) 0x84, (byte) 0xA1, 0x37
    };

    private static final byte[] ONE = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
    };

    private CurveCheck() {}

    /** Whether the 65 bytes at {@code offset} are an uncompressed point of the curve. */
    static boolean isPoint(byte[] point, short offset, byte[] scratch, short scratchOffset) {
        short x = (short) (offset + 1);
        short y = (short) (x + SIZE);
        if (point[offset] != UNCOMPRESSED || !belowP(point, x) || !belowP(point, y)) {
            return false;
        }
        short left = (short) (scratchOffset + LEFT);
        short right = (short) (scratchOffset + RIGHT);
        multiply(point, y, point, y, scratch, scratchOffset, left);
        multiply(scratch, left, ONE, (short) 0, scratch, scratchOffset, left);
        multiply(point, x, point, x, scratch, scratchOffset, right);
        add(scratch, right, MINUS_THREE);
        multiply(scratch, right, point, x, scratch, scratchOffset, right);
        add(scratch, right, B);
        return Util.arrayCompare(scratch, left, scratch, right, SIZE) == 0;
    }

    /** {@code scratch[to] = a * b / R mod p}; a and b below p, and {@code to} may be one of them. */
    private static void multiply(byte[] a, short aOffset, byte[] b, short bOffset, byte[] scratch, short scratchOffset,
            short to) {
        short product = (short) (scratchOffset + PRODUCT);
        Util.arrayFillNonAtomic(scratch, product, PRODUCT_LENGTH, (byte) 0);
        short low = (short) (product + PRODUCT_LENGTH - 1);
        for (short i = (short) (aOffset + SIZE - 1); i >= aOffset; i--) {
            addMultiple(scratch, low, a[i], b, bOffset);
            short m = (short) (scratch[low] & 0xFF);
            addByte(scratch, (short) (low - 12), m);
            addByte(scratch, (short) (low - 24), m);
            addByte(scratch, (short) (low - 32), m);
            subtractByte(scratch, (short) (low - 28), m);
            low--;
        }
        reduce(scratch, (short) (product + 1), scratch[product] != 0);
        Util.arrayCopyNonAtomic(scratch, (short) (product + 1), scratch, to, SIZE);
    }

    /** Adds factor * b to the number whose lowest byte is {@code sum[low]}. */
    private static void addMultiple(byte[] sum, short low, byte factor, byte[] b, short bOffset) {
        short f = (short) (factor & 0xFF);
        short carry = 0;
        short to = low;
        for (short j = (short) (bOffset + SIZE - 1); j >= bOffset; j--) {
            short t = (short) (f * (b[j] & 0xFF) + (sum[to] & 0xFF) + carry);
            sum[to] = (byte) t;
            carry = (short) ((t >> 8) & 0xFF);
            to--;
        }
        addByte(sum, to, carry);
    }

    private static void addByte(byte[] sum, short at, short value) {
        short carry = value;
        for (short i = at; carry != 0; i--) {
            carry += (short) (sum[i] & 0xFF);
            sum[i] = (byte) carry;
            carry = (short) (carry >> 8);
        }
    }

    private static void subtractByte(byte[] sum, short at, short value) {
        short borrow = value;
        for (short i = at; borrow != 0; i--) {
            short t = (short) ((sum[i] & 0xFF) - borrow);
            sum[i] = (byte) t;
            borrow = (short) (t < 0 ? 1 : 0);
        }
    }

    /** {@code a = a + b mod p}, both below p. */
    private static void add(byte[] a, short offset, byte[] b) {
        short carry = 0;
        for (short i = (short) (SIZE - 1); i >= 0; i--) {
            carry += (short) ((a[(short) (offset + i)] & 0xFF) + (b[i] & 0xFF));
            a[(short) (offset + i)] = (byte) carry;
            carry = (short) (carry >> 8);
        }
        reduce(a, offset, carry != 0);
    }

    /** Brings a number below 2p, whose bit 256 is {@code overflow}, below p. */
    private static void reduce(byte[] a, short offset, boolean overflow) {
        if (!overflow && belowP(a, offset)) {
            return;
        }
        short borrow = 0;
        for (short i = (short) (SIZE - 1); i >= 0; i--) {
            short t = (short) ((a[(short) (offset + i)] & 0xFF) - (P256.FIELD[i] & 0xFF) - borrow);
            a[(short) (offset + i)] = (byte) t;
            borrow = (short) (t < 0 ? 1 : 0);
        }
    }

    private static boolean belowP(byte[] a, short offset) {
        for (short i = 0; i < SIZE; i++) {
            short difference = (short) ((a[(short) (offset + i)] & 0xFF) - (P256.FIELD[i] & 0xFF));
            if (difference != 0) {
                return difference < 0;
            }
        }
        return false;
    }
}
