package twincard.simulator;

import java.util.Arrays;

/**
 * A command as it came to the card.
 *
 * @param header CLA, INS, P1, P2
 * @param length what stands between those and the data: nothing, one byte or three
 * @param expected Ne, 0 to 65536; at T=0, where P3 is all that the card sees, 0
 */
record Command(byte[] header, byte[] length, byte[] data, int expected) {
    private static final int HEADER = 4;
    private static final int SHORT = HEADER + 1;
    private static final int EXTENDED = HEADER + 3;
    private static final int MOST_SHORT = 0x100;
    private static final int MOST = 0x10000;

    /**
     * An APDU in one of the seven cases of ISO 7816-3, 12.1; null where its lengths fit none of them, or its data are
     * more than a Java Card's short can count.
     */
    static Command ofApdu(byte[] bytes) {
        if (bytes.length <= SHORT) {
            return bytes.length < HEADER ? null : of(bytes, 0, 0, bytes.length - HEADER);
        }
        int lc = bytes[HEADER] & 0xFF;
        if (lc != 0) {
            return of(bytes, 1, lc, bytes.length - SHORT - lc);
        }
        if (bytes.length < EXTENDED) {
            return null;
        }
        if (bytes.length == EXTENDED) {
            return new Command(header(bytes), Arrays.copyOfRange(bytes, HEADER, EXTENDED), new byte[0],
                    most(number(bytes, SHORT, 2), MOST));
        }
        lc = number(bytes, SHORT, 2);
        return lc == 0 || lc > Short.MAX_VALUE ? null : of(bytes, EXTENDED - HEADER, lc, bytes.length - EXTENDED - lc);
    }

    /**
     * A TPDU of T=0 (ISO 7816-3, 10.3.2): header and P3, and behind it the data that the reader has to send; or null.
     */
    static Command ofTpdu(byte[] bytes) {
        boolean fits = bytes.length == SHORT || bytes.length > SHORT && bytes.length == SHORT + (bytes[HEADER] & 0xFF);
        return !fits ? null : new Command(header(bytes), Arrays.copyOfRange(bytes, HEADER, SHORT),
                Arrays.copyOfRange(bytes, SHORT, bytes.length), 0);
    }

    private static Command of(byte[] bytes, int lengthBytes, int lc, int rest) {
        int data = HEADER + lengthBytes;
        boolean extended = lengthBytes > 1;
        if (rest != 0 && rest != (extended ? 2 : 1)) {
            return null;
        }
        // Without data Le stands where Lc would.
        byte[] length = Arrays.copyOfRange(bytes, HEADER, lc == 0 ? bytes.length : data);
        int expected = rest == 0 ? 0 : most(number(bytes, data + lc, rest), extended ? MOST : MOST_SHORT);
        return new Command(header(bytes), length, Arrays.copyOfRange(bytes, data, data + lc), expected);
    }

    private static byte[] header(byte[] bytes) {
        return Arrays.copyOf(bytes, HEADER);
    }

    private static int number(byte[] bytes, int offset, int size) {
        int number = 0;
        for (int i = 0; i < size; i++) {
            number = number << 8 | bytes[offset + i] & 0xFF;
        }
        return number;
    }

    private static int most(int number, int ifZero) {
        return number == 0 ? ifZero : number;
    }

    boolean isExtended() {
        return length.length > 1;
    }

    /** The byte behind P2; a card that got none sees zero. */
    int p3() {
        return length.length == 0 ? 0 : length[0] & 0xFF;
    }

    byte ins() {
        return header[1];
    }

    byte p1() {
        return header[2];
    }

    byte p2() {
        return header[3];
    }

    /** The logical channel that the class names (ISO 7816-4, 5.4.1); none above 3 is told apart from the basic one. */
    byte channel() {
        return (byte) ((header[0] & 0x60) == 0 ? header[0] & 0x03 : 0);
    }

    /** SELECT by name of the first or only occurrence. */
    boolean selects() {
        return (header[0] & 0xFC) == 0 && ins() == (byte) 0xA4 && p1() == 0x04 && (p2() & 0xE3) == 0;
    }

    boolean managesChannels() {
        return (header[0] & 0xFC) == 0 && ins() == 0x70;
    }
}
