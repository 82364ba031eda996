package twincard.card;

import javacard.framework.APDU;
import javacard.framework.JCSystem;
import javacard.framework.Util;
import javacard.security.AESKey;
import javacard.security.KeyBuilder;
import javacardx.crypto.Cipher;

/**
 * Session keys of a secure channel and what is done under them: GlobalPlatform Amendment D, 6.2.4 to 6.2.7, with
 * AES-128 and MACs of 8 bytes. Cleared at deselect.
 */
final class Session extends OnChip {
    static final byte CLOSED = 0;
    /** INITIALIZE UPDATE was answered, and the host has yet to authenticate. */
    static final byte AUTHENTICATING = 1;
    static final byte SCP03 = 2;
    static final byte SCP11 = 3;

    static final short KEY = 16;
    /** Bytes of a MAC on the wire. */
    static final short MAC = 8;

    /** Places in the memory: the MAC of the last command, the keys for encryption, commands' MACs, answers' MACs. */
    static final short CHAIN = 0;
    static final short ENC = 16;
    static final short CMAC = 32;
    static final short RMAC = 48;
    static final short KEYS_END = 64;
    private static final short COUNTER = KEYS_END;
    private static final short STATE = 66;
    private static final short SECURED = 67;
    private static final short LENGTH = 68;

    private static final short LAST_COMMAND = 0x7FFF;
    /** In Ram.hash. */
    private static final short IV = 16;
    private static final byte PADDING = (byte) 0x80;
    private static final byte ANSWER = (byte) 0x80;

    final byte[] memory = JCSystem.makeTransientByteArray(LENGTH, JCSystem.CLEAR_ON_DESELECT);
    /** CMAC with keys of 128 bits. */
    final Cmac mac;
    /** For single uses: set, used and cleared within one method. */
    final AESKey key128 = Chip.aesKey(KeyBuilder.LENGTH_AES_128);

    Session(Chip chip, Ram ram, Cmac cmac) {
        super(chip, ram);
        mac = new Cmac(ram, cmac.aes, KeyBuilder.LENGTH_AES_128);
    }

    byte state() {
        return memory[STATE];
    }

    boolean isOpen() {
        return memory[STATE] > AUTHENTICATING;
    }

    /** Enters a state; the next secured command is the first. */
    void enter(byte state) {
        memory[STATE] = state;
        Util.setShort(memory, COUNTER, (short) 0);
    }

    void clear() {
        Ram.clear(memory);
    }

    /** After a handshake: one that came to nothing leaves no key behind. */
    void settle() {
        if (memory[STATE] == CLOSED) {
            clear();
        }
    }

    /** Whether the command that is carried out came secured, and its channel is still open. */
    boolean secured() {
        return memory[SECURED] != 0;
    }

    /** A new command, nothing of it verified. */
    void begin() {
        memory[SECURED] = 0;
    }

    /**
     * Whether the MAC behind {@code text} bytes is that of the command in Ram.flags, which has SECURED_BIT set; it is
     * the chain then.
     */
    boolean verify(byte[] data, short text) {
        short length = (short) (text + MAC);
        boolean extended = length > 0xFF || Apdu.isExtended(APDU.getCurrentAPDUBuffer());
        beginMac(CMAC);
        mac.update(flags, Ram.CLA, (short) 4);
        ram.number[0] = 0;
        Util.setShort(ram.number, (short) 1, length);
        short from = extended ? 0 : (short) 2;
        mac.update(ram.number, from, (short) (3 - from));
        mac.update(data, (short) 0, text);
        mac.finish(hash, (short) 0);
        boolean good = ConstantTime.difference(hash, (short) 0, data, text, MAC) == 0;
        if (good) {
            Util.arrayCopyNonAtomic(hash, (short) 0, memory, CHAIN, KEY);
        }
        return good;
    }

    /** Verifies and decrypts {@code length} bytes in place; the number of plain bytes, or -1 on an error. */
    short open(byte[] data, short length) {
        short text = (short) (length - MAC);
        short count = Util.getShort(memory, COUNTER);
        if (text < 0 || (text & (Cmac.BLOCK - 1)) != 0 || count == LAST_COMMAND || !verify(data, text)) {
            return -1;
        }
        Util.setShort(memory, COUNTER, (short) (count + 1));
        memory[SECURED] = 1;
        if (text == 0) {
            return 0;
        }
        beginCrypt((byte) 0);
        crypt(Cipher.MODE_DECRYPT, data, text);
        key128.clearKey();
        do {
            text--;
        } while (text > 0 && data[text] == 0);
        return data[text] == PADDING ? text : -1;
    }

    /** Encrypts an answer in place, where there is one, and puts its MAC behind it. */
    short seal(byte[] data, short length, short status) {
        short earlier = 0;
        beginMac(RMAC);
        if (length > 0) {
            beginCrypt(ANSWER);
            if (flags[Ram.ANSWER_IN] == Apdu.IN_BOTH) {
                earlier = Ram.FIRST;
                encrypt(data, earlier);
                data = work;
                length -= earlier;
            }
            data[length++] = PADDING;
            while ((length & (Cmac.BLOCK - 1)) != 0) {
                data[length++] = 0;
            }
            encrypt(data, length);
            key128.clearKey();
        }
        Util.setShort(ram.number, (short) 0, status);
        mac.update(ram.number, (short) 0, (short) 2);
        mac.finish(hash, (short) 0);
        return (short) (earlier + Util.arrayCopyNonAtomic(hash, (short) 0, data, length, MAC));
    }

    /** Encrypts the next part of an answer, whole blocks, and adds it to the MAC. */
    private void encrypt(byte[] data, short length) {
        crypt(Cipher.MODE_ENCRYPT, data, length);
        Util.arrayCopyNonAtomic(data, (short) (length - Cmac.BLOCK), hash, IV, Cmac.BLOCK);
        mac.update(data, (short) 0, length);
    }

    private void beginMac(short with) {
        mac.init(memory, with);
        mac.update(memory, CHAIN, KEY);
    }

    /** Sets the key, and as IV the encrypted number of the command, marked for answers. */
    private void beginCrypt(byte mark) {
        byte[] hash = this.hash;
        key128.setKey(memory, ENC);
        Util.arrayFillNonAtomic(hash, (short) 0, Cmac.BLOCK, (byte) 0);
        hash[0] = mark;
        Util.arrayCopyNonAtomic(memory, COUNTER, hash, (short) (Cmac.BLOCK - 2), (short) 2);
        chip.aes.init(key128, Cipher.MODE_ENCRYPT);
        chip.aes.doFinal(hash, (short) 0, Cmac.BLOCK, hash, IV);
    }

    /** AES in CBC mode, in place. */
    private void crypt(byte mode, byte[] data, short length) {
        chip.aes.init(key128, mode, hash, IV, Cmac.BLOCK);
        chip.aes.doFinal(data, (short) 0, length, data, (short) 0);
    }
}
