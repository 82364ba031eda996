package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

public class PinTest {
    private static final String RIGHT = "801200000431323334";
    private static final String WRONG = "801200000439393939";
    private static final String NEW = "801200000435363738";
    private static final String UPDATE = "8013000004" + "35363738";
    private static final String UPDATE_WHOLE = "8013010004" + "35363738";
    private static final String UPDATE_ABORTED = "8013020004" + "35363738";

    private static final String WRONG_ABORTED = "8013030004" + "39393939";

    private Probe probe;

    @BeforeEach
    public void install() throws CardException {
        probe = new Probe();
    }

    @Test
    public void wrongTriesCountAndSurviveAReset() {
        assertEquals("63c2", probe.send(WRONG));
        probe.powerUp();
        assertEquals("63c1", probe.send(WRONG));
        assertEquals("9000", probe.send(RIGHT));
        assertEquals(3, probe.report()[Probe.TRIES]);
    }

    @Test
    public void abortDoesNotGiveATryBack() {
        assertEquals("9000", probe.send(WRONG_ABORTED));
        assertEquals(2, probe.report()[Probe.TRIES], "the wrong try inside the aborted transaction counts");
    }

    @Test
    public void abortTakesAnUpdateBack() {
        assertEquals("9000", probe.send(UPDATE_ABORTED));
        assertEquals("63c2", probe.send(NEW));
        assertEquals("9000", probe.send(RIGHT));
    }

    @Test
    public void tryIsCountedBeforeThePinIsCompared() {
        assertTrue(probe.cutAt(2, RIGHT), "cut at the write after the counter's");
        assertEquals(2, probe.report()[Probe.TRIES]);
    }

    @Test
    public void updateInATransactionIsWholeOrNotAtAllAtEveryCut() {
        Snapshot before = probe.card.snapshot();
        int writes = probe.writesOf(UPDATE_WHOLE);
        assertTrue(writes >= 4);
        for (int k = 1; k <= writes; k++) {
            probe.card.restore(before);
            probe.send(Probe.SELECT);
            assertTrue(probe.cutAt(k, UPDATE_WHOLE));
            assertEquals("9000", probe.send(RIGHT));
        }
        probe.card.restore(before);
        probe.send(Probe.SELECT);
        probe.send(UPDATE_WHOLE);
        assertEquals("9000", probe.send(NEW));
    }

    @Test
    public void updateIsSeveralWrites() {
        assertTrue(probe.writesOf(UPDATE) >= 3);
        assertEquals("9000", probe.send(NEW));
    }
}
