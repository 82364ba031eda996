package twincard.card;

import javacard.framework.Util;
import javacardx.crypto.Cipher;

/**
 * Key blocks after ANSI X9.143 version D: header (16), ciphertext, MAC (16), in the persistent store. The MAC over
 * header and plaintext is the IV of the encryption; the padding is derived, so that the same ticket gives the same
 * block.
 */
final class KeyBlock {
    static final short HEADER = 16;

    /** D1936D1RD00N0000: RSA-2048 to a backup. */
    private static final byte[] RSA_HEADER = {
        'D', '1', '9', '3', '6', 'D', '1', 'R', 'D', '0', '0', 'N', '0', '0', '0', '0'
    };
    /** D0272K3EX00N0000: EC P-256 to a backup. */
    private static final byte[] EC_HEADER = {
        'D', '0', '2', '7', '2', 'K', '3', 'E', 'X', '0', '0', 'N', '0', '0', '0', '0'
    };
    private static final byte[] KBPK_LABEL = {'k', 'b', 'p', 'k'};
    private static final byte[] PAD_LABEL = {'p', 'a', 'd'};
    /** Usage (encryption, MAC), separator, algorithm AES-256, bits: what follows the counter in X9.143's derivation. */
    private static final byte[] ENCRYPTION = {0x00, 0x00, 0x00, 0x00, 0x04, 0x01, 0x00};
    private static final byte[] AUTHENTICATION = {0x00, 0x01, 0x00, 0x00, 0x04, 0x01, 0x00};

    /** Offsets into the plaintext: head, values, public key, padding. */
    private static final short RSA_PLAIN = 944;
    private static final short RSA_VALUES = 25;
    private static final short RSA_PUBLIC = 665;
    private static final short RSA_MODULUS = 674;
    private static final short RSA_EXPONENT = 930;
    private static final short RSA_PADDING = 9;
    private static final short EC_PLAIN = 112;
    private static final short EC_SCALAR = 10;
    private static final short EC_PUBLIC = 42;
    private static final short EC_POINT = 47;

    /** Head, five parts, head of the public key, the rest. */
    private static final byte RSA_PIECES = 8;
    private static final short CHUNK = 256;
    private static final short NOWHERE = -1;

    /** In Ram.secret: the group key, after it a block key; and the KBPK. */
    private static final short GROUP_KEY = 0;
    private static final short BLOCK_KEY = 0;
    private static final short KBPK = 32;
    /** In Ram.hash. */
    private static final short SHA256 = 32;
    private static final short TICKET_HASH = 0;
    private static final short MAC_AT = 32;
    private static final short PADDING_AT = 48;

    private final Chip chip;
    private final Ram ram;
    private final Cmac cmac;
    private final Kdf kdf;
    private final KeyGroup group;
    private final Blindness blindness;
    private final byte[] store;

    KeyBlock(Core core) {
        chip = core.chip;
        ram = core.ram;
        cmac = core.cmac;
        kdf = core.kdf;
        group = core.group;
        blindness = core.blindness;
        store = core.store;
    }

    private static short plainLength(byte type) {
        return type == KeySlot.RSA_2048 ? RSA_PLAIN : EC_PLAIN;
    }

    /** Bytes of the block of a key of this type. */
    static short length(byte type) {
        return (short) (HEADER + plainLength(type) + Cmac.MAC);
    }

    private static byte[] header(byte type) {
        return type == KeySlot.RSA_2048 ? RSA_HEADER : EC_HEADER;
    }

    /** Writes the block of the key in the slot, for the ticket, into the store. */
    void seal(KeySlot slot, byte type, byte[] ticket, short at) {
        deriveKeys(ticket);
        short text = (short) (at + HEADER);
        cmac.update(header(type), (short) 0, HEADER);
        pass(slot, type, NOWHERE);
        cmac.finish(ram.hash, MAC_AT);
        // The MAC is the IV: it stands before the text, where the header will, so that every chunk finds its IV there.
        Util.arrayCopyNonAtomic(ram.hash, MAC_AT, store, at, Cmac.MAC);
        pass(slot, type, text);
        Util.arrayCopyNonAtomic(ram.hash, MAC_AT, store, (short) (text + plainLength(type)), Cmac.MAC);
        Util.arrayCopyNonAtomic(header(type), (short) 0, store, at, HEADER);
        chip.key256.clearKey();
    }

