package twincard.card;

import javacard.framework.Util;
import javacard.security.ECPrivateKey;
import javacard.security.ECPublicKey;
import javacard.security.KeyPair;

/**
 * What a card is known by: its device key, which signs, and its channel key, with which SCP11b agrees on keys. Both are
 * drawn by PERSONALISE and never leave the card.
 */
final class Device extends CardPart {
    /** E5 81 C8 { 86 41 device key, 87 41 channel key, 9E 40 signature } */
    private static final byte[] KEYS_HEAD = {(byte) 0xE5, (byte) 0x81, (byte) 0xC8, (byte) 0x86, 0x41};
    private static final byte[] CHANNEL_HEAD = {(byte) 0x87, 0x41};
    private static final byte[] SIGNATURE_HEAD = {(byte) 0x9E, 0x40};
    /** "twincard/channel/1" */
    private static final byte[] CHANNEL_LABEL = {
        't', 'w', 'i', 'n', 'c', 'a', 'r', 'd', '/', 'c', 'h', 'a', 'n', 'n', 'e', 'l', '/', '1'
    };

    private final Ecdsa ecdsa;
    private final ECPrivateKey devicePrivate = P256.privateKey();
    private final ECPublicKey devicePublic = P256.publicKey();
    private final KeyPair device = new KeyPair(devicePublic, devicePrivate);
    private final ECPrivateKey channelPrivate = P256.privateKey();
    private final ECPublicKey channelPublic = P256.publicKey();
    private final KeyPair channel = new KeyPair(channelPublic, channelPrivate);
    private final byte[] channelSignature = new byte[Ecdsa.SIGNATURE];
    /** Both pairs are whole. */
    private boolean ready;

    Device(Core core, Ecdsa ecdsa) {
        super(core);
        this.ecdsa = ecdsa;
    }

    /** Whether there are keys: from PERSONALISE until TERMINATE. */
    boolean isReady() {
        return ready;
    }

    /**
     * Generates both pairs again, before the transaction that holds {@link #renewed}: until that there are none. Uses
     * Ram.hash, Ram.aux and Ram.cmac.
     */
    void renew() {
        byte[] point = aux;
        ready = false;
        Ecdh.generate(device, devicePrivate, devicePublic, hash, (short) 0);
        Ecdh.generate(channel, channelPrivate, channelPublic, hash, (short) 0);
        beginSign(CHANNEL_LABEL);
        ecdsa.update(authority.cardId, (short) 0, Authority.ID);
        channelPublic.getW(point, (short) 0);
        ecdsa.sign(point, (short) 0, P256.POINT, channelSignature, (short) 0);
    }

    /** The pairs are in force, with what else the caller's transaction holds. */
    void renewed() {
        ready = true;
    }

    /**
     * Begins a signature of the device key over a message whose first bytes are the label; {@link Ecdsa#update} and
     * {@link Ecdsa#sign} go on.
     */
    Ecdsa beginSign(byte[] label) {
        ecdsa.beginSign(devicePrivate, label);
        return ecdsa;
    }

    /** Begins to verify a signature of another card's device key, likewise. */
    Ecdsa beginVerify(byte[] point, short offset, byte[] label) {
        ecdsa.beginVerify(point, offset, label);
        return ecdsa;
    }

    /** Writes the device key's point, 65 bytes. */
    void readPoint(byte[] out, short offset) {
        devicePublic.getW(out, offset);
    }

    /** The shared x-coordinate, 32 bytes, of the channel key and a point; 6A80 for whatever is not a point. */
    void agreeChannel(byte[] point, short offset, byte[] out, short outOffset) {
        ecdh.agree(channelPrivate, point, offset, out, outOffset);
    }

    /** GET DATA E5: the keys and the device key's signature over the channel key, into Ram.aux; 6A88 without keys. */
    short readKeys() {
        if (!ready) {
            Refusal.notFound();
        }
        byte[] out = aux;
        short at = Template.copy(KEYS_HEAD, out, (short) 0);
        readPoint(out, at);
        at = Template.copy(CHANNEL_HEAD, out, (short) (at + P256.POINT));
        channelPublic.getW(out, at);
        at = Template.copy(SIGNATURE_HEAD, out, (short) (at + P256.POINT));
        return Util.arrayCopyNonAtomic(channelSignature, (short) 0, out, at, Ecdsa.SIGNATURE);
    }

    /** Wipes both pairs; may be repeated. */
    void wipe() {
        ready = false;
        devicePrivate.clearKey();
        devicePublic.clearKey();
        channelPrivate.clearKey();
        channelPublic.clearKey();
    }
}
