package twincard.card;

import javacard.framework.Util;

/**
 * Whether a point lies on P-256 (SP 800-56A, 5.6.2.3.3), in software: y² - x (x² - 3) = b with x, y below p. Points are
 * public, so time may depend on them.
 *
 * <p>Sums stay below 2^256, not below p: what is carried beyond comes back as so many times 2^256 - p. That is enough,
 * since b + p is beyond as well: the left side is b, or it is not.
 */
final class CurveCheck {
    /** Bytes of scratch. */
    static final short SCRATCH = 96;
    /** First byte of an uncompressed point. */
    static final byte UNCOMPRESSED = 0x04;

    private static final short SIZE = 32;
    /** Where the coordinates stand in a point. */
    private static final short X = 1;
    private static final short Y = 33;
    /** Places in the scratch: the sum, from 0; the sum before the present product; and -x - 1. */
    private static final short BEFORE = 32;
    private static final short NEGATIVE = 64;

    /** 2^256 - p. */
    private static final byte[] BEYOND = {
        0x00, 0x00, 0x00, 0x00, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFE,
        (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF,
        (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01
    };

    private CurveCheck() {}

    /** Whether the 65 bytes at {@code offset} are an uncompressed point of the curve. */
    static boolean isPoint(byte[] point, short offset, byte[] scratch) {
        short x = (short) (offset + 1);
        short y = (short) (x + SIZE);
        if (point[offset] != UNCOMPRESSED
                || !negate(point, y, (short) -1, scratch)
                || !negate(point, x, (short) -1, scratch)) {
            return false;
        }
        Util.arrayFillNonAtomic(scratch, (short) 0, SIZE, (byte) 0);
        addProduct(scratch, point, x, point, x);
        addMultiple(scratch, (byte) 1, P256.A, (short) 0);
        addProduct(scratch, scratch, NEGATIVE, scratch, BEFORE);
        addProduct(scratch, point, y, point, y);
        return Util.arrayCompare(scratch, (short) 0, P256.B, (short) 0, SIZE) == 0;
    }

    /**
     * Whether this is the x-coordinate of the sum of a point of the curve, at its array's beginning, and G:
     * (x3 + x + xG) (x - xG)² = (y - yG)². It holds for no other multiple of G, if the point is not G itself.
     *
     * @param room 64 bytes more
     */
    static boolean isNext(byte[] point, byte[] x3, short x3Offset, byte[] scratch, byte[] room) {
        Util.arrayFillNonAtomic(scratch, (short) 0, SIZE, (byte) 0);
        subtractG(scratch, point, X);
        take(scratch, room, (short) 0);
        addProduct(scratch, room, (short) 0, room, (short) 0);
        take(scratch, room, (short) 0);
        addMultiple(scratch, (byte) 1, x3, x3Offset);
        addMultiple(scratch, (byte) 1, point, X);
        addMultiple(scratch, (byte) 1, P256.G, X);
        take(scratch, room, SIZE);
        addProduct(scratch, room, (short) 0, room, SIZE);
        take(scratch, room, (short) 0);
        subtractG(scratch, point, Y);
        take(scratch, room, SIZE);
        addProduct(scratch, room, SIZE, room, SIZE);
        // The curve's a is -3: three times the right side, less three times the left, and b.
        addMultiple(scratch, (byte) 2, scratch, (short) 0);
        addMultiple(scratch, (byte) 1, P256.B, (short) 0);
        addProduct(scratch, P256.A, (short) 0, room, (short) 0);
        return Util.arrayCompare(scratch, (short) 0, P256.B, (short) 0, SIZE) == 0;
    }

    /** Adds a coordinate less that of G to the sum. */
    private static void subtractG(byte[] scratch, byte[] point, short coordinate) {
        addMultiple(scratch, (byte) 1, point, coordinate);
        negate(P256.G, coordinate, (short) 0, scratch);
        addMultiple(scratch, (byte) 1, scratch, NEGATIVE);
    }

    /** Moves the sum to the room, and leaves zero. */
    private static void take(byte[] scratch, byte[] room, short at) {
        Util.arrayCopyNonAtomic(scratch, (short) 0, room, at, SIZE);
        Util.arrayFillNonAtomic(scratch, (short) 0, SIZE, (byte) 0);
    }

    /** {@code NEGATIVE = p + borrow - a}; whether that is not below zero. */
    private static boolean negate(byte[] a, short offset, short borrow, byte[] scratch) {
        for (short i = (short) (SIZE - 1); i >= 0; i--) {
            short t = (short) ((P256.FIELD[i] & 0xFF) - (a[(short) (offset + i)] & 0xFF) + borrow);
            scratch[(short) (NEGATIVE + i)] = (byte) t;
            borrow = (short) (t >> 8);
        }
        return borrow == 0;
    }

    /** {@code sum = sum + a * b}; b may be {@code BEFORE}, which is the sum as it was. */
    private static void addProduct(byte[] sum, byte[] a, short aOffset, byte[] b, short bOffset) {
        Util.arrayCopyNonAtomic(sum, (short) 0, sum, BEFORE, SIZE);
        Util.arrayFillNonAtomic(sum, (short) 0, SIZE, (byte) 0);
        for (short i = 0; i < SIZE; i++) {
            byte carry = sum[0];
            Util.arrayCopyNonAtomic(sum, (short) 1, sum, (short) 0, (short) (SIZE - 1));
            sum[(short) (SIZE - 1)] = 0;
            addMultiple(sum, carry, BEYOND, (short) 0);
            addMultiple(sum, a[(short) (aOffset + i)], b, bOffset);
        }
        addMultiple(sum, (byte) 1, sum, BEFORE);
    }

    /** {@code sum = sum + factor * b}. */
    private static void addMultiple(byte[] sum, byte factor, byte[] b, short bOffset) {
        short carry = 0;
        for (short i = (short) (SIZE - 1); i >= 0; i--) {
            carry += (short) ((factor & 0xFF) * (b[(short) (bOffset + i)] & 0xFF) + (sum[i] & 0xFF));
            sum[i] = (byte) carry;
            carry = (short) ((carry >> 8) & 0xFF);
        }
        if (carry != 0) {
            addMultiple(sum, (byte) carry, BEYOND, (short) 0);
        }
    }
}
