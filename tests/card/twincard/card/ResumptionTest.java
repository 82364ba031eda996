package twincard.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.HexFormat;
import java.util.Map;
import javacard.framework.JCSystem;
import javacard.framework.TransactionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import twincard.simulator.Card;

/** A card that cannot finish what was interrupted is selectable, and carries out nothing until it can. */
public class ResumptionTest {
    private static final byte[] AID = Hex.bytes("F05457494E4341524401");
    private static final String SELECT = "00A404000A" + HexFormat.of().formatHex(AID);
    private static final String REPORT = "00CA00E000";

    private final FailingParts failing = new FailingParts();
    private Card card;

    /** Parts whose resumption fails while a test says so, in a transaction. */
    private static final class FailingParts extends Parts {
        private boolean fails;

        @Override
        void resume() {
            if (fails) {
                JCSystem.beginTransaction();
                TransactionException.throwIt(TransactionException.INTERNAL_FAILURE);
            }
        }
    }

    /** The base on a card, with those parts in the place of none. */
    @BeforeEach
    public void install() throws Exception {
        card = Card.install(ExtendedTwinCardApplet.class, AID, Hex.bytes("8020" + "00".repeat(32)));
        Object runtime = field(Card.class, "runtime").get(card);
        Map<?, ?> applets = (Map<?, ?>) field(runtime.getClass().getSuperclass(), "applets").get(runtime);
        Object instance = applets.values().iterator().next();
        Object applet = instance.getClass().getMethod("getApplet").invoke(instance);
        field(Core.class, "parts").set(applet, failing);
    }

    private static Field field(Class<?> owner, String name) throws ReflectiveOperationException {
        Field field = owner.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    @Test
    public void theCardIsSelectableAllTheSame() {
        failing.fails = true;
        for (int again = 0; again < 3; again++) {
            assertTrue(send(SELECT).endsWith("9000"));
        }
        assertEquals("", card.faults());
    }

    @Test
    public void nothingIsCarriedOutUntilItSucceeds() {
        failing.fails = true;
        send(SELECT);
        assertEquals("6581", send(REPORT));
        assertEquals("6581", send("0084000010"));
        assertEquals("", card.faults());
        failing.fails = false;
        assertTrue(send(REPORT).endsWith("9000"));
    }

    @Test
    public void itIsTriedAgainBeforeEveryCommand() {
        send(SELECT);
        assertTrue(send(REPORT).endsWith("9000"));
        failing.fails = true;
        assertEquals("6581", send(REPORT));
        failing.fails = false;
        assertTrue(send(REPORT).endsWith("9000"));
    }

    private String send(String command) {
        return HexFormat.of().formatHex(card.transmit(HexFormat.of().parseHex(command)));
    }
}
