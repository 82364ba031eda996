package com.licel.jcardsim.crypto;

import com.licel.jcardsim.bouncycastle.crypto.params.ECDomainParameters;
import com.licel.jcardsim.bouncycastle.math.ec.ECCurve;
import com.licel.jcardsim.bouncycastle.math.ec.custom.sec.SecP256R1Curve;
import java.math.BigInteger;
import java.util.Arrays;
import javacard.security.KeyBuilder;

/**
 * The curve P-256, by Bouncy Castle's code for this one, which takes a quarter of the time of that for any curve or
 * less. There is one object of it, because Bouncy Castle keeps in it the multiples of the base point.
 */
final class P256 {
    /** By the code for any curve. */
    static final ECDomainParameters USUAL =
            ECKeyImpl.getDefaultsDomainParameters(KeyBuilder.TYPE_EC_FP_PUBLIC, KeyBuilder.LENGTH_EC_FP_256);

    private static final BigInteger P = USUAL.getCurve().getField().getCharacteristic();
    private static final BigInteger A = USUAL.getCurve().getA().toBigInteger();
    private static final BigInteger B = USUAL.getCurve().getB().toBigInteger();
    private static final byte[] G = USUAL.getG().getEncoded(false);
    private static final ECDomainParameters FAST = fast();

    private P256() {}

    private static ECDomainParameters fast() {
        ECCurve curve = new SecP256R1Curve();
        return new ECDomainParameters(curve, curve.decodePoint(G), USUAL.getN(), USUAL.getH());
    }

    /** Called by {@link ECKeyImpl#getDomainParameters} at its beginning; null if the key is on another curve. */
    static ECDomainParameters of(ECKeyImpl key) {
        boolean is = key.getSize() == KeyBuilder.LENGTH_EC_FP_256 && key.isDomainParametersInitialized()
                && key.fp.isInitialized() && key.fp.getBigInteger().equals(P) && key.a.getBigInteger().equals(A)
                && key.b.getBigInteger().equals(B) && Arrays.equals(key.g.getBytes((byte) 0), G)
                && key.r.getBigInteger().equals(USUAL.getN()) && key.k == USUAL.getH().intValue();
        return is ? FAST : null;
    }

    /** The same domain as {@link ECKeyImpl#setDomainParameters} takes it: on a curve of the general class. */
    static ECDomainParameters asUsual(ECDomainParameters domain) {
        return domain == FAST ? USUAL : domain;
    }
}
