package twincard.card;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The last of the numbers that tickets can have. */
public class TicketNumbersTest {
    private static final byte[] ORIGINAL = Hex.bytes("11".repeat(16));

    private final Bench card = new Bench().operational(0);

    @BeforeEach
    public void completeGroup() {
        card.verify();
        card.send(length -> card.core.group.begin(length), 1, 0, new byte[0]);
        String kcv = "8D5D96";
        card.send(
                length -> {
                    card.core.group.setComponent(length);
                    return 0;
                },
                1, 0, Hex.bytes("00".repeat(31) + "01" + kcv));
    }

    @Test
    public void theLastNumberIs7fff() throws ReflectiveOperationException {
        Field drawn = Import.class.getDeclaredField("drawn");
        drawn.setAccessible(true);
        drawn.setShort(card.core.imports, (short) 0x7FFE);
        byte[] ticket = card.send(length -> card.core.imports.ticket(length), 0, 0, ORIGINAL);
        assertEquals((short) 0x7FFF, (short) (ticket[39] << 8 | ticket[40] & 0xFF));
        card.send(length -> card.core.imports.cancel(), 0, 0, new byte[0]);
        for (int i = 0; i < 2; i++) {
            assertEquals(0x6A84, card.status(length -> card.core.imports.ticket(length), 1, 0, ORIGINAL));
        }
        assertEquals(Import.VOID, card.core.imports.state);
    }
}
