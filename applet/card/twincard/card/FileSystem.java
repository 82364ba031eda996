package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/** The file commands (ISO 7816-4 and -9): what is current, who may, and where a path leads. */
final class FileSystem extends FileTable {
    private static final byte BY_FID = 0x00;
    private static final byte CHILD_DF = 0x01;
    private static final byte CHILD_EF = 0x02;
    static final byte PARENT_DF = 0x03;
    private static final byte BY_NAME = 0x04;
    private static final byte PATH_FROM_MF = 0x08;
    private static final byte PATH_FROM_CURRENT = 0x09;

    private static final byte RETURN_FCI = 0x00;
    private static final byte RETURN_FCP = 0x04;
    private static final byte RETURN_NOTHING = 0x0C;

    /** Most bytes that one READ BINARY gives. */
    private static final short MAX_READ = 256;
    /** Most bytes that one UPDATE BINARY writes whole or not at all. */
    private static final short ATOMIC = 128;

    private final Authority authority;

    FileSystem(Chip chip, Ram ram, Authority authority, short files, short bytes) {
        super(chip, ram, files, bytes);
        this.authority = authority;
    }

    /** SELECT of a file: FID or path in the work buffer, FCP as the answer unless P2 wants none. */
    short select(short length) {
        byte p2 = flags[Ram.P2];
        if (p2 != RETURN_FCI && p2 != RETURN_FCP && p2 != RETURN_NOTHING) {
            Refusal.parameters();
        }
        short row = find(flags[Ram.P1], length);
        setCurrent(row);
        return p2 == RETURN_NOTHING ? (short) 0 : Fcp.write(rows, row, aux);
    }

    private short find(byte p1, short length) {
        switch (p1) {
            case BY_FID:
                return length == 0 ? MF : near(fid(length));
            case CHILD_DF:
            case CHILD_EF:
                short row = child(df(), fid(length));
                return existing(isDf(row) == (p1 == CHILD_DF) ? row : NONE);
            case PARENT_DF:
                return df() == MF ? existing(NONE) : parent(df());
            case BY_NAME: // another application, which is not on this card
                return existing(NONE);
            case PATH_FROM_MF:
                return follow(MF, length);
            case PATH_FROM_CURRENT:
                return follow(df(), length);
            default:
                Refusal.parameters();
                return NONE;
        }
    }

    /** Among the children of the current DF, itself and its siblings, its parent, and the MF. */
    private short near(short fid) {
        if (fid == MF_FID) {
            return MF;
        }
        short row = child(df(), fid);
        short parent = parent(df()); // the MF's is the MF
        if (row == NONE) {
            row = child(parent, fid);
        }
        if (row == NONE && number(parent, FID) == fid) {
            row = parent;
        }
        return existing(row);
    }

    private short follow(short from, short length) {
        if (length == 0 || (length & 1) != 0) {
            Refusal.length();
        }
        short row = from;
        for (short at = 0; at < length; at += 2) {
            row = existing(child(row, Util.getShort(work, at)));
        }
        return row;
    }

    private short fid(short length) {
        Apdu.requireLength(length, (short) 2);
        return Util.getShort(work, (short) 0);
    }

    private static short existing(short row) {
        if (row == NONE) {
            ISOException.throwIt(Sw.FILE_NOT_FOUND);
        }
        return row;
    }

    /** CREATE FILE in the current DF; the new file is current. */
    void create(short length) {
        byte[] aux = this.aux;
        short df = df();
        Authority.require(allow(df, AccessRules.CREATE_DF) || allow(df, AccessRules.CREATE_EF));
        Fcp.parse(work, length, aux);
        aux[PARENT] = (byte) (df / ROW);
        Authority.require(allow(df, aux[TYPE] == DF ? AccessRules.CREATE_DF : AccessRules.CREATE_EF));
        if (child(df, Util.getShort(aux, FID)) != NONE) {
            ISOException.throwIt(Sw.EXISTS);
        }
        setCurrent(add(aux));
    }

    /** DELETE FILE: the child with the FID given, or the current file; then the DF it was in is current. */
    void delete(short length) {
        short row = words[Ram.CURRENT_EF];
        if (length != 0) {
            row = existing(child(df(), fid(length)));
        } else if (row == NONE) {
            row = df();
        }
        short parent = parent(row);
        Authority.require(
                row != MF && (allow(row, AccessRules.DELETE_SELF) || allow(parent, AccessRules.DELETE_CHILD)));
        if (isDf(row) && !isEmpty(row)) {
            Refusal.state();
        }
        setCurrent(parent);
        remove(row);
    }

    /**
     * READ BINARY of at most {@code expected} bytes, and of no more than 256.
     *
     * @return bytes of the answer; see {@link #endedEarly}
     */
    short read(short expected) {
        short offset = offset();
        short row = ef(AccessRules.READ);
        short length = (short) (number(row, SIZE) - offset);
        if (length < 0) {
            ISOException.throwIt(Sw.WRONG_OFFSET);
        }
        if (length > expected) {
            length = expected;
        }
        if (length > MAX_READ) {
            length = MAX_READ;
        }
        return Util.arrayCopyNonAtomic(pool, (short) (number(row, OFFSET) + offset), aux, (short) 0, length);
    }

    /** Whether an answer of READ BINARY deserves the warning 6282. */
    static boolean endedEarly(short length, short expected) {
        return expected != Apdu.ANY_LENGTH && expected != Apdu.UNLIMITED && length < expected && length < MAX_READ;
    }

    /** UPDATE BINARY. */
    void update(short length) {
        short offset = offset();
        short row = ef(AccessRules.UPDATE);
        if (length == 0) {
            Refusal.length();
        }
        short left = (short) (number(row, SIZE) - offset);
        if (length > left) {
            ISOException.throwIt(left < 0 ? Sw.WRONG_OFFSET : Sw.NO_MEMORY);
        }
        offset += number(row, OFFSET);
        if (length > ATOMIC) {
            Util.arrayCopyNonAtomic(work, (short) 0, pool, offset, length);
        } else {
            Util.arrayCopy(work, (short) 0, pool, offset, length);
        }
    }

    /** P1 and P2 as an offset; short identifiers, marked by the top bit, are not supported. */
    private short offset() {
        short offset = Util.getShort(flags, Ram.P1);
        if (offset < 0) {
            Refusal.parameters();
        }
        return offset;
    }

    /** The current EF, if its rule allows this. */
    private short ef(byte mode) {
        short row = words[Ram.CURRENT_EF];
        if (row == NONE) {
            ISOException.throwIt(Sw.NO_CURRENT_FILE);
        }
        Authority.require(allow(row, mode));
        return row;
    }

    private boolean allow(short row, byte mode) {
        return AccessRules.allow(authority, rows, (short) (row + RULE), mode);
    }

    private short df() {
        return words[Ram.CURRENT_DF];
    }

    private void setCurrent(short row) {
        boolean isDf = isDf(row);
        words[Ram.CURRENT_DF] = isDf ? row : parent(row);
        words[Ram.CURRENT_EF] = isDf ? NONE : row;
    }

    /** Deletes and wipes all files; may be repeated. */
    @Override
    void wipe() {
        super.wipe();
        setCurrent(MF);
    }
}
