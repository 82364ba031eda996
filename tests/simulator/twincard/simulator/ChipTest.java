package twincard.simulator;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import javacard.framework.SystemException;
import javacard.security.CryptoException;
import org.junit.Test;
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
    public void anAppletThatDoesNotFitIsNotInstalled() throws Exception {
        int needed = install("").sizes().persistent();
        install("persistent=" + needed);
        CardException refused = assertThrows(CardException.class, () -> install("persistent=" + (needed - 1)));
        assertTrue(refused.getMessage(), refused.getMessage().contains(" " + needed + " bytes"));
        assertThrows(CardException.class, () -> install("transient=1"));
        assertThrows(CardException.class, () -> install("-aes_cbc_nopad,-rsa_nopad,-ec_p256_keygen"));
    }

    @Test
    public void textThatIsNoChipIsRefused() {
        for (String text : new String[] {"-rsa", "rsa_nopad", "transient", "transient=", "commit=-1", "=3", "-"}) {
            assertThrows(text, CardException.class, () -> new Chip(text));
        }
    }
}
