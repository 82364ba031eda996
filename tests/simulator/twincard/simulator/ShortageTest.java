package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import javacard.framework.Applet;
import org.junit.jupiter.api.Test;
import twincard.card.ExtendedTrustTwinCardApplet;
import twincard.card.ExtendedTwinCardApplet;

/** Wherever the memory ends while the applet is installed: it tells what it has, or it is not installed. */
public class ShortageTest {
    /** What was measured on one real chip, whose engines take much. */
    private static final String ENGINES = "ram.rsa_nopad=259,ram.aes_cbc_nopad=35,ram.sha1=95,ram.sha256=107,"
            + "ram.sha384=211,ram.sha512=211,ram.ecdsa_sha256=140,ram.ecdh_plain=240,ram.transient_key=5,";
    private static final int STEP = 3;
    private static final int ENOUGH = 3000;
    private static final byte[] PARAMETERS = Probe.bytes("8020" + "11".repeat(32));

    private static final int RSA = 0x0001;
    private static final int EC = 0x0002;
    private static final int CHECKS_POINTS = 0x0004;
    private static final int IDENTITY = 0x0010;
    private static final int KEK_128 = 0x0020;
    private static final int KEK_192 = 0x0040;
    private static final int SHA_1 = 0x0080;
    private static final int SHA_384 = 0x0100;
    private static final int SHA_512 = 0x0200;
    private static final int SCP11 = 0x0800;
    private static final int FOUND =
            RSA | EC | IDENTITY | KEK_128 | KEK_192 | SHA_1 | SHA_384 | SHA_512 | SCP11;

    private final List<Integer> seen = new ArrayList<>();

    @Test
    public void transientMemoryEndsAnywhereInTheFullBuild() throws CardException {
        for (int bytes = 0; bytes < ENOUGH; bytes += STEP) {
            install(ExtendedTrustTwinCardApplet.class, ENGINES + "transient=" + bytes, 4);
        }
        requireAll(RSA | EC | IDENTITY | KEK_128 | KEK_192 | SHA_1 | SHA_384 | SHA_512 | SCP11);
    }

    @Test
    public void transientMemoryEndsAnywhereInTheBase() throws CardException {
        for (int bytes = 0; bytes < ENOUGH; bytes += STEP) {
            install(ExtendedTwinCardApplet.class, ENGINES + "transient=" + bytes, 2);
        }
        requireAll(RSA | EC | KEK_128 | KEK_192 | SHA_1 | SHA_384 | SHA_512);
    }

    /** There is always a last object; what can be done without is not among them, but for the last. */
    @Test
    public void persistentMemoryEndsAnywhere() throws CardException {
        for (int objects = 0; seen.isEmpty() || (seen.get(seen.size() - 1) & FOUND) != FOUND; objects++) {
            install(ExtendedTrustTwinCardApplet.class, "objects=" + objects, 4);
        }
        requireAll(FOUND);
        assertTrue(seen.size() > 1);
    }

    /** The memory is enough in the end, and before that there was a card that did without something. */
    private void requireAll(int features) {
        assertEquals(features, seen.get(seen.size() - 1) & FOUND);
        assertTrue((seen.get(0) & FOUND) != features, seen.toString());
    }

    private void install(Class<? extends Applet> type, String chip, int keys) throws CardException {
        Card card;
        try {
            card = Card.install(type, Probe.bytes(Probe.AID), PARAMETERS, new Chip(chip));
        } catch (CardException refused) {
            assertEquals("The chip has too little memory for the applet.", refused.getMessage(), chip);
            assertTrue(seen.isEmpty(), chip + " was enough before");
            return;
        }
        byte[] answer = card.transmit(Probe.bytes(Probe.SELECT + "00"));
        int features = (answer[answer.length - 4] & 0xFF) << 8 | answer[answer.length - 3] & 0xFF;
        assertEquals(expected(card.engines(), keys), features & FOUND, chip);
        assertTrue((features & CHECKS_POINTS) == 0 || (features & EC) != 0, chip);
        assertEquals("9000", status(card.transmit(Probe.bytes("00CA00E000"))), chip);
        assertEquals("", card.faults(), chip);
        seen.add(features);
    }

    private static String status(byte[] answer) {
        return String.format("%02X%02X", answer[answer.length - 2], answer[answer.length - 1]);
    }

    /** By the engines that were made, which the simulator counts. */
    private static int expected(int[] engines, int keys) {
        int identity = engines[Engine.ECDSA_SHA256.ordinal()] == 0 ? 0 : IDENTITY | SCP11;
        int more = engines[Engine.TRANSIENT_KEY.ordinal()] - keys;
        return bit(engines, Engine.RSA_NOPAD, RSA) | bit(engines, Engine.ECDH_PLAIN, EC) | identity
                | (more > 0 ? KEK_128 : 0) | (more > 1 ? KEK_192 : 0) | bit(engines, Engine.SHA1, SHA_1)
                | bit(engines, Engine.SHA384, SHA_384) | bit(engines, Engine.SHA512, SHA_512);
    }

    private static int bit(int[] engines, Engine engine, int bit) {
        return engines[engine.ordinal()] == 0 ? 0 : bit;
    }
}
