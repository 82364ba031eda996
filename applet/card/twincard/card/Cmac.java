package twincard.card;

import javacard.framework.Util;
import javacard.security.AESKey;
import javacardx.crypto.Cipher;

/**
 * AES-CMAC (NIST SP 800-38B, RFC 4493) built on AES in CBC mode without padding, since only half of the chips have
 * a CMAC of their own. One computation at a time: {@link #init}, {@link #update}, {@link #finish}. The engine is that
 * of CMACs alone, for others are used in between. And the key derivation on it.
 */
final class Cmac {
    static final short BLOCK = 16;
    static final short MAC = 16;
    /** Places in the memory: what waits for more, the subkey, and room for two blocks that come out. */
    private static final short PENDING = 0;
    private static final short SUBKEY = 16;
    private static final short OUT = 32;

    final Cipher aes;
    private final AESKey key;
    private final byte[] memory;
    private final short[] words;
    /** Counter, 00 and bits, on their way into a derivation. */
    private final byte[] number;

    /** For keys of so many bits, a constant of KeyBuilder. */
    Cmac(Ram ram, Cipher aes, short bits) {
        this.aes = aes;
        key = Chip.aesKey(bits);
        memory = ram.cmac;
        words = ram.words;
        number = ram.number;
    }

    /** Begins with the key at {@code offset}. */
    void init(byte[] bytes, short offset) {
        key.setKey(bytes, offset);
        aes.init(key, Cipher.MODE_ENCRYPT);
        words[Ram.CMAC_PENDING] = 0;
        Util.arrayFillNonAtomic(memory, PENDING, BLOCK, (byte) 0);
        aes.doFinal(memory, PENDING, BLOCK, memory, SUBKEY);
        twice();
    }

    void update(byte[] data, short offset, short length) {
        while (length > 0) {
            short pending = words[Ram.CMAC_PENDING];
            if (pending == BLOCK) {
                aes.update(memory, PENDING, BLOCK, memory, OUT);
                pending = 0;
            }
            short part = (short) (BLOCK - pending);
            if (part > length) {
                part = length;
            }
            words[Ram.CMAC_PENDING] = (short) (pending + part);
            Util.arrayCopyNonAtomic(data, offset, memory, (short) (PENDING + pending), part);
            offset += part;
            length -= part;
        }
    }

    /** Writes the 16-byte MAC and forgets the key. */
    void finish(byte[] out, short offset) {
        byte[] memory = this.memory;
        short pending = words[Ram.CMAC_PENDING];
        if (pending < BLOCK) {
            twice();
            Util.arrayFillNonAtomic(memory, (short) (PENDING + pending), (short) (BLOCK - pending), (byte) 0);
            memory[(short) (PENDING + pending)] = (byte) 0x80;
        }
        for (short i = 0; i < BLOCK; i++) {
            memory[(short) (PENDING + i)] ^= memory[(short) (SUBKEY + i)];
        }
        // Some engines keep a block back, and give two now.
        short length = aes.doFinal(memory, PENDING, BLOCK, memory, OUT);
        Util.arrayCopyNonAtomic(memory, (short) (OUT + length - MAC), out, offset, MAC);
        key.clearKey();
        Ram.clear(memory);
    }

    /** Doubles the subkey in GF(2^128). */
    private void twice() {
        short carry = 0;
        for (short i = (short) (SUBKEY + BLOCK - 1); i >= SUBKEY; i--) {
            carry |= (short) ((memory[i] & 0xFF) << 1);
            memory[i] = (byte) carry;
            carry = (short) ((carry >> 8) & 1);
        }
        memory[(short) (SUBKEY + BLOCK - 1)] ^= (byte) (-carry & 0x87);
    }

    /**
     * Derives {@code blocks} times 16 bytes by NIST SP 800-108 in counter mode: Ti = CMAC(K, i ‖ label ‖ 00 ‖ context ‖
     * bits); the output may not overlap the key.
     */
    void derive(byte[] from, short fromOffset, byte[] label, byte[] context, short contextOffset, short contextLength,
            byte blocks, byte[] out, short outOffset) {
        Util.setShort(number, (short) 2, (short) (blocks * 128));
        number[1] = 0;
        for (byte i = 1; i <= blocks; i++) {
            number[0] = i;
            init(from, fromOffset);
            update(number, (short) 0, (short) 1);
            update(label, (short) 0, (short) label.length);
            update(number, (short) 1, (short) 1);
            update(context, contextOffset, contextLength);
            update(number, (short) 2, (short) 2);
            finish(out, outOffset);
            outOffset += MAC;
        }
    }
}
