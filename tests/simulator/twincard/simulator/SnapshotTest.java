package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

public class SnapshotTest {
    private static final String[] CHANGES = {
        "80100000", "8014AA00", "8013000004" + "35363738", "801200000439393939", "80180100",
        "8023000020" + "22".repeat(32), "801C0000", "801D0000", "801B0100"
    };

    private Probe probe;

    @BeforeEach
    public void install() throws CardException {
        probe = new Probe();
        probe.send("80180100");
    }

    @Test
    public void restoredStateIsEqualToTheOneThatWasTaken() {
        byte[] image = probe.card.image();
        byte[] report = probe.report();
        String key = probe.send("80190100");
        Snapshot snapshot = probe.card.snapshot();
        for (String change : CHANGES) {
            assertEquals("9000", probe.send(change).replace("63c2", "9000"), change);
        }
        assertFalse(Arrays.equals(image, probe.card.image()));
        probe.card.restore(snapshot);
        probe.send(Probe.SELECT);
        assertArrayEquals(image, probe.card.image());
        assertArrayEquals(report, probe.report());
        assertEquals(key, probe.send("80190100"));
        assertEquals("019000", probe.send("801A0100"));
    }

    @Test
    public void restoreTakesThePowerCutBackAndSwitchesTheCardOn() {
        Snapshot snapshot = probe.card.snapshot();
        probe.card.cutAt(1);
        assertThrows(PowerCut.class, () -> probe.send("80100000"));
        probe.card.cutAt(1);
        probe.card.restore(snapshot);
        assertTrue(probe.card.isOn());
        probe.send(Probe.SELECT);
        assertEquals("9000", probe.send("80100000"));
    }

    @Test
    public void objectMadeAfterInstallationIsAnErrorNotALoss() {
        probe.send("801F0400");
        IllegalStateException error = assertThrows(IllegalStateException.class, probe.card::snapshot);
        assertEquals("the applet keeps a [B made after its installation", error.getMessage());
        probe.send("801F0000");
        probe.card.snapshot();
    }

    @Test
    public void writingToAConstantIsAnErrorNotALoss() {
        probe.send("80250700");
        IllegalStateException error = assertThrows(IllegalStateException.class, probe.card::snapshot);
        assertEquals("the applet wrote to twincard.probe.ProbeApplet.CONSTANT, which is a constant",
                error.getMessage());
        probe.send("80250100");
        probe.card.snapshot();
    }

    @Test
    public void thousandsOfRestoresTakeSeconds() {
        Snapshot snapshot = probe.card.snapshot();
        long start = System.nanoTime();
        for (int i = 0; i < 5000; i++) {
            probe.card.restore(snapshot);
        }
        long micros = (System.nanoTime() - start) / 5000 / 1000;
        assertTrue(micros < 1000, "a restore took " + micros + " microseconds");
    }
}
