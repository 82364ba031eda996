package twincard.simulator;

import java.util.HexFormat;
import twincard.probe.ProbeApplet;

/** A card with the probe applet on it, spoken to in hexadecimal. */
final class Probe {
    static final String AID = "F05457494E4341524401";
    static final String SELECT = "00A404000A" + AID;
    static final int COUNTER = 32;
    static final int ACTIVE = 35;
    static final int TRIES = 42;

    final Card card;

    Probe() throws CardException {
        this("");
    }

    /** On such a chip. */
    Probe(String chip) throws CardException {
        card = Card.install(ProbeApplet.class, bytes(AID), bytes("0102030405"), new Chip(chip));
        send(SELECT);
    }

    /** Data and status word of the answer, in hexadecimal. */
    String send(String command) {
        return HexFormat.of().formatHex(card.transmit(bytes(command)));
    }

    /** What the applet says of its persistent state. */
    byte[] report() {
        return bytes(send("80110000"));
    }

    /** Cuts the power at the k-th write of a command, and powers up again. Returns whether the command was cut. */
    boolean cutAt(int k, String command) {
        card.cutAt(k);
        boolean cut = false;
        try {
            send(command);
        } catch (PowerCut off) {
            cut = true;
        }
        powerUp();
        return cut;
    }

    void powerUp() {
        card.reset();
        card.cutAt(0);
        send(SELECT);
    }

    /** The number of persistent writes of a command, which is carried out. */
    int writesOf(String command) {
        card.takeWrites();
        send(command);
        return card.takeWrites();
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
