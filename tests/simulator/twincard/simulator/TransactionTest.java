package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

public class TransactionTest {
    private static final String COMMITTED = "80100000";
    private static final String ABORTED = "80100100";
    private static final String UNCAUGHT = "80100200";
    private static final String REFUSED = "80100300";
    private static final String LEFT_OPEN = "80100400";
    /** The probe writes these bytes of its record with a NonAtomic method. */
    private static final int NON_ATOMIC = 24;

    private Probe probe;

    @BeforeEach
    public void install() throws CardException {
        probe = new Probe();
        probe.send(COMMITTED);
    }

    @Test
    public void committedTransactionStays() {
        byte[] before = probe.report();
        assertEquals("9000", probe.send(COMMITTED));
        probe.powerUp();
        byte[] after = probe.report();
        assertEquals(before[Probe.COUNTER + 1] + 1, after[Probe.COUNTER + 1]);
        assertEquals(after[Probe.COUNTER + 1], after[0]);
    }

    @Test
    public void abortTakesEveryKindOfWriteBack() {
        assertTakenBack(ABORTED, "9000");
    }

    @Test
    public void uncaughtExceptionTakesEveryKindOfWriteBack() {
        assertTakenBack(UNCAUGHT, "6f00");
    }

    @Test
    public void statusWordThrownTakesEveryKindOfWriteBack() {
        assertTakenBack(REFUSED, "6985");
    }

    @Test
    public void transactionLeftOpenIsTakenBack() {
        assertTakenBack(LEFT_OPEN, "9000");
    }

    private void assertTakenBack(String command, String statusWord) {
        byte[] before = probe.report();
        byte[] image = probe.card.image();
        assertEquals(statusWord, probe.send(command));
        assertAllButNonAtomicEqual(before, probe.report());
        assertEquals(before[Probe.COUNTER + 1] + 1, probe.report()[NON_ATOMIC]);
        assertEquals(8, differences(image, probe.card.image()),
                "one region alone may differ: the bytes written NonAtomic");
    }

    @Test
    public void cutAtAnyWriteLeavesTheStateFromBeforeTheTransaction() {
        int writes = probe.writesOf(COMMITTED);
        assertTrue(writes > 10);
        for (int k = 1; k <= writes; k++) {
            byte[] before = probe.report();
            assertTrue(probe.cutAt(k, COMMITTED));
            assertAllButNonAtomicEqual(before, probe.report());
        }
        byte[] before = probe.report();
        assertFalse(probe.cutAt(writes + 1, COMMITTED));
        assertFalse(Arrays.equals(before, probe.report()));
    }

    @Test
    public void withoutTransactionACutLeavesThePrefixOfTheWrites() throws CardException {
        String unprotected = "80100500";
        int writes = probe.writesOf(unprotected);
        byte[] last = null;
        int states = 0;
        Snapshot before = probe.card.snapshot();
        for (int k = 1; k <= writes + 1; k++) {
            probe.card.restore(before);
            probe.send(Probe.SELECT);
            assertEquals(k <= writes, probe.cutAt(k, unprotected));
            byte[] image = probe.report();
            states += Arrays.equals(image, last) ? 0 : 1;
            last = image;
        }
        assertTrue(states > writes / 2, "most writes show in the report");
    }

    @Test
    public void largestTransactionIsMeasured() {
        int largest = probe.card.sizes().largestTransaction();
        assertTrue(largest > 45 && largest < 70,
                "32 bytes of AES key, 8 of the record and some fields, not " + largest);
    }

    private static void assertAllButNonAtomicEqual(byte[] expected, byte[] actual) {
        byte[] masked = actual.clone();
        System.arraycopy(expected, NON_ATOMIC, masked, NON_ATOMIC, 8);
        assertArrayEquals(expected, masked);
    }

    private static int differences(byte[] one, byte[] other) {
        assertEquals(one.length, other.length);
        int count = 0;
        for (int i = 0; i < one.length; i++) {
            count += one[i] == other[i] ? 0 : 1;
        }
        return count;
    }
}
