package twincard.card;

import javacard.framework.Util;
import javacard.security.AESKey;
import javacard.security.CryptoException;
import javacard.security.KeyBuilder;
import javacardx.crypto.Cipher;

/**
 * AES key wrap (RFC 3394) with key-encryption keys of 16, 24 or 32 bytes, as far as the chip has them, of keys
 * whose length is a multiple of 8. It works in place, on semiblocks of 8 bytes.
 */
final class KeyWrap {
    /** Bytes by which a wrapped key is longer. */
    static final short OVERHEAD = 8;
    /** Bytes of scratch; left wiped. */
    static final short SCRATCH = 16;

    private static final short SEMIBLOCK = 8;
    private static final short BLOCK = 16;
    private static final byte INITIAL_VALUE = (byte) 0xA6;
    private static final byte ROUNDS = 6;

    /** AES-CBC without padding; one block under a zero vector is AES itself. */
    private final Cipher aes;
    private final AESKey kek128;
    private final AESKey kek192;
    private final AESKey kek256;

    KeyWrap(Chip chip) {
        aes = chip.aes;
        kek256 = chip.key256;
        kek192 = probe(KeyBuilder.LENGTH_AES_192);
        kek128 = probe(KeyBuilder.LENGTH_AES_128);
    }

    /** Whether the chip has key-encryption keys of so many bytes. */
    boolean supports(short kekLength) {
        return keyOf(kekLength) != null;
    }

    /**
     * Wraps the key of {@code length} bytes at {@code data[offset]} where it stands: {@code length + OVERHEAD} bytes.
     *
     * @return bytes of the wrapped key
     */
    short wrap(byte[] kek, short kekOffset, short kekLength, byte[] data, short offset, short length, byte[] scratch,
            short scratchOffset) {
        Util.arrayCopyNonAtomic(data, offset, data, (short) (offset + SEMIBLOCK), length);
        Util.arrayFillNonAtomic(data, offset, SEMIBLOCK, INITIAL_VALUE);
        AESKey key = open(kek, kekOffset, kekLength, Cipher.MODE_ENCRYPT);
        short step = 0;
        for (byte round = 0; round < ROUNDS; round++) {
            for (short at = SEMIBLOCK; at <= length; at += SEMIBLOCK) {
                step++;
                gather(data, offset, (short) (offset + at), scratch, scratchOffset);
                aes.doFinal(scratch, scratchOffset, BLOCK, scratch, scratchOffset);
                scatter(data, offset, (short) (offset + at), scratch, scratchOffset);
                data[(short) (offset + 7)] ^= (byte) step;
            }
        }
        close(key, scratch, scratchOffset);
        return (short) (length + OVERHEAD);
    }

    /**
     * Unwraps the {@code length} bytes at {@code data[offset]} where they stand; the key begins at {@code data[offset]}
     * then.
     *
     * @return bytes of the key, or -1 when the integrity check fails; nothing of the key is left then
     */
    short unwrap(byte[] kek, short kekOffset, short kekLength, byte[] data, short offset, short length, byte[] scratch,
            short scratchOffset) {
        short keyLength = (short) (length - OVERHEAD);
        AESKey key = open(kek, kekOffset, kekLength, Cipher.MODE_DECRYPT);
        short step = (short) (ROUNDS * (short) (keyLength / SEMIBLOCK));
        for (byte round = 0; round < ROUNDS; round++) {
            for (short at = keyLength; at >= SEMIBLOCK; at -= SEMIBLOCK) {
                data[(short) (offset + 7)] ^= (byte) step;
                step--;
                gather(data, offset, (short) (offset + at), scratch, scratchOffset);
                aes.doFinal(scratch, scratchOffset, BLOCK, scratch, scratchOffset);
                scatter(data, offset, (short) (offset + at), scratch, scratchOffset);
            }
        }
        Util.arrayFillNonAtomic(scratch, scratchOffset, SEMIBLOCK, INITIAL_VALUE);
        short difference = ConstantTime.difference(data, offset, scratch, scratchOffset, SEMIBLOCK);
        close(key, scratch, scratchOffset);
        Util.arrayCopyNonAtomic(data, (short) (offset + SEMIBLOCK), data, offset, keyLength);
        Util.arrayFillNonAtomic(data, (short) (offset + keyLength), OVERHEAD, (byte) 0);
        if (difference != 0) {
            Util.arrayFillNonAtomic(data, offset, keyLength, (byte) 0);
            return -1;
        }
        return keyLength;
    }

    private AESKey open(byte[] kek, short kekOffset, short kekLength, byte mode) {
        AESKey key = keyOf(kekLength);
        key.setKey(kek, kekOffset);
        aes.init(key, mode);
        return key;
    }

    private static void close(AESKey key, byte[] scratch, short scratchOffset) {
        key.clearKey();
        Util.arrayFillNonAtomic(scratch, scratchOffset, BLOCK, (byte) 0);
    }

    private static void gather(byte[] data, short a, short r, byte[] scratch, short scratchOffset) {
        Util.arrayCopyNonAtomic(data, a, scratch, scratchOffset, SEMIBLOCK);
        Util.arrayCopyNonAtomic(data, r, scratch, (short) (scratchOffset + SEMIBLOCK), SEMIBLOCK);
    }

    private static void scatter(byte[] data, short a, short r, byte[] scratch, short scratchOffset) {
        Util.arrayCopyNonAtomic(scratch, scratchOffset, data, a, SEMIBLOCK);
        Util.arrayCopyNonAtomic(scratch, (short) (scratchOffset + SEMIBLOCK), data, r, SEMIBLOCK);
    }

    private AESKey keyOf(short kekLength) {
        switch (kekLength) {
            case 16:
                return kek128;
            case 24:
                return kek192;
            case 32:
                return kek256;
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
