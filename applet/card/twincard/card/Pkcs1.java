package twincard.card;

import javacard.framework.Util;

/**
 * Opening of RSAES-PKCS1-v1_5 blocks of 256 bytes (RFC 8017, 7.2.2), for old mail. One path and one answer
 * for every fault inside a block; the caller counts the faults.
 */
final class Pkcs1 {
    private static final short BLOCK = 256;
    /** 00, 02 and at least eight bytes of padding come before the separator. */
    private static final short FIRST_SEPARATOR = 10;

    private Pkcs1() {}

    /**
     * Opens the block of 256 bytes at {@code offset} and moves its message there.
     *
     * @return bytes of the message, at most 245, or -1 for any fault; the rest of the block is wiped
     */
    static short decode(byte[] block, short offset) {
        short separator = separator(block, offset);
        short length = separator < 0 ? 0 : (short) (BLOCK - 1 - separator);
        Util.arrayCopyNonAtomic(block, (short) (offset + BLOCK - length), block, offset, length);
        Util.arrayFillNonAtomic(block, (short) (offset + length), (short) (BLOCK - length), (byte) 0);
        return separator < 0 ? (short) -1 : length;
    }

    private static short separator(byte[] block, short offset) {
        short bad = (short) ((block[offset] | (block[(short) (offset + 1)] ^ 2)) & 0xFF);
        short looking = -1;
        short index = 0;
        for (short i = 2; i < BLOCK; i++) {
            short zero = ConstantTime.isZero((short) (block[(short) (offset + i)] & 0xFF));
            index |= (short) (i & zero & looking);
            looking &= (short) ~zero;
        }
        bad |= looking;
        bad |= (short) ((short) (index - FIRST_SEPARATOR) >> 15);
        return bad == 0 ? index : (short) -1;
    }
}
