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
    static void parse(byte[] data, short length, byte[] row) {
        Apdu.requireData(length >= 2 && data[0] == Tag.FCP && data[1] == (short) (length - 2));
        Util.arrayFillNonAtomic(row, (short) 0, FileTable.ROW, (byte) 0);
        short seen = 0;
        short ruleLength = 0;
        for (short at = 2; at < length;) {
            byte tag = data[at++];
            short bytes = data[at++];
            short number = Util.getShort(data, at);
            short bit = 0;
            boolean good = bytes == 2;
            switch (tag) {
                case SIZE:
                    bit = SEEN_SIZE;
                    good &= number >= 0;
                    Util.setShort(row, FileTable.SIZE, number);
                    break;
                case FID:
                    bit = SEEN_FID;
                    good &= number != FileTable.MF_FID && number != 0x3FFF && number != -1 && number != 0;
                    Util.setShort(row, FileTable.FID, number);
                    break;
                case DESCRIPTOR:
                    bit = SEEN_DESCRIPTOR;
                    byte type = data[at];
                    good = bytes == 1 && (type == FileTable.DF || type == FileTable.EF);
                    row[FileTable.TYPE] = type;
                    break;
                case COMPACT_RULE:
                    bit = SEEN_RULE;
                    ruleLength = bytes;
                    good = bytes >= 1 && bytes <= AccessRules.MAX_LENGTH;
                    break;
                default:
                    good = false;
                    break;
            }
            Apdu.requireData(good && (seen & bit) == 0);
            if (bit == SEEN_RULE) {
                Util.arrayCopyNonAtomic(data, at, row, FileTable.RULE, bytes);
            }
            seen |= bit;
            at += bytes;
            Apdu.requireData(at <= length);
        }
        boolean df = row[FileTable.TYPE] == FileTable.DF;
        byte modes = df ? AccessRules.DF_MODES : AccessRules.EF_MODES;
        Apdu.requireData(seen == (df ? SEEN_DF : SEEN_EF)
                && AccessRules.isRule(row, FileTable.RULE, ruleLength, modes));
    }

    /** Writes the template of the row at {@code offset} to the beginning of {@code out}; returns its length. */
    static short write(byte[] rows, short offset, byte[] out) {
        short at = 2;
        if (rows[(short) (offset + FileTable.TYPE)] == FileTable.EF) {
            at = copy(SIZE, rows, (short) (offset + FileTable.SIZE), (short) 2, out, at);
        }
        at = copy(DESCRIPTOR, rows, (short) (offset + FileTable.TYPE), (short) 1, out, at);
        at = copy(FID, rows, (short) (offset + FileTable.FID), (short) 2, out, at);
        out[at++] = LIFE_CYCLE;
        out[at++] = 1;
        out[at++] = OPERATIONAL;
        short rule = (short) (offset + FileTable.RULE);
        at = copy(COMPACT_RULE, rows, rule, AccessRules.lengthOf(rows, rule), out, at);
        out[0] = Tag.FCP;
        out[1] = (byte) (at - 2);
        return at;
    }

    private static short copy(byte tag, byte[] from, short offset, short length, byte[] out, short at) {
        out[at++] = tag;
        out[at++] = (byte) length;
        return Util.arrayCopyNonAtomic(from, offset, out, at, length);
    }
}
