package twincard.card;

import javacard.framework.JCSystem;
import javacard.framework.Util;

/**
 * The last events and a hash chain over those before them. An event takes 18 bytes of its transaction; what is more
 * than 16 then goes into the chain at the beginning of the next command.
 */
final class EventLog extends Log {
    static final short ENTRY = 1 + DETAIL;
    static final short NUMBER = 4;
    static final short CHAIN = 32;
    /** "twincard/log/1" */
    static final byte[] LABEL = {'t', 'w', 'i', 'n', 'c', 'a', 'r', 'd', '/', 'l', 'o', 'g', '/', '1'};

    private static final byte KEPT = 16;
    /** Two more, since a command notes at most two events, and {@link #watch} likewise. */
    private static final byte PLACES = KEPT + 2;
    private static final byte PIN = 1;
    private static final byte PUK = 2;

    private final Core core;
    private final byte[] entries = new byte[PLACES * ENTRY];
    /** c(i) for the {@code chained} events that are no longer there. */
    private final byte[] chain = new byte[CHAIN];
    private final byte[] chained = new byte[NUMBER];
    /** Where the oldest entry stands, and how many there are. */
    private byte first;
    private byte present;
    /** Which of PIN and PUK are blocked, as far as it is noted. */
    private byte blocked;

    EventLog(Core core) {
        super(core);
        this.core = core;
    }

    /** At installation, once the card has its id. */
    void begin() {
        chip.hash(LABEL);
        chip.sha256.doFinal(core.authority.cardId, (short) 0, Authority.ID, chain, (short) 0);
    }

    /** Uses Ram.cmac. */
    @Override
    void note(byte event, byte[] detail, short offset, short length) {
        byte[] entry = ram.cmac;
        Util.arrayFillNonAtomic(entry, (short) 0, ENTRY, (byte) 0);
        entry[0] = event;
        Util.arrayCopyNonAtomic(detail, offset, entry, (short) 1, length);
        Util.arrayCopy(entry, (short) 0, entries, place(present), ENTRY);
        present++;
    }

    @Override
    void note(byte event, byte detail) {
        ram.number[0] = detail;
        note(event, ram.number, (short) 0, (short) 1);
    }

    /** Where an entry stands, counted from the oldest. */
    private short place(byte index) {
        return (short) ((short) ((short) (first + index) % PLACES) * ENTRY);
    }

    /** Before every command: 16 entries are left, and blocked PINs noted. */
    void resume() {
        chainOldest();
        watch();
        chainOldest();
    }

    private void chainOldest() {
        Chip chip = this.chip;
        byte[] number = ram.number;
        while (present > KEPT) {
            readNumber((byte) 1);
            chip.sha256.reset();
            chip.hash(chain);
            chip.hash(number);
            chip.sha256.doFinal(entries, place((byte) 0), ENTRY, hash, (short) 0);
            JCSystem.beginTransaction();
            Util.arrayCopy(hash, (short) 0, chain, (short) 0, CHAIN);
            Util.arrayCopy(number, (short) 0, chained, (short) 0, NUMBER);
            first = (byte) ((short) (first + 1) % PLACES);
            present--;
            JCSystem.commitTransaction();
        }
    }

    /** The tries are counted by OwnerPIN, in no transaction of ours: so every blocking is noted once, afterwards. */
    private void watch() {
        byte now = 0;
        if (core.authority.pinTries() == 0) {
            now |= PIN;
        }
        if (core.authority.pukTries() == 0) {
            now |= PUK;
        }
        if (now == blocked) {
            return;
        }
        byte news = (byte) (now & ~blocked);
        JCSystem.beginTransaction();
        if ((news & PIN) != 0) {
            note(PIN_BLOCKED, (byte) 0);
        }
        if ((news & PUK) != 0) {
            note(PUK_BLOCKED, (byte) 0);
        }
        blocked = now;
        JCSystem.commitTransaction();
    }

    /** The number of the event so many after the chained ones, into Ram.number. */
    private void readNumber(byte later) {
        byte[] number = ram.number;
        Util.arrayCopyNonAtomic(chained, (short) 0, number, (short) 0, NUMBER);
        short sum = later;
        for (short i = NUMBER - 1; i >= 0; i--) {
            sum += (short) (number[i] & 0xFF);
            number[i] = (byte) sum;
            sum = (short) ((sum >> 8) & 0xFF);
        }
    }

    /** How many entries there are. */
    byte entries() {
        return present;
    }

    /** Copies an entry, 0 the oldest, to the beginning of an array. */
    void read(byte index, byte[] out) {
        Util.arrayCopyNonAtomic(entries, place(index), out, (short) 0, ENTRY);
    }

    /** Writes the number of all events, 4 bytes; returns the offset behind it. */
    short writeCount(byte[] out, short offset) {
        readNumber(present);
        return Util.arrayCopyNonAtomic(ram.number, (short) 0, out, offset, NUMBER);
    }

    short writeChain(byte[] out, short offset) {
        return Util.arrayCopyNonAtomic(chain, (short) 0, out, offset, CHAIN);
    }
}
