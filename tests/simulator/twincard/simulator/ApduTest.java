package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import twincard.probe.ProbeApplet;

public class ApduTest {
    private Probe probe;

    @BeforeEach
    public void install() throws CardException {
        probe = new Probe();
    }

    @Test
    public void longestShortCommandWithLe() {
        String data = "5A".repeat(255).toLowerCase();
        assertEquals(data + "9000", probe.send("801E0000FF" + data + "00"));
    }

    @Test
    public void extendedCommand() {
        String data = "a5".repeat(250);
        assertEquals(data + "9000", probe.send("801E00000000FA" + data + "0000"));
    }

    @Test
    public void malformedCommandIsOfWrongLength() {
        for (String command : new String[] {"801E00", "801E000005AABB", "801E0000000010AA", "801E0000000000000000"}) {
            assertEquals("6700", probe.send(command), command);
        }
    }

    @Test
    public void appletIsSelectedByTheBeginningOfItsAid() {
        probe.card.reset();
        assertEquals("9000", probe.send("00A4040009" + Probe.AID.substring(0, 18)));
    }

    @Test
    public void unknownAidGoesToTheSelectedAppletOrFails() {
        assertEquals("6d00", probe.send("00A4040005A000000001"));
        probe.card.reset();
        assertEquals("6999", probe.send("00A4040005A000000001"));
    }

    @Test
    public void uncaughtExceptionsAreCountedAndAnswered6F00() {
        assertEquals("", probe.card.faults());
        assertEquals("6f00", probe.send("80220000"));
        assertEquals("6f00", probe.send("80220100"));
        assertEquals("6f00", probe.send("80220200"));
        String faults = probe.card.faults();
        assertTrue(faults.contains("command 80 22 00 00: javacard.security.CryptoException"));
        assertTrue(faults.contains("NullPointerException"));
        assertTrue(faults.contains("StackOverflowError"));
        assertTrue(faults.contains("at twincard.probe.ProbeApplet.fail"));
    }

    @Test
    public void programmingErrorThatTheAppletCatchesIsAFault() {
        assertEquals("6985", probe.send("80270000"), "a CryptoException is none");
        assertEquals("", probe.card.faults());
        assertEquals("6985", probe.send("80270100"));
        assertTrue(probe.card.faults().startsWith("caught by the applet: java.lang.NullPointerException"));
    }

    @Test
    public void statusWordsAreNoFaults() {
        assertEquals("6d00", probe.send("80990000"));
        assertEquals("", probe.card.faults());
    }

    @Test
    public void exceptionInDeselectIsAFaultAndSelectionGoesOn() {
        probe.send("80220300");
        assertEquals("9000", probe.send(Probe.SELECT));
        assertTrue(probe.card.faults().contains("deselect: javacard.framework.ISOException"));
    }

    @Test
    public void failureInSelectLeavesNoAppletSelected() {
        for (String how : new String[] {"02", "03"}) {
            probe.send("8026" + how + "00");
            assertEquals("6999", probe.send(Probe.SELECT));
            assertEquals("6986", probe.send("80110000"));
            probe.powerUp();
        }
        assertTrue(probe.card.faults().startsWith("select: javacard.framework.ISOException"));
    }

    @Test
    public void installParametersAreThoseOfGlobalPlatform() {
        byte[] report = probe.report();
        assertEquals(5, report[44], "applet's data alone");
        assertEquals(1, report[45]);
    }

    @Test
    public void refusedInstallationSaysTheStatusWord() {
        CardException refused = assertThrows(CardException.class,
                () -> Card.install(ProbeApplet.class, Probe.bytes(Probe.AID), Probe.bytes("00")));
        assertEquals("The applet refused its installation (6985).", refused.getMessage());
        assertThrows(CardException.class, () -> Card.install(ProbeApplet.class, Probe.bytes(Probe.AID), new byte[120]));
    }

    @Test
    public void globalArraysAreKeptNowhere() {
        for (String where : new String[] {"00", "01", "02"}) {
            assertEquals("6f00", probe.send("8028" + where + "00"));
        }
        assertTrue(probe.card.faults().contains("java.lang.SecurityException: what is the runtime's own is kept"));
        assertEquals("9000", probe.send("80100500"));
    }

    @Test
    public void installationIsInATransaction() {
        CardException begun = assertThrows(CardException.class,
                () -> Card.install(ProbeApplet.class, Probe.bytes(Probe.AID), Probe.bytes("02")));
        assertTrue(begun.getMessage().contains("TransactionException"), begun.getMessage());
        CardException ended = assertThrows(CardException.class,
                () -> Card.install(ProbeApplet.class, Probe.bytes(Probe.AID), Probe.bytes("03")));
        assertEquals("The applet ended the transaction of its installation.", ended.getMessage());
    }

    @Test
    public void theInstallParametersAreKeptNowhere() {
        CardException failed = assertThrows(CardException.class,
                () -> Card.install(ProbeApplet.class, Probe.bytes(Probe.AID), Probe.bytes("01")));
        assertTrue(failed.getMessage().contains("java.lang.SecurityException"));
    }
}
