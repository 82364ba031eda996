package twincard.card;

import javacard.framework.CardRuntimeException;
import javacard.framework.Util;
import javacard.security.AESKey;
import javacard.security.KeyBuilder;
import javacard.security.MessageDigest;
import javacardx.crypto.Cipher;

/**
 * Content-encryption keys under a key-encryption key: its derivation (ANSI X9.63, SEC 1, 3.6.1) from a shared secret,
 * and AES key wrap (RFC 3394) in place in {@link Ram#aux}; with the hash functions and key lengths that the chip has,
 * and has memory for.
 */
final class KeyEncryption extends OnChip {
    /** Hash functions by the interface's numbers. */
    static final byte SHA_256 = 1;
    static final byte SHA_1 = 2;
    static final byte SHA_384 = 3;
    static final byte SHA_512 = 4;
    /** In {@link Ram#secret}: the shared secret, a coordinate of P-256, and the key-encryption key. */
    static final short Z = 0;
    static final short KEK = 32;
    /** Bytes by which a wrapped key is longer. */
    static final short OVERHEAD = 8;

    private static final short COUNTER = 4;
    private static final short SEMIBLOCK = 8;
    private static final byte INITIAL_VALUE = (byte) 0xA6;
    private static final short ROUNDS = 6;

    /** Feature bits of the interface, of what was found. */
    short features;
    private MessageDigest sha1;
    private MessageDigest sha384;
    private MessageDigest sha512;
    private AESKey kek128;
    private AESKey kek192;

    KeyEncryption(Chip chip, Ram ram) {
        super(chip, ram);
    }

    /**
     * Makes the keys and hash functions that only mail from elsewhere needs, the smallest first, of the memory that all
     * else has left.
     */
    void complete() {
        kek128 = key(KeyBuilder.LENGTH_AES_128, (short) 0x0020);
        kek192 = key(KeyBuilder.LENGTH_AES_192, (short) 0x0040);
        sha1 = digest(MessageDigest.ALG_SHA, (short) 0x0080);
        sha384 = digest(MessageDigest.ALG_SHA_384, (short) 0x0100);
        sha512 = digest(MessageDigest.ALG_SHA_512, (short) 0x0200);
    }

    /**
     * Derives {@code length} bytes from the secret at {@code secret[Z]} to {@code secret[KEK]}: the beginning
     * of H(Z ‖ 00000001 ‖ info) ‖ H(Z ‖ 00000002 ‖ info) ‖ …
     *
     * @param number of a hash function that the chip has
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
            Util.arrayCopyNonAtomic(hash, (short) 0, secret, (short) (KEK + done), left < piece ? left : piece);
        }
    }

    /** The engine of a hash function by its number; null where the chip has none. */
    MessageDigest digestOf(byte number) {
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

    /** Wraps the key of {@code length} bytes at {@code aux[offset]}: {@code length + OVERHEAD} bytes. */
    void wrap(short kekLength, short offset, short length) {
        Util.arrayCopyNonAtomic(aux, offset, aux, (short) (offset + SEMIBLOCK), length);
        Util.arrayFillNonAtomic(aux, offset, SEMIBLOCK, INITIAL_VALUE);
        run(Cipher.MODE_ENCRYPT, kekLength, offset, length);
    }

    /**
     * Unwraps the {@code length} bytes at {@code aux[offset]}, where the key begins then.
     *
     * @return bytes of the key, or -1 when the integrity check fails; nothing of the key is left then
     */
    short unwrap(short kekLength, short offset, short length) {
        short keyLength = (short) (length - OVERHEAD);
        run(Cipher.MODE_DECRYPT, kekLength, offset, keyLength);
        Util.arrayFillNonAtomic(hash, (short) 0, SEMIBLOCK, INITIAL_VALUE);
        boolean good = ConstantTime.difference(aux, offset, hash, (short) 0, SEMIBLOCK) == 0;
        short kept = good ? keyLength : 0;
        Util.arrayCopyNonAtomic(aux, (short) (offset + SEMIBLOCK), aux, offset, kept);
        Util.arrayFillNonAtomic(aux, (short) (offset + kept), (short) (length - kept), (byte) 0);
        return good ? keyLength : -1;
    }

    /** The steps of RFC 3394, 2.2, from the first to the last or back, on the register A and those behind it. */
    private void run(byte mode, short kekLength, short a, short keyLength) {
        AESKey kek = keyOf(kekLength);
        kek.setKey(secret, KEK);
        // Without an initial vector: CBC of one block is AES itself.
        chip.aes.init(kek, mode);
        boolean wrapping = mode == Cipher.MODE_ENCRYPT;
        short registers = (short) (keyLength / SEMIBLOCK);
        short steps = (short) (ROUNDS * registers);
        for (short done = 0; done < steps; done++) {
            short step = wrapping ? (short) (done + 1) : (short) (steps - done);
            short r = (short) (a + SEMIBLOCK + (short) ((short) (step - 1) % registers) * SEMIBLOCK);
            if (!wrapping) {
                aux[(short) (a + 7)] ^= (byte) step;
            }
            Util.arrayCopyNonAtomic(aux, a, hash, (short) 0, SEMIBLOCK);
            Util.arrayCopyNonAtomic(aux, r, hash, SEMIBLOCK, SEMIBLOCK);
            chip.aes.doFinal(hash, (short) 0, (short) (2 * SEMIBLOCK), hash, (short) 0);
            Util.arrayCopyNonAtomic(hash, (short) 0, aux, a, SEMIBLOCK);
            Util.arrayCopyNonAtomic(hash, SEMIBLOCK, aux, r, SEMIBLOCK);
            if (wrapping) {
                aux[(short) (a + 7)] ^= (byte) step;
            }
        }
        kek.clearKey();
    }

    /** The object of a key-encryption key of so many bytes; null where the chip has none. */
    AESKey keyOf(short kekLength) {
        switch (kekLength) {
            case 16:
                return kek128;
            case 24:
                return kek192;
            case 32:
                return chip.key256;
            default:
                return null;
        }
    }

    private MessageDigest digest(byte algorithm, short feature) {
        MessageDigest found = null;
        try {
            found = MessageDigest.getInstance(algorithm, false);
            features |= feature;
        } catch (CardRuntimeException missing) {
            // Its feature bit stays off.
        }
        return found;
    }

    private AESKey key(short bits, short feature) {
        AESKey found = null;
        try {
            found = Chip.aesKey(bits);
            features |= feature;
        } catch (CardRuntimeException missing) {
            // Its feature bit stays off.
        }
        return found;
    }
}
