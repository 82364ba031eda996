package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/** The file commands (ISO 7816-4 and -9): what is current, who may, and where a path leads. */
final class FileSystem {
    private static final byte BY_FID = 0x00;
    private static final byte CHILD_DF = 0x01;
    private static final byte CHILD_EF = 0x02;
    private static final byte PARENT_DF = 0x03;
    private static final byte BY_NAME = 0x04;
    private static final byte PATH_FROM_MF = 0x08;
    private static final byte PATH_FROM_CURRENT = 0x09;
    private static final byte RETURN_FCI = 0x00;
    private static final byte RETURN_FCP = 0x04;
    private static final byte RETURN_NOTHING = 0x0C;

    /** Most bytes that one READ BINARY gives. */
    private static final short MAX_READ = 256;

    private final Ram ram;
    private final AccessRules rules;
    private final FileTable table;

    FileSystem(Ram ram, AccessRules rules, FileTable table) {
        this.ram = ram;
        this.rules = rules;
        this.table = table;
    }

    /** SELECT of a file: FID or path in the work buffer, FCP as the answer unless P2 wants none. */
    short select(short length) {
        byte p2 = ram.flags[Ram.P2];
        if (p2 != RETURN_FCI && p2 != RETURN_FCP && p2 != RETURN_NOTHING) {
            ISOException.throwIt(Sw.WRONG_P1P2);
        }
        short row = find(ram.flags[Ram.P1], length);
        setCurrent(row);
        return p2 == RETURN_NOTHING ? (short) 0 : Fcp.write(table.rows(), (short) (row * FileTable.ROW), ram.aux);
    }

    private short find(byte p1, short length) {
        switch (p1) {
            case BY_FID:
                return length == 0 ? FileTable.MF : near(fid(length));
            case CHILD_DF:
                return ofType(existing(table.child(df(), fid(length))), true);
            case CHILD_EF:
                return ofType(existing(table.child(df(), fid(length))), false);
            case PARENT_DF:
                Apdu.requireLength(length, (short) 0);
                return df() == FileTable.MF ? existing(FileTable.NONE) : table.parent(df());
            case BY_NAME: // another application, which is not on this card
                return existing(FileTable.NONE);
            case PATH_FROM_MF:
                return follow(FileTable.MF, length);
            case PATH_FROM_CURRENT:
                return follow(df(), length);
            default:
                ISOException.throwIt(Sw.WRONG_P1P2);
                return FileTable.NONE;
        }
    }

    /** Among the children of the current DF, itself and its siblings, its parent, and the MF. */
    private short near(short fid) {
        if (fid == FileTable.MF_FID) {
            return FileTable.MF;
        }
        short row = table.child(df(), fid);
        short parent = table.parent(df()); // the MF's is the MF
        if (row == FileTable.NONE) {
            row = table.child(parent, fid);
        }
        if (row == FileTable.NONE && table.number(parent, FileTable.FID) == fid) {
            row = parent;
        }
        return existing(row);
    }

    private short follow(short from, short length) {
        if (length == 0 || (length & 1) != 0) {
            ISOException.throwIt(Sw.WRONG_LENGTH);
        }
        short row = from;
        for (short at = 0; at < length; at += 2) {
            row = existing(table.child(row, Util.getShort(ram.work, at)));
        }
        return row;
    }

    private short fid(short length) {
        Apdu.requireLength(length, (short) 2);
        return Util.getShort(ram.work, (short) 0);
    }

    private static short existing(short row) {
        if (row == FileTable.NONE) {
            ISOException.throwIt(Sw.FILE_NOT_FOUND);
        }
        return row;
    }

    private short ofType(short row, boolean df) {
        return existing(table.isDf(row) == df ? row : FileTable.NONE);
    }

