package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.licel.jcardsim.crypto.ByteContainer;
import java.math.BigInteger;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

public class KeysTest {
    private static final String GENERATE_RSA = "80180000";
    private static final String GENERATE_EC = "80180100";
    private static final String RSA_PARTS = "80190000";
    private static final String EC_PARTS = "80190100";
    private static final String RSA_WORKS = "801A0000";
    private static final String EC_WORKS = "801A0100";
    private static final String CLEAR_EC = "801B0100";
    /** Five parts of 128 bytes and a modulus of 256. */
    private static final String RSA_WIDTHS = "008000800080008000800100";

    private Probe probe;

    @BeforeEach
    public void install() throws CardException {
        probe = new Probe();
    }

    @Test
    public void twoCardsDiffer() throws CardException {
        Probe other = new Probe();
        for (String generate : new String[] {GENERATE_EC, GENERATE_RSA}) {
            assertEquals("9000", probe.send(generate));
            assertEquals("9000", other.send(generate));
        }
        assertNotEquals(probe.send(EC_PARTS), other.send(EC_PARTS));
        assertNotEquals(probe.send(RSA_PARTS), other.send(RSA_PARTS));
        assertNotEquals(probe.send("80170000"), other.send("80170000"));
    }

    @Test
    public void partsHaveTheirFullWidthAndThePairWorks() {
        for (int i = 0; i < 300; i++) {
            probe.send(GENERATE_EC);
            assertEquals("0020", probe.send(EC_PARTS).substring(0, 4));
            assertEquals("019000", probe.send(EC_WORKS));
        }
        for (int i = 0; i < 3; i++) {
            probe.send(GENERATE_RSA);
            assertEquals(RSA_WIDTHS, probe.send(RSA_PARTS).substring(0, 24));
            assertEquals("019000", probe.send(RSA_WORKS));
        }
    }

    @Test
    public void shorterValueInReusedStorageIsReadRightly() {
        ByteContainer part = new ByteContainer(Probe.bytes("0102030405"), (short) 0, (short) 5);
        part.setBytes(Probe.bytes("00FF"));
        assertEquals(BigInteger.valueOf(255), part.getBigInteger());
        assertArrayEquals(Probe.bytes("00FF000000"), part.storage());
    }

    @Test
    public void clearedEcKeyCanBeGeneratedAgain() {
        probe.send(GENERATE_EC);
        probe.send(CLEAR_EC);
        assertEquals("6f00", probe.send(EC_WORKS));
        probe.send(GENERATE_EC);
        assertEquals("019000", probe.send(EC_WORKS));
    }

    @Test
    public void clearedKeyLeavesNothingOfItInMemory() {
        probe.send(GENERATE_EC);
        String point = probe.send(EC_PARTS).substring(4, 4 + 130);
        assertTrue(memory().contains(point));
        probe.send(CLEAR_EC);
        assertFalse(memory().contains(point.substring(2, 60)));
    }

    @Test
    public void everyPartOfAnEcPairIsACutPoint() {
        assertEquals(2, cutsThatHeal(GENERATE_EC, EC_WORKS), "point and scalar");
    }

    @Test
    public void everyPartOfAnRsaPairIsACutPoint() {
        assertEquals(7, cutsThatHeal(GENERATE_RSA, RSA_WORKS), "modulus, exponent, five parts");
    }

    /** Cuts a generation at each of its writes; another generation must always give a pair that works. */
    private int cutsThatHeal(String generate, String works) {
        int cuts = 0;
        while (probe.cutAt(cuts + 1, generate)) {
            cuts++;
        }
        assertEquals("019000", probe.send(works));
        probe.cutAt(cuts, generate);
        assertEquals("9000", probe.send(generate));
        assertEquals("019000", probe.send(works));
        return cuts;
    }

    @Test
    public void cryptogramAboveTheModulusIsRefusedAsACardRefusesIt() {
        probe.send(GENERATE_RSA);
        assertEquals("6f00", probe.send("80200000"));
        assertTrue(probe.card.faults().contains("javacard.security.CryptoException"));
    }

    private String memory() {
        return HexFormat.of().formatHex(probe.card.image());
    }
}
