package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.JCSystem;
import javacard.framework.Util;

/**
 * The receiver's side of duplication: its ticket, the key that comes in, and the receipt. The receiver is a backup; or
 * an original, whose key then comes from the key service.
 */
final class Import extends Ticket {
    static final byte EMPTY = 0;
    static final byte TICKETED = 1;
    static final byte IMPORTED = 2;
    static final byte VOID = 3;

    private final KeyBlock block;
    private final Export export;
    /** Written here alone; likewise the state. */
    final byte[] ticket = new byte[Ticket.LENGTH];
    private final byte[] receipt = new byte[Cmac.MAC];
    byte state = EMPTY;
    /** How many tickets this card has drawn. */
    private short drawn;

    Import(Core core) {
        super(core);
        block = core.block;
        export = core.export;
    }

    private boolean fromService() {
        return authority.role == Authority.ORIGINAL;
    }

    /** The receipt cannot be read any more. */
    void forget() {
        state = EMPTY;
    }

    /**
     * GET TICKET of the mode in P2: the open ticket again, or a new one; P1 = 01 says that the receipt was delivered:
     * of a void ticket, or on an original of any.
     */
    short ticket(short length) {
        byte mode = flags[Ram.P2];
        boolean delivered = flags[Ram.P1] == 1;
        if (!delivered) {
            requireP1((byte) 0);
        }
        if (!duplicationMode.has(mode)) {
            Refusal.parameters();
        }
        Apdu.requireLength(length, Authority.ID);
        Apdu.requireData(!authority.isCardId(work, (short) 0));
        if (!fromService()) {
            group.requireComplete();
        }
        duplicationMode.require(mode);
        if (state == TICKETED) {
            if (ticket[Ticket.MODE] != mode
                    || Util.arrayCompare(work, (short) 0, ticket, Ticket.ID_O, Authority.ID) != 0) {
                Refusal.state();
            }
        } else if (state == EMPTY || delivered && (state == VOID || fromService())) {
            draw(mode);
        } else {
            Refusal.state();
        }
        return write(ticket);
    }

    private void draw(byte mode) {
        byte[] next = aux;
        short number = (short) (drawn + 1);
        if (number < 0) {
            ISOException.throwIt(Sw.NO_MEMORY);
        }
        next[0] = Ticket.VERSION;
        next[Ticket.MODE] = mode;
        next[Ticket.PURPOSE] = fromService() ? Ticket.FROM_SERVICE : Ticket.FOR_BACKUP;
        Util.arrayCopyNonAtomic(authority.cardId, (short) 0, next, Ticket.ID_B, Authority.ID);
        Util.arrayCopyNonAtomic(work, (short) 0, next, Ticket.ID_O, Authority.ID);
        chip.random(next, Ticket.NONCE, Ticket.NONCE_LENGTH);
        Util.setShort(next, Ticket.NONCE, number);
        duplicationMode.beginTicket();
        JCSystem.beginTransaction();
        Util.arrayCopy(next, (short) 0, ticket, (short) 0, Ticket.LENGTH);
        drawn = number;
        state = TICKETED;
        note(Log.TICKET_DRAWN);
        JCSystem.commitTransaction();
    }

    /** Notes an event about the original, or the service, of the ticket, in the caller's transaction. */
    private void note(byte event) {
        log.note(event, ticket, Ticket.ID_O, Authority.ID);
    }

    /** IMPORT KEY: the template in the store, for the open ticket only, with which the group stays complete. */
    short importKey(short length) {
        if (state != TICKETED) {
            Refusal.state();
        }
        byte mode = ticket[Ticket.MODE];
        byte type = type(length, mode);
        duplicationMode.verifyExport(ticket, length);
        KeySlot spare = key.slots.spare();
        if (!fill(spare, type, duplicationMode.exportHead(ticket, type))) {
            key.slots.clearSpare();
            Refusal.check();
        }
        boolean fromService = fromService();
        if (fromService) {
            spare.drawArchiveKey();
        }
        boolean keepPublic = fromService || authority.policy(Authority.BACKUP_KEEPS_PUBLIC_KEY);
        spare.digest(type, work, work, (short) 0);
        spare.writeArchiveId(work, KeySlot.DIGEST);
        if (!keepPublic) {
            spare.clearPublic(type);
        }
        signReceipt(Ticket.DONE, ticket, work);
        JCSystem.beginTransaction();
        key.replace(type, keepPublic, work, (short) 0);
        if (fromService) {
            export.restart();
        }
        Util.arrayCopy(hash, (short) 0, receipt, (short) 0, Cmac.MAC);
        state = IMPORTED;
        note(Log.KEY_IMPORTED);
        JCSystem.commitTransaction();
        key.slots.clearSpare();
        duplicationMode.resume();
        return writeReceipt(Ticket.DONE, ticket, receipt);
    }

    /** The key type that the template in the store is for; 6988 for none of them. */
    private byte type(short length, byte mode) {
        byte purpose = ticket[Ticket.PURPOSE];
        byte type = length < KeyBlock.length(KeySlot.RSA_2048, purpose) ? KeySlot.EC_P256 : KeySlot.RSA_2048;
        byte[] head = duplicationMode.exportHead(ticket, type);
        if (length != (short) (head.length + KeyBlock.length(type, purpose) + duplicationMode.exportTail(mode))
                || !Template.stands(head, store, (short) 0)) {
            Refusal.check();
        }
        if (!key.supports(type)) {
            Refusal.chip();
        }
        return type;
    }

    /** Numbers that no key can have make some chips throw: then the pair is no pair. */
    private boolean fill(KeySlot slot, byte type, byte[] head) {
        try {
            return block.open(slot, type, ticket, (short) head.length)
                    && slot.isPair(type, work, aux);
        } catch (RuntimeException fault) {
            return false;
        }
    }

    /** CANCEL TICKET: from now on no block for this ticket is taken; the receipt proves it. */
    short cancel() {
        if (state == TICKETED) {
            prepareVoid();
            JCSystem.beginTransaction();
            beginVoid();
            JCSystem.commitTransaction();
            duplicationMode.resume();
        } else if (state != VOID) {
            Refusal.state();
        }
        return writeReceipt(Ticket.VOID, ticket, receipt);
    }

    /**
     * Whether the ticket must be made void before the card is terminated, a backup's key with it (that of an original
     * may be on backups); its receipt's MAC is then in Ram.hash.
     */
    boolean prepareVoid() {
        boolean open = state == TICKETED || state == IMPORTED && !fromService();
        if (open) {
            signReceipt(Ticket.VOID, ticket, null);
        }
        return open;
    }

    /** After {@link #prepareVoid}, in the caller's transaction: the ticket is void, and the receipt is kept. */
    void beginVoid() {
        Util.arrayCopy(hash, (short) 0, receipt, (short) 0, Cmac.MAC);
        state = VOID;
        note(Log.TICKET_VOID);
    }

    /** GET DATA of the receipt: of what was imported or made void. */
    short readReceipt() {
        if (state != IMPORTED && state != VOID) {
            Refusal.notFound();
        }
        return writeReceipt(state == IMPORTED ? Ticket.DONE : Ticket.VOID, ticket, receipt);
    }

    /** Writes the id of the original, or of the service, into the report; returns the offset behind it. */
    short writeSource(byte[] out, short offset) {
        return Util.arrayCopyNonAtomic(ticket, Ticket.ID_O, out, offset, Authority.ID);
    }
}
