package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/** The application data of INSTALL: transport key and sizes. Lives only while the applet is being installed. */
final class InstallParameters {
    private static final byte TRANSPORT_KEY = (byte) 0x80;
    private static final byte FILES = (byte) 0x81;
    private static final byte FILE_BYTES = (byte) 0x82;
    private static final byte CONTACTS = (byte) 0x83;
    private static final byte KEY_LENGTH = 32;
    private static final byte MAXIMUM_CONTACTS = 16;

    /** The array given, and where the transport key begins in it. */
    final byte[] bytes;
    final short transportKey;
    /** Entries of the file table. */
    final short files;
    final short fileBytes;
    /** Places for contacts. */
    final byte contacts;

    /** Reads AID, control information and application data, each behind its length (Java Card API, Applet.install). */
    InstallParameters(byte[] array, short offset, byte length) {
        bytes = array;
        short end = (short) (offset + (length & 0xFF));
        short control = (short) (offset + 1 + array[offset]);
        short data = (short) (control + 1 + array[control]);
        short at = (short) (data + 1);
        if (at >= end || (short) (at + array[data]) > end) {
            ISOException.throwIt(Sw.WRONG_DATA);
        }
        end = (short) (at + array[data]);
        Apdu.requireData(is(at, end, TRANSPORT_KEY, KEY_LENGTH));
        transportKey = (short) (at + 2);
        at = (short) (transportKey + KEY_LENGTH);
        short rows = 32;
        if (is(at, end, FILES, (byte) 1)) {
            rows = array[(short) (at + 2)];
            Apdu.requireData(rows > 0);
            at += 3;
        }
        short pool = 4096;
        if (is(at, end, FILE_BYTES, (byte) 2)) {
            pool = Util.getShort(array, (short) (at + 2));
            Apdu.requireData(pool >= 0);
            at += 4;
        }
        byte places = 8;
        if (is(at, end, CONTACTS, (byte) 1)) {
            places = array[(short) (at + 2)];
            Apdu.requireData(places >= 0 && places <= MAXIMUM_CONTACTS);
            at += 3;
        }
        Apdu.requireData(at == end);
        files = rows;
        fileBytes = pool;
        contacts = places;
    }

    private boolean is(short at, short end, byte tag, byte length) {
        return (short) (at + 2 + length) <= end && bytes[at] == tag && bytes[(short) (at + 1)] == length;
    }
}
