package twincard.card;

import javacard.framework.CardRuntimeException;
import javacard.framework.Util;
import javacard.security.ECPrivateKey;
import javacard.security.ECPublicKey;
import javacard.security.Signature;

/**
 * ECDSA on P-256 with SHA-256. Signatures are plain outside, r ‖ s of 32 bytes each (BSI TR-03111, 5.2.1), and DER
 * between here and the chip. Every one begins with {@code begin…} and ends with {@link #sign} or {@link #verify}.
 */
final class Ecdsa {
    static final short SIGNATURE = 64;

    private static final byte SEQUENCE = 0x30;
    private static final byte INTEGER = 0x02;

    private final Signature engine;
    /** The key of the verification in progress, and of that alone. */
    private final ECPublicKey verifying = P256.publicKey();
    /** For the DER form, of up to 72 bytes. */
    private final byte[] der;

    private Ecdsa(Ram ram) {
        engine = Signature.getInstance(Signature.ALG_ECDSA_SHA_256, false);
        der = ram.cmac;
    }

    /** The engine, or null where the chip has none or no memory for it. */
    static Ecdsa probe(Ram ram) {
        try {
            return new Ecdsa(ram);
        } catch (CardRuntimeException absent) {
            return null;
        }
    }

    /** Begins a signature over a message whose first bytes are the label. */
    void beginSign(ECPrivateKey key, byte[] label) {
        engine.init(key, Signature.MODE_SIGN);
        update(label, (short) 0, (short) label.length);
    }

    /** Begins to verify under a point that was found to be one. */
    void beginVerify(byte[] point, short offset) {
        verifying.setW(point, offset, P256.POINT);
        engine.init(verifying, Signature.MODE_VERIFY);
    }

    /** {@link #beginVerify(byte[], short)} of a message whose first bytes are the label. */
    void beginVerify(byte[] point, short offset, byte[] label) {
        beginVerify(point, offset);
        update(label, (short) 0, (short) label.length);
    }

    /** More of the message, from any array but Ram.cmac. */
    void update(byte[] in, short offset, short length) {
        engine.update(in, offset, length);
    }

    /** Signs, after the last bytes of the message; writes 64 bytes. */
    void sign(byte[] in, short offset, short length, byte[] out, short outOffset) {
        engine.sign(in, offset, length, der, (short) 0);
        short second = plain((short) 3, out, outOffset);
        plain((short) (second + 1), out, (short) (outOffset + P256.SCALAR));
    }

    /** Signs a hash that was made elsewhere; writes DER, at most 72 bytes, and returns its length. */
    short signHash(ECPrivateKey key, byte[] hash, short length, byte[] out) {
        engine.init(key, Signature.MODE_SIGN);
        return engine.signPreComputedHash(hash, (short) 0, length, out, (short) 0);
    }

    /** Whether the signature of 64 bytes is right for the message, of which these are the last bytes. */
    boolean verify(byte[] in, short offset, short length, byte[] signature, short signatureOffset) {
        short at = integer(signature, signatureOffset, (short) 2);
        at = integer(signature, (short) (signatureOffset + P256.SCALAR), at);
        der[0] = SEQUENCE;
        der[1] = (byte) (at - 2);
        try {
            return engine.verify(in, offset, length, der, (short) 0, at);
        } catch (RuntimeException malformed) { // numbers that no signature has
            return false;
        }
    }

    /** Writes the integer whose length stands at {@code at} with 32 bytes; returns the offset behind it. */
    private short plain(short at, byte[] out, short outOffset) {
        short length = der[at++];
        if (length > P256.SCALAR) {
            length--;
            at++;
        }
        Util.arrayCopyNonAtomic(der, at, out, outOffset, length);
        Numbers.alignRight(out, outOffset, length, P256.SCALAR);
        return (short) (at + length);
    }

    /** Writes a number of 32 bytes as a DER integer at {@code at}; returns the offset behind it. */
    private short integer(byte[] number, short offset, short at) {
        short length = P256.SCALAR;
        while (length > 1 && number[offset] == 0) {
            offset++;
            length--;
        }
        short sign = (short) (number[offset] < 0 ? 1 : 0);
        der[at++] = INTEGER;
        der[at++] = (byte) (length + sign);
        der[at] = 0;
        return Util.arrayCopyNonAtomic(number, offset, der, (short) (at + sign), length);
    }
}
