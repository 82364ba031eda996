package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;
import javacard.security.RSAPublicKey;

/**
 * The one decipher key of the card. A transaction cannot hold a key: a new one fills the spare slot, is tested, becomes
 * the key by one index, and then the other slot is cleared.
 */
final class DecipherKey {
    private static final byte NONE = -1;

    private final KeySlot first;
    private final KeySlot second;
    private final byte[] digest = new byte[KeySlot.DIGEST];
    private byte active = NONE;
    private byte type;
    private boolean publicKept;
    /** The spare slot may hold something. */
    private boolean spareUsed;

    DecipherKey(Chip chip, Rsa rsa, Ecdh ecdh) {
        first = new KeySlot(chip, rsa, ecdh);
        second = new KeySlot(chip, rsa, ecdh);
    }

    boolean present() {
        return active != NONE;
    }

    /** Refuses with 6A88 where there is no key. */
    void require() {
        if (!present()) {
            ISOException.throwIt(Sw.NOT_FOUND);
        }
    }

    /** KeySlot.RSA_2048 or KeySlot.EC_P256. */
    byte type() {
        return type;
    }

    boolean publicKept() {
        return publicKept;
    }

    /** The key digest, 32 bytes. */
    byte[] digest() {
        return digest;
    }

    /** The slot in use. */
    KeySlot slot() {
        return active == 0 ? first : second;
    }

    /** The other slot, noted as possibly filled. */
    KeySlot spare() {
        spareUsed = true;
        return other();
    }

    private KeySlot other() {
        return active == 0 ? second : first;
    }

    /** Makes the spare slot the key, inside the caller's transaction. */
    void replace(byte newType, boolean keepPublic, byte[] newDigest, short offset) {
        active = active == 0 ? (byte) 1 : (byte) 0;
        type = newType;
        publicKept = keepPublic;
        Util.arrayCopy(newDigest, offset, digest, (short) 0, KeySlot.DIGEST);
    }

    /** Clears the spare slot; also at select, for what an interruption left there. */
    void clearSpare() {
        if (spareUsed) {
            other().clear();
            spareUsed = false;
        }
    }

    /** Wipes all; may be repeated. */
    void wipe() {
        first.clear();
        second.clear();
        active = NONE;
        spareUsed = false;
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

    /** Writes the public key template (ISO 7816-8, tag 7F49); returns its length. 6A88 if only the digest is kept. */
    short writePublicKey(byte[] out, short offset) {
        require();
        if (!publicKept) {
            ISOException.throwIt(Sw.NOT_FOUND);
        }
        if (type == KeySlot.EC_P256) {
            readPoint(out, (short) (offset + Template.EC_PUBLIC_HEAD.length));
            return Template.ecPublic(out, offset);
        }
        slot().readModulus(out, (short) (offset + Template.RSA_PUBLIC_HEAD.length));
        return Template.rsaPublic(out, offset);
    }
}
