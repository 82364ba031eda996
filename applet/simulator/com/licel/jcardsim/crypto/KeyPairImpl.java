package com.licel.jcardsim.crypto;

import com.licel.jcardsim.bouncycastle.crypto.AsymmetricCipherKeyPair;
import com.licel.jcardsim.bouncycastle.crypto.generators.ECKeyPairGenerator;
import com.licel.jcardsim.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import com.licel.jcardsim.bouncycastle.crypto.params.ECDomainParameters;
import com.licel.jcardsim.bouncycastle.crypto.params.ECKeyGenerationParameters;
import com.licel.jcardsim.bouncycastle.crypto.params.ECPrivateKeyParameters;
import com.licel.jcardsim.bouncycastle.crypto.params.ECPublicKeyParameters;
import com.licel.jcardsim.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import com.licel.jcardsim.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import com.licel.jcardsim.bouncycastle.math.ec.ECPoint;
import java.math.BigInteger;
import java.security.SecureRandom;
import javacard.security.CryptoException;
import javacard.security.KeyBuilder;
import javacard.security.KeyPair;
import javacard.security.PrivateKey;
import javacard.security.PublicKey;
import twincard.simulator.Hooks;

/**
 * A pair of keys and its generation: takes the place of jCardSim's class of this name.
 *
 * <p>Unlike that one it draws from the system's random numbers, writes every part at its full width, leading zeros
 * included, and gives a key that was cleared its domain parameters back. Each part written is one persistent write. A
 * chip that cannot make pairs of a kind refuses the object.
 */
public final class KeyPairImpl {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final BigInteger DEFAULT_EXPONENT = BigInteger.valueOf(65537);
    private static final int PRIME_CERTAINTY = 80;

    private final PublicKey publicKey;
    private final PrivateKey privateKey;

    public KeyPairImpl(byte algorithm, short bits) {
        byte publicType;
        byte privateType;
        switch (algorithm) {
            case KeyPair.ALG_RSA -> {
                publicType = KeyBuilder.TYPE_RSA_PUBLIC;
                privateType = KeyBuilder.TYPE_RSA_PRIVATE;
            }
            case KeyPair.ALG_RSA_CRT -> {
                publicType = KeyBuilder.TYPE_RSA_PUBLIC;
                privateType = KeyBuilder.TYPE_RSA_CRT_PRIVATE;
            }
            case KeyPair.ALG_EC_FP -> {
                publicType = KeyBuilder.TYPE_EC_FP_PUBLIC;
                privateType = KeyBuilder.TYPE_EC_FP_PRIVATE;
            }
            default -> throw new CryptoException(CryptoException.NO_SUCH_ALGORITHM);
        }
        Hooks.requireGeneration(algorithm != KeyPair.ALG_EC_FP);
        publicKey = (PublicKey) KeyBuilder.buildKey(publicType, bits, false);
        privateKey = (PrivateKey) KeyBuilder.buildKey(privateType, bits, false);
    }

    public KeyPairImpl(PublicKey publicKey, PrivateKey privateKey) {
        boolean rsa = publicKey instanceof RSAKeyImpl && privateKey instanceof RSAKeyImpl;
        boolean ec = publicKey instanceof ECPublicKeyImpl && privateKey instanceof ECPrivateKeyImpl;
        if (!rsa && !ec || publicKey.getSize() != privateKey.getSize()) {
            throw new CryptoException(CryptoException.ILLEGAL_VALUE);
        }
        Hooks.requireGeneration(rsa);
        this.publicKey = publicKey;
        this.privateKey = privateKey;
    }

    public PublicKey getPublic() {
        return publicKey;
    }

    public PrivateKey getPrivate() {
        return privateKey;
    }

    public void genKeyPair() {
        Hooks.beginGeneration(publicKey instanceof RSAKeyImpl);
        try {
            if (publicKey instanceof RSAKeyImpl rsa) {
                generateRsa(rsa);
            } else {
                generateEc((ECPublicKeyImpl) publicKey, (ECPrivateKeyImpl) privateKey);
            }
        } finally {
            Hooks.endGeneration();
        }
    }

    private void generateRsa(RSAKeyImpl open) {
        BigInteger exponent = open.exponent.isInitialized() ? open.exponent.getBigInteger() : DEFAULT_EXPONENT;
        int width = open.getSize() / 8;
        RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
        generator.init(new RSAKeyGenerationParameters(exponent, RANDOM, open.getSize(), PRIME_CERTAINTY));
        RSAPrivateCrtKeyParameters drawn = (RSAPrivateCrtKeyParameters) generator.generateKeyPair().getPrivate();
        open.modulus.setBytes(unsigned(drawn.getModulus(), width));
        open.exponent.setBigInteger(exponent);
        if (privateKey instanceof RSAPrivateCrtKeyImpl crt) {
            crt.p.setBytes(unsigned(drawn.getP(), width / 2));
            crt.q.setBytes(unsigned(drawn.getQ(), width / 2));
            crt.dp1.setBytes(unsigned(drawn.getDP(), width / 2));
            crt.dq1.setBytes(unsigned(drawn.getDQ(), width / 2));
            crt.pq.setBytes(unsigned(drawn.getQInv(), width / 2));
        } else {
            RSAKeyImpl plain = (RSAKeyImpl) privateKey;
            plain.modulus.setBytes(unsigned(drawn.getModulus(), width));
            plain.exponent.setBytes(unsigned(drawn.getExponent(), width));
        }
    }

    private static void generateEc(ECPublicKeyImpl open, ECPrivateKeyImpl secret) {
        if (!open.isDomainParametersInitialized()) {
            open.setDomainParameters(usualDomain(open));
        }
        ECDomainParameters domain = open.getDomainParameters();
        if (!secret.isDomainParametersInitialized()) {
            secret.setDomainParameters(P256.asUsual(domain));
        }
        ECPoint point = domain.getG();
        BigInteger scalar = BigInteger.ONE;
        if (Hooks.needsSecret()) {
            ECKeyPairGenerator generator = new ECKeyPairGenerator();
            generator.init(new ECKeyGenerationParameters(domain, RANDOM));
            AsymmetricCipherKeyPair drawn = generator.generateKeyPair();
            point = ((ECPublicKeyParameters) drawn.getPublic()).getQ();
            scalar = ((ECPrivateKeyParameters) drawn.getPrivate()).getD();
        }
        open.w.setBytes(point.getEncoded(false));
        secret.s.setBytes(unsigned(scalar, (secret.getSize() + 7) / 8));
    }

    /** For a key that was cleared: those of its size. */
    private static ECDomainParameters usualDomain(ECPublicKeyImpl key) {
        return key.getSize() == KeyBuilder.LENGTH_EC_FP_256
                ? P256.USUAL
                : ECKeyImpl.getDefaultsDomainParameters(key.getType(), key.getSize());
    }

    /** The number as {@code width} bytes, big-endian, zeros on the left. */
    private static byte[] unsigned(BigInteger number, int width) {
        byte[] signed = number.toByteArray();
        byte[] bytes = new byte[width];
        int length = Math.min(signed.length, width);
        System.arraycopy(signed, signed.length - length, bytes, width - length, length);
        return bytes;
    }
}
