package twincard.card;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** OAEP and PKCS#1 v1.5 blocks, both ways with the JDK's RSA, and every fault inside a block. */
public class PaddingTest {
    private static final OAEPParameterSpec OAEP_SHA256 =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);
    private static final int AT = Padding.BLOCK;
    private static KeyPair pair;

    private final Bench card = new Bench();
    private final Padding padding = card.core.padding;

    @BeforeAll
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

    private int decode(byte[] block) {
        return decode(block, KeyEncryption.SHA_256);
    }

    private int decode(byte[] block, byte hash) {
        System.arraycopy(block, 0, card.ram.work, 0, block.length);
        return padding.decode(card.core.encryption.digestOf(hash));
    }

    private int decodePkcs1(byte[] block) {
        System.arraycopy(block, 0, card.ram.work, 0, block.length);
        return padding.decodePkcs1();
    }

    private void assertOpened(byte[] message, int length) {
        assertEquals(message.length, length);
        assertArrayEquals(message, Arrays.copyOf(card.ram.aux, length));
    }

    @Test
    public void oaepOpensWhatOthersSealed() throws Exception {
        for (int length : new int[] {0, 1, 16, 32, 189, 190}) {
            assertOpened(message(length), decode(oaepBlock(message(length))));
        }
    }

    private static byte[] oaepBlock(byte[] message, String hash) throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        MGF1ParameterSpec mask = new MGF1ParameterSpec(hash);
        cipher.init(Cipher.ENCRYPT_MODE, pair.getPublic(),
                new OAEPParameterSpec(hash, "MGF1", mask, PSource.PSpecified.DEFAULT));
        return blockOf(cipher.doFinal(message));
    }

    @Test
    public void oaepOpensWhatOthersSealedWithOtherHashFunctions() throws Exception {
        String[] hashes = {"SHA-256", "SHA-1", "SHA-384", "SHA-512"};
        int[] longest = {190, 214, 158, 126};
        for (int i = 0; i < hashes.length; i++) {
            byte hash = (byte) (i + 1);
            for (int length : new int[] {0, 16, 32, longest[i]}) {
                assertOpened(message(length), decode(oaepBlock(message(length), hashes[i]), hash));
            }
            byte[] good = oaepBlock(message(32), hashes[i]);
            Arrays.fill(card.ram.aux, (byte) 0);
            for (int at = AT; at < AT + 256; at++) {
                byte[] block = good.clone();
                block[at] ^= 1;
                assertEquals(-1, decode(block, hash), hashes[i] + ", byte " + at);
            }
            for (byte other = 1; other <= 4; other++) {
                assertEquals(other == hash ? 32 : -1, decode(good, other));
            }
        }
    }

    @Test
    public void othersOpenWhatOaepSealed() throws Exception {
        RSAPublicKey key = (RSAPublicKey) pair.getPublic();
        for (int length : new int[] {0, 1, 32, 190}) {
            System.arraycopy(message(length), 0, card.ram.work, AT, length);
            padding.encode((short) length);
            BigInteger padded = new BigInteger(1, Arrays.copyOfRange(card.ram.work, AT, AT + 256));
            byte[] raised = block(padded.modPow(key.getPublicExponent(), key.getModulus()));
            byte[] cryptogram = Arrays.copyOfRange(raised, AT, AT + 256);
            assertArrayEquals(message(length), jdk("OAEPPadding", Cipher.DECRYPT_MODE).doFinal(cryptogram));
        }
    }

    @Test
    public void oaepRefusesEveryAlteredByteOfTheBlockAndGivesNothing() throws Exception {
        byte[] good = oaepBlock(message(32));
        for (int i = AT; i < AT + 256; i++) {
            byte[] block = good.clone();
            block[i] ^= (byte) 0x80;
            assertEquals(-1, decode(block), "byte " + i);
            assertArrayEquals(new byte[256], Arrays.copyOf(card.ram.aux, 256));
        }
    }

    @Test
    public void pkcs1OpensWhatOthersSealed() throws Exception {
        for (int length : new int[] {0, 1, 16, 32, 244, 245}) {
            assertOpened(message(length), decodePkcs1(pkcs1Block(message(length))));
        }
    }

    private void assertPkcs1Refuses(byte[] block) {
        assertEquals(-1, decodePkcs1(block));
        assertArrayEquals(new byte[256], Arrays.copyOf(card.ram.aux, 256));
    }

    @Test
    public void pkcs1RefusesEveryFaultAndGivesNothing() throws Exception {
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
