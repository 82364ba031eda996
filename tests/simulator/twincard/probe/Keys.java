package twincard.probe;

import javacard.framework.JCSystem;
import javacard.framework.Util;
import javacard.security.AESKey;
import javacard.security.ECPrivateKey;
import javacard.security.ECPublicKey;
import javacard.security.KeyAgreement;
import javacard.security.KeyBuilder;
import javacard.security.KeyPair;
import javacard.security.RSAPrivateCrtKey;
import javacard.security.RSAPublicKey;
import javacardx.crypto.Cipher;

/** The keys of the probe: P1 = 0 for RSA-2048, 1 for EC P-256. */
final class Keys {
    private static final short RSA_BYTES = 256;

    private final KeyPair rsa = new KeyPair(KeyPair.ALG_RSA_CRT, KeyBuilder.LENGTH_RSA_2048);
    private final KeyPair ec = new KeyPair(KeyPair.ALG_EC_FP, KeyBuilder.LENGTH_EC_FP_256);
    private final AESKey aes = (AESKey) KeyBuilder.buildKey(KeyBuilder.TYPE_AES, KeyBuilder.LENGTH_AES_256, false);
    private final AESKey shortLived =
            (AESKey) KeyBuilder.buildKey(KeyBuilder.TYPE_AES_TRANSIENT_RESET, KeyBuilder.LENGTH_AES_128, false);
    private final Cipher cbc = Cipher.getInstance(Cipher.ALG_AES_BLOCK_128_CBC_NOPAD, false);
    private final Cipher plainRsa = Cipher.getInstance(Cipher.ALG_RSA_NOPAD, false);
    private final KeyAgreement ecdh = KeyAgreement.getInstance(KeyAgreement.ALG_EC_SVDP_DH_PLAIN, false);
    private final byte[] work = JCSystem.makeTransientByteArray((short) 512, JCSystem.CLEAR_ON_RESET);

    void generate(byte kind) {
        (kind == 0 ? rsa : ec).genKeyPair();
    }

    /** All parts with their lengths: RSA p, q, dp, dq, 1/q and the exponent, or EC scalar and point. */
    short parts(byte kind, byte[] out) {
        short end = 0;
        if (kind == 0) {
            RSAPrivateCrtKey secret = (RSAPrivateCrtKey) rsa.getPrivate();
            Util.setShort(out, end, secret.getP(work, (short) 0));
            Util.setShort(out, (short) 2, secret.getQ(work, (short) 0));
            Util.setShort(out, (short) 4, secret.getDP1(work, (short) 0));
            Util.setShort(out, (short) 6, secret.getDQ1(work, (short) 0));
            Util.setShort(out, (short) 8, secret.getPQ(work, (short) 0));
            Util.setShort(out, (short) 10, ((RSAPublicKey) rsa.getPublic()).getModulus(work, (short) 0));
            return Util.arrayCopyNonAtomic(work, (short) 0, out, (short) 12, (short) 32);
        }
        ECPrivateKey secret = (ECPrivateKey) ec.getPrivate();
        Util.setShort(out, end, secret.getS(work, (short) 0));
        short length = ((ECPublicKey) ec.getPublic()).getW(work, (short) 0);
        return Util.arrayCopyNonAtomic(work, (short) 0, out, (short) 2, length);
    }

    /** Uses the pair: an RSA round trip, or ECDH with its own point. Puts one byte, 1 when it works. */
    short works(byte kind, byte[] out) {
        if (kind == 0) {
            Util.arrayFillNonAtomic(work, (short) 0, RSA_BYTES, (byte) 0);
            work[255] = 42;
            plainRsa.init(rsa.getPublic(), Cipher.MODE_ENCRYPT);
            plainRsa.doFinal(work, (short) 0, RSA_BYTES, work, RSA_BYTES);
            plainRsa.init(rsa.getPrivate(), Cipher.MODE_DECRYPT);
            short length = plainRsa.doFinal(work, RSA_BYTES, RSA_BYTES, work, (short) 0);
            out[0] = (byte) (length == RSA_BYTES && work[255] == 42 && work[0] == 0 ? 1 : 0);
            return 1;
        }
        ecdh.init(ec.getPrivate());
        short point = ((ECPublicKey) ec.getPublic()).getW(work, (short) 0);
        out[0] = (byte) (ecdh.generateSecret(work, (short) 0, point, work, (short) 100) == 32 ? 1 : 0);
        return 1;
    }

    void clear(byte kind) {
        KeyPair pair = kind == 0 ? rsa : ec;
        pair.getPrivate().clearKey();
        pair.getPublic().clearKey();
    }

    void loadAes(byte[] key, short offset) {
        aes.setKey(key, offset);
    }

    /** Encrypts the first 16 bytes of a persistent array in place. */
    void encrypt(byte[] persistent) {
        cbc.init(aes, Cipher.MODE_ENCRYPT);
        encryptMore(persistent);
    }

    void encryptMore(byte[] persistent) {
        cbc.doFinal(persistent, (short) 0, (short) 16, persistent, (short) 0);
    }

    /** RSA with a cryptogram above the modulus: what comes of it is the exception's reason. */
    short raw(byte[] out) {
        Util.arrayFillNonAtomic(work, (short) 0, RSA_BYTES, (byte) 0xFF);
        plainRsa.init(rsa.getPrivate(), Cipher.MODE_DECRYPT);
        return plainRsa.doFinal(work, (short) 0, RSA_BYTES, out, (short) 0);
    }

    /** P1 = 1 sets the transient key; tells whether it is initialised. */
    short transientKey(byte set, byte[] out) {
        if (set == 1) {
            shortLived.setKey(work, (short) 0);
        }
        out[0] = (byte) (shortLived.isInitialized() ? 1 : 0);
        return 1;
    }
}
