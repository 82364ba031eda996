package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.JCSystem;
import javacard.framework.Util;

/** The original's side of duplication: slots, the pending ticket, receipts. All of it belongs to the present key. */
final class Export {
    static final byte NONE = 0;
    static final byte PENDING = 1;
    static final byte DONE = 2;

    /** A used slot: kind, idB, MAC of the receipt. */
    private static final short SLOT = 33;
    private static final short SLOT_ID = 1;
    private static final short SLOT_MAC = 17;
    static final byte SLOT_DONE = 1;
    static final byte SLOT_ABANDONED = 2;

    /** E2 L { 80 L block }: what stands before the block. */
    private static final byte[] RSA_HEAD = {
        Tag.EXPORT, (byte) 0x82, 0x03, (byte) 0xD4, (byte) 0x80, (byte) 0x82, 0x03, (byte) 0xD0
    };
    private static final byte[] EC_HEAD = {Tag.EXPORT, (byte) 0x81, (byte) 0x93, (byte) 0x80, (byte) 0x81, (byte) 0x90};

    private final Ram ram;
    private final Authority authority;
    private final KeyGroup group;
    private final DecipherKey key;
    private final Ticket tickets;
    private final KeyBlock block;
    private final Apdu apdu;
    private final byte[] store;
    private final byte[] pending = new byte[Ticket.LENGTH];
    private final byte[] slots = new byte[(short) (Authority.MAXIMUM_BACKUPS * SLOT)];
    /** Where the slots of the present key begin, and how many are used; before them stand those of earlier keys. */
    private byte first;
    private byte used;
    private boolean isPending;

    Export(Ram ram, Authority authority, KeyGroup group, DecipherKey key, Ticket tickets, KeyBlock block, Apdu apdu,
            byte[] store) {
        this.ram = ram;
        this.authority = authority;
        this.group = group;
        this.key = key;
        this.tickets = tickets;
        this.block = block;
        this.apdu = apdu;
        this.store = store;
    }

    /** The template's head for a key of the type. */
    static byte[] head(byte type) {
        return type == KeySlot.RSA_2048 ? RSA_HEAD : EC_HEAD;
    }

    boolean isPending() {
        return isPending;
    }

    /** Export state as reported. */
    byte state() {
        return isPending ? PENDING : used == 0 ? NONE : DONE;
    }

    byte used() {
        return used;
    }

    /** A new key: no slot used, within the caller's transaction. The backups of earlier keys stay known. */
    void restart() {
        first = (byte) ((short) (first + used) % Authority.MAXIMUM_BACKUPS);
        used = 0;
    }

    /** Where a slot of the present key stands. */
    private short slot(byte index) {
        return (short) ((short) ((short) (first + index) % Authority.MAXIMUM_BACKUPS) * SLOT);
    }

    /** EXPORT KEY: commits pending(T), then answers with the block; the same ticket gives the same bytes. */
    short export(short length) {
        Apdu.requireNoParameters(ram);
        short ticket = tickets.find(length);
        Apdu.requireData(ticket >= 0);
        key.require();
        group.requireComplete();
        Apdu.requireData(
                Util.arrayCompare(ram.work, ticket, Ticket.HEAD, (short) 0, (short) Ticket.HEAD.length) == 0
                        && authority.isCardId(ram.work, (short) (ticket + Ticket.ID_O)));
        if (!tickets.isAuthentic(ticket)) {
            ISOException.throwIt(Sw.CHECK_FAILED);
        }
        if (isPending) {
            if (Util.arrayCompare(ram.work, ticket, pending, (short) 0, Ticket.LENGTH) != 0) {
                ISOException.throwIt(Sw.WRONG_STATE);
            }
        } else {
            requireFreeSlot((short) (ticket + Ticket.ID_B));
            JCSystem.beginTransaction();
            Util.arrayCopy(ram.work, ticket, pending, (short) 0, Ticket.LENGTH);
            isPending = true;
            JCSystem.commitTransaction();
        }
        byte[] head = head(key.type());
        short at = Util.arrayCopyNonAtomic(head, (short) 0, store, (short) 0, (short) head.length);
        block.seal(key.slot(), key.type(), pending, at);
        apdu.answerFromStore();
        return (short) (at + KeyBlock.length(key.type()));
    }

