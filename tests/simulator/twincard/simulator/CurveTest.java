package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.licel.jcardsim.bouncycastle.crypto.params.ECDomainParameters;
import com.licel.jcardsim.bouncycastle.math.ec.ECCurve;
import com.licel.jcardsim.bouncycastle.math.ec.custom.sec.SecP256R1Curve;
import com.licel.jcardsim.crypto.ECPublicKeyImpl;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import javacard.security.CryptoException;
import javacard.security.KeyBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys on P-256 compute with the code for that curve, and come to the same as with the code for any. */
public class CurveTest {
    private static final BigInteger TWO = BigInteger.TWO;

    private ECPublicKeyImpl key;
    private ECDomainParameters fast;

    @BeforeEach
    public void make() {
        key = key();
        fast = key.getDomainParameters();
    }

    private static ECPublicKeyImpl key() {
        return (ECPublicKeyImpl) KeyBuilder.buildKey(
                KeyBuilder.TYPE_EC_FP_PUBLIC, KeyBuilder.LENGTH_EC_FP_256, false);
    }

    @Test
    public void keysShareTheFastCurve() {
        assertInstanceOf(SecP256R1Curve.class, fast.getCurve());
        assertSame(fast, key().getDomainParameters());
    }

    @Test
    public void aKeyWithoutParametersIsOnNoCurve() {
        key.clearKey();
        assertThrows(CryptoException.class, key::getDomainParameters);
    }

    @Test
    public void anyOtherParameterIsAnotherCurve() {
        key.setK((short) 2);
        assertFalse(key.getDomainParameters().getCurve() instanceof SecP256R1Curve);
        assertOnAnother(fast.getN().subtract(TWO).toByteArray(), (made, r) -> made.setR(r, (short) 0, size(r)));
        assertOnAnother(fast.getG().twice().getEncoded(false), (made, g) -> made.setG(g, (short) 0, size(g)));
        // The base point is not on these.
        for (BiConsumer<ECPublicKeyImpl, byte[]> set : coefficients()) {
            byte[] number = TWO.pow(255).add(BigInteger.ONE).toByteArray();
            ECPublicKeyImpl made = key();
            set.accept(made, number);
            assertThrows(IllegalArgumentException.class, made::getDomainParameters);
        }
    }

    private static Iterable<BiConsumer<ECPublicKeyImpl, byte[]>> coefficients() {
        return List.of((made, p) -> made.setFieldFP(p, (short) 0, size(p)),
                (made, a) -> made.setA(a, (short) 0, size(a)), (made, b) -> made.setB(b, (short) 0, size(b)));
    }

    private static void assertOnAnother(byte[] value, BiConsumer<ECPublicKeyImpl, byte[]> set) {
        ECPublicKeyImpl made = key();
        set.accept(made, value);
        assertInstanceOf(ECCurve.Fp.class, made.getDomainParameters().getCurve());
    }

    private static short size(byte[] bytes) {
        return (short) bytes.length;
    }

    @Test
    public void bothComputeTheSame() {
        key.setK((short) 2);
        ECDomainParameters any = key.getDomainParameters();
        Random random = new Random(1);
        BigInteger scalar = BigInteger.ONE;
        byte[] point = any.getG().getEncoded(false);
        for (int i = 0; i < 40; i++) {
            byte[] product = times(any, point, scalar);
            assertArrayEquals(product, times(fast, point, scalar));
            point = product;
            scalar = i == 0 ? any.getN().subtract(BigInteger.ONE) : new BigInteger(256, random).mod(any.getN());
        }
        assertEquals(any.getN(), fast.getN());
    }

    private static byte[] times(ECDomainParameters domain, byte[] point, BigInteger scalar) {
        return domain.getCurve().decodePoint(point).multiply(scalar).getEncoded(false);
    }
}
