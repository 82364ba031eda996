package twincard.card;

import javacard.framework.CardRuntimeException;
import javacard.framework.ISOException;
import javacard.security.Key;
import javacard.security.KeyBuilder;
import javacard.security.RSAPrivateCrtKey;
import javacard.security.RSAPublicKey;
import javacardx.crypto.Cipher;

/** RSA-2048 without padding: 256 bytes in, 256 bytes out. Padding is ours, see Padding. */
final class Rsa {
    static final short LENGTH = 256;
    static final short PRIME = 128;
    static final short EXPONENT = 3;
    /** 65537 */
    static final byte[] F4 = {0x01, 0x00, 0x01};

    private final Cipher cipher;

    private Rsa() {
        cipher = Cipher.getInstance(Cipher.ALG_RSA_NOPAD, false);
    }

    /** The engine, or null where the chip has none or no memory for it. */
    static Rsa probe() {
        try {
            return new Rsa();
        } catch (CardRuntimeException absent) {
            return null;
        }
    }

    static RSAPublicKey publicKey() {
        return (RSAPublicKey) KeyBuilder.buildKey(KeyBuilder.TYPE_RSA_PUBLIC, KeyBuilder.LENGTH_RSA_2048, false);
    }

    static RSAPrivateCrtKey privateKey() {
        return (RSAPrivateCrtKey)
                KeyBuilder.buildKey(KeyBuilder.TYPE_RSA_CRT_PRIVATE, KeyBuilder.LENGTH_RSA_2048, false);
    }

    /** in^e mod n, by Cipher.MODE_ENCRYPT, or in^d mod n, by MODE_DECRYPT; 6A80 for a number not below the modulus. */
    void raise(Key key, byte mode, byte[] in, short inOffset, byte[] out, short outOffset) {
        try {
            cipher.init(key, mode);
            Numbers.alignRight(out, outOffset, cipher.doFinal(in, inOffset, LENGTH, out, outOffset), LENGTH);
        } catch (RuntimeException fault) {
            ISOException.throwIt(Sw.WRONG_DATA);
        }
    }
}
