package twincard.card;

import javacard.framework.Util;
import javacard.security.MessageDigest;

/**
 * RSAES-OAEP for RSA-2048 with SHA-256, MGF1 with SHA-256 and the empty label (RFC 8017, 7.1), on blocks
 * of 256 bytes in place. Opening takes one path and has one answer for every fault inside a block.
 */
final class Oaep {

    /** Bytes of the longest message. */
    static final short MAX_MESSAGE = 190;
    /** Bytes of scratch that both methods need; they leave it wiped. */
    static final short SCRATCH = 36;

    private static final short HASH = 32;
    private static final short BLOCK = 256;
    private static final short SEED_AT = 1;
    private static final short DB_AT = 33;
    private static final short DB = 223;

    /** SHA-256 of the empty label. */
    private static final byte[] LABEL_HASH = {
        (byte) 0xE3, (byte) 0xB0, (byte) 0xC4, 0x42, (byte) 0x98, (byte) 0xFC, 0x1C, 0x14,
        (byte) 0x9A, (byte) 0xFB, (byte) 0xF4, (byte) 0xC8, (byte) 0x99, 0x6F, (byte) 0xB9, 0x24,
        0x27, (byte) 0xAE, 0x41, (byte) 0xE4, 0x64, (byte) 0x9B, (byte) 0x93, 0x4C,
        (byte) 0xA4, (byte) 0x95, (byte) 0x99, 0x1B, 0x78, 0x52, (byte) 0xB8, 0x55};

    private final MessageDigest sha256;
    private final Chip chip;

    Oaep(Chip chip) {
        sha256 = chip.sha256;
        this.chip = chip;
    }

    /**
     * Pads a message to the 256 bytes from {@code off}.
     *
     * @param block where the message stands, its first byte at {@code off}
     * @param len bytes of the message, at most {@link #MAX_MESSAGE}
     */
    @SuppressWarnings("deprecation") // the successor of generateData came after Java Card 3.0.4
    void encode(byte[] block, short off, short len, byte[] scratch, short scratchOff) {
        short message = (short) (off + BLOCK - len);
        Util.arrayCopyNonAtomic(block, off, block, message, len);
        Util.arrayFillNonAtomic(block, off, (short) (BLOCK - len), (byte) 0);
        block[(short) (message - 1)] = 1;
        Util.arrayCopyNonAtomic(LABEL_HASH, (short) 0, block, (short) (off + DB_AT), HASH);
        chip.random(block, (short) (off + SEED_AT), HASH);
        maskDb(block, off, scratch, scratchOff);
        maskSeed(block, off, scratch, scratchOff);
    }

    /**
     * Opens the block of 256 bytes at {@code off} and moves its message there.
     *
     * @return bytes of the message, or -1 for any fault; the rest of the block is wiped
     */
    short decode(byte[] block, short off, byte[] scratch, short scratchOff) {
        maskSeed(block, off, scratch, scratchOff);
        maskDb(block, off, scratch, scratchOff);
        short message = messageIndex(block, off);
        short len = message < 0 ? 0 : (short) (BLOCK - message);
        Util.arrayCopyNonAtomic(block, (short) (off + BLOCK - len), block, off, len);
        Util.arrayFillNonAtomic(block, (short) (off + len), (short) (BLOCK - len), (byte) 0);
        return message < 0 ? (short) -1 : len;
    }

    /** Where in an unmasked block the message begins, 66 to 256, or -1. */
    private static short messageIndex(byte[] block, short off) {
        short bad = (short) (block[off] & 0xFF);
        bad |= ConstantTime.difference(block, (short) (off + DB_AT), LABEL_HASH, (short) 0, HASH);
        short looking = -1;
        short index = 0;
        for (short i = (short) (DB_AT + HASH); i < BLOCK; i++) {
            short value = (short) (block[(short) (off + i)] & 0xFF);
            short one = ConstantTime.isZero((short) (value ^ 1));
            short zero = ConstantTime.isZero(value);
            index |= (short) ((short) (i + 1) & one & looking);
            bad |= (short) (looking & ~one & ~zero);
            looking &= (short) ~one;
        }
        bad |= looking;
        return bad == 0 ? index : (short) -1;
    }

    private void maskDb(byte[] block, short off, byte[] scratch, short scratchOff) {
        mask(block, (short) (off + SEED_AT), HASH, (short) (off + DB_AT), DB, scratch, scratchOff);
    }

    private void maskSeed(byte[] block, short off, byte[] scratch, short scratchOff) {
        mask(block, (short) (off + DB_AT), DB, (short) (off + SEED_AT), HASH, scratch, scratchOff);
    }

    /** XORs MGF1 (RFC 8017, B.2.1) of one range over another. */
    private void mask(byte[] block, short from, short fromLen, short to, short toLen, byte[] scratch,
            short scratchOff) {
        short digest = (short) (scratchOff + 4);
        Util.arrayFillNonAtomic(scratch, scratchOff, (short) 4, (byte) 0);
        for (short done = 0; done < toLen; done += HASH) {
            sha256.reset();
            sha256.update(block, from, fromLen);
            sha256.doFinal(scratch, scratchOff, (short) 4, scratch, digest);
            short piece = (short) (toLen - done) < HASH ? (short) (toLen - done) : HASH;
            for (short i = 0; i < piece; i++) {
                block[(short) (to + done + i)] ^= scratch[(short) (digest + i)];
            }
            scratch[(short) (scratchOff + 3)]++;
        }
        Util.arrayFillNonAtomic(scratch, scratchOff, SCRATCH, (byte) 0);
    }
}