    /** One pass over the plaintext, piece by piece in Ram.aux: into the MAC, or encrypted into the store. */
    private void pass(KeySlot slot, byte type, short text) {
        byte[] aux = ram.aux;
        byte pieces = type == KeySlot.RSA_2048 ? RSA_PIECES : 1;
        short held = 0;
        for (byte i = 0; i < pieces; i++) {
            held += type == KeySlot.RSA_2048 ? rsaPiece(slot, i, held) : ecPiece(slot);
            short whole = (short) (held & ~(Cmac.BLOCK - 1));
            if (text == NOWHERE) {
                cmac.update(aux, (short) 0, whole);
            } else {
                encrypt(text, whole);
                text += whole;
            }
            held -= whole;
            Util.arrayCopyNonAtomic(aux, whole, aux, (short) 0, held);
        }
        Util.arrayFillNonAtomic(aux, (short) 0, Ram.LARGE, (byte) 0);
    }

    private short rsaPiece(KeySlot slot, byte index, short at) {
        byte[] aux = ram.aux;
        if (index == 0) {
            return (short) (Template.copy(Template.RSA_PRIVATE_HEAD, aux, at) - at);
        }
        if (index <= KeySlot.RSA_PARTS) {
            slot.readPart((byte) (index - 1), aux, at);
            return Rsa.PRIME;
        }
        if (index == RSA_PIECES - 2) {
            return (short) (Template.copy(Template.RSA_PUBLIC_HEAD, aux, at) - at);
        }
        slot.readModulus(aux, at);
        short end = Template.copy(Template.RSA_PUBLIC_TAIL, aux, (short) (at + Rsa.LENGTH));
        end = Util.arrayCopyNonAtomic(ram.hash, PADDING_AT, aux, end, RSA_PADDING);
        return (short) (end - at);
    }

    private short ecPiece(KeySlot slot) {
        byte[] aux = ram.aux;
        Template.copy(Template.EC_PRIVATE_HEAD, aux, (short) 0);
        slot.readScalar(aux, EC_SCALAR);
        slot.readPoint(aux, EC_POINT);
        Template.ecPublic(aux, EC_PUBLIC);
        return EC_PLAIN;
    }

    /** Encrypts whole blocks from Ram.aux into the store; the IV is the block before. */
    private void encrypt(short at, short length) {
        if (length > 0) {
            chip.aes.init(chip.key256, Cipher.MODE_ENCRYPT, store, (short) (at - Cmac.BLOCK), Cmac.BLOCK);
            chip.aes.doFinal(ram.aux, (short) 0, length, ram.aux, (short) 0);
            Util.arrayCopyNonAtomic(ram.aux, (short) 0, store, at, length);
        }
    }

    /**
     * Opens the block in the store into the spare slot: header, MAC, fixed parts, then the numbers. False for whatever
     * is not as it should be. The block is used up.
     */
    boolean open(KeySlot slot, byte type, byte[] ticket, short at) {
        short plain = plainLength(type);
        short text = (short) (at + HEADER);
        if (Util.arrayCompare(header(type), (short) 0, store, at, HEADER) != 0) {
            return false;
        }
        deriveKeys(ticket);
        Util.arrayCopyNonAtomic(store, (short) (text + plain), store, at, Cmac.MAC);
        cmac.update(header(type), (short) 0, HEADER);
        for (short from = 0; from < plain; from += CHUNK) {
            short left = (short) (plain - from);
            short length = left < CHUNK ? left : CHUNK;
            cmac.update(ram.aux, read(text, from, length), length);
        }
        cmac.finish(ram.hash, MAC_AT);
        boolean good = ConstantTime.difference(ram.hash, MAC_AT, store, at, Cmac.MAC) == 0;
        if (good) {
            good = type == KeySlot.RSA_2048 ? fillRsa(slot, text) : fillEc(slot, text);
        }
        chip.key256.clearKey();
        Util.arrayFillNonAtomic(ram.aux, (short) 0, Ram.LARGE, (byte) 0);
        return good;
    }

