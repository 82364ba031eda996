package twincard.card;

import javacard.framework.Util;

/**
 * Answers what OpenSC's driver for IsoApplet asks of a card, if the applet was installed under that applet's AID. Then
 * OpenSC works with it unchanged. All commands are the same under either AID.
 */
final class IsoApplet {
    /** GET DATA of version and features. */
    static final short DATA_OBJECT = 0x0101;

    private static final byte[] AID = {
        (byte) 0xF2, 0x76, (byte) 0xA2, (byte) 0x88, (byte) 0xBC, (byte) 0xFB, (byte) 0xA6, (byte) 0x9D,
        0x34, (byte) 0xF3, 0x10, 0x01
    };
    /**
     * Features: random numbers, ECDSA over hashes made elsewhere, RSASSA-PSS; never extended length, which no command
     * needs and T=0 does not carry.
     */
    static final byte RANDOM = 0x02;
    static final byte ECDSA = 0x04;
    static final byte PSS = 0x08;
    /** The version that SELECT tells older drivers, for which ECDSA is of SHA-1. */
    static final short OLDER = 0x0006;
    /** The version that newer drivers ask for by GET DATA. */
    static final short NEWER = 0x0100;

    private IsoApplet() {}

    /** Whether this is the AID. */
    static boolean isAid(byte[] bytes, short offset, byte length) {
        return length == (byte) AID.length && Template.stands(AID, bytes, offset);
    }

    /** Writes version and features to the beginning of {@code out}; returns their length. */
    static short write(short version, byte features, byte[] out) {
        out[Util.setShort(out, (short) 0, version)] = features;
        return 3;
    }
}
