package twincard.card;

/**
 * What the mode of a duplication adds to tickets, key blocks and receipts. Base mode, all that is known here, adds
 * nothing; of arguments, {@code ticket} is always T.
 */
class DuplicationMode extends CardPart {
    static final byte BASE = 0;
    static final byte BLIND = 1;

    /** E2 L { 80 L block }: what stands before the block. */
    private static final byte[] RSA_HEAD = {
        Tag.EXPORT, (byte) 0x82, 0x03, (byte) 0xF4, (byte) 0x80, (byte) 0x82, 0x03, (byte) 0xF0
    };
    private static final byte[] EC_HEAD = {Tag.EXPORT, (byte) 0x81, (byte) 0xC3, (byte) 0x80, (byte) 0x81, (byte) 0xC0};

    DuplicationMode(Core core) {
        super(core);
    }

    /** Whether this card has the mode at all. */
    boolean has(byte mode) {
        return mode == BASE;
    }

    /** Refuses a mode that the policy forbids, 6985, or for which the card has no certificate, 6A88. */
    void require(byte mode) {}

    /**
     * Brings a ticket or receipt template in Ram.work to its form in base mode, with what is more behind it; false:
     * neither.
     */
    boolean strip(short length) {
        return false;
    }

    /** Draws and keeps, before its transaction, what belongs to a new ticket: T is in Ram.aux. */
    void beginTicket() {}

    /** Adds to the ticket template in Ram.aux; returns its length. */
    short completeTicket(byte[] ticket, short length) {
        return length;
    }

    /** Refuses the ticket in Ram.work unless it comes from the backup that the peer is: 6985, 6A80 or 6988. */
    void verifyTicket() {}

    /** Whether the ticket in Ram.work, whose T is that of the pending export, is the pending one. */
    boolean isPending() {
        return true;
    }

    /** Notes, within the transaction that replaces the key of an original, where the new one is from. */
    void replaced() {}

    /** Draws and keeps, before its transaction, what belongs to the export for the ticket in Ram.work. */
    void beginExport() {}

    /** What stands in an export template before the key block. */
    byte[] exportHead(byte[] ticket, byte type) {
        return type == KeySlot.RSA_2048 ? RSA_HEAD : EC_HEAD;
    }

    /** Bytes of an export template behind the key block. */
    short exportTail(byte mode) {
        return 0;
    }

    /** Adds to the export template in the store, behind the key block that ends at {@code at}; returns its length. */
    short completeExport(byte mode, short at) {
        return at;
    }

    /** Refuses the export template of this length in the store unless it is the peer's: 6985, 6A80, 6988. */
    void verifyExport(byte[] ticket, short length) {}

    /** Makes GK' of the group key, the first half of Ram.secret. Uses the other halves of that and Ram.hash. */
    void mix(byte[] ticket) {}

    /** Signs the receipt whose MAC is in Ram.hash, and keeps the signature beside that of the other kind. */
    void signReceipt(byte kind, byte[] ticket) {}

    /** Adds to the receipt template in Ram.aux; returns its length. */
    short completeReceipt(byte kind, byte[] ticket, short length) {
        return length;
    }

    /** Refuses with 6988 the receipt in Ram.work, whose MAC is right, unless its signature is too. */
    void verifyReceipt(byte kind, byte[] ticket) {}

    /** Adds to the state report, in Ram.aux, where the key of an original is from; returns the offset behind it. */
    short report(short at) {
        return at;
    }

    /** Wipes the ephemeral key once neither ticket nor export is open; also at select, after an interruption. */
    void resume() {}
}
