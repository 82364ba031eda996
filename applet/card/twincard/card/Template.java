package twincard.card;

import javacard.framework.Util;

/** The fixed parts of key templates (ISO 7816-8): what stands before, between and behind the values. */
final class Template {
    /** 7F49 { 81 n, … for RSA-2048, up to the modulus. */
    static final byte[] RSA_PUBLIC_HEAD = {0x7F, 0x49, (byte) 0x82, 0x01, 0x09, (byte) 0x81, (byte) 0x82, 0x01, 0x00};
    /** … 82 e } */
    private static final byte[] RSA_PUBLIC_TAIL = {(byte) 0x82, 0x03, 0x01, 0x00, 0x01};
    /** 7F49 { 86 point }, up to the point. */
    static final byte[] EC_PUBLIC_HEAD = {0x7F, 0x49, 0x43, (byte) 0x86, 0x41};
    /** 7F48 with the lengths of p, q, 1/q, dp, dq, and 5F48 up to the values. */
    private static final byte[] RSA_PRIVATE_HEAD = {
        0x7F, 0x48, 0x0F, (byte) 0x92, (byte) 0x81, (byte) 0x80,
        (byte) 0x93, (byte) 0x81, (byte) 0x80, (byte) 0x94, (byte) 0x81, (byte) 0x80, (byte) 0x95, (byte) 0x81,
        (byte) 0x80, (byte) 0x96, (byte) 0x81, (byte) 0x80, 0x5F, 0x48, (byte) 0x82, 0x02,
        (byte) 0x80
    };
    /** 7F48 with the length of the scalar, and 5F48 up to it. */
    private static final byte[] EC_PRIVATE_HEAD = {0x7F, 0x48, 0x02, (byte) 0x92, 0x20, 0x5F, 0x48, 0x20};

    private Template() {}

    /** What stands before a modulus or a point. */
    static byte[] publicHead(byte type) {
        return type == KeySlot.RSA_2048 ? RSA_PUBLIC_HEAD : EC_PUBLIC_HEAD;
    }

    /** Copies what stands behind a modulus or a point; returns the offset behind it. */
    static short copyPublicTail(byte type, byte[] out, short offset) {
        return type == KeySlot.RSA_2048 ? copy(RSA_PUBLIC_TAIL, out, offset) : offset;
    }

    /** What stands before the parts of a private key. */
    static byte[] privateHead(byte type) {
        return type == KeySlot.RSA_2048 ? RSA_PRIVATE_HEAD : EC_PRIVATE_HEAD;
    }

    /** Whether these bytes stand there. */
    static boolean stands(byte[] part, byte[] data, short offset) {
        return Util.arrayCompare(part, (short) 0, data, offset, (short) part.length) == 0;
    }

    /** Copies a whole part; returns the offset behind it. */
    static short copy(byte[] part, byte[] out, short offset) {
        return Util.arrayCopyNonAtomic(part, (short) 0, out, offset, (short) part.length);
    }
}
