package twincard.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import javacard.security.KeyPair;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plain signatures on P-256 against those of the Java runtime, short numbers included. */
public class EcdsaTest {
    /** At least so many signatures, and on until one has had a number of 31 bytes. */
    private static final int MANY = 200;
    private static final byte[] LABEL = {'a', ' ', 'l', 'a', 'b', 'e', 'l'};
    private static final byte[] MIDDLE = {1, 2, 3};

    private final Ram ram = new Ram();
    private final Ecdsa ecdsa = Ecdsa.probe(ram);
    private ECPrivateKey theirKey;
    private byte[] theirPoint;

    @BeforeEach
    public void makeTheirKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        java.security.KeyPair pair = generator.generateKeyPair();
        theirKey = (ECPrivateKey) pair.getPrivate();
        theirPoint = encode(((ECPublicKey) pair.getPublic()).getW());
    }

    private static byte[] encode(ECPoint point) {
        byte[] encoded = new byte[P256.POINT];
        encoded[0] = 4;
        System.arraycopy(fixed(point.getAffineX()), 0, encoded, 1, P256.SCALAR);
        System.arraycopy(fixed(point.getAffineY()), 0, encoded, 1 + P256.SCALAR, P256.SCALAR);
        return encoded;
    }

    private static byte[] fixed(BigInteger number) {
        byte[] bytes = number.toByteArray();
        byte[] fixed = new byte[P256.SCALAR];
        int length = Math.min(bytes.length, fixed.length);
        System.arraycopy(bytes, bytes.length - length, fixed, fixed.length - length, length);
        return fixed;
    }

    private static byte[] message(byte[] last) {
        byte[] message = Arrays.copyOf(LABEL, LABEL.length + MIDDLE.length + last.length);
        System.arraycopy(MIDDLE, 0, message, LABEL.length, MIDDLE.length);
        System.arraycopy(last, 0, message, LABEL.length + MIDDLE.length, last.length);
        return message;
    }

    private static byte[] number(int i) {
        return new byte[] {(byte) (i >> 8), (byte) i};
    }

    private boolean verifies(byte[] last, byte[] signature) {
        ecdsa.beginVerify(theirPoint, (short) 0, LABEL);
        ecdsa.update(MIDDLE, (short) 0, (short) MIDDLE.length);
        return ecdsa.verify(last, (short) 0, (short) last.length, signature, (short) 0);
    }

    private byte[] theirs(byte[] last) throws GeneralSecurityException {
        Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
        signer.initSign(theirKey);
        signer.update(message(last));
        return signer.sign();
    }

    @Test
    public void othersAcceptWhatTheCardSigns() throws GeneralSecurityException {
        javacard.security.ECPrivateKey secret = P256.privateKey();
        javacard.security.ECPublicKey open = P256.publicKey();
        Ecdh.generate(new KeyPair(open, secret), secret, open, ram.hash, (short) 0);
        byte[] point = new byte[P256.POINT];
        open.getW(point, (short) 0);
        ECPoint w = new ECPoint(new BigInteger(1, Arrays.copyOfRange(point, 1, 33)),
                new BigInteger(1, Arrays.copyOfRange(point, 33, 65)));
        Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
        verifier.initVerify(KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(w, theirKey.getParams())));
        boolean shortNumber = false;
        byte[] out = new byte[Ecdsa.SIGNATURE + 2];
        for (int i = 0; i < MANY || !shortNumber; i++) {
            Arrays.fill(out, (byte) 0x55);
            ecdsa.beginSign(secret, LABEL);
            ecdsa.update(MIDDLE, (short) 0, (short) MIDDLE.length);
            ecdsa.sign(number(i), (short) 0, (short) 2, out, (short) 1);
            verifier.update(message(number(i)));
            assertTrue(verifier.verify(Arrays.copyOfRange(out, 1, 65)));
            assertEquals(0x55, out[0]);
            assertEquals(0x55, out[65]);
            shortNumber |= out[1] == 0 || out[33] == 0;
        }
    }

    @Test
    public void theCardAcceptsWhatOthersSign() throws GeneralSecurityException {
        boolean shortNumber = false;
        for (int i = 0; i < MANY || !shortNumber; i++) {
            byte[] signature = theirs(number(i));
            assertTrue(verifies(number(i), signature));
            shortNumber |= signature[0] == 0 || signature[32] == 0;
        }
    }

    @Test
    public void alteredSignaturesAndMessagesAreRefused() throws GeneralSecurityException {
        byte[] signature = theirs(number(7));
        assertFalse(verifies(number(8), signature));
        for (int i = 0; i < signature.length; i++) {
            byte[] altered = signature.clone();
            altered[i] ^= 1;
            assertFalse(verifies(number(7), altered));
        }
        assertTrue(verifies(number(7), signature));
    }

    @Test
    public void numbersThatNoSignatureHasAreRefused() throws GeneralSecurityException {
        byte[] right = theirs(number(7));
        byte[] order = Hex.bytes("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        for (byte[] wrong : new byte[][] {new byte[P256.SCALAR], order, Hex.bytes("FF".repeat(32))}) {
            for (int at = 0; at < Ecdsa.SIGNATURE; at += P256.SCALAR) {
                byte[] signature = right.clone();
                System.arraycopy(wrong, 0, signature, at, P256.SCALAR);
                assertFalse(verifies(number(7), signature));
            }
        }
    }
}
