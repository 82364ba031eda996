package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

public class PowerTest {
    private Probe probe;

    @BeforeEach
    public void install() throws CardException {
        probe = new Probe();
    }

    @Test
    public void nonAtomicWriteIsCutHalfWay() {
        assertTrue(probe.cutAt(1, "8014AA00"));
        byte[] record = Arrays.copyOf(probe.report(), 32);
        byte[] expected = new byte[32];
        Arrays.fill(expected, 0, 16, (byte) 0xAA);
        assertArrayEquals(expected, record);
    }

    @Test
    public void nothingIsWrittenAfterTheCutNotEvenByFinally() {
        byte[] before = probe.card.image();
        assertTrue(probe.cutAt(1, "80220300"));
        assertArrayEquals(before, probe.card.image());
        assertEquals(0, probe.report()[Probe.COUNTER + 1]);
    }

    @Test
    public void cardStaysOffUntilReset() {
        probe.card.cutAt(1);
        assertThrows(PowerCut.class, () -> probe.send("80100000"));
        assertFalse(probe.card.isOn());
        assertThrows(PowerCut.class, () -> probe.send("80110000"));
        probe.card.reset();
        assertEquals("9000", probe.send(Probe.SELECT));
    }

    @Test
    public void cutCountsAcrossCommandsAndCanBeTakenBack() {
        int writes = probe.writesOf("80100000");
        probe.card.cutAt(writes + 1);
        probe.send("80100000");
        assertThrows(PowerCut.class, () -> probe.send("80100000"));
        probe.powerUp();
        probe.card.cutAt(1);
        probe.card.cutAt(0);
        assertEquals("9000", probe.send("80100000"));
    }

    @Test
    public void commandThatOnlyReadsWritesNothing() {
        assertEquals(0, probe.writesOf("80110000"));
        assertEquals(0, probe.writesOf("80160000"));
    }

    @Test
    public void outputIntoPersistentArrayIsOneWriteThatCanBeTorn() {
        probe.send("8023000020" + "11".repeat(32));
        byte[] before = probe.report();
        Snapshot start = probe.card.snapshot();
        assertEquals(1, probe.writesOf("801C0000"));
        byte[] whole = probe.report();
        probe.card.restore(start);
        probe.send(Probe.SELECT);
        assertTrue(probe.cutAt(1, "801C0000"));
        byte[] torn = probe.report();
        assertArrayEquals(Arrays.copyOf(whole, 8), Arrays.copyOf(torn, 8));
        assertArrayEquals(Arrays.copyOfRange(before, 8, 16), Arrays.copyOfRange(torn, 8, 16));
    }
}
