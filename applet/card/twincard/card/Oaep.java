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
        (byte) 0xA4, (byte) 0x95, (byte) 0x99, 0x1B, 0x78, 0x52, (byte) 0xB8, 0x55
    };

    private final Chip chip;
    private final MessageDigest sha256;

    Oaep(Chip chip) {
        this.chip = chip;
        sha256 = chip.sha256;
    }

    /**
     * Pads a message to the 256 bytes from {@code offset}.
     *
     * @param block where the message stands, its first byte at {@code offset}
     * @param length bytes of the message, at most {@link #MAX_MESSAGE}
     */
    void encode(byte[] block, short offset, short length, byte[] scratch, short scratchOffset) {
        short message = (short) (offset + BLOCK - length);
        Util.arrayCopyNonAtomic(block, offset, block, message, length);
        Util.arrayFillNonAtomic(block, offset, (short) (BLOCK - length), (byte) 0);
        block[(short) (message - 1)] = 1;
        Util.arrayCopyNonAtomic(LABEL_HASH, (short) 0, block, (short) (offset + DB_AT), HASH);
        chip.random(block, (short) (offset + SEED_AT), HASH);
        maskDb(block, offset, scratch, scratchOffset);
        maskSeed(block, offset, scratch, scratchOffset);
    }

    /**
     * Opens the block of 256 bytes at {@code offset} and moves its message there.
     *
     * @return bytes of the message, or -1 for any fault; the rest of the block is wiped
     */
    short decode(byte[] block, short offset, byte[] scratch, short scratchOffset) {
        maskSeed(block, offset, scratch, scratchOffset);
        maskDb(block, offset, scratch, scratchOffset);
        short message = messageIndex(block, offset);
        short length = message < 0 ? 0 : (short) (BLOCK - message);
        Util.arrayCopyNonAtomic(block, (short) (offset + BLOCK - length), block, offset, length);
        Util.arrayFillNonAtomic(block, (short) (offset + length), (short) (BLOCK - length), (byte) 0);
        return message < 0 ? (short) -1 : length;
    }

    /** Where in an unmasked block the message begins, 66 to 256, or -1. */
    private static short messageIndex(byte[] block, short offset) {
        short bad = (short) (block[offset] & 0xFF);
        bad |= ConstantTime.difference(block, (short) (offset + DB_AT), LABEL_HASH, (short) 0, HASH);
        short looking = -1;
        short index = 0;
        for (short i = (short) (DB_AT + HASH); i < BLOCK; i++) {
            short value = (short) (block[(short) (offset + i)] & 0xFF);
            short one = ConstantTime.isZero((short) (value ^ 1));
            short zero = ConstantTime.isZero(value);
            index |= (short) ((short) (i + 1) & one & looking);
            bad |= (short) (looking & ~one & ~zero);
            looking &= (short) ~one;
        }
        bad |= looking;
        return bad == 0 ? index : (short) -1;
    }

    private void maskDb(byte[] block, short offset, byte[] scratch, short scratchOffset) {
        mask(block, (short) (offset + SEED_AT), HASH, (short) (offset + DB_AT), DB, scratch, scratchOffset);
    }

    private void maskSeed(byte[] block, short offset, byte[] scratch, short scratchOffset) {
        mask(block, (short) (offset + DB_AT), DB, (short) (offset + SEED_AT), HASH, scratch, scratchOffset);
    }

    /** XORs MGF1 (RFC 8017, B.2.1) of one range over another. */
    private void mask(byte[] block, short from, short fromLength, short to, short toLength, byte[] scratch,
            short scratchOffset) {
        short digest = (short) (scratchOffset + 4);
        Util.arrayFillNonAtomic(scratch, scratchOffset, (short) 4, (byte) 0);
        for (short done = 0; done < toLength; done += HASH) {
            sha256.reset();
            sha256.update(block, from, fromLength);
            sha256.doFinal(scratch, scratchOffset, (short) 4, scratch, digest);
            short piece = (short) (toLength - done) < HASH ? (short) (toLength - done) : HASH;
            for (short i = 0; i < piece; i++) {
                block[(short) (to + done + i)] ^= scratch[(short) (digest + i)];
            }
            scratch[(short) (scratchOffset + 3)]++;
        }
        Util.arrayFillNonAtomic(scratch, scratchOffset, SCRATCH, (byte) 0);
    }
}
