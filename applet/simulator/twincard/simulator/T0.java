package twincard.simulator;

import java.util.Arrays;

/**
 * Answers over T=0 (ISO 7816-3, 12.2; JCRE specification, 9.4): what a reader has not asked for by its right length
 * waits until it does, and is gone when another command comes.
 */
final class T0 {
    private static final byte GET_RESPONSE = (byte) 0xC0;
    private static final int MORE = 0x61;
    private static final int WRONG_LENGTH = 0x6C;
    private static final int MOST = 256;

    private byte[] waiting = {};
    private byte[] status;
    private Command asked;
    private boolean byGetResponse;

    /** The next piece of an answer that waits, if this command asks for it; null where it is for the applet. */
    byte[] next(Command command) {
        boolean asks = waiting.length != 0 && command.channel() == asked.channel()
                && (byGetResponse ? command.ins() == GET_RESPONSE : Arrays.equals(command.header(), asked.header()));
        if (!asks) {
            waiting = new byte[0];
            return null;
        }
        return give(command);
    }

    /** The answer of the applet to a command, as the reader gets it first. */
    byte[] answer(Command command, boolean received, byte[] data, byte[] newStatus) {
        waiting = data;
        status = newStatus;
        asked = command;
        byGetResponse = received;
        if (data.length == 0) {
            return newStatus;
        }
        return received ? sw(MORE, data.length) : give(command);
    }

    private byte[] give(Command command) {
        int wanted = command.p3() == 0 ? MOST : command.p3();
        if (wanted > waiting.length) {
            return sw(WRONG_LENGTH, waiting.length);
        }
        byte[] rest = Arrays.copyOfRange(waiting, wanted, waiting.length);
        byte[] end = rest.length == 0 ? status : sw(MORE, rest.length);
        byte[] answer = Arrays.copyOf(waiting, wanted + end.length);
        System.arraycopy(end, 0, answer, wanted, end.length);
        waiting = rest;
        byGetResponse = true;
        return answer;
    }

    private static byte[] sw(int first, int length) {
        return new byte[] {(byte) first, (byte) (length >= MOST ? 0 : length)};
    }

    /** The reader has gone. */
    void reset() {
        waiting = new byte[0];
    }
}
