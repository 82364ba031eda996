package twincard.card;

import javacard.framework.Util;

/** The slots that hold the card's key pairs: one for each, and a spare one that the next pair to be made fills. */
final class KeySlots {
    private static final byte NONE = -1;

    private final KeySlot[] slots;
    /** By key: the slot it is in. */
    private final byte[] active;
    /** The spare slot may hold something. */
    private boolean spareUsed;

    /** For so many key pairs. */
    KeySlots(Core core, byte keys) {
        active = new byte[keys];
        Util.arrayFillNonAtomic(active, (short) 0, keys, NONE);
        slots = new KeySlot[(short) (keys + 1)];
        for (byte i = 0; i <= keys; i++) {
            slots[i] = new KeySlot(core);
        }
    }

    /** Whether this chip can hold keys of the type. */
    boolean supports(byte type) {
        return slots[0].supports(type);
    }

    boolean holds(byte key) {
        return active[key] != NONE;
    }

    /** The slot of a key that is there. */
    KeySlot of(byte key) {
        return slots[active[key]];
    }

    /** The spare slot, noted as possibly filled. */
    KeySlot spare() {
        spareUsed = true;
        return slots[spareIndex()];
    }

    private byte spareIndex() {
        byte index = 0;
        while (isActive(index)) {
            index++;
        }
        return index;
    }

    private boolean isActive(byte index) {
        boolean found = false;
        for (byte key = 0; key < (byte) active.length; key++) {
            found |= active[key] == index;
        }
        return found;
    }

    /** Makes the spare slot that of the key, inside the caller's transaction. */
    void replace(byte key) {
        active[key] = spareIndex();
    }

    /** Clears the spare slot; also at select, for what an interruption left there. */
    void clearSpare() {
        if (spareUsed) {
            slots[spareIndex()].clear();
            spareUsed = false;
        }
    }

    /** Wipes all; may be repeated. */
    void wipe() {
        for (byte i = 0; i < (byte) slots.length; i++) {
            slots[i].clear();
        }
        Util.arrayFillNonAtomic(active, (short) 0, (short) active.length, NONE);
        spareUsed = false;
    }
}
