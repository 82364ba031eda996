package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/**
 * The files as they are stored: rows of 16 bytes, and one pool of bytes for their contents. Row 0 is the MF.
 *
 * <p>A row owns a piece of the pool and keeps it when its file is deleted; the piece serves files no larger. Pieces at
 * the end of the pool go back to it. A row changes hands by one atomic write; deleting is two states, so that an
 * interrupted wipe goes on at the next select. Free pieces hold zeros.
 */
final class FileTable {
    /** Bytes of a row, and what stands where in it. */
    static final short ROW = 16;
    static final short STATE = 0;
    static final short TYPE = 1;
    static final short PARENT = 2;
    static final short RULE = 3; // up to 5 bytes, see AccessRules
    static final short FID = 8;
    static final short SIZE = 10;
    static final short OFFSET = 12;
    static final short CAPACITY = 14;

    /** File descriptor bytes (ISO 7816-4, table 14). */
    static final byte DF = 0x38;
    static final byte EF = 0x01;

    static final short MF = 0;
    static final short MF_FID = 0x3F00;
    /** Where a row number is expected: there is no such file. The MF is nobody's child. */
    static final short NONE = 0;

    /** Most bytes that {@link #write} writes whole or not at all. */
    static final short ATOMIC = 128;

    private static final byte FREE = 0;
    private static final byte USED = 1;
    private static final byte DELETING = 2;
    private static final byte MF_MODES = AccessRules.CREATE_DF | AccessRules.CREATE_EF | AccessRules.DELETE_CHILD;

    private final byte[] rows;
    private final byte[] pool;
    /** A row may be DELETING, or the end of the pool untrimmed. */
    private boolean deleting;

    /**
     * @param files how many there can be besides the MF, 1 to 127
     * @param bytes of contents in all
     */
    FileTable(short files, short bytes) {
        rows = new byte[(short) ((short) (files + 1) * ROW)];
        pool = new byte[bytes];
        rows[STATE] = USED;
        rows[TYPE] = DF;
        Util.setShort(rows, FID, MF_FID);
        rows[RULE] = MF_MODES;
        Util.arrayFillNonAtomic(rows, (short) (RULE + 1), (short) 3, AccessRules.ISSUER);
    }

    /** The rows, to be read: row {@code i} begins at {@code i * ROW}. */
    byte[] rows() {
        return rows;
    }

    short number(short row, short field) {
        return Util.getShort(rows, (short) (row * ROW + field));
    }

    boolean isDf(short row) {
        return rows[(short) (row * ROW + TYPE)] == DF;
    }

    short parent(short row) {
        return rows[(short) (row * ROW + PARENT)];
    }

    /** The row of a DF's child with this FID, or NONE. */
    short child(short df, short fid) {
        for (short row = 1; row < count(); row++) {
            if (isChild(row, df) && number(row, FID) == fid) {
                return row;
            }
        }
        return NONE;
    }

    boolean isEmpty(short df) {
        for (short row = 1; row < count(); row++) {
            if (isChild(row, df)) {
                return false;
            }
        }
        return true;
    }

    private boolean isChild(short row, short df) {
        return state(row) == USED && parent(row) == df;
    }

    /**
     * Makes a file; its content is zeros. 6A84 where there is no room.
     *
     * @param row with type, parent, rule, FID and size set at {@code offset}; the rest is filled in here
     */
    short create(byte[] row, short offset) {
        short size = Util.getShort(row, (short) (offset + SIZE));
        short place = freeRow(size);
        short capacity = number(place, CAPACITY);
        boolean fresh = capacity == 0 && size != 0;
        row[(short) (offset + STATE)] = USED;
        Util.setShort(row, (short) (offset + OFFSET), fresh ? end() : number(place, OFFSET));
        Util.setShort(row, (short) (offset + CAPACITY), fresh ? size : capacity);
        Util.arrayCopy(row, offset, rows, (short) (place * ROW), ROW);
        return place;
    }