    /** CREATE FILE in the current DF; the new file is current. */
    void create(short length) {
        Apdu.requireNoParameters(ram);
        Authority.require(allow(df(), AccessRules.CREATE_DF) || allow(df(), AccessRules.CREATE_EF));
        byte[] row = ram.aux;
        Fcp.parse(ram.work, length, row, (short) 0);
        row[FileTable.PARENT] = (byte) df();
        boolean isDf = row[FileTable.TYPE] == FileTable.DF;
        Authority.require(allow(df(), isDf ? AccessRules.CREATE_DF : AccessRules.CREATE_EF));
        if (table.child(df(), Util.getShort(row, FileTable.FID)) != FileTable.NONE) {
            ISOException.throwIt(Sw.EXISTS);
        }
        setCurrent(table.create(row, (short) 0));
    }

    /** DELETE FILE: the child with the FID given, or the current file; then the DF it was in is current. */
    void delete(short length) {
        Apdu.requireNoParameters(ram);
        short row = length == 0 ? current() : existing(table.child(df(), fid(length)));
        Authority.require(row != FileTable.MF
                && (allow(row, AccessRules.DELETE_SELF) || allow(table.parent(row), AccessRules.DELETE_CHILD)));
        if (table.isDf(row) && !table.isEmpty(row)) {
            ISOException.throwIt(Sw.WRONG_STATE);
        }
        setCurrent(table.parent(row));
        table.delete(row);
    }

    /**
     * READ BINARY of at most {@code expected} bytes, and of no more than 256.
     *
     * @return bytes of the answer; see {@link #endedEarly}
     */
    short read(short expected) {
        short offset = offset();
        short row = ef(AccessRules.READ);
        short left = (short) (table.number(row, FileTable.SIZE) - offset);
        if (left < 0) {
            ISOException.throwIt(Sw.WRONG_OFFSET);
        }
        short most = expected < MAX_READ ? expected : MAX_READ;
        short length = left < most ? left : most;
        table.read(row, offset, ram.aux, (short) 0, length);
        return length;
    }

    /** Whether an answer of READ BINARY deserves the warning 6282. */
    static boolean endedEarly(short length, short expected) {
        return expected != Apdu.ANY_LENGTH && length < expected && length < MAX_READ;
    }

    /** UPDATE BINARY. */
    void update(short length) {
        short offset = offset();
        short row = ef(AccessRules.UPDATE);
        if (length == 0) {
            ISOException.throwIt(Sw.WRONG_LENGTH);
        }
        short left = (short) (table.number(row, FileTable.SIZE) - offset);
        if (length > left) {
            ISOException.throwIt(left < 0 ? Sw.WRONG_OFFSET : Sw.NO_MEMORY);
        }
        table.write(row, offset, ram.work, (short) 0, length);
    }

    /** P1 and P2 as an offset; short identifiers, marked by the top bit, are not supported. */
    private short offset() {
        short offset = Util.getShort(ram.flags, Ram.P1);
        if (offset < 0) {
            ISOException.throwIt(Sw.WRONG_P1P2);
        }
        return offset;
    }

    /** The current EF, if its rule allows this. */
    private short ef(byte mode) {
        short row = ram.words[Ram.CURRENT_EF];
        if (row == FileTable.NONE) {
            ISOException.throwIt(Sw.NO_CURRENT_FILE);
        }
        Authority.require(allow(row, mode));
        return row;
    }

    private boolean allow(short row, byte mode) {
        return rules.allow(table.rows(), (short) (row * FileTable.ROW + FileTable.RULE), mode);
    }

    private short df() {
        return ram.words[Ram.CURRENT_DF];
    }

    private short current() {
        short ef = ram.words[Ram.CURRENT_EF];
        return ef == FileTable.NONE ? df() : ef;
    }

    private void setCurrent(short row) {
        boolean isDf = table.isDf(row);
        ram.words[Ram.CURRENT_DF] = isDf ? row : table.parent(row);
        ram.words[Ram.CURRENT_EF] = isDf ? FileTable.NONE : row;
    }

    /** Bytes free for contents at the end of the pool. */
    short bytesFree() {
        return table.bytesFree();
    }

    /** How many more files there can be. */
    short filesFree() {
        return table.rowsFree();
    }

    /** At select: goes on with what was interrupted. */
    void resume() {
        table.resume();
    }

    /** Deletes and wipes all files; may be repeated. */
    void wipe() {
        table.wipe();
        setCurrent(FileTable.MF);
    }
}
