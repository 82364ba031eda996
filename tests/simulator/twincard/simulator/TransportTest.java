package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What an applet has from its APDU object, on chips that differ in it. */
public class TransportTest {
    /** Receives, and gives back what came. */
    private static final String ECHO = "801E0000";
    /** A wrong PIN counts. */
    private static final String VERIFY = "80120000";

    @Test
    public void receivingWithoutDataThrows() throws CardException {
        Probe probe = new Probe();
        assertEquals("6f00", probe.send(ECHO));
        assertEquals("6f00", probe.send(ECHO + "05"));
        assertTrue(probe.card.faults().contains("javacard.framework.APDUException"));
    }

    @Test
    public void orItReturnsNothing() throws CardException {
        Probe probe = new Probe("receiving=nothing");
        assertEquals("9000", probe.send(ECHO));
        assertEquals("9000", probe.send(ECHO + "05"));
    }

    @Test
    public void orItReturnsLeAndWhatTheBufferHeldBefore() throws CardException {
        Probe probe = new Probe("receiving=le");
        assertEquals("9000", probe.send(VERIFY + "04" + "31323334"));
        assertEquals("313233349000", probe.send(ECHO + "04"));
        assertEquals("9000", probe.send(ECHO));
    }

    @Test
    public void dataBeginBehindTheLength() throws CardException {
        assertEquals("0102039000", new Probe().send(ECHO + "03" + "010203"));
        assertEquals("0102039000", new Probe().send(ECHO + "000003" + "010203"));
        assertEquals("0300009000", new Probe("offset=7").send(ECHO + "03" + "010203"));
        assertEquals("0102039000", new Probe("offset=7").send(ECHO + "000003" + "010203"));
    }

    @Test
    public void atT0TheCardSeesP3Alone() throws CardException {
        Probe probe = new Probe("t0");
        assertEquals("6f00", probe.send(ECHO + "05"), "P3 as Lc, and no data");
        assertEquals("6700", probe.send(ECHO), "no P3");
        assertEquals("6700", probe.send(ECHO + "05" + "01"), "data that are not as P3 says");
        assertEquals("9000", probe.send(ECHO + "00"), "nothing to receive");
    }

    @Test
    public void atT0AnAnswerToDataIsFetched() throws CardException {
        Probe probe = new Probe("t0");
        assertEquals("6103", probe.send(ECHO + "03" + "010203"));
        assertEquals("6c03", probe.send("00C0000000"));
        assertEquals("01026101", probe.send("00C0000002"));
        assertEquals("039000", probe.send("00C0000001"));
        assertEquals("6d00", probe.send("00C0000001"), "for the applet");
    }

    @Test
    public void atT0AnotherCommandDropsWhatWaits() throws CardException {
        Probe probe = new Probe("t0");
        assertEquals("6103", probe.send(ECHO + "03" + "010203"));
        assertEquals("9000", probe.send("8014000000"));
        assertEquals("6d00", probe.send("00C0000003"));
    }

    @Test
    public void atT0TheRightLengthIsNamed() throws CardException {
        Probe probe = new Probe("t0");
        assertEquals("6c11", probe.send("8016000000"));
        assertEquals(38, probe.send("8016000011").length());
    }

    @Test
    public void channelsAreOpenedSelectedOnAndClosed() throws CardException {
        Probe probe = new Probe();
        assertEquals("6881", probe.send("81140000"));
        assertEquals("019000", probe.send("0070000001"));
        assertEquals("6986", probe.send("81140000"), "not selected there");
        assertEquals("6985", probe.send("01A404000A" + Probe.AID), "selected elsewhere");
        assertEquals("9000", probe.send("80140000"));
        assertEquals("9000", probe.send("00700002"));
        assertEquals("6a86", probe.send("00700002"), "open already");
        assertEquals("9000", probe.send("00708002"));
        assertEquals("6200", probe.send("00708002"), "closed already");
        assertEquals("6a81", probe.send("00708000"), "never");
    }

    @Test
    public void theAppletIsOnOneChannelAtATime() throws CardException {
        Probe probe = new Probe();
        probe.card.reset();
        assertEquals("9000", probe.send("02A404000A" + Probe.AID), "opens it");
        assertEquals("9000", probe.send("82140000"));
        assertEquals("6985", probe.send(Probe.SELECT));
        assertEquals("6985", probe.send("0270000001"));
        assertEquals("9000", probe.send("8215000008" + "0102030405060708"));
        assertEquals("9000", probe.send("02708000"));
        assertEquals("6881", probe.send("82160000"));
        assertEquals("9000", probe.send(Probe.SELECT));
        assertEquals("0".repeat(16), probe.send("80160000").substring(16, 32), "what is cleared at deselect is");
    }

    @Test
    public void extendedSelectionIsOne() throws CardException {
        Probe probe = new Probe();
        probe.send("80150000");
        assertEquals("9000", probe.send("00A4040000000A" + Probe.AID));
        assertEquals("0".repeat(16), probe.send("80160000").substring(16, 32));
    }
}
