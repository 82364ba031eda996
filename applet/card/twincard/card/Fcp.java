package twincard.card;

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

    private Fcp() {}

    /**
     * Reads the template for a new file into a row: type, rule, FID and size; the rest of the row is zeros. 6A80 for
     * whatever is not as the interface has it.
     */
    static void parse(byte[] data, short length, byte[] row, short offset) {
        Apdu.requireData(length >= 2 && data[0] == Tag.FCP && data[1] == (short) (length - 2));
        Util.arrayFillNonAtomic(row, offset, FileTable.ROW, (byte) 0);
        short seen = 0;
        short ruleAt = 0;
        for (short at = 2; at < length;) {
            Apdu.requireData((short) (at + 2) <= length);
            byte tag = data[at];
            short valueLength = data[(short) (at + 1)];
            short value = (short) (at + 2);
            Apdu.requireData(valueLength >= 0 && valueLength <= (short) (length - value));
            short bit = bit(tag);
            Apdu.requireData(bit != 0 && (seen & bit) == 0);
            seen |= bit;
            if (bit == SEEN_RULE) {
                ruleAt = at;
            } else {
                number(bit, data, value, valueLength, row, offset);
            }
            at = (short) (value + valueLength);
        }
        boolean df = row[(short) (offset + FileTable.TYPE)] == FileTable.DF;
        Apdu.requireData(seen == (df ? SEEN_DF : SEEN_EF));
        rule(data, ruleAt, df ? AccessRules.DF_MODES : AccessRules.EF_MODES, row, offset);
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

    private static void number(short bit, byte[] data, short value, short valueLength, byte[] row, short offset) {
        if (bit == SEEN_DESCRIPTOR) {
            byte type = data[value];
            Apdu.requireData(valueLength == 1 && (type == FileTable.DF || type == FileTable.EF));
            row[(short) (offset + FileTable.TYPE)] = type;
            return;
        }
        Apdu.requireData(valueLength == 2);
        short number = Util.getShort(data, value);
        Apdu.requireData(bit == SEEN_SIZE ? number >= 0 : isFree(number));
        Util.setShort(row, (short) (offset + (bit == SEEN_SIZE ? FileTable.SIZE : FileTable.FID)), number);
    }

    /** Not one of the FIDs that ISO 7816-4 reserves. */
    private static boolean isFree(short fid) {
        return fid != FileTable.MF_FID && fid != (short) 0x3FFF && fid != (short) 0xFFFF && fid != 0;
    }

    private static void rule(byte[] data, short at, byte modes, byte[] row, short offset) {
        short valueLength = data[(short) (at + 1)];
        Apdu.requireData(AccessRules.isRule(data, (short) (at + 2), valueLength, modes));
        Util.arrayCopyNonAtomic(data, (short) (at + 2), row, (short) (offset + FileTable.RULE), valueLength);
    }

    /** Writes the template of the row at {@code offset} to the beginning of {@code out}; returns its length. */
    static short write(byte[] rows, short offset, byte[] out) {
        out[0] = Tag.FCP;
        short at = 2;
        byte type = rows[(short) (offset + FileTable.TYPE)];
        if (type == FileTable.EF) {
            at = copy(SIZE, rows, (short) (offset + FileTable.SIZE), (short) 2, out, at);
        }
        at = copy(DESCRIPTOR, rows, (short) (offset + FileTable.TYPE), (short) 1, out, at);
        at = copy(FID, rows, (short) (offset + FileTable.FID), (short) 2, out, at);
        out[at++] = LIFE_CYCLE;
        out[at++] = 1;
        out[at++] = OPERATIONAL;
        short rule = (short) (offset + FileTable.RULE);
        at = copy(COMPACT_RULE, rows, rule, AccessRules.lengthOf(rows, rule), out, at);
        out[1] = (byte) (at - 2);
        return at;
    }

    private static short copy(byte tag, byte[] from, short offset, short length, byte[] out, short at) {
        out[at++] = tag;
        out[at++] = (byte) length;
        return Util.arrayCopyNonAtomic(from, offset, out, at, length);
    }
}
