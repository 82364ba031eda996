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

    /** Whether the chip has the hash function of this number. */
    boolean supports(byte hash) {
        return digestOf(hash) != null;
    }

    /**
     * Derives {@code outLength} bytes, the beginning of H(Z ‖ 00000001 ‖ info) ‖ H(Z ‖ 00000002 ‖ info) ‖ …
     *
     * @param hash one that {@link #supports} accepts
     * @param z shared secret of {@code zLength} bytes
     * @param info SharedInfo of {@code infoLength} bytes, perhaps none
     */
    void derive(byte hash, byte[] z, short zOffset, short zLength, byte[] info, short infoOffset, short infoLength,
            byte[] out, short outOffset, short outLength, byte[] scratch, short scratchOffset) {
        MessageDigest digest = digestOf(hash);
        short piece = (short) (digest.getLength() & 0xFF);
        byte counter = 0;
        for (short done = 0; done < outLength; done += piece) {
            counter++;
            Util.arrayFillNonAtomic(scratch, scratchOffset, (short) 4, (byte) 0);
            scratch[(short) (scratchOffset + 3)] = counter;
            digest.reset();
            digest.update(z, zOffset, zLength);
            digest.update(scratch, scratchOffset, (short) 4);
            digest.doFinal(info, infoOffset, infoLength, scratch, scratchOffset);
            short left = (short) (outLength - done);
            short length = left < piece ? left : piece;
            Util.arrayCopyNonAtomic(scratch, scratchOffset, out, (short) (outOffset + done), length);
        }
        Util.arrayFillNonAtomic(scratch, scratchOffset, SCRATCH, (byte) 0);
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
