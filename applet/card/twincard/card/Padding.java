package twincard.card;

import javacard.framework.Util;
import javacard.security.MessageDigest;

/**
 * Paddings of RSA-2048 blocks of 256 bytes, at {@code work[BLOCK]}: RSAES-OAEP with SHA-256, MGF1 with SHA-256 and the
 * empty label (RFC 8017, 7.1), and, to be opened only, with other hash functions and, for old mail, RSAES-PKCS1-v1_5
 * (7.2.2). Opening takes one path and has one answer for every fault inside a block; the caller counts the faults.
 */
final class Padding extends OnChip {
    /** Where in {@link Ram#work} the block stands. */
    static final short BLOCK = 1;
    /** Bytes of the longest message under OAEP. */
    static final short MAX_MESSAGE = 190;

    private static final short END = BLOCK + Rsa.LENGTH;
    private static final short SHA_256 = 32;
    private static final short SEED_AT = BLOCK + 1;
    /** Bytes of the counter of MGF1. */
    private static final short COUNTER = 4;
    /** 00, 02 and at least eight bytes of padding come before the separator of PKCS#1 v1.5. */
    private static final short FIRST_SEPARATOR = BLOCK + 10;

    Padding(Chip chip, Ram ram) {
        super(chip, ram);
    }

    /** Pads the message of {@code length} bytes, at most {@link #MAX_MESSAGE}, that begins where the block will. */
    void encode(short length) {
        byte[] work = this.work;
        short message = (short) (END - length);
        Util.arrayCopyNonAtomic(work, BLOCK, work, message, length);
        Util.arrayFillNonAtomic(work, BLOCK, (short) (Rsa.LENGTH - length), (byte) 0);
        work[(short) (message - 1)] = 1;
        MessageDigest digest = chip.sha256;
        digest.doFinal(work, (short) 0, (short) 0, work, (short) (SEED_AT + SHA_256));
        chip.random(work, SEED_AT, SHA_256);
        maskDb(digest, SHA_256);
        maskSeed(digest, SHA_256);
    }

    /**
     * Opens the block by OAEP with this hash function, for MGF1 too, and copies its message to the beginning of
     * {@link Ram#aux}.
     *
     * @return bytes of the message, or -1 for any fault
     */
    short decode(MessageDigest digest) {
        short size = digest.getLength();
        short db = (short) (SEED_AT + size);
        maskSeed(digest, size);
        maskDb(digest, size);
        digest.doFinal(work, (short) 0, (short) 0, hash, (short) 0);
        short bad = (short) (work[BLOCK] & 0xFF);
        bad |= ConstantTime.difference(work, db, hash, (short) 0, size);
        short looking = -1;
        short message = 0;
        for (short i = (short) (db + size); i < END; i++) {
            short value = (short) (work[i] & 0xFF);
            short one = ConstantTime.isZero((short) (value ^ 1));
            short zero = ConstantTime.isZero(value);
            message |= (short) ((short) (i + 1) & one & looking);
            bad |= (short) (looking & ~one & ~zero);
            looking &= (short) ~one;
        }
        return give((short) (bad | looking), message);
    }

    /** {@link #decode} by PKCS#1 v1.5; messages have at most 245 bytes. */
    short decodePkcs1() {
        short bad = (short) ((work[BLOCK] | (work[(short) (BLOCK + 1)] ^ 2)) & 0xFF);
        short looking = -1;
        short separator = 0;
        for (short i = BLOCK + 2; i < END; i++) {
            short zero = ConstantTime.isZero((short) (work[i] & 0xFF));
            separator |= (short) (i & zero & looking);
            looking &= (short) ~zero;
        }
        bad |= (short) ((short) (separator - FIRST_SEPARATOR) >> 15);
        return give((short) (bad | looking), (short) (separator + 1));
    }

    private short give(short bad, short message) {
        if (bad != 0) {
            return -1;
        }
        return Util.arrayCopyNonAtomic(work, message, aux, (short) 0, (short) (END - message));
    }

    private void maskDb(MessageDigest digest, short size) {
        mask(digest, SEED_AT, size, (short) (SEED_AT + size), (short) (Rsa.LENGTH - 1 - size));
    }

    private void maskSeed(MessageDigest digest, short size) {
        mask(digest, (short) (SEED_AT + size), (short) (Rsa.LENGTH - 1 - size), SEED_AT, size);
    }

    /** XORs MGF1 (RFC 8017, B.2.1) with this hash function, of one range of Ram.work, over another. */
    void mask(MessageDigest digest, short from, short fromLength, short to, short toLength) {
        short end = (short) (to + toLength);
        byte[] counter = ram.number;
        Ram.clear(counter);
        while (to < end) {
            digest.update(work, from, fromLength);
            short length = digest.doFinal(counter, (short) 0, COUNTER, hash, (short) 0);
            counter[(short) (COUNTER - 1)]++;
            for (short i = 0; i < length && to < end; i++) {
                work[to++] ^= hash[i];
            }
        }
    }
}
