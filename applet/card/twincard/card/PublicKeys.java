package twincard.card;

import javacard.framework.Util;

/**
 * Public key templates (ISO 7816-8, 7F49) of other people's keys, RSA-2048 and P-256. The interface leaves them one
 * form each, so that everything has its place in them.
 */
final class PublicKeys {
    /** Bytes of the longest template. */
    static final short MAX_LENGTH = 271;
    /** Where the modulus (256 bytes), the exponent's length and the exponent stand in an RSA template. */
    static final short MODULUS = 9;
    static final short EXPONENT_LENGTH = 266;
    static final short EXPONENT = 267;
    /** Where the point (65 bytes) stands in an EC template. */
    static final short POINT = 5;

    private static final short EXPONENT_TAG = 265;
    private static final short EC_LENGTH = 70;
    /** The byte in which the two RSA lengths, for exponents of 3 and 4 bytes, differ. */
    private static final short RSA_LENGTH_BYTE = 4;

    private PublicKeys() {}

    /**
     * Checks that a template is in its form and its key valid: RSA with an odd modulus of 2048 bits and an odd exponent
     * from 65537 to 4 bytes; a point on P-256, in software, since a key checked once may wait long for its use. 6A80 if
     * not.
     *
     * @param scratch {@link CurveCheck#SCRATCH} bytes
     * @return the key type, as in {@link KeySlot}
     */
    static byte check(byte[] data, short length, byte[] scratch) {
        boolean isEc = length == EC_LENGTH;
        byte[] head = Template.EC_PUBLIC_HEAD;
        boolean good = isEc
                ? equal(data, (short) 0, head, (short) head.length) && CurveCheck.isPoint(data, POINT, scratch)
                : isRsaKey(data, length);
        Apdu.requireData(good);
        return isEc ? KeySlot.EC_P256 : KeySlot.RSA_2048;
    }

    private static boolean isRsaKey(byte[] data, short length) {
        if (length != MAX_LENGTH && length != (short) (MAX_LENGTH - 1)) {
            return false;
        }
        byte[] head = Template.RSA_PUBLIC_HEAD;
        short behind = (short) (RSA_LENGTH_BYTE + 1);
        return equal(data, (short) 0, head, RSA_LENGTH_BYTE)
                && data[RSA_LENGTH_BYTE] == (byte) (length - behind)
                && equal(data, behind, head, (short) (MODULUS - behind))
                && data[MODULUS] < 0
                && (data[(short) (EXPONENT_TAG - 1)] & 1) != 0
                && data[EXPONENT_TAG] == (byte) 0x82
                && data[EXPONENT_LENGTH] == (short) (length - EXPONENT)
                && data[EXPONENT] != 0
                && (data[(short) (length - 1)] & 1) != 0;
    }

    private static boolean equal(byte[] data, short offset, byte[] head, short length) {
        return Util.arrayCompare(data, offset, head, offset, length) == 0;
    }

    /** Bytes of a template that {@link #check} accepted. */
    static short length(byte[] data, short offset) {
        return type(data, offset) == KeySlot.EC_P256
                ? EC_LENGTH
                : (short) (EXPONENT + data[(short) (offset + EXPONENT_LENGTH)]);
    }

    /** The key type of a template that {@link #check} accepted, or the card's own. */
    static byte type(byte[] data, short offset) {
        return data[(short) (offset + 2)] == Template.EC_PUBLIC_HEAD[2] ? KeySlot.EC_P256 : KeySlot.RSA_2048;
    }
}
