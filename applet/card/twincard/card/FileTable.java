package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/**
 * The files as they are stored: rows of 16 bytes, and one pool of bytes for their contents. A file is known by where
 * its row begins; the first is the MF.
 *
 * <p>A row owns a piece of the pool and keeps it when its file is deleted; the piece serves files no larger. Pieces at
 * the end of the pool go back to it. A row changes hands by one atomic write; deleting is two states, so that an
 * interrupted wipe goes on at the next select. Free pieces hold zeros.
 */
abstract class FileTable extends OnChip {
    /** Bytes of a row, and what stands where in it. */
    static final short ROW = 16;
    static final short STATE = 0;
    static final short TYPE = 1;
    static final short PARENT = 2; // the number of the row
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
    /** Where a row is expected: there is no such file. The MF has no parent. */
    static final short NONE = 0;

    private static final byte FREE = 0;
    private static final byte USED = 1;
    private static final byte DELETING = 2;
    private static final byte MF_MODES = AccessRules.CREATE_DF | AccessRules.CREATE_EF | AccessRules.DELETE_CHILD;

    final byte[] rows;
    final byte[] pool;
    /** A row may be DELETING, or the end of the pool untrimmed. */
    private boolean deleting;

    /**
     * @param files how many there can be besides the MF, 1 to 127
     * @param bytes of contents in all
     */
    FileTable(Chip chip, Ram ram, short files, short bytes) {
        super(chip, ram);
        rows = new byte[(short) ((short) (files + 1) * ROW)];
        pool = new byte[bytes];
        rows[STATE] = USED;
        rows[TYPE] = DF;
        Util.setShort(rows, FID, MF_FID);
        rows[RULE] = MF_MODES;
        Util.arrayFillNonAtomic(rows, (short) (RULE + 1), (short) 3, AccessRules.ISSUER);
    }

    short number(short row, short field) {
        return Util.getShort(rows, (short) (row + field));
    }

    boolean isDf(short row) {
        return rows[(short) (row + TYPE)] == DF;
    }

    short parent(short row) {
        return (short) (rows[(short) (row + PARENT)] * ROW);
    }

    /** The row of a DF's child with this FID, or NONE. */
    short child(short df, short fid) {
        for (short row = ROW; row < (short) rows.length; row += ROW) {
            if (isChild(row, df) && number(row, FID) == fid) {
                return row;
            }
        }
        return NONE;
    }

    boolean isEmpty(short df) {
        boolean empty = true;
        for (short row = ROW; row < (short) rows.length; row += ROW) {
            empty &= !isChild(row, df);
        }
        return empty;
    }

    private boolean isChild(short row, short df) {
        return rows[row] == USED && parent(row) == df;
    }

    /**
     * Makes a file; its content is zeros. 6A84 where there is no room.
     *
     * @param row with type, parent, rule, FID and size set; the rest is filled in here
     */
    short add(byte[] row) {
        short size = Util.getShort(row, SIZE);
        short place = freeRow(size);
        row[STATE] = USED;
        Util.arrayCopyNonAtomic(rows, (short) (place + OFFSET), row, OFFSET, (short) 4);
        if (number(place, CAPACITY) == 0 && size != 0) {
            Util.setShort(row, OFFSET, end());
            Util.setShort(row, CAPACITY, size);
        }
        Util.arrayCopy(row, (short) 0, rows, place, ROW);
        return place;
    }

    /** The free row with the smallest piece that is enough; for want of one, a row without while the end has room. */
    private short freeRow(short size) {
        short best = NONE;
        short least = 0;
        short room = bytesFree();
        for (short row = ROW; row < (short) rows.length; row += ROW) {
            short capacity = number(row, CAPACITY);
            if (capacity == 0 && size != 0) {
                capacity = room >= size ? Short.MAX_VALUE : -1;
            }
            if (rows[row] == FREE && capacity >= size && (best == NONE || capacity < least)) {
                best = row;
                least = capacity;
            }
        }
        if (best == NONE) {
            ISOException.throwIt(Sw.NO_MEMORY);
        }
        return best;
    }

    /** Deletes a file and wipes its content. */
    void remove(short row) {
        deleting = true;
        rows[row] = DELETING;
        resume();
    }

    /** At select: finishes a deletion that was interrupted. */
    protected void resume() {
        if (!deleting) {
            return;
        }
        for (short row = ROW; row < (short) rows.length; row += ROW) {
            if (rows[row] == DELETING) {
                Util.arrayFillNonAtomic(pool, number(row, OFFSET), number(row, SIZE), (byte) 0);
                rows[row] = FREE;
            }
        }
        trim();
        deleting = false;
    }

    /** Gives free pieces at the end of the pool back to it. */
    private void trim() {
        for (short row = ROW; row < (short) rows.length; row += ROW) {
            if (rows[row] == FREE && number(row, CAPACITY) != 0 && endOf(row) == end()) {
                Util.setShort(rows, (short) (row + CAPACITY), (short) 0);
                row = 0; // another may be at the end now: all over again
            }
        }
    }

    /** Deletes and wipes everything; may be interrupted and repeated. */
    void wipe() {
        Ram.clear(pool);
        Util.arrayFillNonAtomic(rows, ROW, (short) (rows.length - ROW), (byte) 0);
    }

    /** Bytes free for contents at the end of the pool. */
    protected short bytesFree() {
        return (short) (pool.length - end());
    }

    /** How many more files there can be. */
    protected short filesFree() {
        short free = 0;
        for (short row = ROW; row < (short) rows.length; row += ROW) {
            if (rows[row] == FREE) {
                free++;
            }
        }
        return free;
    }

    /** Where the part of the pool begins that no row owns. */
    private short end() {
        short end = 0;
        for (short row = ROW; row < (short) rows.length; row += ROW) {
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
