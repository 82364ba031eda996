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
    /** Feature bits of the interface: key-encryption keys of 128 and of 192 bits. */
    static final short FEATURE_AES_128 = 0x0020;
    static final short FEATURE_AES_192 = 0x0040;

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

    /** The feature bits that this chip earns. */
    short features() {
        return (short) ((kek128 == null ? 0 : FEATURE_AES_128) | (kek192 == null ? 0 : FEATURE_AES_192));
    }

    /** Whether the chip has key-encryption keys of so many bytes. */
    boolean supports(short kekLen) {
        return keyOf(kekLen) != null;
    }

    /**
     * Wraps the key of {@code len} bytes at {@code data[off]} where it stands: {@code len + OVERHEAD} bytes.
     *
     * @return bytes of the wrapped key
     */
    short wrap(byte[] kek, short kekOff, short kekLen, byte[] data, short off, short len, byte[] scratch,
            short scratchOff) {
        Util.arrayCopyNonAtomic(data, off, data, (short) (off + SEMIBLOCK), len);
        Util.arrayFillNonAtomic(data, off, SEMIBLOCK, INITIAL_VALUE);
        AESKey key = open(kek, kekOff, kekLen, Cipher.MODE_ENCRYPT);
        short step = 0;
        for (byte round = 0; round < ROUNDS; round++) {
            for (short at = SEMIBLOCK; at <= len; at += SEMIBLOCK) {
                step++;
                gather(data, off, (short) (off + at), scratch, scratchOff);
                aes.doFinal(scratch, scratchOff, BLOCK, scratch, scratchOff);
                scatter(data, off, (short) (off + at), scratch, scratchOff);
                data[(short) (off + 7)] ^= (byte) step;
            }
        }
        close(key, scratch, scratchOff);
        return (short) (len + OVERHEAD);
    }

    /**
     * Unwraps the {@code len} bytes at {@code data[off]} where they stand; the key begins at {@code data[off]} then.
     *
     * @return bytes of the key, or -1 when the integrity check fails; nothing of the key is left then
     */
    short unwrap(byte[] kek, short kekOff, short kekLen, byte[] data, short off, short len, byte[] scratch,
            short scratchOff) {
        short keyLen = (short) (len - OVERHEAD);
        AESKey key = open(kek, kekOff, kekLen, Cipher.MODE_DECRYPT);
        short step = (short) (ROUNDS * (short) (keyLen / SEMIBLOCK));
        for (byte round = 0; round < ROUNDS; round++) {
            for (short at = keyLen; at >= SEMIBLOCK; at -= SEMIBLOCK) {
                data[(short) (off + 7)] ^= (byte) step;
                step--;
                gather(data, off, (short) (off + at), scratch, scratchOff);
                aes.doFinal(scratch, scratchOff, BLOCK, scratch, scratchOff);
                scatter(data, off, (short) (off + at), scratch, scratchOff);
            }
        }
        Util.arrayFillNonAtomic(scratch, scratchOff, SEMIBLOCK, INITIAL_VALUE);
        short difference = ConstantTime.difference(data, off, scratch, scratchOff, SEMIBLOCK);
        close(key, scratch, scratchOff);
        Util.arrayCopyNonAtomic(data, (short) (off + SEMIBLOCK), data, off, keyLen);
        Util.arrayFillNonAtomic(data, (short) (off + keyLen), OVERHEAD, (byte) 0);
        if (difference != 0) {
            Util.arrayFillNonAtomic(data, off, keyLen, (byte) 0);
            return -1;
        }
        return keyLen;
    }

    private AESKey open(byte[] kek, short kekOff, short kekLen, byte mode) {
        AESKey key = keyOf(kekLen);
        key.setKey(kek, kekOff);
        aes.init(key, mode);
        return key;
    }

    private static void close(AESKey key, byte[] scratch, short scratchOff) {
        key.clearKey();
        Util.arrayFillNonAtomic(scratch, scratchOff, BLOCK, (byte) 0);
    }

    private static void gather(byte[] data, short a, short r, byte[] scratch, short scratchOff) {
        Util.arrayCopyNonAtomic(data, a, scratch, scratchOff, SEMIBLOCK);
        Util.arrayCopyNonAtomic(data, r, scratch, (short) (scratchOff + SEMIBLOCK), SEMIBLOCK);
    }

    private static void scatter(byte[] data, short a, short r, byte[] scratch, short scratchOff) {
        Util.arrayCopyNonAtomic(scratch, scratchOff, data, a, SEMIBLOCK);
        Util.arrayCopyNonAtomic(scratch, (short) (scratchOff + SEMIBLOCK), data, r, SEMIBLOCK);
    }

    private AESKey keyOf(short kekLen) {
        switch (kekLen) {
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
