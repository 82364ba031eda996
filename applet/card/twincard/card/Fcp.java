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

    /** What a new file's template may have, once each: tag, bytes (0: a rule's), place in the row. */
    private static final byte[] FIELDS = {
        SIZE, 2, FileTable.SIZE, DESCRIPTOR, 1, FileTable.TYPE, FID, 2, FileTable.FID, COMPACT_RULE, 0, FileTable.RULE
    };
    private static final short FIELD = 3;
    /** What has been seen: a bit at the place of each field in the table. */
    private static final short SEEN_DF = 0x0248;
    private static final short SEEN_EF = 0x0249;

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
            short field = 0;
            while (field < (short) FIELDS.length && FIELDS[field] != data[at]) {
                field += FIELD;
            }
            Apdu.requireData(field < (short) FIELDS.length);
            short wanted = FIELDS[(short) (field + 1)];
            short bytes = data[(short) (at + 1)];
            short bit = (short) (1 << field);
            if (wanted == 0) {
                ruleLength = bytes;
                wanted = bytes <= AccessRules.MAX_LENGTH ? bytes : 0;
            }
            at += 2;
            Apdu.requireData(bytes == wanted && bytes > 0 && (seen & bit) == 0);
            Util.arrayCopyNonAtomic(data, at, row, FIELDS[(short) (field + 2)], bytes);
            seen |= bit;
            at += bytes;
            Apdu.requireData(at <= length);
        }
        byte type = row[FileTable.TYPE];
        boolean df = type == FileTable.DF;
        short fid = Util.getShort(row, FileTable.FID);
        Apdu.requireData((df || type == FileTable.EF)
                && seen == (df ? SEEN_DF : SEEN_EF)
                && fid != FileTable.MF_FID
                && fid != 0x3FFF
                && fid != -1
                && fid != 0
                && row[FileTable.SIZE] >= 0
                && AccessRules.isRule(
                        row, FileTable.RULE, ruleLength, df ? AccessRules.DF_MODES : AccessRules.EF_MODES));
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
