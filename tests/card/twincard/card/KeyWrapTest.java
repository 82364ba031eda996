package twincard.card;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import org.junit.Test;

/** AES key wrap against the vectors of RFC 3394, section 4. */
public class KeyWrapTest {
    private static final byte[] KEK = Hex.bytes("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F");
    private static final byte[] KEY = Hex.bytes("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F");

    private final KeyWrap keyWrap = new KeyWrap(new Chip());
    private final byte[] scratch = new byte[KeyWrap.SCRATCH];

    private void assertVector(int kekLen, int keyLen, String wrappedHex) {
        byte[] wrapped = Hex.bytes(wrappedHex);
        byte[] data = new byte[3 + wrapped.length];
        System.arraycopy(KEY, 0, data, 3, keyLen);
        short len = keyWrap.wrap(KEK, (short) 0, (short) kekLen, data, (short) 3, (short) keyLen, scratch, (short) 0);
        assertEquals(wrapped.length, len);
        assertArrayEquals(wrapped, Arrays.copyOfRange(data, 3, 3 + len));
        assertEquals(keyLen, keyWrap.unwrap(KEK, (short) 0, (short) kekLen, data, (short) 3, len, scratch, (short) 0));
        assertArrayEquals(Arrays.copyOf(KEY, keyLen), Arrays.copyOfRange(data, 3, 3 + keyLen));
        assertArrayEquals(new byte[8], Arrays.copyOfRange(data, 3 + keyLen, data.length));
        assertArrayEquals(new byte[16], scratch);
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
        for (int i = 0; i < wrapped.length; i++) {
            byte[] data = wrapped.clone();
            data[i] ^= 0x10;
            short len = keyWrap.unwrap(KEK, (short) 0, (short) 32, data, (short) 0, (short) 24, scratch, (short) 0);
            assertEquals(-1, len);
            assertArrayEquals(new byte[24], data);
        }
    }

    @Test
    public void knowsTheKeyLengthsOfTheChip() {
        assertTrue(keyWrap.supports((short) 16) && keyWrap.supports((short) 24) && keyWrap.supports((short) 32));
        assertFalse(keyWrap.supports((short) 20));
    }
}
