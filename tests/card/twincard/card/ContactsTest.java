package twincard.card;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What termination does with contacts, which may be interrupted and begin again. */
public class ContactsTest {
    private static final byte[] NOTHING = new byte[0];

    private final Bench card = new Bench().operational(0);

    @Test
    public void wipingForgetsAll() {
        card.verify();
        assertEquals(0x9000, card.status(length -> {
            card.contacts.put(length);
            return 0;
        }, 1, 0, PeerKey.rsa().template()));
        card.contacts.wipe();
        card.contacts.wipe();
        assertArrayEquals(new byte[3], card.send(length -> card.contacts.get(), 0, 0, NOTHING));
        assertEquals(0x6A88, card.status(length -> card.contacts.get(), 1, 0, NOTHING));
    }
}
