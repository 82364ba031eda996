package twincard.card;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import twincard.simulator.Card;
import twincard.simulator.PowerCut;
import twincard.simulator.Snapshot;

/** Files and contacts when the power fails at any write: the old state or the new, and the command can be repeated. */
public class PowerCutTest {
    private static final String AID = "F05457494E4341524401";
    private static final String KEY = "00".repeat(32);
    private static final String OPEN_EF = "8C0443000000";
    private static final String MARK = "5EC2E7".repeat(20);
    /** Where the card id begins in the state report: E0 L { 80 02 .., 81 02 .., 82 10 id … */
    private static final int CARD_ID = 12;
    private static final PeerKey EC = PeerKey.ec();
    private static final PeerKey RSA = PeerKey.rsa();

    private Card card;
    private Snapshot start;

    /** A DF 1000 in which everybody may do everything: two files, a freed piece before the second, and one contact. */
    @BeforeEach
    public void install() throws Exception {
        byte[] parameters = Hex.bytes("8020" + KEY + "810106 82020200 830102 840100");
        card = Card.install(ExtendedTrustTwinCardApplet.class, Hex.bytes(AID), parameters);
        begin();
        ok("00E00000 10 620E 820138 83021000 8C054700000000");
        create("1001", 100);
        create("1002", 60);
        ok("00D60000 3C" + MARK);
        ok("00E40000 02 1001");
        create("1003", 30);
        ok("00D60000 03 010203");
        ok(putContact(EC.template()));
        start = card.snapshot();
    }

    private void create(String fid, int size) {
        ok(createCommand(fid, size));
    }

    private static String createCommand(String fid, int size) {
        return String.format("00E00000 13 6211 8002%04X 820101 8302", size) + fid + OPEN_EF;
    }

    private static String putContact(byte[] template) {
        return String.format("80400101 00%04X", template.length) + HexFormat.of().formatHex(template);
    }

    private byte[] send(String command) {
        return card.transmit(Hex.bytes(command));
    }

    private byte[] ok(String command) {
        byte[] answer = send(command);
        assertEquals(0x9000, status(answer), command);
        return Arrays.copyOf(answer, answer.length - 2);
    }

    private static int status(byte[] answer) {
        return (answer[answer.length - 2] & 0xFF) << 8 | answer[answer.length - 1] & 0xFF;
    }

    /** SELECT of the applet, and the issuer's authority. */
    private void begin() throws GeneralSecurityException {
        ok("00A404000A" + AID + "00");
        byte[] report = ok("00CA00E000");
        byte[] cardId = Arrays.copyOfRange(report, CARD_ID, CARD_ID + 16);
        byte[] challenge = ok("0084000010");
        byte[] text = PeerKey.join("twincard/issuer/1".getBytes(), cardId, challenge);
        ok("0082000010" + HexFormat.of().formatHex(cmac(Hex.bytes(KEY), text)));
    }

    /** AES-CMAC (RFC 4493) of a text that is no whole number of blocks. */
    private static byte[] cmac(byte[] key, byte[] text) throws GeneralSecurityException {
        Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
        aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
        byte[] subkey = twice(twice(aes.doFinal(new byte[16])));
        byte[] padded = Arrays.copyOf(text, (text.length / 16 + 1) * 16);
        padded[text.length] = (byte) 0x80;
        byte[] state = new byte[16];
        for (int block = 0; block < padded.length; block += 16) {
            for (int i = 0; i < 16; i++) {
                state[i] ^= padded[block + i] ^ (block + 16 == padded.length ? subkey[i] : 0);
            }
            state = aes.doFinal(state);
        }
        return state;
    }

    private static byte[] twice(byte[] value) {
        byte[] out = new byte[16];
        for (int i = 0; i < 16; i++) {
            out[i] = (byte) (value[i] << 1 | (i < 15 ? (value[i + 1] & 0xFF) >> 7 : 0));
        }
        out[15] ^= (byte) (value[0] < 0 ? 0x87 : 0);
        return out;
    }

    /** All that can be seen of files and contacts. */
    private String observe() {
        StringBuilder seen = new StringBuilder();
        for (String fid : new String[] {"1001", "1002", "1003", "1004", "1005"}) {
            byte[] answer = send("00A40804 04 1000" + fid + "00");
            seen.append(HexFormat.of().formatHex(answer)).append(' ');
            if (status(answer) == 0x9000) {
                seen.append(HexFormat.of().formatHex(send("00B0000000"))).append(' ');
            }
        }
        byte[] report = ok("00CA00E000");
        seen.append(HexFormat.of().formatHex(Arrays.copyOfRange(report, report.length - 6, report.length)));
        return seen.append(HexFormat.of().formatHex(send("8044010000"))).toString();
    }

