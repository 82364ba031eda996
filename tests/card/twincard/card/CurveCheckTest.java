package twincard.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The software check of P-256 points against BigInteger and the JDK's own keys. */
public class CurveCheckTest {
    private static final ECParameterSpec P256 = p256();
    private static final BigInteger P = ((ECFieldFp) P256.getCurve().getField()).getP();
    private static final BigInteger B = P256.getCurve().getB();

    private final byte[] scratch = new byte[CurveCheck.SCRATCH];

    private static ECParameterSpec p256() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean accepts(byte[] point) {
        return CurveCheck.isPoint(point, (short) 2, scratch);
    }

    /** The point with its prefix, two bytes into the array. */
    private static byte[] encode(BigInteger x, BigInteger y) {
        byte[] out = new byte[67];
        out[2] = 4;
        put(x, out, 3);
        put(y, out, 35);
        return out;
    }

    private static void put(BigInteger value, byte[] out, int at) {
        byte[] bytes = value.toByteArray();
        for (int i = 0; i < 32 && i < bytes.length; i++) {
            out[at + 31 - i] = bytes[bytes.length - 1 - i];
        }
    }

    private static boolean onCurve(BigInteger x, BigInteger y) {
        BigInteger right = x.pow(3).subtract(x.multiply(BigInteger.valueOf(3))).add(B).mod(P);
        return y.multiply(y).mod(P).equals(right);
    }

    @Test
    public void acceptsPointsOfRealKeysAndRefusesTheirNeighbours() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        for (int i = 0; i < 500; i++) {
            ECPublicKey key = (ECPublicKey) generator.generateKeyPair().getPublic();
            BigInteger x = key.getW().getAffineX();
            BigInteger y = key.getW().getAffineY();
            assertTrue(accepts(encode(x, y)));
            assertTrue(accepts(encode(x, P.subtract(y))));
            byte[] altered = encode(x, y);
            altered[3 + i % 64] ^= (byte) (1 << i % 8);
            assertFalse(accepts(altered));
        }
    }

    @Test
    public void agreesWithTheEquationForCoordinatesAtTheEdges() {
        BigInteger[] edges = new BigInteger[12];
        for (int i = 0; i < 6; i++) {
            edges[i] = BigInteger.valueOf(i);
            edges[6 + i] = P.subtract(BigInteger.valueOf(i + 1));
        }
        Random random = new Random(1);
        int found = 0;
        for (int i = 0; i < 400; i++) {
            BigInteger x = i < edges.length ? edges[i] : new BigInteger(256, random).mod(P);
            BigInteger square = x.pow(3).subtract(x.multiply(BigInteger.valueOf(3))).add(B).mod(P);
            BigInteger root = square.modPow(P.add(BigInteger.ONE).shiftRight(2), P); // p = 3 mod 4
            boolean expected = onCurve(x, root);
            found += expected ? 1 : 0;
            assertEquals(expected, accepts(encode(x, root)));
        }
        assertTrue(found > 100);
    }

    @Test
    public void refusesCoordinatesNotBelowThePrime() {
        BigInteger y = B.modPow(P.add(BigInteger.ONE).shiftRight(2), P); // x = 0 is on the curve
        assertTrue(accepts(encode(BigInteger.ZERO, y)));
        assertFalse(accepts(encode(P, y)));
        BigInteger top = BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE);
        assertFalse(accepts(encode(top, y)));
        assertFalse(accepts(encode(BigInteger.ZERO, top)));
        assertFalse(accepts(encode(BigInteger.ZERO, BigInteger.ZERO)));
    }

    /** Whether the x-coordinate is found to be that of the point plus G. */
    private boolean isNext(BigInteger x, BigInteger y, BigInteger next) {
        byte[] point = new byte[65];
        System.arraycopy(encode(x, y), 2, point, 0, 65);
        byte[] coordinate = new byte[34];
        put(next, coordinate, 2);
        return CurveCheck.isNext(point, coordinate, (short) 2, scratch, new byte[64]);
    }

    private static BigInteger[] plusG(BigInteger x, BigInteger y) {
        BigInteger dx = x.subtract(P256.getGenerator().getAffineX());
        BigInteger dy = y.subtract(P256.getGenerator().getAffineY());
        BigInteger slope = dy.multiply(dx.modInverse(P));
        BigInteger next = slope.pow(2).subtract(x).subtract(P256.getGenerator().getAffineX()).mod(P);
        return new BigInteger[] {next, slope.multiply(x.subtract(next)).subtract(y).mod(P)};
    }

    @Test
    public void tellsAPointFromItsNegativeByTheNextMultipleOfTheGenerator() {
        BigInteger[] at = plusG(BigInteger.ZERO, B.modPow(P.add(BigInteger.ONE).shiftRight(2), P));
        for (int i = 0; i < 400; i++) {
            BigInteger[] next = plusG(at[0], at[1]);
            assertTrue(onCurve(next[0], next[1]));
            assertTrue(isNext(at[0], at[1], next[0]));
            assertFalse(isNext(at[0], P.subtract(at[1]), next[0]));
            assertFalse(isNext(at[0], at[1], next[0].xor(BigInteger.ONE.shiftLeft(i % 256))));
            assertFalse(isNext(next[0], next[1], at[0]));
            at = next;
        }
    }

    @Test
    public void refusesEveryOtherPrefix() {
        byte[] point = encode(P256.getGenerator().getAffineX(), P256.getGenerator().getAffineY());
        for (int prefix = 0; prefix < 256; prefix++) {
            point[2] = (byte) prefix;
            assertEquals(prefix == 4, accepts(point));
        }
    }
}