    private boolean fillRsa(KeySlot slot, short text) {
        boolean good = is(text, (short) 0, Template.RSA_PRIVATE_HEAD)
                && is(text, RSA_PUBLIC, Template.RSA_PUBLIC_HEAD)
                && is(text, RSA_EXPONENT, Template.RSA_PUBLIC_TAIL);
        if (good) {
            for (byte part = KeySlot.P; part < KeySlot.RSA_PARTS; part++) {
                short from = (short) (RSA_VALUES + part * Rsa.PRIME);
                slot.setPart(part, ram.aux, read(text, from, Rsa.PRIME));
            }
            slot.setModulus(ram.aux, read(text, RSA_MODULUS, Rsa.LENGTH));
            slot.setExponent();
        }
        return good;
    }

    private boolean fillEc(KeySlot slot, short text) {
        boolean good = is(text, (short) 0, Template.EC_PRIVATE_HEAD) && is(text, EC_PUBLIC, Template.EC_PUBLIC_HEAD);
        if (good) {
            slot.setScalar(ram.aux, read(text, EC_SCALAR, P256.SCALAR));
            slot.setPoint(ram.aux, read(text, EC_POINT, P256.POINT));
        }
        return good;
    }

    /** Whether the plaintext has these bytes there. */
    private boolean is(short text, short from, byte[] wanted) {
        short length = (short) wanted.length;
        return Util.arrayCompare(ram.aux, read(text, from, length), wanted, (short) 0, length) == 0;
    }

    /** Decrypts the blocks around a piece of the plaintext into Ram.aux; returns where the piece begins there. */
    private short read(short text, short from, short length) {
        short before = (short) (from & (Cmac.BLOCK - 1));
        short start = (short) (text + from - before);
        short blocks = (short) ((short) (before + length + Cmac.BLOCK - 1) & ~(Cmac.BLOCK - 1));
        chip.aes.init(chip.key256, Cipher.MODE_DECRYPT, store, (short) (start - Cmac.BLOCK), Cmac.BLOCK);
        chip.aes.doFinal(store, start, blocks, ram.aux, (short) 0);
        return before;
    }

    /** Padding into Ram.hash, the encryption key into its object, and the MAC begun under the authentication key. */
    private void deriveKeys(byte[] ticket) {
        byte[] secret = ram.secret;
        chip.sha256.doFinal(ticket, (short) 0, Ticket.LENGTH, ram.hash, TICKET_HASH);
        group.deriveKey(secret, GROUP_KEY);
        blindness.mix(ticket);
        kdf.derive(secret, GROUP_KEY, PAD_LABEL, ram.hash, TICKET_HASH, SHA256, (byte) 1, ram.hash, PADDING_AT);
        kdf.derive(secret, GROUP_KEY, KBPK_LABEL, ram.hash, TICKET_HASH, SHA256, (byte) 2, secret, KBPK);
        deriveBlockKey(ENCRYPTION);
        chip.key256.setKey(secret, BLOCK_KEY);
        deriveBlockKey(AUTHENTICATION);
        cmac.init(secret, BLOCK_KEY);
        Util.arrayFillNonAtomic(secret, (short) 0, (short) secret.length, (byte) 0);
    }

    /** X9.143: CMAC(KBPK, counter ‖ usage ‖ 00 ‖ algorithm ‖ bits) for counters 1 and 2. */
    private void deriveBlockKey(byte[] purpose) {
        short at = BLOCK_KEY;
        for (byte i = 1; i <= 2; i++) {
            cmac.init(ram.secret, KBPK);
            ram.number[0] = i;
            cmac.update(ram.number, (short) 0, (short) 1);
            cmac.update(purpose, (short) 0, (short) purpose.length);
            cmac.finish(ram.secret, at);
            at += Cmac.MAC;
        }
    }
}
