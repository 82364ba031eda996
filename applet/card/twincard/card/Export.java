package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.JCSystem;
import javacard.framework.Util;

/** The original's side of duplication: slots, the pending ticket, receipts. All of it belongs to the present key. */
final class Export extends Ticket {
    static final byte NONE = 0;
    static final byte PENDING = 1;
    static final byte DONE = 2;

    /** A used slot: kind and, in its upper half, mode; idB; MAC of the receipt. */
    private static final short SLOT = 33;
    private static final short SLOT_ID = 1;
    private static final short SLOT_MAC = 17;
    private static final byte KIND = 0x0F;
    static final byte SLOT_DONE = 1;
    static final byte SLOT_ABANDONED = 2;

    private final KeyBlock block;
    private final Apdu apdu;
    /** Written here alone, and what else is not private. */
    final byte[] pending = new byte[Ticket.LENGTH];
    private final byte[] slots = new byte[(short) (Authority.MAXIMUM_BACKUPS * SLOT)];
    /** Where the slots of the present key begin, and how many are used; before them stand those of earlier keys. */
    private byte first;
    byte used;
    boolean isPending;
    /** One of the slots is done. */
    private boolean confirmed;

    Export(Core core) {
        super(core);
        block = core.block;
        apdu = core.apdu;
    }

    /** Whether the public key may be had and used: always, or once a backup has the key. */
    boolean released() {
        return confirmed || !authority.policy(Authority.WITHHELD) || authority.role == Authority.BACKUP;
    }

    /** Refuses with 6A88 where there is no key, with 6985 while it is not released. */
    void requireReleased() {
        key.require();
        if (!released()) {
            Refusal.state();
        }
    }

    /** A new key: no slot used, within the caller's transaction. The backups of earlier keys stay known. */
    void restart() {
        duplicationMode.replaced();
        confirmed = false;
        first = (byte) ((short) (first + used) % Authority.MAXIMUM_BACKUPS);
        used = 0;
    }

    /** Where a slot of the present key stands. */
    private short slot(byte index) {
        return (short) ((short) ((short) (first + index) % Authority.MAXIMUM_BACKUPS) * SLOT);
    }

    /** EXPORT KEY: commits pending(T), then answers with the block; the same ticket gives the same bytes. */
    short export(short length) {
        DuplicationMode duplicationMode = this.duplicationMode;
        byte[] data = work;
        Apdu.requireData(isTemplate(length));
        key.require();
        group.requireComplete();
        byte mode = length == Ticket.TEMPLATE ? DuplicationMode.BASE : DuplicationMode.BLIND;
        Apdu.requireData(data[Ticket.T] == Ticket.VERSION
                && data[(short) (Ticket.T + Ticket.MODE)] == mode
                && data[(short) (Ticket.T + Ticket.PURPOSE)] == Ticket.FOR_BACKUP
                && authority.isCardId(data, (short) (Ticket.T + Ticket.ID_O)));
        duplicationMode.require(mode);
        if (!isAuthentic()) {
            Refusal.check();
        }
        duplicationMode.verifyTicket();
        // A backup draws no ticket before the last one is void: a later one proves it.
        if (isPending
                && Util.arrayCompare(data, (short) (Ticket.T + Ticket.ID_B), pending, Ticket.ID_B, Authority.ID) == 0
                && Util.getShort(data, (short) (Ticket.T + Ticket.NONCE)) > Util.getShort(pending, Ticket.NONCE)) {
            giveBack();
        }
        if (isPending) {
            if (Util.arrayCompare(data, Ticket.T, pending, (short) 0, Ticket.LENGTH) != 0
                    || !duplicationMode.isPending()) {
                Refusal.state();
            }
        } else {
            // It counts once it is said to be pending.
            Util.arrayCopyNonAtomic(data, Ticket.T, pending, (short) 0, Ticket.LENGTH);
            requireFreeSlot();
            // Of a ticket that was made void, or any before it, no receipt would ever come.
            if (Util.getShort(pending, Ticket.NONCE)
                    <= Util.getShort(group.voided, (short) (voided() + Authority.ID))) {
                Refusal.state();
            }
            duplicationMode.beginExport();
            JCSystem.beginTransaction();
            isPending = true;
            note(Log.EXPORT_PENDING);
            JCSystem.commitTransaction();
        }
        byte type = key.type;
        byte[] head = duplicationMode.exportHead(pending, type);
        short at = Template.copy(head, store, (short) 0);
        block.seal(key.slot(), type, pending, at);
        at += KeyBlock.length(type, Ticket.FOR_BACKUP);
        apdu.answerFromStore();
        return duplicationMode.completeExport(mode, at);
    }

