package twincard.card;

/**
 * The one form of card-verifiable certificates (ISO 7816-8; BSI TR-03110-3, C.1): 7F21 { 7F4E { 5F29 00, 42 issuer,
 * 7F49 { 86 point }, 5F20 card id, 5F4C role }, 5F37 signature over 7F4E }. All lengths are fixed.
 */
final class Certificate {
    static final short LENGTH = 181;
    /** Where 7F4E, which is signed, begins, and its length with tag and length. */
    static final short BODY = 4;
    static final short BODY_LENGTH = 110;
    /** Where the values stand. */
    static final short ISSUER = 13;
    static final short ISSUER_LENGTH = 8;
    static final short POINT = 26;
    static final short ID = 94;
    static final short ROLE = 113;
    static final short SIGNATURE = 117;

    private static final byte[] HEAD = {
        0x7F, 0x21, (byte) 0x81, (byte) 0xB1, 0x7F, 0x4E, 0x6B, 0x5F, 0x29, 0x01, 0x00, 0x42, 0x08
    };
    private static final byte[] ID_HEAD = {0x5F, 0x20, 0x10};
    private static final byte[] ROLE_HEAD = {0x5F, 0x4C, 0x01};
    private static final byte[] SIGNATURE_HEAD = {0x5F, 0x37, 0x40};

    private Certificate() {}

    /** Writes what is fixed around values that are in their places, in the certificate at the array's beginning. */
    static void frame(byte[] certificate) {
        Template.copy(HEAD, certificate, (short) 0);
        Template.copy(Template.EC_PUBLIC_HEAD, certificate, (short) (POINT - Template.EC_PUBLIC_HEAD.length));
        Template.copy(ID_HEAD, certificate, (short) (ID - ID_HEAD.length));
        Template.copy(ROLE_HEAD, certificate, (short) (ROLE - ROLE_HEAD.length));
        Template.copy(SIGNATURE_HEAD, certificate, (short) (SIGNATURE - SIGNATURE_HEAD.length));
    }
}
