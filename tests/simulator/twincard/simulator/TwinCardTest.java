package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import twincard.card.ExtendedTrustTwinCardApplet;

/** The project's own applet in the simulator: everything that it reaches can be kept. */
public class TwinCardTest {
    private static final byte[] PARAMETERS = Probe.bytes("8020" + "11".repeat(32));

    private Card card;

    @BeforeEach
    public void install() throws CardException {
        card = newCard();
    }

    private static Card newCard() throws CardException {
        return Card.install(ExtendedTrustTwinCardApplet.class, Probe.bytes(Probe.AID), PARAMETERS);
    }

    private static String select(Card card) {
        return HexFormat.of().formatHex(card.transmit(Probe.bytes(Probe.SELECT + "00")));
    }

    @Test
    public void wholeStateGoesFromOneCardToAnother() throws CardException {
        Card other = newCard();
        HexFormat hex = HexFormat.of();
        assertNotEquals(hex.formatHex(card.image()), hex.formatHex(other.image()), "card ids differ");
        ByteBuffer state = ByteBuffer.allocate(StateFile.CAPACITY);
        card.write(state);
        other.read(state.flip());
        assertArrayEquals(card.image(), other.image());
        assertEquals(select(card), select(other));
    }

    /** While a card is loaded, a known pair stands where its own will be; one that its file lacks is drawn. */
    @Test
    public void cardWhoseFileLacksItsKeysDrawsThem() throws CardException {
        Card loaded = Card.load(ExtendedTrustTwinCardApplet.class, Probe.bytes(Probe.AID), PARAMETERS,
                Chip.withoutLimits(), ByteBuffer.allocate(0));
        assertTrue(basePoints(card) > 0, "domain parameters have it");
        assertEquals(basePoints(card), basePoints(loaded), "no public key is the base point");
        assertTrue(select(loaded).endsWith("9000"));
    }

    /** How often the base point of P-256 is in the card's memory (FIPS 186-4, D.1.2.3: its first coordinate). */
    private static int basePoints(Card card) {
        String x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
        return HexFormat.of().formatHex(card.image()).split(x, -1).length - 1;
    }

    @Test
    public void selectionWritesNothing() {
        card.takeWrites();
        assertTrue(select(card).endsWith("9000"));
        assertEquals(0, card.takeWrites());
        assertEquals("", card.faults());
    }

    @Test
    public void appletKeepsNothingInStaticFields() {
        for (Class<?> type : AppletClasses.load()) {
            if (type.getName().startsWith("twincard.card.")) {
                for (Field field : type.getDeclaredFields()) {
                    int modifiers = field.getModifiers();
                    assertTrue(Modifier.isFinal(modifiers) || !Modifier.isStatic(modifiers), field.toString());
                }
            }
        }
    }

    @Test
    public void stateFileHasRoomForTheLargestFileStore() throws CardException {
        byte[] large = Probe.bytes(HexFormat.of().formatHex(PARAMETERS) + "81017F" + "82027FFF" + "830110");
        ByteBuffer state = ByteBuffer.allocate(StateFile.CAPACITY);
        Card.install(ExtendedTrustTwinCardApplet.class, Probe.bytes(Probe.AID), large).write(state);
        assertTrue(state.position() > Short.MAX_VALUE);
    }
}
