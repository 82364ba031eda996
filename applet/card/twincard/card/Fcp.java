package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/** File control parameters (ISO 7816-4, 5.3.3) as the interface has them, to and from rows of {@link FileTable}. */
final class Fcp {

    private static final byte SIZE = (byte) 0x80;
    private static final byte DESCRIPTOR = (byte) 0x82;
    private static final byte FID = (byte) 0x83;
    private static final byte LIFE_CYCLE = (byte) 0x8A;
    private static final byte COMPACT_RULE = (byte) 0x8C;
    private static final byte OPERATIONAL = 0x05;

    /** What has been seen while parsing, a bit for each. */
    private static final short SEEN_SIZE = 1;
    private static final short SEEN_DESCRIPTOR = 2;
    private static final short SEEN_FID = 4;
    private static final short SEEN_RULE = 8;
    private static final short SEEN_DF = 14;
    private static final short SEEN_EF = 15;

    private Fcp() {
    }

    /**
     * Reads the template for a new file into a row: type, rule, FID and size; the rest of the row is zeros. 6A80 for
     * whatever is not as the interface has it.
     */
    static void parse(byte[] data, short length, byte[] row, short off) {
        require(length >= 2 && data[0] == Tag.FCP && data[1] == (short) (length - 2));
        Util.arrayFillNonAtomic(row, off, FileTable.ROW, (byte) 0);
        short seen = 0;
        short ruleAt = 0;
        for (short at = 2; at < length;) {
            require((short) (at + 2) <= length);
            byte tag = data[at];
            short len = data[(short) (at + 1)];
            short value = (short) (at + 2);
            require(len >= 0 && len <= (short) (length - value));
            short bit = bit(tag);
            require(bit != 0 && (seen & bit) == 0);
            seen |= bit;
            if (bit == SEEN_RULE) {
                ruleAt = at;
            } else {
                number(bit, data, value, len, row, off);
            }
            at = (short) (value + len);
        }
        boolean df = row[(short) (off + FileTable.TYPE)] == FileTable.DF;
        require(seen == (df ? SEEN_DF : SEEN_EF));
        rule(data, ruleAt, df ? AccessRules.DF_MODES : AccessRules.EF_MODES, row, off);
    }

    private static short bit(byte tag) {
        switch (tag) {
            case SIZE:
                return SEEN_SIZE;
            case DESCRIPTOR:
                return SEEN_DESCRIPTOR;
            case FID:
                return SEEN_FID;
            case COMPACT_RULE:
                return SEEN_RULE;
            default:
                return 0;
        }
    }

    private static void number(short bit, byte[] data, short value, short len, byte[] row, short off) {
        if (bit == SEEN_DESCRIPTOR) {
            byte type = data[value];
            require(len == 1 && (type == FileTable.DF || type == FileTable.EF));
            row[(short) (off + FileTable.TYPE)] = type;
            return;
        }
        require(len == 2);
        short number = Util.getShort(data, value);
        require(bit == SEEN_SIZE ? number >= 0 : isFree(number));
        Util.setShort(row, (short) (off + (bit == SEEN_SIZE ? FileTable.SIZE : FileTable.FID)), number);
    }

    /** Not one of the FIDs that ISO 7816-4 reserves. */
    private static boolean isFree(short fid) {
        return fid != FileTable.MF_FID && fid != (short) 0x3FFF && fid != (short) 0xFFFF && fid != 0;
    }

    private static void rule(byte[] data, short at, byte modes, byte[] row, short off) {
        short len = data[(short) (at + 1)];
        require(AccessRules.isRule(data, (short) (at + 2), len, modes));
        Util.arrayCopyNonAtomic(data, (short) (at + 2), row, (short) (off + FileTable.RULE), len);
    }

    /** Writes the template of the row at {@code off} to the beginning of {@code out}; returns its length. */
    static short write(byte[] rows, short off, byte[] out) {
        out[0] = Tag.FCP;
        short at = 2;
        byte type = rows[(short) (off + FileTable.TYPE)];
        if (type == FileTable.EF) {
            at = copy(SIZE, rows, (short) (off + FileTable.SIZE), (short) 2, out, at);
        }
        at = copy(DESCRIPTOR, rows, (short) (off + FileTable.TYPE), (short) 1, out, at);
        at = copy(FID, rows, (short) (off + FileTable.FID), (short) 2, out, at);
        out[at++] = LIFE_CYCLE;
        out[at++] = 1;
        out[at++] = OPERATIONAL;
        short rule = (short) (off + FileTable.RULE);
        at = copy(COMPACT_RULE, rows, rule, AccessRules.length(rows, rule), out, at);
        out[1] = (byte) (at - 2);
        return at;
    }

    private static short copy(byte tag, byte[] from, short off, short len, byte[] out, short at) {
        out[at++] = tag;
        out[at++] = (byte) len;
        return Util.arrayCopyNonAtomic(from, off, out, at, len);
    }

    private static void require(boolean good) {
        if (!good) {
            ISOException.throwIt(Sw.WRONG_DATA);
        }
    }
}
