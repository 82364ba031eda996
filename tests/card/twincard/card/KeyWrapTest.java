package twincard.card;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** AES key wrap against the vectors of RFC 3394, section 4. */
public class KeyWrapTest {
    private static final byte[] KEK = Hex.bytes("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F");
    private static final byte[] KEY = Hex.bytes("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F");

    private static final int AT = 3;

    private final Bench card = new Bench();
    private final KeyEncryption encryption = card.core.encryption;
    private final byte[] data = card.ram.aux;

    private void giveKek(int length) {
        System.arraycopy(KEK, 0, card.ram.secret, KeyEncryption.KEK, length);
    }

    private void assertVector(int kekLen, int keyLen, String wrappedHex) {
        byte[] wrapped = Hex.bytes(wrappedHex);
        System.arraycopy(KEY, 0, data, AT, keyLen);
        giveKek(kekLen);
        encryption.wrap((short) kekLen, (short) AT, (short) keyLen);
        assertArrayEquals(wrapped, Arrays.copyOfRange(data, AT, AT + wrapped.length));
        assertEquals(keyLen, encryption.unwrap((short) kekLen, (short) AT, (short) wrapped.length));
        assertArrayEquals(Arrays.copyOf(KEY, keyLen), Arrays.copyOfRange(data, AT, AT + keyLen));
        assertArrayEquals(new byte[8], Arrays.copyOfRange(data, AT + keyLen, AT + wrapped.length));
    }

    @Test
    public void wraps128BitsUnder128() {
        assertVector(16, 16, "1FA68B0A8112B447 AEF34BD8FB5A7B82 9D3E862371D2CFE5");
    }

    @Test
    public void wraps128BitsUnder192() {
        assertVector(24, 16, "96778B25AE6CA435 F92B5B97C050AED2 468AB8A17AD84E5D");
    }

    @Test
    public void wraps128BitsUnder256() {
        assertVector(32, 16, "64E8C3F9CE0F5BA2 63E9777905818A2A 93C8191E7D6E8AE7");
    }

    @Test
    public void wraps192BitsUnder192() {
        assertVector(24, 24, "031D33264E15D332 68F24EC260743EDC E1C6C7DDEE725A93 6BA814915C6762D2");
    }

    @Test
    public void wraps192BitsUnder256() {
        assertVector(32, 24, "A8F9BC1612C68B3F F6E6F4FBE30E71E4 769C8B80A32CB895 8CD5D17D6B254DA1");
    }

    @Test
    public void wraps256BitsUnder256() {
        assertVector(32, 32, "28C9F404C4B810F4 CBCCB35CFB87F826 3F5786E2D80ED326 CBC7F0E71A99F43B FB988B9B7A02DD21");
    }

    @Test
    public void refusesEveryAlteredByteAndLeavesNothing() {
        byte[] wrapped = Hex.bytes("64E8C3F9CE0F5BA2 63E9777905818A2A 93C8191E7D6E8AE7");
        giveKek(32);
        for (int i = 0; i < wrapped.length; i++) {
            System.arraycopy(wrapped, 0, data, 0, wrapped.length);
            data[i] ^= 0x10;
            assertEquals(-1, encryption.unwrap((short) 32, (short) 0, (short) wrapped.length));
            assertArrayEquals(new byte[wrapped.length], Arrays.copyOf(data, wrapped.length));
        }
    }

    @Test
    public void knowsTheKeyLengthsOfTheChip() {
        for (short length : new short[] {16, 24, 32}) {
            assertNotNull(encryption.keyOf(length));
        }
        assertNull(encryption.keyOf((short) 20));
    }
}
