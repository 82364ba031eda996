package twincard.card;

import javacard.framework.Util;
import javacard.security.CryptoException;
import javacard.security.MessageDigest;

/** The key derivation of ANSI X9.63 (SEC 1, 3.6.1) with the hash functions that the chip has. */
final class X963 extends Unit {
    /** Hash functions by the interface's numbers. */
    static final byte SHA_256 = 1;
    static final byte SHA_1 = 2;
    static final byte SHA_384 = 3;
    static final byte SHA_512 = 4;
    /** Where in {@link Ram#secret} the shared secret stands, a coordinate of P-256. */
    static final short Z = 0;

    private static final short COUNTER = 4;

    private final MessageDigest sha1 = probe(MessageDigest.ALG_SHA);
    private final MessageDigest sha384 = probe(MessageDigest.ALG_SHA_384);
    private final MessageDigest sha512 = probe(MessageDigest.ALG_SHA_512);

    X963(Core core) {
        super(core);
    }

    /** Whether the chip has the hash function of this number. */
    boolean supports(byte number) {
        return digestOf(number) != null;
    }

    /**
     * Derives {@code length} bytes from the secret at {@code secret[Z]} to {@code secret[KeyWrap.KEK]}: the beginning
     * of H(Z ‖ 00000001 ‖ info) ‖ H(Z ‖ 00000002 ‖ info) ‖ …
     *
     * @param number of a hash function that {@link #supports} accepts
     * @param info SharedInfo of {@code infoLength} bytes, perhaps none
     */
    void derive(byte number, byte[] info, short infoOffset, short infoLength, short length) {
        MessageDigest digest = digestOf(number);
        short piece = digest.getLength();
        byte counter = 0;
        for (short done = 0; done < length; done += piece) {
            counter++;
            Util.arrayFillNonAtomic(hash, (short) 0, COUNTER, (byte) 0);
            hash[(short) (COUNTER - 1)] = counter;
            digest.reset();
            digest.update(secret, Z, P256.SCALAR);
            digest.update(hash, (short) 0, COUNTER);
            digest.doFinal(info, infoOffset, infoLength, hash, (short) 0);
            short left = (short) (length - done);
            Util.arrayCopyNonAtomic(hash, (short) 0, secret, (short) (KeyWrap.KEK + done), left < piece ? left : piece);
        }
    }

    private MessageDigest digestOf(byte number) {
        switch (number) {
            case SHA_256:
                return chip.sha256;
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
