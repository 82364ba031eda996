package javacard.framework;

import com.licel.jcardsim.base.ApduCase;
import twincard.simulator.Exchange;

/**
 * In place of jCardSim's class of this name, which is kinder to applets than cards are: all is left to the exchange of
 * the card that is at work.
 */
public final class APDU {
    public static final byte STATE_INITIAL = 0;
    public static final byte STATE_PARTIAL_INCOMING = 1;
    public static final byte STATE_FULL_INCOMING = 2;
    public static final byte STATE_OUTGOING = 3;
    public static final byte STATE_OUTGOING_LENGTH_KNOWN = 4;
    public static final byte STATE_PARTIAL_OUTGOING = 5;
    public static final byte STATE_FULL_OUTGOING = 6;
    public static final byte STATE_ERROR_NO_T0_GETRESPONSE = -1;
    public static final byte STATE_ERROR_T1_IFD_ABORT = -2;
    public static final byte STATE_ERROR_IO = -3;
    public static final byte STATE_ERROR_NO_T0_REISSUE = -4;
    public static final byte PROTOCOL_MEDIA_MASK = -16;
    public static final byte PROTOCOL_TYPE_MASK = 15;
    public static final byte PROTOCOL_T0 = 0;
    public static final byte PROTOCOL_T1 = 1;
    public static final byte PROTOCOL_MEDIA_DEFAULT = 0;
    public static final byte PROTOCOL_MEDIA_CONTACTLESS_TYPE_A = -128;
    public static final byte PROTOCOL_MEDIA_CONTACTLESS_TYPE_B = -112;
    public static final byte PROTOCOL_MEDIA_USB = -96;

    /** Called by jCardSim, which has one for short commands and one for extended ones. */
    APDU(boolean extended) {}

    private static Exchange exchange() {
        return Exchange.current();
    }

    /** Called by jCardSim; the exchange has begun already. */
    private void internalReset(byte protocol, ApduCase form, byte[] command) {}

    public byte[] getBuffer() {
        return exchange().buffer();
    }

    public static short getInBlockSize() {
        return exchange().inBlockSize();
    }

    public static short getOutBlockSize() {
        return exchange().outBlockSize();
    }

    public static byte getProtocol() {
        return exchange().isT0() ? PROTOCOL_T0 : PROTOCOL_T1;
    }

    public byte getNAD() {
        return 0;
    }

    public short setOutgoing() throws APDUException {
        return exchange().setOutgoing();
    }

    public short setOutgoingNoChaining() throws APDUException {
        return exchange().setOutgoing();
    }

    public void setOutgoingLength(short length) throws APDUException {
        exchange().setOutgoingLength(length);
    }

    public short receiveBytes(short offset) throws APDUException {
        return exchange().receiveBytes(offset);
    }

    public short setIncomingAndReceive() throws APDUException {
        return exchange().setIncomingAndReceive();
    }

    public void sendBytes(short offset, short length) throws APDUException {
        exchange().sendBytes(offset, length);
    }

    public void sendBytesLong(byte[] bytes, short offset, short length) throws APDUException, SecurityException {
        exchange().sendBytesLong(bytes, offset, length);
    }

    public void setOutgoingAndSend(short offset, short length) throws APDUException {
        setOutgoing();
        setOutgoingLength(length);
        sendBytes(offset, length);
    }

    public byte getCurrentState() {
        return exchange().state();
    }

    public static APDU getCurrentAPDU() throws SecurityException {
        return Exchange.apdu();
    }

    public static byte[] getCurrentAPDUBuffer() throws SecurityException {
        return exchange().buffer();
    }

    public static byte getCLAChannel() {
        return exchange().channel();
    }

    public static void waitExtension() throws APDUException {}

    public boolean isCommandChainingCLA() {
        return (getBuffer()[ISO7816.OFFSET_CLA] & 0x10) != 0;
    }

    public boolean isSecureMessagingCLA() {
        return (getBuffer()[ISO7816.OFFSET_CLA] & 0x0C) != 0;
    }

    public boolean isISOInterindustryCLA() {
        return getBuffer()[ISO7816.OFFSET_CLA] >= 0;
    }

    public boolean isValidCLA() {
        return getBuffer()[ISO7816.OFFSET_CLA] != -1;
    }

    public short getIncomingLength() {
        return exchange().getIncomingLength();
    }

    public short getOffsetCdata() {
        return exchange().getOffsetCdata();
    }
}
