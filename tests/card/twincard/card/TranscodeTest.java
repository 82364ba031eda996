package twincard.card;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The use of the decipher key, with the JDK as the other end: DECIPHER, ENCIPHER, TRANSCODE and CHECK. */
public class TranscodeTest {
    private static final byte[] NOTHING = new byte[0];
    private static final PeerKey RSA = PeerKey.rsa();
    private static final PeerKey EC = PeerKey.ec();

    private Bench card = new Bench().operational(0);

    private static byte[] content(int length) {
        byte[] out = new byte[length];
        new Random(length).nextBytes(out);
        return out;
    }

    private Bench cardWith(byte type, int flags) {
        card = new Bench().operational(flags);
        card.verify();
        card.generate(type, true);
        return card;
    }

    private int manage(int p1, byte[] data) {
        return card.status(length -> {
            card.target.manage(length);
            return 0;
        }, p1, 0xB8, data);
    }

    private int target(byte[] data) {
        return manage(0x81, data);
    }

    private byte[] decipher(byte[] cryptogram) {
        return card.send(card.usage::perform, 0x80, 0x86, cryptogram);
    }

    private int decipherStatus(byte[] cryptogram) {
        return card.status(card.usage::perform, 0x80, 0x86, cryptogram);
    }

    private byte[] encipher(byte[] content) {
        return card.send(card.usage::perform, 0x86, 0x80, content);
    }

    private int encipherStatus(byte[] content) {
        return card.status(card.usage::perform, 0x86, 0x80, content);
    }

    private byte[] transcode(byte[] cryptogram) {
        return card.send(card.usage::transcode, 0, 0, cryptogram);
    }

    private int transcodeStatus(byte[] cryptogram) {
        return card.status(card.usage::transcode, 0, 0, cryptogram);
    }

    private byte[] check(byte[] cryptogram) {
        return card.send(card.usage::check, 0, 0, cryptogram);
    }

    private void putContact(int place, int as, byte[] template) {
        card.actAsIssuer(true);
        card.send(length -> {
            card.contacts.put(length);
            return 0;
        }, place, as, template);
        card.actAsIssuer(false);
    }

    @Test
    public void rsaCryptogramsOfOthersOpen() {
        cardWith(KeySlot.RSA_2048, 0);
        byte[] key = card.publicKey();
        for (int length : new int[] {1, 16, 190}) {
            assertArrayEquals(content(length), decipher(PeerKey.sealRsa(key, true, content(length))));
        }
        assertEquals(0x6A80, decipherStatus(PeerKey.sealRsa(key, false, content(16))));
        assertEquals(0x9000, manage(0x41, Hex.bytes("840100 8102D001 800111")));
        for (int length : new int[] {1, 16, 245}) {
            assertArrayEquals(content(length), decipher(PeerKey.sealRsa(key, false, content(length))));
        }
        assertEquals(0x6A80, decipherStatus(PeerKey.sealRsa(key, true, content(16))));
        assertEquals(0x9000, manage(0x41, Hex.bytes("840100")));
        assertArrayEquals(content(16), decipher(PeerKey.sealRsa(key, true, content(16))));
    }

    @Test
    public void everyAlteredByteOfAnEcCryptogramIsRefusedAlike() {
        cardWith(KeySlot.EC_P256, 0);
        byte[] good = EC.sealEc(card.publicKey(), 1, 32, PeerKey.RFC5753_INFO, content(32));
        for (int i = 0; i < good.length; i++) {
            byte[] altered = good.clone();
            altered[i] ^= 1;
            assertEquals(0x6A80, decipherStatus(altered), "byte " + i);
            card.verify();
        }
        for (int length = 0; length < good.length; length++) {
            assertEquals(0x6A80, decipherStatus(Arrays.copyOf(good, length)));
            card.verify();
        }
        assertEquals(0x6A80, decipherStatus(Arrays.copyOf(good, good.length + 1)));
        assertArrayEquals(content(32), decipher(good));
    }

