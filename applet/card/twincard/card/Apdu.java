package twincard.card;

import javacard.framework.APDU;
import javacard.framework.ISO7816;
import javacard.framework.ISOException;
import javacard.framework.Util;
import twincard.card.CommandRules.Ins;

/** Command data, gathered from chains and extended lengths; answers, given in pieces where they are long. */
final class Apdu extends CardPart {
    static final byte CHAIN_BIT = 0x10;
    /** In the class of a command with secure messaging (GlobalPlatform Card Specification 2.3, 11.1.4). */
    static final byte SECURED_BIT = 0x04;
    /** Of the class, on channels 0 to 3: the channel (ISO 7816-4, 5.4.1). */
    private static final byte CHANNEL = 0x03;
    private static final short HEADER = 4;
    /** Where an extended Lc stands behind its zero byte, and data behind that. */
    private static final short EXTENDED_LENGTH = 5;
    private static final short EXTENDED_DATA = 7;
    /** Where an answer is that is not in {@link Ram#aux}: in the store … */
    private static final byte IN_STORE = 1;
    /** … or in aux, and from Ram.FIRST on in {@link Ram#work}. */
    static final byte IN_BOTH = 2;
    /** Ne where Le is 00: as much as there is. */
    static final short ANY_LENGTH = 256;
    /** Ne where an extended Le is 0000. */
    static final short UNLIMITED = 0x7FFF;

    /** Of this build, known once all is made. */
    boolean takesExtendedLength;

    Apdu(Core core) {
        super(core);
    }

    /** Notes the header, as if it had come on channel 0; whatever this command does not continue has ended. */
    void begin(APDU apdu) {
        byte[] flags = this.flags;
        byte[] buffer = apdu.getBuffer();
        Util.arrayCopyNonAtomic(buffer, ISO7816.OFFSET_CLA, flags, Ram.CLA, HEADER);
        flags[Ram.CLA] &= ~CHANNEL;
        if (flags[Ram.CHAINING] != 0 && !continuesChain()) {
            endChain();
        }
        if (flags[Ram.INS] == Ins.GET_RESPONSE && flags[Ram.CLA] == 0) {
            return;
        }
        flags[Ram.ANSWER_IN] = 0;
        if (words[Ram.REST_LENGTH] != 0) {
            words[Ram.REST_LENGTH] = 0;
            ram.wipe();
        }
        if (flags[Ram.INS] != Ins.EXTERNAL_AUTHENTICATE || (flags[Ram.CLA] & ~SECURED_BIT) != 0) {
            flags[Ram.CHALLENGED] = 0;
        }
    }

    private boolean continuesChain() {
        short difference = (short) ((flags[Ram.CLA] ^ flags[Ram.CHAIN_CLA]) & ~CHAIN_BIT);
        return difference == 0
                && Util.arrayCompare(flags, Ram.INS, flags, (short) (Ram.CHAIN_CLA + 1), (short) (HEADER - 1)) == 0;
    }

    /** Drops a chain in progress. */
    void endChain() {
        flags[Ram.CHAINING] = 0;
        words[Ram.GATHERED] = 0;
    }

    /** Whether the lengths of this APDU, if it has data, are extended ones. */
    static boolean isExtended(byte[] buffer) {
        return buffer[ISO7816.OFFSET_LC] == 0;
    }

