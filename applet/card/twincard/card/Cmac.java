package twincard.card;

import javacard.framework.Util;
import javacard.security.AESKey;
import javacard.security.KeyBuilder;
import javacardx.crypto.Cipher;

/**
 * AES-256-CMAC (NIST SP 800-38B, RFC 4493) built on AES in CBC mode without padding, since only half of the chips have
 * a CMAC of their own. One computation at a time: {@link #init}, {@link #update}, {@link #finish}.
 */
final class Cmac {
    static final short BLOCK = 16;
    static final short MAC = 16;
    private static final short STATE = 0;
    private static final short PENDING = 16;
    private static final short SCRATCH = 32;
    private static final short SCRATCH_LENGTH = 64;
    private static final byte REDUCTION = (byte) 0x87;

    private final Cipher aes;
    private final byte[] memory;
    private final short[] words;
    private final AESKey key;

    Cmac(Chip chip, Ram ram) {
        aes = chip.aes;
        memory = ram.cmac;
        words = ram.words;
        key = Chip.aesKey(KeyBuilder.LENGTH_AES_256);
    }

    /** Begins with the 32-byte key at {@code offset}. */
    void init(byte[] bytes, short offset) {
        key.setKey(bytes, offset);
        Util.arrayFillNonAtomic(memory, (short) 0, SCRATCH, (byte) 0);
        words[Ram.CMAC_PENDING] = 0;
    }

    void update(byte[] data, short offset, short length) {
        while (length > 0) {
            short pending = words[Ram.CMAC_PENDING];
            if (pending == BLOCK) {
                encrypt(memory, PENDING, BLOCK);
                pending = 0;
            }
            short whole = (short) ((short) (length - 1) & (short) ~15);
            if (pending == 0 && whole > 0) {
                short part = whole > SCRATCH_LENGTH ? SCRATCH_LENGTH : whole;
                encrypt(data, offset, part);
                offset += part;
                length -= part;
                words[Ram.CMAC_PENDING] = 0;
                continue;
            }
            short part = (short) (BLOCK - pending);
            part = length < part ? length : part;
            Util.arrayCopyNonAtomic(data, offset, memory, (short) (PENDING + pending), part);
            words[Ram.CMAC_PENDING] = (short) (pending + part);
            offset += part;
            length -= part;
        }
    }

    /** Writes the 16-byte MAC and forgets the key. */
    void finish(byte[] out, short offset) {
        subkey();
        short pending = words[Ram.CMAC_PENDING];
        if (pending < BLOCK) {
            twice(SCRATCH);
            memory[(short) (PENDING + pending)] = (byte) 0x80;
            short zeros = (short) (BLOCK - 1 - pending);
            Util.arrayFillNonAtomic(memory, (short) (PENDING + pending + 1), zeros, (byte) 0);
        }
        for (short i = 0; i < BLOCK; i++) {
            memory[(short) (PENDING + i)] ^= memory[(short) (SCRATCH + i)];
        }
        encrypt(memory, PENDING, BLOCK);
        Util.arrayCopyNonAtomic(memory, STATE, out, offset, BLOCK);
        key.clearKey();
        Util.arrayFillNonAtomic(memory, (short) 0, (short) memory.length, (byte) 0);
    }

    /** CBC over whole blocks from the state; the last block of the result is the new state. */
    private void encrypt(byte[] data, short offset, short length) {
        aes.init(key, Cipher.MODE_ENCRYPT, memory, STATE, BLOCK);
        aes.doFinal(data, offset, length, memory, SCRATCH);
        Util.arrayCopyNonAtomic(memory, (short) (SCRATCH + length - BLOCK), memory, STATE, BLOCK);
    }

    /** K1 into the scratch; the state stays. */
    private void subkey() {
        Util.arrayFillNonAtomic(memory, (short) (SCRATCH + BLOCK), (short) (2 * BLOCK), (byte) 0);
        aes.init(key, Cipher.MODE_ENCRYPT, memory, (short) (SCRATCH + BLOCK), BLOCK);
        aes.doFinal(memory, (short) (SCRATCH + 2 * BLOCK), BLOCK, memory, SCRATCH);
        twice(SCRATCH);
    }

    /** Doubling in GF(2^128). */
    private void twice(short offset) {
        byte carry = (memory[offset] & 0x80) == 0 ? 0 : REDUCTION;
        short last = (short) (offset + BLOCK - 1);
        for (short i = offset; i < last; i++) {
            memory[i] = (byte) ((memory[i] << 1) | ((memory[(short) (i + 1)] & 0x80) == 0 ? 0 : 1));
        }
        memory[last] = (byte) ((byte) (memory[last] << 1) ^ carry);
    }
}
