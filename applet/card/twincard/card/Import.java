package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.JCSystem;
import javacard.framework.Util;

/** The backup's side of duplication: its ticket, the key that comes in, and the receipt. */
final class Import {
    static final byte EMPTY = 0;
    static final byte TICKETED = 1;
    static final byte IMPORTED = 2;
    static final byte VOID = 3;

    private final Chip chip;
    private final Ram ram;
    private final Authority authority;
    private final KeyGroup group;
    private final DecipherKey key;
    private final Ticket tickets;
    private final KeyBlock block;
    private final byte[] store;
    private final byte[] ticket = new byte[Ticket.LENGTH];
    private final byte[] receipt = new byte[Cmac.MAC];
    private byte state = EMPTY;

    Import(Chip chip, Ram ram, Authority authority, KeyGroup group, DecipherKey key, Ticket tickets, KeyBlock block,
            byte[] store) {
        this.chip = chip;
        this.ram = ram;
        this.authority = authority;
        this.group = group;
        this.key = key;
        this.tickets = tickets;
        this.block = block;
        this.store = store;
    }

    byte state() {
        return state;
    }

    /** GET TICKET: the open ticket again, or a new one; P1 = 01 says that the void receipt was delivered. */
    short ticket(short length) {
        boolean delivered = ram.flags[Ram.P1] == 1;
        if (!delivered) {
            Apdu.requireP1(ram, (byte) 0);
        }
        Apdu.requireP2(ram, (byte) 0);
        Apdu.requireLength(length, Authority.ID);
        Apdu.requireData(!authority.isCardId(ram.work, (short) 0));
        group.requireComplete();
        if (state == TICKETED) {
            if (Util.arrayCompare(ram.work, (short) 0, ticket, Ticket.ID_O, Authority.ID) != 0) {
                ISOException.throwIt(Sw.WRONG_STATE);
            }
        } else if (state == EMPTY || state == VOID && delivered) {
            draw();
        } else {
            ISOException.throwIt(Sw.WRONG_STATE);
        }
        return tickets.write(ticket);
    }

    private void draw() {
        chip.random(ram.hash, (short) 0, Ticket.NONCE_LENGTH);
        JCSystem.beginTransaction();
        Util.arrayCopy(Ticket.HEAD, (short) 0, ticket, (short) 0, (short) Ticket.HEAD.length);
        Util.arrayCopy(authority.cardId(), (short) 0, ticket, Ticket.ID_B, Authority.ID);
        Util.arrayCopy(ram.work, (short) 0, ticket, Ticket.ID_O, Authority.ID);
        Util.arrayCopy(ram.hash, (short) 0, ticket, Ticket.NONCE, Ticket.NONCE_LENGTH);
        state = TICKETED;
        JCSystem.commitTransaction();
    }

    /** IMPORT KEY: the template in the store, for the open ticket only. */
    short importKey(short length) {
        Apdu.requireNoParameters(ram);
        byte type = type(length);
        if (state != TICKETED) {
            ISOException.throwIt(Sw.WRONG_STATE);
        }
        group.requireComplete();
        KeySlot spare = key.spare();
        if (!fill(spare, type)) {
            key.clearSpare();
            ISOException.throwIt(Sw.CHECK_FAILED);
        }
        boolean keepPublic = authority.policy(Authority.BACKUP_KEEPS_PUBLIC_KEY);
        spare.digest(type, ram.work, ram.work, (short) 0);
        if (!keepPublic) {
            spare.clearPublic(type);
        }
        tickets.receiptMac(Ticket.DONE, ticket, ram.work, (short) 0);
        JCSystem.beginTransaction();
        key.replace(type, keepPublic, ram.work, (short) 0);
        Util.arrayCopy(ram.hash, (short) 0, receipt, (short) 0, Cmac.MAC);
        state = IMPORTED;
        JCSystem.commitTransaction();
        key.clearSpare();
        return tickets.writeReceipt(Ticket.DONE, receipt);
    }

    /** The key type that the template in the store is for; 6988 for none of them. */
    private byte type(short length) {
        byte type = length == templateLength(KeySlot.RSA_2048) ? KeySlot.RSA_2048 : KeySlot.EC_P256;
        byte[] head = Export.head(type);
        if (length != templateLength(type)
                || Util.arrayCompare(head, (short) 0, store, (short) 0, (short) head.length) != 0) {
            ISOException.throwIt(Sw.CHECK_FAILED);
        }
        if (!key.supports(type)) {
            ISOException.throwIt(Sw.NOT_ON_THIS_CHIP);
        }
        return type;
    }

    private static short templateLength(byte type) {
        return (short) (Export.head(type).length + KeyBlock.length(type));
    }

    /** Numbers that no key can have make some chips throw: then the pair is no pair. */
    private boolean fill(KeySlot slot, byte type) {
        try {
            return block.open(slot, type, ticket, (short) Export.head(type).length)
                    && slot.isPair(type, ram.work, ram.aux);
        } catch (RuntimeException fault) {
            return false;
        }
    }

    /** CANCEL TICKET: from now on no block for this ticket is taken; the receipt proves it. */
    short cancel(short length) {
        Apdu.requireNoParameters(ram);
        Apdu.requireLength(length, (short) 0);
        if (state == TICKETED) {
            tickets.receiptMac(Ticket.VOID, ticket, ram.hash, (short) 0);
            JCSystem.beginTransaction();
            keepVoidReceipt();
            state = VOID;
            JCSystem.commitTransaction();
        } else if (state != VOID) {
            ISOException.throwIt(Sw.WRONG_STATE);
        }
        return tickets.writeReceipt(Ticket.VOID, receipt);
    }

    private void keepVoidReceipt() {
        Util.arrayCopy(ram.hash, (short) 0, receipt, (short) 0, Cmac.MAC);
    }

    /** Whether the ticket must be made void before the card is terminated; its receipt's MAC is then in Ram.hash. */
    boolean prepareVoid() {
        boolean open = state == TICKETED || state == IMPORTED;
        if (open) {
            tickets.receiptMac(Ticket.VOID, ticket, ram.hash, (short) 0);
        }
        return open;
    }

    /** First step of termination, in the caller's transaction: the void receipt is kept, not yet readable. */
    void beginVoid() {
        keepVoidReceipt();
        state = VOID;
    }

    /** GET DATA of the receipt: of what was imported or made void. */
    short readReceipt() {
        if (state != IMPORTED && state != VOID) {
            ISOException.throwIt(Sw.NOT_FOUND);
        }
        return tickets.writeReceipt(state == IMPORTED ? Ticket.DONE : Ticket.VOID, receipt);
    }

    /** Writes idO and nonce of the ticket; returns the offset behind them. */
    short writeTicket(byte[] out, short offset) {
        offset = Util.arrayCopyNonAtomic(ticket, Ticket.ID_O, out, offset, Authority.ID);
        return Util.arrayCopyNonAtomic(ticket, Ticket.NONCE, out, offset, Ticket.NONCE_LENGTH);
    }
}
