package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import javacard.framework.SystemException;
import javacard.security.CryptoException;
import org.junit.jupiter.api.Test;
import twincard.probe.ProbeApplet;

public class ChipTest {
    private static Card install(String chip) throws CardException {
        SavedCard saved = new SavedCard(ProbeApplet.class, new Chip(chip), null);
        saved.install(Probe.bytes(Probe.AID), Probe.bytes("0102030405"));
        return saved.card();
    }

    @Test
    public void whatIsMissingIsRefusedAndTheRestIsThere() throws Exception {
        Chip chip = new Chip("-rsa_nopad,-sha384,transient=9");
        chip.require(Ability.SHA256);
        CryptoException refused = assertThrows(CryptoException.class, () -> chip.require(Ability.SHA384));
        assertEquals(CryptoException.NO_SUCH_ALGORITHM, refused.getReason());
    }

    @Test
    public void transientMemoryEnds() throws Exception {
        Chip chip = new Chip("transient=9");
        chip.takeTransient(5);
        SystemException full = assertThrows(SystemException.class, () -> chip.takeTransient(5));
        assertEquals(SystemException.NO_TRANSIENT_SPACE, full.getReason());
        chip.takeTransient(4);
        chip.fresh().takeTransient(9);
    }

    @Test
    public void enginesAndTransientKeysTakeTransientMemory() throws Exception {
        int least = 0;
        while (!installs("transient=" + least)) {
            least++;
        }
        assertTrue(installs("ram.rsa_nopad=100,transient=" + (least + 100)));
        assertTrue(!installs("ram.rsa_nopad=100,transient=" + (least + 99)));
        int keys = install("").engines()[Engine.KEY_PAIR.ordinal()];
        assertTrue(installs("ram.key_pair=10,transient=" + (least + 10 * keys)));
        assertTrue(!installs("ram.key_pair=10,transient=" + (least + 10 * keys - 1)));
    }

    @Test
    public void theStackEnds() throws Exception {
        Card card = install("");
        int least = card.takePeaks()[0];
        install("stack=" + least);
        CardException refused = assertThrows(CardException.class, () -> install("stack=" + (least - 1)));
        assertTrue(refused.getMessage().contains("stack"), refused.getMessage());
        assertThrows(CardException.class, () -> install("objects=2"));
    }

    /** A frame: the return, the locals beyond the parameters, and the method's own stack; its depth ends with it. */
    @Test
    public void aCommandTellsItsDeepestStackAndLargestTransaction() throws Exception {
        Card card = install("");
        card.transmit(Probe.bytes(Probe.SELECT));
        card.takePeaks();
        card.transmit(Probe.bytes("80110000"));
        int[] peaks = card.takePeaks();
        assertTrue(peaks[0] > 8 && peaks[0] < 200, "stack of " + peaks[0]);
        assertEquals(0, peaks[1]);
        card.transmit(Probe.bytes("80110000"));
        assertEquals(peaks[0], card.takePeaks()[0]);
        card.transmit(Probe.bytes("80100000"));
        assertTrue(card.takePeaks()[1] > 0);
        assertEquals(0, card.takePeaks()[1]);
    }

    private static boolean installs(String chip) {
        try {
            install(chip);
            return true;
        } catch (CardException tooLittle) {
            return false;
        }
    }

    @Test
    public void anAppletThatDoesNotFitIsNotInstalled() throws Exception {
        int needed = install("").sizes().persistent();
        install("persistent=" + needed);
        CardException refused = assertThrows(CardException.class, () -> install("persistent=" + (needed - 1)));
        assertTrue(refused.getMessage().contains(" " + needed + " bytes"), refused.getMessage());
        assertThrows(CardException.class, () -> install("transient=1"));
        assertThrows(CardException.class, () -> install("-aes_cbc_nopad,-rsa_nopad,-ec_p256_keygen"));
    }

    @Test
    public void textThatIsNoChipIsRefused() {
        String[] texts = {
            "-rsa", "rsa_nopad", "ram.rsa=1", "ram.=1", "ram.sha1", "stack=x", "transient", "transient=", "commit=-1",
            "=3", "-"
        };
        for (String text : texts) {
            assertThrows(CardException.class, () -> new Chip(text), text);
        }
    }
}
