package twincard.card;

import javacard.framework.Util;

/**
 * The application data of INSTALL: transport key and sizes. Lives only while the applet is being installed. The array
 * itself, a global one, may be kept in no field (Java Card RE specification, 6.2.2).
 */
final class InstallParameters {
    /** Tag and length of each. */
    private static final short TRANSPORT_KEY = (short) 0x8020;
    private static final short FILES = (short) 0x8101;
    private static final short FILE_BYTES = (short) 0x8202;
    private static final short CONTACTS = (short) 0x8301;

    private static final short KEY_LENGTH = 32;
    /** The usual room for files: certificates for each key, and a little more. */
    private static final short BYTES_FOR_KEY = 4096;
    private static final byte MAXIMUM_CONTACTS = 16;

    /** Where the transport key begins in the array. */
    final short transportKey;
    /** Entries of the file table. */
    final short files;
    final short fileBytes;
    /** Places for contacts. */
    final short contacts;
    /** Where what has not been read yet begins and ends. */
    short at;
    final short end;

    /** Reads AID, control information and application data, each behind its length (Java Card API, Applet.install). */
    InstallParameters(byte[] array, short offset, byte length, Parts parts) {
        at = (short) (offset + 1 + array[offset]);
        at += (short) (1 + array[at]);
        short given = array[at++];
        end = (short) (at + given);
        transportKey = (short) (at + 2);
        Apdu.requireData(given >= (short) (2 + KEY_LENGTH)
                && end <= (short) (offset + (length & 0xFF))
                && Util.getShort(array, at) == TRANSPORT_KEY);
        at += (short) (2 + KEY_LENGTH);
        files = number(array, FILES, (short) 32);
        fileBytes = number(array, FILE_BYTES, (short) (parts.keys() * BYTES_FOR_KEY));
        contacts = number(array, CONTACTS, (short) 8);
        Apdu.requireData(files > 0 && fileBytes >= 0 && contacts >= 0 && contacts <= MAXIMUM_CONTACTS);
    }

    /** The number that comes next if it is this one, else the usual one. */
    short number(byte[] array, short head, short usual) {
        short value = (short) (at + 2);
        short next = (short) (value + (head & 0xFF));
        if (next > end || Util.getShort(array, at) != head) {
            return usual;
        }
        at = next;
        return (short) (next - value) == 1 ? array[value] : Util.getShort(array, value);
    }
}
