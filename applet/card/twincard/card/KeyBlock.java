package twincard.card;

import javacard.framework.Util;
import javacardx.crypto.Cipher;

/**
 * Key blocks after ANSI X9.143 version D: header (16), ciphertext, MAC (16), in the persistent store. The MAC over
 * header and plaintext is the IV of the encryption; the padding is derived, so that the same ticket gives the same
 * block.
 */
final class KeyBlock extends CardPart {
    private static final short HEADER = 16;

    /** The headers, each with the bit length that its plaintext begins with. */
    private static final byte[] HEADERS = {
        // To a backup, EC P-256 and RSA-2048; then from the key service, likewise.
        'D', '0', '3', '6', '8', 'K', '3', 'E', 'X', '0', '0', 'N', '0', '0', '0', '0', 0x04, (byte) 0x80,
        'D', '2', '0', '0', '0', 'D', '1', 'R', 'D', '0', '0', 'N', '0', '0', '0', '0', 0x1E, 0x38,
        'D', '0', '2', '7', '2', 'K', '3', 'E', 'X', '0', '0', 'E', '0', '0', '0', '0', 0x03, 0x70,
        'D', '1', '9', '3', '6', 'D', '1', 'R', 'D', '0', '0', 'E', '0', '0', '0', '0', 0x1D, 0x28
    };
    /** Bytes of each of them. */
    private static final short ROW = 18;
    private static final short BITS = 2;
    /** What stands before the archive key. */
    private static final byte[] ARCHIVE_HEAD = {(byte) 0xC0, 0x20};
    private static final byte[] KBPK_LABEL = {'k', 'b', 'p', 'k'};
    private static final byte[] PAD_LABEL = {'p', 'a', 'd'};
    /** The label and context of X9.143's derivation: usage (encryption, MAC), and algorithm AES-256. */
    private static final byte[] ENCRYPTION = {0x00, 0x00};
    private static final byte[] AUTHENTICATION = {0x00, 0x01};
    private static final byte[] ALGORITHM = {0x00, 0x04};

    private static final short NOWHERE = -1;

    /** In Ram.secret: the group key, after it a block key; and the KBPK. */
    private static final short GROUP_KEY = 0;
    private static final short BLOCK_KEY = 0;
    private static final short KBPK = 32;
    private static final short KEY = 32;
    /** In Ram.hash. */
    private static final short SHA256 = 32;
    private static final short TICKET_HASH = 0;
    private static final short MAC_AT = 32;
    private static final short PADDING_AT = 48;

    KeyBlock(Core core) {
        super(core);
    }

    /** Bytes of the plaintext: bit length, as many bytes, padding. */
    private static short plainLength(short header) {
        return (short) ((short) (bytes(header) + BITS + Cmac.BLOCK - 1) & ~(Cmac.BLOCK - 1));
    }

    /** Bytes of the block of a key of this type, for a ticket of this purpose. */
    static short length(byte type, byte purpose) {
        return (short) (HEADER + plainLength(header(type, purpose)) + Cmac.MAC);
    }

    /** Where the header begins in {@link #HEADERS}. */
    private static short header(byte type, byte purpose) {
        short header = type == KeySlot.RSA_2048 ? ROW : 0;
        return purpose == Ticket.FOR_BACKUP ? header : (short) (header + 2 * ROW);
    }

    /** Bytes of the key data. */
    private static short bytes(short header) {
        return (short) (Util.getShort(HEADERS, (short) (header + HEADER)) >> 3);
    }

    /** Writes the block of the key in the slot, for the ticket of a backup, into the store. */
    void seal(KeySlot slot, byte type, byte[] ticket, short at) {
        short header = header(type, Ticket.FOR_BACKUP);
        short text = (short) (at + HEADER);
        deriveKeys(header, ticket);
        pass(slot, type, header, NOWHERE);
        cmac.finish(hash, MAC_AT);
        // The MAC is the IV: it stands before the text, where the header will, so that every chunk finds its IV there.
        Util.arrayCopyNonAtomic(hash, MAC_AT, store, at, Cmac.MAC);
        text = pass(slot, type, header, text);
        Util.arrayCopyNonAtomic(hash, MAC_AT, store, text, Cmac.MAC);
        Util.arrayCopyNonAtomic(HEADERS, header, store, at, HEADER);
    }

    /**
     * One pass over the plaintext, piece by piece in Ram.aux: into the MAC, or encrypted into the store; returns the
     * offset behind it there.
     */
    private short pass(KeySlot slot, byte type, short header, short text) {
        byte[] aux = this.aux;
        words[Ram.BLOCK_TEXT] = text;
        words[Ram.BLOCK_DIFFERENCE] = 0;
        short held = Util.arrayCopyNonAtomic(HEADERS, (short) (header + HEADER), aux, (short) 0, BITS);
        held = Template.copy(Template.privateHead(type), aux, held);
        for (byte part = KeySlot.firstPart(type); part <= KeySlot.lastPart(type); part++) {
            held = flush(slot.readPart(part, aux, held));
        }
        held = flush(Template.copy(Template.publicHead(type), aux, held));
        held = flush(Template.copyPublicTail(type, aux, slot.readPublic(type, aux, held)));
        if (holdsArchiveKey(header)) {
            held = slot.readPart(KeySlot.ARCHIVE, aux, Template.copy(ARCHIVE_HEAD, aux, held));
        }
        flush(Util.arrayCopyNonAtomic(hash, PADDING_AT, aux, held, (short) (-held & (Cmac.BLOCK - 1))));
        Ram.clear(aux);
        return words[Ram.BLOCK_TEXT];
    }

