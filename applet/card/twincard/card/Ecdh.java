package twincard.card;

import javacard.framework.CardRuntimeException;
import javacard.framework.ISOException;
import javacard.framework.Util;
import javacard.security.ECPrivateKey;
import javacard.security.ECPublicKey;
import javacard.security.KeyAgreement;
import javacard.security.KeyPair;

/** ECDH on P-256 with the plain x-coordinate as its result, and the ephemeral key pair of single commands. */
final class Ecdh {
    private final KeyAgreement agreement;
    private final ECPrivateKey ephemeralPrivate;
    private final ECPublicKey ephemeralPublic;
    private final KeyPair ephemeral;

    private final byte[] scratch;
    /** The chip itself refuses points off the curve. */
    final boolean chipChecks;
    /** The ephemeral pair may hold a secret. */
    private boolean ephemeralUsed;

    private Ecdh(Ram ram) {
        scratch = ram.cmac;
        agreement = KeyAgreement.getInstance(KeyAgreement.ALG_EC_SVDP_DH_PLAIN, false);
        ephemeralPrivate = P256.privateKey();
        ephemeralPublic = P256.publicKey();
        ephemeral = new KeyPair(ephemeralPublic, ephemeralPrivate);
        chipChecks = refusesOffCurve(ram);
    }

    /** The engine, or null where the chip has none or no memory for it. */
    static Ecdh probe(Ram ram) {
        try {
            return new Ecdh(ram);
        } catch (CardRuntimeException absent) {
            return null;
        }
    }

    /** Tries a point whose y-coordinate is off by one bit. */
    private boolean refusesOffCurve(Ram ram) {
        boolean refused = false;
        begin(ram.work, (short) 0);
        ram.work[(short) (P256.POINT - 1)] ^= 1;
        try {
            agreement.init(ephemeralPrivate);
            agreement.generateSecret(ram.work, (short) 0, P256.POINT, ram.aux, (short) 0);
        } catch (RuntimeException fault) {
            refused = true;
        }
        end();
        ram.wipe();
        return refused;
    }

    /**
     * Refuses with 6A80 what is not an uncompressed point of the curve. Always in software: a chip tells only in use.
     */
    void requirePoint(byte[] point, short offset) {
        Apdu.requireData(CurveCheck.isPoint(point, offset, scratch));
    }

    /**
     * The shared x-coordinate (32 bytes) of a private key and a point; 6A80 for whatever is not a point of the curve.
     */
    void agree(ECPrivateKey key, byte[] point, short pointOffset, byte[] out, short outOffset) {
        if (!chipChecks) {
            requirePoint(point, pointOffset);
        }
        try {
            agreement.init(key);
            short length = agreement.generateSecret(point, pointOffset, P256.POINT, out, outOffset);
            Numbers.alignRight(out, outOffset, length, P256.SCALAR);
        } catch (RuntimeException fault) {
            ISOException.throwIt(Sw.WRONG_DATA);
        }
    }

    /** Draws a fresh ephemeral pair and writes its point (65 bytes). */
    void begin(byte[] point, short offset) {
        ephemeralUsed = true;
        ephemeral.genKeyPair();
        ephemeralPublic.getW(point, offset);
    }

    /** {@link #agree} with the ephemeral private key. */
    void agreeEphemeral(byte[] point, short pointOffset, byte[] out, short outOffset) {
        agree(ephemeralPrivate, point, pointOffset, out, outOffset);
    }

    /**
     * Overwrites the ephemeral scalar with one that everybody knows; also at select, for what an interruption left of
     * it. Not by clearKey, after which the curve is to be set again: anybody may make the card draw a pair, and each
     * write wears its memory.
     */
    void end() {
        if (ephemeralUsed) {
            ephemeralPrivate.setS(P256.B, (short) 0, P256.SCALAR);
            ephemeralUsed = false;
        }
    }

    /**
     * Generates a pair on P-256; the scalar is read and set again at its full width, since implementations differ in
     * how they keep short numbers.
     *
     * @param room 32 bytes, left wiped
     */
    static void generate(KeyPair pair, ECPrivateKey secret, ECPublicKey open, byte[] room, short roomOffset) {
        P256.setCurve(secret);
        P256.setCurve(open);
        pair.genKeyPair();
        short length = secret.getS(room, roomOffset);
        Numbers.alignRight(room, roomOffset, length, P256.SCALAR);
        secret.setS(room, roomOffset, P256.SCALAR);
        Util.arrayFillNonAtomic(room, roomOffset, P256.SCALAR, (byte) 0);
    }
}
