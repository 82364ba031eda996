package twincard.card;

/**
 * What OpenSC's driver for IsoApplet asks of a card, told by one that was installed under that applet's AID: then
 * OpenSC works with it unchanged. All commands are the same under either AID.
 */
final class IsoApplet {
    /** GET DATA of the same three bytes that SELECT answers. */
    static final short DATA_OBJECT = 0x0101;

    private static final byte[] AID = {
        (byte) 0xF2, 0x76, (byte) 0xA2, (byte) 0x88, (byte) 0xBC, (byte) 0xFB, (byte) 0xA6, (byte) 0x9D,
        0x34, (byte) 0xF3, 0x10, 0x01
    };
    /**
     * Version 0.6 of its interface, and of its features random numbers alone: not extended length, which no command
     * needs and T=0 does not carry, nor ECDSA, which would be of SHA-1 and come with key generation on ten curves.
     */
    private static final byte[] ABOUT = {0x00, 0x06, 0x02};

    private IsoApplet() {}

    /** Whether this is the AID. */
    static boolean isAid(byte[] bytes, short offset, byte length) {
        return length == (byte) AID.length && Template.stands(AID, bytes, offset);
    }

    /** Writes version and features to the beginning of {@code out}; returns their length. */
    static short write(byte[] out) {
        return Template.copy(ABOUT, out, (short) 0);
    }
}