    /**
     * Whoever used a slot, for an earlier key too, takes no other key: a ticket of his would leave the export pending
     * for good.
     */
    private void requireFreeSlot(short idB) {
        boolean free = used < authority.backups();
        for (short at = 0; at < (short) slots.length; at += SLOT) {
            free &= slots[at] == 0
                    || Util.arrayCompare(ram.work, idB, slots, (short) (at + SLOT_ID), Authority.ID) != 0;
        }
        if (!free) {
            ISOException.throwIt(Sw.WRONG_STATE);
        }
    }

    /** CONFIRM EXPORT: a done receipt uses the slot, a void one gives it back. */
    void confirm(short length) {
        Apdu.requireNoParameters(ram);
        byte kind = tickets.receiptKind(length);
        Apdu.requireData(kind != 0);
        if (!isPending) {
            if (kind != Ticket.DONE || !wasAccepted()) {
                ISOException.throwIt(Sw.WRONG_STATE);
            }
            return;
        }
        tickets.receiptMac(kind, pending, key.digest(), (short) 0);
        if (ConstantTime.difference(ram.hash, (short) 0, ram.work, Ticket.RECEIPT_MAC, Cmac.MAC) != 0) {
            ISOException.throwIt(Sw.CHECK_FAILED);
        }
        if (kind == Ticket.DONE) {
            useSlot(SLOT_DONE);
        } else {
            isPending = false;
        }
    }

    private boolean wasAccepted() {
        boolean accepted = false;
        for (byte i = 0; i < used; i++) {
            short at = slot(i);
            short difference = ConstantTime.difference(
                    ram.work, Ticket.RECEIPT_MAC, slots, (short) (at + SLOT_MAC), Cmac.MAC);
            accepted |= slots[at] == SLOT_DONE && difference == 0;
        }
        return accepted;
    }

    /** ABANDON EXPORT: the slot is spent without a receipt. */
    void abandon(short length) {
        Apdu.requireNoParameters(ram);
        Apdu.requireLength(length, (short) 0);
        if (!isPending) {
            ISOException.throwIt(Sw.WRONG_STATE);
        }
        useSlot(SLOT_ABANDONED);
    }

    /** Notes the slot, with the receipt's MAC in Ram.hash, and closes the export when it was the last. */
    private void useSlot(byte kind) {
        short at = slot(used);
        JCSystem.beginTransaction();
        slots[at] = kind;
        Util.arrayCopy(pending, Ticket.ID_B, slots, (short) (at + SLOT_ID), Authority.ID);
        Util.arrayCopy(ram.hash, (short) 0, slots, (short) (at + SLOT_MAC), Cmac.MAC);
        used++;
        isPending = false;
        if (used >= authority.backups() && authority.policy(Authority.ERASE_GROUP_WHEN_DONE)) {
            group.beginErasure();
        }
        JCSystem.commitTransaction();
        group.resume();
    }

    /** Writes idB and nonce of the pending ticket; returns the offset behind them. */
    short writePending(byte[] out, short offset) {
        offset = Util.arrayCopyNonAtomic(pending, Ticket.ID_B, out, offset, Authority.ID);
        return Util.arrayCopyNonAtomic(pending, Ticket.NONCE, out, offset, Ticket.NONCE_LENGTH);
    }

    /** Writes kind and idB of a used slot; returns the offset behind them. */
    short writeSlot(byte index, byte[] out, short offset) {
        return Util.arrayCopyNonAtomic(slots, slot(index), out, offset, SLOT_MAC);
    }
}