    /** Notes an event about the backup of the pending ticket, in the caller's transaction. */
    private void note(byte event) {
        log.note(event, pending, Ticket.ID_B, Authority.ID);
    }

    /**
     * A backup that used a slot, even for an earlier key, cannot take another key: its ticket would leave the export
     * pending for good.
     */
    private void requireFreeSlot() {
        boolean free = used < authority.backups;
        for (short at = 0; at < (short) slots.length; at += SLOT) {
            free &= slots[at] == 0
                    || Util.arrayCompare(pending, Ticket.ID_B, slots, (short) (at + SLOT_ID), Authority.ID) != 0;
        }
        if (!free) {
            Refusal.state();
        }
    }

    /** Where the ticket's backup has its place among those whose tickets were made void, or gets one; 6A84: nowhere. */
    private short voided() {
        byte[] all = group.voided;
        for (short at = 0; at < (short) all.length; at += KeyGroup.VOIDED) {
            if (Util.getShort(all, (short) (at + Authority.ID)) == 0
                    || Util.arrayCompare(pending, Ticket.ID_B, all, at, Authority.ID) == 0) {
                return at;
            }
        }
        ISOException.throwIt(Sw.NO_MEMORY);
        return 0;
    }

    /** CONFIRM EXPORT: a done receipt uses the slot, a void one gives it back. */
    void confirm(short length) {
        byte[] pending = this.pending;
        byte kind = receiptKind(length);
        Apdu.requireData(kind != 0);
        byte mode = length == Ticket.RECEIPT ? DuplicationMode.BASE : DuplicationMode.BLIND;
        if (!isPending) {
            if (kind != Ticket.DONE || !wasAccepted(mode)) {
                Refusal.state();
            }
            return;
        }
        Apdu.requireData(mode == pending[Ticket.MODE]);
        Template.copy(key.archiveId, aux, Template.copy(key.digest, aux, (short) 0));
        receiptMac(kind, pending, aux);
        if (ConstantTime.difference(hash, (short) 0, work, Ticket.RECEIPT_MAC, Cmac.MAC) != 0) {
            Refusal.check();
        }
        duplicationMode.verifyReceipt(kind, pending);
        if (kind == Ticket.DONE) {
            useSlot(SLOT_DONE, Log.EXPORT_DONE);
        } else {
            giveBack();
        }
    }

    /** The pending ticket is void: its slot is free again, and the ticket never pending again. */
    private void giveBack() {
        short place = voided();
        JCSystem.beginTransaction();
        place = Util.arrayCopy(pending, Ticket.ID_B, group.voided, place, Authority.ID);
        Util.arrayCopy(pending, Ticket.NONCE, group.voided, place, (short) 2);
        isPending = false;
        note(Log.SLOT_GIVEN_BACK);
        JCSystem.commitTransaction();
        duplicationMode.resume();
    }

    private boolean wasAccepted(byte mode) {
        boolean accepted = false;
        for (byte i = 0; i < used; i++) {
            short at = slot(i);
            short difference = ConstantTime.difference(
                    work, Ticket.RECEIPT_MAC, slots, (short) (at + SLOT_MAC), Cmac.MAC);
            accepted |= slots[at] == used(SLOT_DONE, mode) && difference == 0;
        }
        return accepted;
    }

    /** ABANDON EXPORT: the slot is spent without a receipt. */
    void abandon() {
        if (!isPending) {
            Refusal.state();
        }
        useSlot(SLOT_ABANDONED, Log.EXPORT_ABANDONED);
    }

    private static byte used(byte kind, byte mode) {
        return (byte) (mode << 4 | kind);
    }

    /** Notes the slot, with the receipt's MAC in Ram.hash; the last one, if done, may end the group. */
    private void useSlot(byte kind, byte event) {
        short at = slot(used);
        JCSystem.beginTransaction();
        slots[at] = used(kind, pending[Ticket.MODE]);
        Util.arrayCopy(pending, Ticket.ID_B, slots, (short) (at + SLOT_ID), Authority.ID);
        Util.arrayCopy(hash, (short) 0, slots, (short) (at + SLOT_MAC), Cmac.MAC);
        used++;
        confirmed |= kind == SLOT_DONE;
        isPending = false;
        note(event);
        if (kind == SLOT_DONE && used >= authority.backups && authority.policy(Authority.ERASE_GROUP_WHEN_DONE)) {
            group.beginErasure();
        }
        JCSystem.commitTransaction();
        duplicationMode.resume();
        group.resume();
    }

    /** Writes kind and idB of a used slot; returns the offset behind them. */
    short writeSlot(byte index, byte[] out, short offset) {
        short end = Util.arrayCopyNonAtomic(slots, slot(index), out, offset, SLOT_MAC);
        out[offset] &= KIND;
        return end;
    }
}