    private String observeAfterRestart() throws GeneralSecurityException {
        card.reset();
        card.cutAt(0);
        begin();
        return observe();
    }

    /**
     * Cuts the power at every write of a command. Whatever is seen afterwards is as before, as after, or one more
     * state; repeated with the answer 9000 or {@code already}, the command leads to where it should.
     *
     * @return how many writes the command has
     */
    private int cutEverywhere(String command, int already, String between) throws Exception {
        card.restore(start);
        begin();
        String before = observe();
        Set<String> allowed = new HashSet<>();
        allowed.add(before);
        if (between != null) {
            allowed.add(between);
        }
        ok("00A4080C 02 1000");
        card.takeWrites();
        ok(command);
        int writes = card.takeWrites();
        String after = observeAfterRestart();
        allowed.add(after);
        assertTrue(writes > 0);
        assertFalse(before.equals(after));
        for (int k = 1; k <= writes; k++) {
            card.restore(start);
            begin();
            ok("00A4080C 02 1000");
            card.cutAt(k);
            try {
                send(command);
                fail("the power failed at write " + k + " of " + writes);
            } catch (PowerCut off) {
                String seen = observeAfterRestart();
                assertTrue(allowed.contains(seen), "write " + k + ": " + seen);
            }
            ok("00A4080C 02 1000");
            int status = status(send(command));
            assertTrue(status == 0x9000 || status == already, Integer.toHexString(status));
            assertEquals(after, observeAfterRestart());
        }
        assertEquals("", card.faults());
        return writes;
    }

    @Test
    public void aFileIsCreatedWholeOrNotAtAll() throws Exception {
        cutEverywhere(createCommand("1004", 40), 0x6A89, null);
        cutEverywhere(createCommand("1004", 90), 0x6A89, null); // at the end of the pool
    }

    @Test
    public void aFileIsDeletedOrNot() throws Exception {
        cutEverywhere("00E40000 02 1002", 0x6A82, null);
        cutEverywhere("00E40000 02 1003", 0x6A82, null);
    }

    @Test
    public void aDeletionThatBeganIsFinishedAndLeavesNoByte() throws Exception {
        card.restore(start);
        begin();
        assertTrue(holdsMark());
        ok("00A4080C 02 1000");
        card.takeWrites();
        ok("00E40000 02 1002");
        int writes = card.takeWrites();
        for (int k = 1; k <= writes; k++) {
            card.restore(start);
            begin();
            ok("00A4080C 02 1000");
            card.cutAt(k);
            try {
                send("00E40000 02 1002");
            } catch (PowerCut off) {
                card.reset();
            }
            card.cutAt(0);
            begin();
            boolean gone = status(send("00A4080C 04 10001002")) == 0x6A82;
            assertEquals(gone, !holdsMark(), "write " + k);
        }
    }

    private boolean holdsMark() {
        return HexFormat.of().formatHex(card.image()).toUpperCase().contains("5EC2E7");
    }

    @Test
    public void anUpdateOfUpToOneHundredAndTwentyEightBytesIsWholeOrNothing() throws Exception {
        card.restore(start);
        begin();
        ok("00A4080C 02 1000");
        create("1005", 128);
        start = card.snapshot();
        String select = "00A4080C 04 10001005";
        byte[] data = new byte[128];
        Arrays.fill(data, (byte) 0x33);
        String update = "00D60000 80" + HexFormat.of().formatHex(data);
        ok(select);
        card.takeWrites();
        ok(update);
        int writes = card.takeWrites();
        assertTrue(writes > 0);
        for (int k = 1; k <= writes; k++) {
            card.restore(start);
            begin();
            ok(select);
            card.cutAt(k);
            try {
                send(update);
                fail("the power failed");
            } catch (PowerCut off) {
                card.reset();
            }
            card.cutAt(0);
            begin();
            ok(select);
            byte[] content = ok("00B0000000");
            assertTrue(Arrays.equals(content, data) || Arrays.equals(content, new byte[128]));
        }
    }

    @Test
    public void aContactIsTheOldTheNewOrNone() throws Exception {
        card.restore(start);
        begin();
        ok("80420100");
        String none = observeAfterRestart();
        cutEverywhere(putContact(RSA.template()), 0x9000, none);
        cutEverywhere("80420100", 0x6A88, none);
    }

    @Test
    public void cardsWithoutCutsHaveNoFaults() {
        assertEquals("", card.faults());
        assertArrayEquals(Hex.bytes("010203"), Arrays.copyOf(read("10001003"), 3));
    }

    private byte[] read(String path) {
        ok("00A4080C 04" + path);
        return ok("00B0000000");
    }
}
