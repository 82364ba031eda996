package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

public class TransientTest {
    private static final String SET = "80150000";
    private static final String GET = "80160000";
    private static final String VERIFY = "801200000431323334";
    private static final String SET_UNTIL_RESET = "8015000000000000";

    private Probe probe;

    @BeforeEach
    public void install() throws CardException {
        probe = new Probe();
        probe.send(SET);
        probe.send(VERIFY);
    }

    @Test
    public void keptBetweenCommands() {
        assertEquals("8015000000000000" + "8015000000000000" + "01" + "9000", probe.send(GET));
    }

    @Test
    public void selectionClearsWhatIsClearedOnDeselectAlone() {
        probe.send(Probe.SELECT);
        assertEquals(SET_UNTIL_RESET + "0000000000000000" + "01" + "9000", probe.send(GET));
    }

    @Test
    public void resetClearsEverything() {
        probe.powerUp();
        assertEquals("0000000000000000" + "0000000000000000" + "00" + "9000", probe.send(GET));
    }

    @Test
    public void restoreClearsEverything() {
        probe.card.restore(probe.card.snapshot());
        probe.send(Probe.SELECT);
        assertEquals("0000000000000000" + "0000000000000000" + "00" + "9000", probe.send(GET));
    }

    @Test
    public void noAppletIsSelectedAfterReset() {
        probe.card.reset();
        assertEquals("6986", probe.send(GET));
    }

    @Test
    public void transientKeyIsUninitialisedAfterReset() {
        assertEquals("019000", probe.send("80210100"));
        assertEquals("019000", probe.send("80210000"));
        probe.powerUp();
        assertEquals("009000", probe.send("80210000"));
    }

    @Test
    public void writesToTransientMemoryAreNoPersistentWrites() {
        assertEquals(0, probe.writesOf(SET));
    }

    @Test
    public void ciphersForgetTheirKeysAtReset() {
        probe.send("8023000020" + "11".repeat(32));
        assertEquals("9000", probe.send("801C0000"));
        assertEquals("9000", probe.send("80240000"), "goes on with the key of before");
        probe.powerUp();
        assertEquals("6f00", probe.send("80240000"));
        assertTrue(probe.card.faults().contains("CryptoException"));
    }

    @Test
    public void aHundredThousandStartsOfACipherLeaveNoArraysBehind() {
        probe.send("8023000020" + "11".repeat(32));
        for (int i = 0; i < 100_000; i++) {
            probe.send("801C0000");
        }
        System.gc();
        assertTrue(probe.card.transientArrays() < 100);
    }
}