    /** The free row whose piece fits best, or one without a piece while the end of the pool has room. */
    private short freeRow(short size) {
        short best = NONE;
        boolean endHasRoom = bytesFree() >= size;
        for (short row = 1; row < count(); row++) {
            short capacity = number(row, CAPACITY);
            boolean fits = capacity >= size || capacity == 0 && endHasRoom;
            if (state(row) == FREE && fits && (best == NONE || prefers(size, capacity, number(best, CAPACITY)))) {
                best = row;
            }
        }
        if (best == NONE) {
            ISOException.throwIt(Sw.NO_MEMORY);
        }
        return best;
    }

    /** Whether a piece suits better than the best so far; no piece at all is the last choice, but for empty files. */
    private static boolean prefers(short size, short capacity, short best) {
        if (size != 0 && best == 0) {
            return capacity != 0;
        }
        return capacity < best && (capacity != 0 || size == 0);
    }

    /** Deletes a file and wipes its content. */
    void delete(short row) {
        deleting = true;
        rows[(short) (row * ROW + STATE)] = DELETING;
        resume();
    }

    private void finishDelete(short row) {
        Util.arrayFillNonAtomic(pool, number(row, OFFSET), number(row, SIZE), (byte) 0);
        rows[(short) (row * ROW + STATE)] = FREE;
    }

    /** Gives free pieces at the end of the pool back to it. */
    private void trim() {
        short row = freeRowAtEnd();
        while (row != NONE) {
            Util.setShort(rows, (short) (row * ROW + CAPACITY), (short) 0);
            row = freeRowAtEnd();
        }
    }

    private short freeRowAtEnd() {
        short end = end();
        for (short row = 1; row < count(); row++) {
            if (state(row) == FREE && number(row, CAPACITY) != 0 && endOf(row) == end) {
                return row;
            }
        }
        return NONE;
    }

    /** At select: finishes a deletion that was interrupted. */
    void resume() {
        if (!deleting) {
            return;
        }
        for (short row = 1; row < count(); row++) {
            if (state(row) == DELETING) {
                finishDelete(row);
            }
        }
        trim();
        deleting = false;
    }

    /** Deletes and wipes everything; may be interrupted and repeated. */
    void wipe() {
        Util.arrayFillNonAtomic(pool, (short) 0, (short) pool.length, (byte) 0);
        Util.arrayFillNonAtomic(rows, ROW, (short) (rows.length - ROW), (byte) 0);
    }

    /** Bytes free for contents at the end of the pool. */
    short bytesFree() {
        return (short) (pool.length - end());
    }

    short rowsFree() {
        short free = 0;
        for (short row = 1; row < count(); row++) {
            if (state(row) == FREE) {
                free++;
            }
        }
        return free;
    }

    /** Copies {@code length} bytes of content; offset and length are within the file. */
    void read(short row, short at, byte[] out, short offset, short length) {
        Util.arrayCopyNonAtomic(pool, (short) (number(row, OFFSET) + at), out, offset, length);
    }

    /** Replaces {@code length} bytes of content; offset and length are within the file. */
    void write(short row, short at, byte[] in, short offset, short length) {
        short to = (short) (number(row, OFFSET) + at);
        if (length > ATOMIC) {
            Util.arrayCopyNonAtomic(in, offset, pool, to, length);
        } else {
            Util.arrayCopy(in, offset, pool, to, length);
        }
    }

    private short count() {
        return (short) (rows.length / ROW);
    }

    private byte state(short row) {
        return rows[(short) (row * ROW + STATE)];
    }

    /** Where the part of the pool begins that no row owns. */
    private short end() {
        short end = 0;
        for (short row = 1; row < count(); row++) {
            if (number(row, CAPACITY) != 0 && endOf(row) > end) {
                end = endOf(row);
            }
        }
        return end;
    }

    private short endOf(short row) {
        return (short) (number(row, OFFSET) + number(row, CAPACITY));
    }
}
