package twincard.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import javacard.framework.ISOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A fault in one half of an RSA computation would give the key away (Boneh, DeMillo, Lipton): it gives nothing. */
public class SigningKeyTest {
    private static final short SHA_256 = 32;

    private final Core core = core();
    private final SigningKey key = new SigningKey(core, Ecdsa.probe(core.ram));

    private static Core core() {
        byte[] install = Hex.bytes("00 00 22 8020" + "00".repeat(32));
        return new Commands(install, (short) 0, (byte) install.length, new TrustParts(), true);
    }

    @BeforeEach
    public void generate() {
        KeySlot spare = key.slots.spare();
        spare.generate(KeySlot.RSA_2048, core.ram.aux);
        spare.digest(KeySlot.RSA_2048, core.ram.aux, core.ram.work, (short) 0);
        key.replace(KeySlot.RSA_2048, true, core.ram.work, (short) 0);
        key.slots.clearSpare();
    }

    /** The signature over a hash of zeros. */
    private byte[] sign() {
        Arrays.fill(core.ram.work, (byte) 0);
        return Arrays.copyOf(core.ram.aux, key.sign(SHA_256));
    }

    @Test
    public void aFaultInAnyPartOfTheKeyGivesNoSignature() {
        for (byte part = KeySlot.P; part <= KeySlot.DQ; part++) {
            byte[] whole = new byte[Rsa.PRIME];
            key.slot().readPart(part, whole, (short) 0);
            byte[] faulty = whole.clone();
            faulty[100] ^= 4;
            key.slot().setPart(part, faulty, (short) 0);
            assertNotEquals(0x9000, status(), "part " + part);
            key.slot().setPart(part, whole, (short) 0);
        }
        assertEquals(0x9000, status());
    }

    /** Chips that notice nothing themselves: what the public key does not confirm stays inside. */
    @Test
    public void aSignatureThatThePublicKeyDoesNotConfirmIsNotGiven() {
        key.slot().rsaPublic.setExponent(new byte[] {0x11}, (short) 0, (short) 1);
        assertEquals(Sw.MEMORY_FAILURE, (short) status());
    }

    private int status() {
        try {
            sign();
            return 0x9000;
        } catch (ISOException refused) {
            return refused.getReason() & 0xFFFF;
        }
    }
}