    @Test
    public void thirtyTwoFaultsEndTheSessionOfThePin() {
        for (byte type : new byte[] {KeySlot.RSA_2048, KeySlot.EC_P256}) {
            cardWith(type, 0);
            byte[] wrong = new byte[257];
            for (int i = 0; i < 31; i++) {
                assertEquals(0x6A80, decipherStatus(wrong));
            }
            assertTrue(card.authority.user());
            assertEquals(0x6A80, decipherStatus(wrong));
            assertFalse(card.authority.user());
            card.verify();
            assertEquals(0x6A80, decipherStatus(wrong), "the next session counts anew");
            assertTrue(card.authority.user());
        }
    }

    @Test
    public void aPolicyOfTrustedTargetsAllowsTheIssuersContactsAndTheOwnKeyAlone() {
        cardWith(KeySlot.EC_P256, Authority.TRUSTED_TARGETS_ONLY);
        byte[] cryptogram = EC.sealEc(card.publicKey(), 1, 32, PeerKey.RFC5753_INFO, content(32));
        putContact(1, 1, EC.template());
        putContact(2, 0, EC.template());
        assertEquals(0x6982, target(EC.template()));
        assertEquals(0x6985, transcodeStatus(cryptogram));
        assertEquals(0x9000, target(Hex.bytes("830102")));
        assertEquals(0x6982, transcodeStatus(cryptogram));
        assertEquals(0x9000, encipherStatus(content(32)), "what the host knows it may send");
        assertEquals(0x9000, target(Hex.bytes("830101")));
        assertEquals(0x9000, transcodeStatus(cryptogram));
        assertEquals(0x9000, target(Hex.bytes("830100")));
        assertEquals(0x9000, transcodeStatus(cryptogram));
    }

    @Test
    public void aTargetIsWhatItWasWhenItWasSet() {
        cardWith(KeySlot.EC_P256, Authority.TRUSTED_TARGETS_ONLY);
        byte[] cryptogram = EC.sealEc(card.publicKey(), 1, 32, PeerKey.RFC5753_INFO, content(32));
        putContact(2, 0, EC.template());
        target(Hex.bytes("830102"));
        putContact(2, 1, RSA.template());
        assertEquals(0x6982, transcodeStatus(cryptogram));
        assertArrayEquals(content(32), EC.openEc(encipher(content(32))));
    }

    @Test
    public void withoutTargetOrKeyNothingIsDone() {
        card.verify();
        assertEquals(0x6985, encipherStatus(content(32)));
        assertEquals(0x6985, transcodeStatus(new byte[257]));
        assertEquals(0x6A88, decipherStatus(new byte[257]));
        assertEquals(0x6A88, target(Hex.bytes("830100")));
        assertEquals(0x6A88, target(Hex.bytes("830101")));
        assertEquals(0x6A88, target(Hex.bytes("8301FF")));
        card.generate(KeySlot.EC_P256, false);
        assertEquals(0x6A88, target(Hex.bytes("830100")), "the backup keeps no public key");
    }

    @Test
    public void anInvalidTargetIsRefusedAndTheOldOneForgotten() {
        card.verify();
        target(EC.template());
        byte[] off = EC.template();
        off[69] ^= 1;
        assertEquals(0x6A80, target(off));
        assertEquals(0x6985, encipherStatus(content(32)));
        assertEquals(0x6A80, target(NOTHING));
        assertEquals(0x6A80, target(Hex.bytes("830200 00")));
        assertEquals(0x6A86, manage(0x41 ^ 0x80, NOTHING));
    }

    @Test
    public void clearingForgetsTheTarget() {
        card.verify();
        for (PeerKey key : new PeerKey[] {RSA, EC}) {
            assertEquals(0x9000, target(key.template()));
            card.target.clear();
            assertEquals(0x6985, encipherStatus(content(32)));
        }
    }
}
