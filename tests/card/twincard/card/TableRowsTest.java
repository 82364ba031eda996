package twincard.card;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import twincard.simulator.Card;

/** A row of a command table whose case was forgotten lets nothing be carried out. */
public class TableRowsTest {
    private static final byte[] AID = Hex.bytes("F05457494E4341524401");
    private static final byte ANYBODY = CommandRules.I | CommandRules.O | CommandRules.T;
    /** Instructions of no command, even as they stand in the tables. */
    private static final int[] UNUSED = {0x0C, 0x5E, 0x7C, 0x8E, 0xBE, 0xEE};
    private static final int ROW = CommandRules.ROW;

    private byte[] table;
    private byte[] kept;
    private Card card;

    @BeforeEach
    public void install() throws Exception {
        card = Card.install(ExtendedTrustTwinCardApplet.class, AID, Hex.bytes("8020" + "00".repeat(32)));
        assertTrue(send("00A404000A" + HexFormat.of().formatHex(AID)).endsWith("9000"));
    }

    @AfterEach
    public void putBack() {
        System.arraycopy(kept, 0, table, 0, kept.length);
    }

    @Test
    public void inTheBase() throws Exception {
        forgetEachCase(CommandRules.class);
    }

    @Test
    public void inTheParts() throws Exception {
        forgetEachCase(TrustParts.class);
    }

    /** Gives each row an instruction that nobody carries out, and to anybody, and sends that. */
    private void forgetEachCase(Class<?> owner) throws Exception {
        Field field = owner.getDeclaredField("TABLE");
        field.setAccessible(true);
        table = (byte[]) field.get(null);
        kept = table.clone();
        byte[] image = card.image();
        for (int row = 0; row < table.length; row += ROW) {
            for (int ins : UNUSED) {
                boolean ours = (table[row] & CommandRules.OURS) != 0;
                byte[] before = {table[row], table[row + 1]};
                table[row] = (byte) (ours ? ins | CommandRules.OURS : ins);
                table[row + 1] = ANYBODY;
                String header = String.format("%s%02X", ours ? "80" : "00", ins);
                for (String rest : new String[] {"0000", "0000023F00", "00000100", "8100"}) {
                    assertRefused(header + rest);
                }
                table[row] = before[0];
                table[row + 1] = before[1];
            }
        }
        assertArrayEquals(image, card.image());
        assertEquals("", card.faults());
    }

    private void assertRefused(String command) {
        String answer = send(command);
        assertTrue(answer.equals("6d00") || answer.equals("6a86"), command + ": " + answer);
    }

    private String send(String command) {
        return HexFormat.of().formatHex(card.transmit(HexFormat.of().parseHex(command)));
    }
}