    /** Takes the whole blocks of the held bytes; returns how many bytes are left. */
    private short flush(short held) {
        byte[] aux = this.aux;
        short whole = (short) (held & ~(Cmac.BLOCK - 1));
        short text = words[Ram.BLOCK_TEXT];
        if (text == NOWHERE) {
            cmac.update(aux, (short) 0, whole);
        } else if (whole != 0) {
            // The IV is the block before.
            chip.aes.init(chip.key256, Cipher.MODE_ENCRYPT, store, (short) (text - Cmac.BLOCK), Cmac.BLOCK);
            chip.aes.doFinal(aux, (short) 0, whole, aux, (short) 0);
            words[Ram.BLOCK_DIFFERENCE] |= ConstantTime.difference(aux, (short) 0, store, text, whole);
            words[Ram.BLOCK_TEXT] = Util.arrayCopyNonAtomic(aux, (short) 0, store, text, whole);
        }
        held -= whole;
        Util.arrayCopyNonAtomic(aux, whole, aux, (short) 0, held);
        return held;
    }

    /**
     * Opens the block in the store into the spare slot; from the key service, without an archive key. The numbers are
     * taken from their places, and MAC and ciphertext must be those of the plaintext that they make with all that
     * stands around them: false if they are not. The block is used up.
     */
    boolean open(KeySlot slot, byte type, byte[] ticket, short at) {
        short header = header(type, ticket[Ticket.PURPOSE]);
        short text = (short) (at + HEADER);
        if (Util.arrayCompare(HEADERS, header, store, at, HEADER) != 0) {
            return false;
        }
        deriveKeys(header, ticket);
        Util.arrayCopyNonAtomic(store, (short) (text + plainLength(header)), store, at, Cmac.MAC);
        short from = (short) (BITS + Template.privateHead(type).length);
        for (byte part = KeySlot.firstPart(type); part <= KeySlot.lastPart(type); part++) {
            slot.setPart(part, aux, read(text, from, KeySlot.width(part)));
            from += KeySlot.width(part);
        }
        from += (short) Template.publicHead(type).length;
        slot.setPublic(type, aux, read(text, from, KeySlot.publicWidth(type)));
        if (holdsArchiveKey(header)) {
            from = (short) (BITS + bytes(header) - KEY);
            slot.setPart(KeySlot.ARCHIVE, aux, read(text, from, KEY));
        }
        pass(slot, type, header, NOWHERE);
        cmac.finish(hash, MAC_AT);
        pass(slot, type, header, text);
        return (ConstantTime.difference(hash, MAC_AT, store, at, Cmac.MAC) | words[Ram.BLOCK_DIFFERENCE]) == 0;
    }

    /** Blocks to a backup do, whose headers come first. */
    private static boolean holdsArchiveKey(short header) {
        return header <= ROW;
    }

    /** Decrypts the blocks around a piece of the plaintext into Ram.aux; returns where the piece begins there. */
    private short read(short text, short from, short length) {
        short before = (short) (from & (Cmac.BLOCK - 1));
        short start = (short) (text + from - before);
        short blocks = (short) ((short) (before + length + Cmac.BLOCK - 1) & ~(Cmac.BLOCK - 1));
        chip.aes.init(chip.key256, Cipher.MODE_DECRYPT, store, (short) (start - Cmac.BLOCK), Cmac.BLOCK);
        chip.aes.doFinal(store, start, blocks, aux, (short) 0);
        return before;
    }

    /** Padding into Ram.hash, the encryption key into its object, and the MAC begun with the header. */
    private void deriveKeys(short header, byte[] ticket) {
        byte[] secret = this.secret;
        chip.sha256.doFinal(ticket, (short) 0, Ticket.LENGTH, hash, TICKET_HASH);
        group.deriveKey(ticket[Ticket.PURPOSE], secret, GROUP_KEY);
        duplicationMode.mix(ticket);
        cmac.derive(secret, GROUP_KEY, PAD_LABEL, hash, TICKET_HASH, SHA256, (byte) 1, hash, PADDING_AT);
        cmac.derive(secret, GROUP_KEY, KBPK_LABEL, hash, TICKET_HASH, SHA256, (byte) 2, secret, KBPK);
        deriveBlockKey(ENCRYPTION);
        chip.key256.setKey(secret, BLOCK_KEY);
        deriveBlockKey(AUTHENTICATION);
        cmac.init(secret, BLOCK_KEY);
        cmac.update(HEADERS, header, HEADER);
        Ram.clear(secret);
    }

    private void deriveBlockKey(byte[] usage) {
        cmac.derive(secret, KBPK, usage, ALGORITHM, (short) 0, (short) 2, (byte) 2, secret, BLOCK_KEY);
    }
}
