package twincard.card;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.junit.BeforeClass;
import org.junit.Test;

/** OAEP and PKCS#1 v1.5 blocks, both ways with the JDK's RSA, and every fault inside a block. */
public class PaddingTest {
    private static final OAEPParameterSpec OAEP_SHA256 =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);
    private static final int AT = 1;
    private static KeyPair pair;

    private final Oaep oaep = new Oaep(new Chip());
    private final byte[] scratch = new byte[Oaep.SCRATCH];

    @BeforeClass
    public static void makeKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        pair = generator.generateKeyPair();
    }

    private static byte[] message(int length) {
        byte[] out = new byte[length];
        new Random(length).nextBytes(out);
        return out;
    }

    /** The padded block behind a cryptogram of the JDK, from index AT. */
    private static byte[] blockOf(byte[] cryptogram) {
        RSAPrivateKey key = (RSAPrivateKey) pair.getPrivate();
        return block(new BigInteger(1, cryptogram).modPow(key.getPrivateExponent(), key.getModulus()));
    }

    private static byte[] block(BigInteger value) {
        byte[] out = new byte[AT + 256];
        byte[] bytes = value.toByteArray();
        int length = Math.min(256, bytes.length);
        System.arraycopy(bytes, bytes.length - length, out, out.length - length, length);
        return out;
    }

    private static Cipher jdk(String padding, int mode) throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/" + padding);
        if (padding.startsWith("OAEP")) {
            cipher.init(mode, mode == Cipher.ENCRYPT_MODE ? pair.getPublic() : pair.getPrivate(), OAEP_SHA256);
        } else {
            cipher.init(mode, mode == Cipher.ENCRYPT_MODE ? pair.getPublic() : pair.getPrivate());
        }
        return cipher;
    }

    private byte[] oaepBlock(byte[] message) throws Exception {
        return blockOf(jdk("OAEPPadding", Cipher.ENCRYPT_MODE).doFinal(message));
    }

    private static byte[] pkcs1Block(byte[] message) throws Exception {
        return blockOf(jdk("PKCS1Padding", Cipher.ENCRYPT_MODE).doFinal(message));
    }

    private void assertOaep(byte[] message, byte[] block) {
        assertEquals(message.length, oaep.decode(block, (short) AT, scratch, (short) 0));
        assertArrayEquals(message, Arrays.copyOfRange(block, AT, AT + message.length));
        assertArrayEquals(new byte[256 - message.length], Arrays.copyOfRange(block, AT + message.length, AT + 256));
    }

    private static void assertPkcs1(byte[] message, byte[] block) {
        assertEquals(message.length, Pkcs1.decode(block, (short) AT));
        assertArrayEquals(message, Arrays.copyOfRange(block, AT, AT + message.length));
        assertArrayEquals(new byte[256 - message.length], Arrays.copyOfRange(block, AT + message.length, AT + 256));
    }

    @Test
    public void oaepOpensWhatOthersSealed() throws Exception {
        for (int length : new int[] {0, 1, 16, 32, 189, 190}) {
            assertOaep(message(length), oaepBlock(message(length)));
        }
    }

    @Test
    public void othersOpenWhatOaepSealed() throws Exception {
        RSAPublicKey key = (RSAPublicKey) pair.getPublic();
        for (int length : new int[] {0, 1, 32, 190}) {
            byte[] block = Arrays.copyOf(new byte[AT], AT + 256);
            System.arraycopy(message(length), 0, block, AT, length);
            oaep.encode(block, (short) AT, (short) length, scratch, (short) 0);
            BigInteger padded = new BigInteger(1, Arrays.copyOfRange(block, AT, AT + 256));
            byte[] raised = block(padded.modPow(key.getPublicExponent(), key.getModulus()));
            byte[] cryptogram = Arrays.copyOfRange(raised, AT, AT + 256);
            assertArrayEquals(message(length), jdk("OAEPPadding", Cipher.DECRYPT_MODE).doFinal(cryptogram));
        }
    }

    @Test
    public void oaepRefusesEveryAlteredByteOfTheBlockAndLeavesNothing() throws Exception {
        byte[] good = oaepBlock(message(32));
        for (int i = AT; i < AT + 256; i++) {
            byte[] block = good.clone();
            block[i] ^= (byte) 0x80;
            assertEquals("byte " + i, -1, oaep.decode(block, (short) AT, scratch, (short) 0));
            assertArrayEquals(new byte[AT + 256], block);
        }
    }

    @Test
    public void pkcs1OpensWhatOthersSealed() throws Exception {
        for (int length : new int[] {0, 1, 16, 32, 244, 245}) {
            assertPkcs1(message(length), pkcs1Block(message(length)));
        }
    }

    private static void assertPkcs1Refuses(byte[] block) {
        assertEquals(-1, Pkcs1.decode(block, (short) AT));
        assertArrayEquals(new byte[AT + 256], block);
    }

    @Test
    public void pkcs1RefusesEveryFaultAndLeavesNothing() throws Exception {
        byte[] good = pkcs1Block(message(32));
        byte[] first = good.clone();
        first[AT] = 1;
        assertPkcs1Refuses(first);
        byte[] type = good.clone();
        type[AT + 1] = 1;
        assertPkcs1Refuses(type);
        for (int i = AT + 2; i < AT + 10; i++) {
            byte[] shortPadding = good.clone();
            shortPadding[i] = 0;
            assertPkcs1Refuses(shortPadding);
        }
        byte[] endless = new byte[AT + 256];
        Arrays.fill(endless, AT + 1, AT + 256, (byte) 2);
        assertPkcs1Refuses(endless);
    }
}
