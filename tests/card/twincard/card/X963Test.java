package twincard.card;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** ANSI X9.63 key derivation: the definition over again with the JDK's digests, and that against a CAVP vector. */
public class X963Test {
    private final Bench card = new Bench();
    private final KeyEncryption encryption = card.core.encryption;

    private byte[] derive(byte hash, byte[] z, byte[] info, int bytes) {
        System.arraycopy(z, 0, card.ram.secret, KeyEncryption.Z, z.length);
        encryption.derive(hash, info, (short) 0, (short) info.length, (short) bytes);
        return Arrays.copyOfRange(card.ram.secret, KeyEncryption.KEK, KeyEncryption.KEK + bytes);
    }

    /** NIST CAVP, ANSX963-2001, SHA-256, shared secret 192 bits, SharedInfo empty, 128 bits, COUNT = 0. */
    @Test
    public void theDefinitionHereAgreesWithThePublishedVector() throws Exception {
        byte[] z = Hex.bytes("96C05619D56C328AB95FE84B18264B08725B85E33FD34F08");
        assertArrayEquals(Hex.bytes("443024C3DAE66B95E6F5670601558F71"), expected("SHA-256", z, new byte[0], 16));
    }

    @Test
    public void agreesWithTheDefinitionForEveryHashAndLength() throws Exception {
        String[] names = {"SHA-256", "SHA-1", "SHA-384", "SHA-512"};
        byte[] z = Hex.bytes("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F");
        for (int hash = 1; hash <= 4; hash++) {
            for (int infoLen : new int[] {0, 1, 23, 80}) {
                byte[] info = new byte[infoLen];
                Arrays.fill(info, (byte) 0x5A);
                for (int bytes : new int[] {16, 24, 32}) {
                    assertArrayEquals(expected(names[hash - 1], z, info, bytes), derive((byte) hash, z, info, bytes));
                }
            }
        }
    }

    private static byte[] expected(String hash, byte[] z, byte[] info, int bytes) throws Exception {
        byte[] stream = new byte[0];
        for (int counter = 1; stream.length < bytes; counter++) {
            MessageDigest digest = MessageDigest.getInstance(hash);
            digest.update(z);
            digest.update(new byte[] {0, 0, 0, (byte) counter});
            byte[] piece = digest.digest(info);
            byte[] longer = Arrays.copyOf(stream, stream.length + piece.length);
            System.arraycopy(piece, 0, longer, stream.length, piece.length);
            stream = longer;
        }
        return Arrays.copyOf(stream, bytes);
    }

    @Test
    public void knowsTheHashesOfTheChip() {
        for (byte hash = KeyEncryption.SHA_256; hash <= KeyEncryption.SHA_512; hash++) {
            assertNotNull(encryption.digestOf(hash));
        }
        assertNull(encryption.digestOf((byte) 0));
        assertNull(encryption.digestOf((byte) 5));
    }
}
