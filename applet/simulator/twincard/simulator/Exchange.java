package twincard.simulator;

import com.licel.jcardsim.base.SimulatorSystem;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import javacard.framework.APDU;
import javacard.framework.APDUException;
import javacard.framework.ISO7816;
import javacard.framework.Util;

/**
 * One command and its answer as an applet has them from its APDU object: what the Java Card API 3.0.4 and the JCRE
 * specification, chapter 9, allow, and where cards are known to differ, what {@link Chip} says.
 */
public final class Exchange {
    /** Five bytes before the data, and the most data of a short command; and a byte for Le. */
    private static final int BUFFER = 261;
    private static final int T1_BLOCK = 254;
    private static final short T0_OUT_BLOCK = 258;

    private final byte[] buffer = new byte[BUFFER];
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final Chip chip;
    private Command command;
    private boolean extendedApplet;
    private byte state;
    private boolean received;
    private int incoming;
    private int taken;
    private int outgoing;

    Exchange(Chip chip) {
        this.chip = chip;
    }

    /** That of the card at work. */
    public static Exchange current() {
        return Hooks.memory.exchange;
    }

    /** The APDU object of the card at work. */
    public static APDU apdu() {
        return SimulatorSystem.instance().getCurrentAPDU();
    }

    /** A command has come, for an applet with extended length or without. */
    void begin(Command newCommand, boolean newExtendedApplet) {
        command = newCommand;
        extendedApplet = newExtendedApplet;
        state = APDU.STATE_INITIAL;
        received = false;
        taken = 0;
        outgoing = 0;
        sent.reset();
        // Chips that return Le as if it were Lc are also not known to clear the buffer, as they should.
        if (chip.receiving() != Receiving.RETURNS_LE) {
            Arrays.fill(buffer, (byte) 0);
        }
        buffer[ISO7816.OFFSET_LC] = 0;
        System.arraycopy(command.header(), 0, buffer, 0, ISO7816.OFFSET_LC);
        System.arraycopy(command.length(), 0, buffer, ISO7816.OFFSET_LC, command.length().length);
    }

    /** What was sent as the answer. */
    byte[] answer() {
        return sent.toByteArray();
    }

    /** Whether the applet took the data of the command. */
    boolean hasReceived() {
        return received;
    }

    public boolean isT0() {
        return chip.isT0();
    }

    public byte[] buffer() {
        return buffer;
    }

    public byte state() {
        return state;
    }

    public byte channel() {
        return command.channel();
    }

    public short inBlockSize() {
        return (short) (isT0() ? 1 : T1_BLOCK);
    }

    public short outBlockSize() {
        return isT0() ? T0_OUT_BLOCK : T1_BLOCK;
    }

    /** Data come in case 3 and 4 alone; what happens otherwise is not the same on all chips. */
    public short setIncomingAndReceive() {
        require(state == APDU.STATE_INITIAL);
        received = true;
        if (isT0()) {
            // The card asks for P3 bytes, whatever the reader has.
            incoming = command.p3();
            requireTransmission(incoming == command.data().length);
        } else if (command.data().length == 0 && chip.receiving() != Receiving.RETURNS_NOTHING) {
            requireTransmission(chip.receiving() == Receiving.RETURNS_LE);
            incoming = command.expected();
            taken = incoming;
            state = APDU.STATE_FULL_INCOMING;
            return (short) Math.min(incoming, BUFFER - ISO7816.OFFSET_CDATA);
        } else {
            incoming = command.data().length;
        }
        int offset = dataOffset();
        return take(offset, BUFFER - offset);
    }

    public short receiveBytes(short offset) {
        require(state == APDU.STATE_PARTIAL_INCOMING || state == APDU.STATE_FULL_INCOMING);
        if (offset < 0 || offset + inBlockSize() > BUFFER) {
            APDUException.throwIt(APDUException.BUFFER_BOUNDS);
        }
        return take(offset, isT0() ? BUFFER - offset : inBlockSize());
    }

    private short take(int offset, int most) {
        int now = Math.min(most, incoming - taken);
        System.arraycopy(command.data(), taken, buffer, offset, now);
        taken += now;
        state = taken == incoming ? APDU.STATE_FULL_INCOMING : APDU.STATE_PARTIAL_INCOMING;
        return (short) now;
    }

    public short getIncomingLength() {
        require(received && state <= APDU.STATE_FULL_INCOMING);
        return (short) incoming;
    }

    public short getOffsetCdata() {
        require(received && state <= APDU.STATE_FULL_INCOMING);
        return (short) (chip.dataOffsetIsAlways7() ? ISO7816.OFFSET_EXT_CDATA : dataOffset());
    }

    private int dataOffset() {
        return command.isExtended() ? ISO7816.OFFSET_EXT_CDATA : ISO7816.OFFSET_CDATA;
    }

    public short setOutgoing() {
        require(state <= APDU.STATE_FULL_INCOMING);
        state = APDU.STATE_OUTGOING;
        int most = extendedApplet ? Short.MAX_VALUE : 256;
        if (!isT0()) {
            return (short) Math.min(command.expected(), Short.MAX_VALUE);
        }
        return (short) (received || command.p3() == 0 ? most : command.p3());
    }

    public void setOutgoingLength(short length) {
        require(state == APDU.STATE_OUTGOING);
        if (length < 0 || length > 256 && !extendedApplet) {
            APDUException.throwIt(APDUException.BAD_LENGTH);
        }
        outgoing = length;
        state = APDU.STATE_OUTGOING_LENGTH_KNOWN;
    }

    public void sendBytes(short offset, short length) {
        if (length != 0) {
            if (offset < 0 || length < 0 || offset + length > BUFFER) {
                APDUException.throwIt(APDUException.BUFFER_BOUNDS);
            }
            beginSending(length);
            sent.write(buffer, offset, length);
            endSending();
        }
    }

    /** By way of the buffer, as on cards. */
    public void sendBytesLong(byte[] bytes, short offset, short length) {
        for (int at = 0; at < length; at += BUFFER) {
            int now = Math.min(BUFFER, length - at);
            Util.arrayCopyNonAtomic(bytes, (short) (offset + at), buffer, (short) 0, (short) now);
            sendBytes((short) 0, (short) now);
        }
    }

    private void beginSending(int length) {
        require(state == APDU.STATE_OUTGOING_LENGTH_KNOWN || state == APDU.STATE_PARTIAL_OUTGOING);
        require(sent.size() + length <= outgoing);
        // At T=0 a reader that has data to send takes none before those are gone.
        requireTransmission(!isT0() || received || command.data().length == 0);
    }

    private void endSending() {
        state = sent.size() == outgoing ? APDU.STATE_FULL_OUTGOING : APDU.STATE_PARTIAL_OUTGOING;
    }

    private static void require(boolean allowed) {
        if (!allowed) {
            APDUException.throwIt(APDUException.ILLEGAL_USE);
        }
    }

    private void requireTransmission(boolean works) {
        if (!works) {
            state = APDU.STATE_ERROR_IO;
            APDUException.throwIt(APDUException.IO_ERROR);
        }
    }
}
