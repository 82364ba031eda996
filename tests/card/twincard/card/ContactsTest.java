package twincard.card;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Contacts: which keys are valid, and who may write, replace and delete. */
public class ContactsTest {
    private static final byte[] NOTHING = new byte[0];

    private final Bench card = new Bench().operational(0);
    private final PeerKey rsa = PeerKey.rsa();
    private final PeerKey ec = PeerKey.ec();

    private int put(int place, int as, byte[] template) {
        return card.status(length -> {
            card.contacts.put(length);
            return 0;
        }, place, as, template);
    }

    private int delete(int place) {
        return card.status(length -> {
            card.contacts.delete();
            return 0;
        }, place, 0, NOTHING);
    }

    private byte[] get(int place) {
        return card.send(length -> card.contacts.get(), place, 0, NOTHING);
    }

    private int getStatus(int place) {
        return card.status(length -> card.contacts.get(), place, 0, NOTHING);
    }

    @Test
    public void keysOfBothTypesAreKeptAsGiven() {
        card.verify();
        assertArrayEquals(new byte[3], get(0));
        assertEquals(0x9000, put(1, 0, rsa.template()));
        assertEquals(0x9000, put(3, 0, ec.template()));
        assertArrayEquals(rsa.template(), get(1));
        assertArrayEquals(ec.template(), get(3));
        assertArrayEquals(Hex.bytes("210022"), get(0));
        assertEquals(0x9000, put(1, 0, ec.template()));
        assertArrayEquals(ec.template(), get(1));
    }

    @Test
    public void anExponentOfFourBytesIsKept() {
        card.verify();
        byte[] template = rsa.templateWith(Hex.bytes("80000001"));
        assertEquals(0x9000, put(2, 0, template));
        assertArrayEquals(template, get(2));
    }

    @Test
    public void whatTheIssuerWroteOnlyTheIssuerChanges() {
        card.verify();
        assertEquals(0x6982, put(1, 1, ec.template()));
        card.actAsIssuer(true);
        assertEquals(0x9000, put(1, 1, ec.template()));
        assertEquals(0x6982, put(1, 0, rsa.template()));
        card.actAsIssuer(false);
        assertEquals(0x6982, delete(1));
        assertArrayEquals(Hex.bytes("120000"), get(0));
        assertEquals(0x9000, put(2, 0, ec.template()));
        card.authority.resetPin();
        assertEquals(0x6982, put(2, 0, ec.template()));
        assertEquals(0x6982, delete(2));
        card.actAsIssuer(true);
        assertEquals(0x9000, put(2, 1, rsa.template()), "the issuer replaces any");
        assertEquals(0x9000, delete(1));
        assertEquals(0x9000, delete(2));
        assertArrayEquals(new byte[3], get(0));
    }

    @Test
    public void emptyPlacesAndPlacesBeyondTheLastAreToldApart() {
        card.verify();
        assertEquals(0x6A88, getStatus(1));
        assertEquals(0x6A88, delete(1));
        assertEquals(0x6A86, getStatus(4));
        assertEquals(0x6A86, getStatus(0xFF));
        assertEquals(0x6A86, delete(0));
        assertEquals(0x6A86, put(0, 0, ec.template()));
        assertEquals(0x6A86, put(4, 0, ec.template()));
        assertEquals(0x6A86, put(1, 2, ec.template()));
    }

    @Test
    public void invalidKeysAreRefusedAndChangeNothing() {
        card.verify();
        assertEquals(0x9000, put(1, 0, ec.template()));
        byte[][] wrong = {
            NOTHING,
            Hex.bytes("7F49"),
            altered(rsa.template(), PublicKeys.MODULUS, 0x80), // modulus too short
            altered(rsa.template(), PublicKeys.MODULUS + 255, 1), // even modulus
            altered(rsa.template(), 269, 1), // even exponent
            altered(rsa.template(), 4, 1), // outer length
            altered(rsa.template(), 5, 1),
            altered(rsa.template(), 265, 1),
            altered(rsa.template(), 266, 1),
            rsa.templateWith(Hex.bytes("00010001")),
            rsa.templateWith(Hex.bytes("00FFFF")),
            rsa.templateWith(Hex.bytes("FFFF")),
            rsa.templateWith(Hex.bytes("03")),
            altered(ec.template(), 2, 1),
            altered(ec.template(), 3, 1),
            altered(ec.template(), 4, 1),
            altered(ec.template(), 5, 6), // compressed
            altered(ec.template(), 69, 1), // off the curve
            java.util.Arrays.copyOf(ec.template(), 69),
        };
        for (byte[] template : wrong) {
            assertEquals(0x6A80, put(1, 0, template));
        }
        assertArrayEquals(ec.template(), get(1));
    }

    private static byte[] altered(byte[] template, int at, int mask) {
        template[at] ^= (byte) mask;
        return template;
    }

    @Test
    public void wipingForgetsAll() {
        card.verify();
        put(1, 0, rsa.template());
        card.contacts.wipe();
        card.contacts.wipe();
        assertArrayEquals(new byte[3], get(0));
        assertEquals(0x6A88, card.status(length -> card.contacts.get(), 1, 0, NOTHING));
    }
}
