package twincard.card;

import javacard.security.RSAPublicKey;

/** The one decipher key of the card. */
final class DecipherKey extends OwnKey {
    DecipherKey(KeySlots slots) {
        super(slots, DECIPHER);
    }

    /** The raw private RSA operation, 256 bytes to 256 bytes; every fault is 6A80. */
    void rsaPrivate(byte[] in, short inOffset, byte[] out, short outOffset) {
        slot().raisePrivate(in, inOffset, out, outOffset);
    }

    /** The shared x-coordinate with a point, 32 bytes; every fault is 6A80. */
    void ecdh(byte[] point, short offset, byte[] out, short outOffset) {
        slot().agree(point, offset, out, outOffset);
    }

    RSAPublicKey rsaPublic() {
        return slot().rsaPublic();
    }

    /** Reads the public point, 65 bytes. */
    void readPoint(byte[] out, short offset) {
        slot().readPoint(out, offset);
    }
}