    /**
     * Receives the data of this APDU behind those of the chain so far; only for commands that have data. Where none
     * can have come, the runtime is not asked: what it does then differs from chip to chip.
     *
     * @return bytes gathered in all, or -1 while the chain goes on
     */
    short receive(APDU apdu, boolean intoStore) {
        byte[] target = intoStore ? store : work;
        byte[] buffer = apdu.getBuffer();
        short at = words[Ram.GATHERED];
        endChain();
        boolean extended = isExtended(buffer);
        if (!extended || takesExtendedLength && Util.getShort(buffer, EXTENDED_LENGTH) != 0) {
            // Not getOffsetCdata, which is always 7 on some chips.
            short offset = extended ? EXTENDED_DATA : ISO7816.OFFSET_CDATA;
            short received = apdu.setIncomingAndReceive();
            short left = apdu.getIncomingLength();
            if (left < 0 || left > (short) (target.length - at)) {
                Refusal.length();
            }
            while (received > 0) {
                Util.arrayCopyNonAtomic(buffer, offset, target, at, received);
                // A chip that takes a PIN from here once more, although none was sent, shall find none.
                Util.arrayFillNonAtomic(buffer, offset, received, (byte) 0);
                at += received;
                left -= received;
                received = left > 0 ? apdu.receiveBytes(offset) : 0;
            }
        }
        if ((flags[Ram.CLA] & CHAIN_BIT) != 0) {
            Util.arrayCopyNonAtomic(flags, Ram.CLA, flags, Ram.CHAIN_CLA, HEADER);
            flags[Ram.CHAINING] = 1;
            words[Ram.GATHERED] = at;
            return -1;
        }
        return at;
    }

    /** Ne: the most bytes that the host takes now. */
    static short expected(APDU apdu) {
        short expected = apdu.setOutgoing();
        return expected < 0 ? UNLIMITED : expected;
    }

    /** Answers with the first {@code length} bytes of {@link #answerBuffer}, and the status when they are given. */
    void answer(APDU apdu, short length, short expected, short status) {
        words[Ram.REST_OFFSET] = 0;
        words[Ram.REST_LENGTH] = length;
        words[Ram.STATUS] = status;
        send(apdu, expected);
    }

    /** Where the answer begins: {@link Ram#aux}, or the store when so flagged. */
    byte[] answerBuffer() {
        return flags[Ram.ANSWER_IN] == IN_STORE ? store : aux;
    }

    /** The answer is in the store. */
    void answerFromStore() {
        flags[Ram.ANSWER_IN] = IN_STORE;
    }

    /** GET RESPONSE; also without Le, which no sender intends. */
    void more(APDU apdu) {
        if (words[Ram.REST_LENGTH] == 0) {
            Refusal.state();
        }
        short expected = expected(apdu);
        send(apdu, expected == 0 ? ANY_LENGTH : expected);
    }

    private void send(APDU apdu, short expected) {
        short[] words = this.words;
        short length = words[Ram.REST_LENGTH];
        short now = length < expected ? length : expected;
        if (now > 0) {
            apdu.setOutgoingLength(now);
            short at = words[Ram.REST_OFFSET];
            words[Ram.REST_OFFSET] += now;
            words[Ram.REST_LENGTH] -= now;
            byte[] from = answerBuffer();
            short first = (short) (Ram.FIRST - at);
            if (flags[Ram.ANSWER_IN] == IN_BOTH && first < now) {
                if (first > 0) {
                    apdu.sendBytesLong(from, at, first);
                    at += first;
                    now -= first;
                }
                from = work;
                at -= Ram.FIRST;
            }
            apdu.sendBytesLong(from, at, now);
        }
        short left = words[Ram.REST_LENGTH];
        if (left != 0) {
            ISOException.throwIt((short) (Sw.MORE_DATA | (left >= ANY_LENGTH ? 0 : left)));
        }
        if (words[Ram.STATUS] != ISO7816.SW_NO_ERROR) {
            ISOException.throwIt(words[Ram.STATUS]);
        }
    }

    /** Refuses with 6A80 data that are not as they should be. */
    static void requireData(boolean good) {
        if (!good) {
            ISOException.throwIt(Sw.WRONG_DATA);
        }
    }

    static void requireLength(short length, short wanted) {
        requireLength(length == wanted);
    }

    /** Refuses with 6700 data that are too short, or too long. */
    static void requireLength(boolean good) {
        if (!good) {
            Refusal.length();
        }
    }
}
