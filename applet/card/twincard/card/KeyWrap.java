package twincard.card;

import javacard.framework.Util;
import javacard.security.AESKey;
import javacard.security.CryptoException;
import javacard.security.KeyBuilder;
import javacardx.crypto.Cipher;

/**
 * AES key wrap (RFC 3394) of keys whose length is a multiple of 8, in place in {@link Ram#aux}, under a key-encryption
 * key of 16, 24 or 32 bytes at {@code secret[KEK]}, as far as the chip has them.
 */
final class KeyWrap extends Unit {
    /** Where in {@link Ram#secret} the key-encryption key stands. */
    static final short KEK = 32;
    /** Bytes by which a wrapped key is longer. */
    static final short OVERHEAD = 8;

    private static final short SEMIBLOCK = 8;
    private static final byte INITIAL_VALUE = (byte) 0xA6;
    private static final short ROUNDS = 6;

    private final AESKey kek128 = probe(KeyBuilder.LENGTH_AES_128);
    private final AESKey kek192 = probe(KeyBuilder.LENGTH_AES_192);

    KeyWrap(Core core) {
        super(core);
    }

    /** Whether the chip has key-encryption keys of so many bytes. */
    boolean supports(short kekLength) {
        return keyOf(kekLength) != null;
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

    private AESKey keyOf(short kekLength) {
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

    private static AESKey probe(short bits) {
        try {
            return Chip.aesKey(bits);
        } catch (CryptoException missing) {
            return null;
        }
    }
}
