package twincard.card;

import javacard.framework.Util;
import javacard.security.CryptoException;
import javacard.security.MessageDigest;

/** The key derivation of ANSI X9.63 (SEC 1, 3.6.1) with the hash functions that the chip has. */
final class X963 {

    /** Hash functions by the interface's numbers. */
    static final byte SHA_256 = 1;
    static final byte SHA_1 = 2;
    static final byte SHA_384 = 3;
    static final byte SHA_512 = 4;
    /** Bytes of scratch; left wiped. */
    static final short SCRATCH = 64;
    /** Feature bits of the interface. */
    static final short FEATURE_SHA_1 = 0x0080;
    static final short FEATURE_SHA_384 = 0x0100;
    static final short FEATURE_SHA_512 = 0x0200;

    private final MessageDigest sha256;
    private final MessageDigest sha1;
    private final MessageDigest sha384;
    private final MessageDigest sha512;

    /** @param sha256 SHA-256, shared with other classes */
    X963(MessageDigest sha256) {
        this.sha256 = sha256;
        sha1 = probe(MessageDigest.ALG_SHA);
        sha384 = probe(MessageDigest.ALG_SHA_384);
        sha512 = probe(MessageDigest.ALG_SHA_512);
    }

    /** The feature bits that this chip earns. */
    short features() {
        return (short) ((sha1 == null ? 0 : FEATURE_SHA_1) | (sha384 == null ? 0 : FEATURE_SHA_384)
                | (sha512 == null ? 0 : FEATURE_SHA_512));
    }

    /** Whether the chip has the hash function of this number. */
    boolean supports(byte hash) {
        return digestOf(hash) != null;
    }

    /**
     * Derives {@code outLen} bytes, the beginning of H(Z ‖ 00000001 ‖ info) ‖ H(Z ‖ 00000002 ‖ info) ‖ …
     *
     * @param hash one that {@link #supports} accepts
     * @param z shared secret of {@code zLen} bytes
     * @param info SharedInfo of {@code infoLen} bytes, perhaps none
     */
    void derive(byte hash, byte[] z, short zOff, short zLen, byte[] info, short infoOff, short infoLen,
            byte[] out, short outOff, short outLen, byte[] scratch, short scratchOff) {
        MessageDigest digest = digestOf(hash);
        short piece = (short) (digest.getLength() & 0xFF);
        byte counter = 0;
        for (short done = 0; done < outLen; done += piece) {
            counter++;
            Util.arrayFillNonAtomic(scratch, scratchOff, (short) 4, (byte) 0);
            scratch[(short) (scratchOff + 3)] = counter;
            digest.reset();
            digest.update(z, zOff, zLen);
            digest.update(scratch, scratchOff, (short) 4);
            digest.doFinal(info, infoOff, infoLen, scratch, scratchOff);
            short left = (short) (outLen - done);
            Util.arrayCopyNonAtomic(scratch, scratchOff, out, (short) (outOff + done), left < piece ? left : piece);
        }
        Util.arrayFillNonAtomic(scratch, scratchOff, SCRATCH, (byte) 0);
    }

    private MessageDigest digestOf(byte hash) {
        switch (hash) {
            case SHA_256:
                return sha256;
            case SHA_1:
                return sha1;
            case SHA_384:
                return sha384;
            case SHA_512:
                return sha512;
            default:
                return null;
        }
    }

    private static MessageDigest probe(byte algorithm) {
        try {
            return MessageDigest.getInstance(algorithm, false);
        } catch (CryptoException missing) {
            return null;
        }
    }
}
