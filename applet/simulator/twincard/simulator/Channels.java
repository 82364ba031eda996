package twincard.simulator;

import javacard.framework.ISO7816;

/**
 * Logical channels of a card with one applet, which is not multiselectable (JCRE specification 3.0.4, chapter 4): which
 * are open, and on which one the applet is selected.
 */
final class Channels {
    private static final int COUNT = 4;
    private static final byte NONE = -1;
    private static final short ALREADY_CLOSED = 0x6200;

    private final boolean[] open = new boolean[COUNT];
    private byte selectedOn = NONE;

    /** Gives up the applet on a channel, if it is selected there. */
    interface Deselection {
        void on(byte channel);
    }

    Channels() {
        reset();
    }

    /** Only the basic channel is open, and nothing selected. */
    void reset() {
        for (int i = 0; i < COUNT; i++) {
            open[i] = i == 0;
        }
        selectNothing();
    }

    boolean isOpen(byte channel) {
        return open[channel];
    }

    boolean isSelectedOn(byte channel) {
        return selectedOn == channel;
    }

    boolean isSelectedElsewhere(byte channel) {
        return selectedOn != NONE && selectedOn != channel;
    }

    /** SELECT on a channel that is not open opens it. */
    void select(byte channel) {
        open[channel] = true;
        selectedOn = channel;
    }

    void selectNothing() {
        selectedOn = NONE;
    }

    /** MANAGE CHANNEL; returns the status word. */
    short manage(Command command, Deselection deselection, Exchange exchange) {
        byte origin = command.channel();
        byte number = command.p2();
        if (!open[origin]) {
            return ISO7816.SW_LOGICAL_CHANNEL_NOT_SUPPORTED;
        }
        if (number < 0 || number >= COUNT || command.p1() != 0 && command.p1() != (byte) 0x80) {
            return ISO7816.SW_INCORRECT_P1P2;
        }
        return command.p1() == 0 ? open(origin, number, exchange) : close(number == 0 ? origin : number, deselection);
    }

    private short open(byte origin, byte number, Exchange exchange) {
        byte opened = number;
        for (byte i = 1; number == 0 && i < COUNT; i++) {
            opened = opened == 0 && !open[i] ? i : opened;
        }
        if (opened == 0) {
            return ISO7816.SW_FUNC_NOT_SUPPORTED;
        }
        if (open[opened]) {
            return ISO7816.SW_INCORRECT_P1P2;
        }
        if (origin != 0 && selectedOn == origin) {
            // What is selected where a channel is opened from is selected on that one too.
            return ISO7816.SW_CONDITIONS_NOT_SATISFIED;
        }
        open[opened] = true;
        if (number == 0) {
            exchange.buffer()[0] = opened;
            exchange.setOutgoing();
            exchange.setOutgoingLength((short) 1);
            exchange.sendBytes((short) 0, (short) 1);
        }
        return ISO7816.SW_NO_ERROR;
    }

    private short close(byte number, Deselection deselection) {
        if (number == 0) {
            return ISO7816.SW_FUNC_NOT_SUPPORTED;
        }
        if (!open[number]) {
            return ALREADY_CLOSED;
        }
        deselection.on(number);
        open[number] = false;
        return ISO7816.SW_NO_ERROR;
    }
}
