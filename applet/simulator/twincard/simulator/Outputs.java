package twincard.simulator;

import com.licel.jcardsim.bouncycastle.crypto.RuntimeCryptoException;
import javacard.framework.AID;
import javacard.security.CryptoException;
import javacard.security.Key;
import javacard.security.KeyAgreement;
import javacard.security.MessageDigest;
import javacard.security.PrivateKey;
import javacard.security.RSAPublicKey;
import javacard.security.RandomData;
import javacard.security.Signature;
import javacardx.crypto.Cipher;

/**
 * What takes the place of the calls that put bytes into an array of the applet, or that start an engine with a key. The
 * weaver redirects a call of {@code owner.name(...)} here when there is a method of that name that takes the owner
 * first.
 *
 * <p>What jCardSim throws as a bare runtime exception for bad key material comes out as the CryptoException a card
 * throws.
 */
public final class Outputs {
    private Outputs() {}

    public static void init(Cipher cipher, Key key, byte mode) {
        Hooks.memory.counts.keyed(cipher, key);
        run(target -> {
            cipher.init(key, mode);
            return 0;
        }, null);
    }

    public static void init(KeyAgreement agreement, PrivateKey key) {
        run(target -> {
            agreement.init(key);
            return 0;
        }, null);
    }

    /** Refuses a leading zero, as some chips do. */
    public static void setExponent(RSAPublicKey key, byte[] in, short offset, short length) {
        if (length == 0 || in[offset] == 0) {
            CryptoException.throwIt(CryptoException.ILLEGAL_VALUE);
        }
        key.setExponent(in, offset, length);
    }

    public static short doFinal(Cipher cipher, byte[] in, short inOff, short inLen, byte[] out, short outOff) {
        Hooks.memory.counts.ciphered(cipher, inLen);
        if (cipher.getAlgorithm() == Cipher.ALG_RSA_NOPAD) {
            if (Hooks.memory.chip.lacks(Ability.RSA_2048_NOPAD_USE)) {
                CryptoException.throwIt(CryptoException.ILLEGAL_VALUE);
            }
            byte[] result = RawRsa.doFinal(cipher, in, inOff, inLen);
            Copies.output(result, 0, out, outOff, (short) result.length);
            return (short) result.length;
        }
        return write(out, outOff, target -> cipher.doFinal(in, inOff, inLen, target, outOff));
    }

    public static short update(Cipher cipher, byte[] in, short inOff, short inLen, byte[] out, short outOff) {
        Hooks.memory.counts.ciphered(cipher, inLen);
        return write(out, outOff, target -> cipher.update(in, inOff, inLen, target, outOff));
    }

    public static short sign(Signature signature, byte[] in, short inOff, short inLen, byte[] out, short outOff) {
        Hooks.memory.counts.add(Counts.Kind.ECDSA_SIGN);
        return write(out, outOff, target -> signature.sign(in, inOff, inLen, target, outOff));
    }

    public static short signPreComputedHash(Signature signature, byte[] in, short inOff, short inLen, byte[] out,
            short outOff) {
        Hooks.memory.counts.add(Counts.Kind.ECDSA_SIGN);
        return write(out, outOff, target -> signature.signPreComputedHash(in, inOff, inLen, target, outOff));
    }

    public static boolean verify(Signature signature, byte[] in, short inOff, short inLen, byte[] sig, short sigOff,
            short sigLen) {
        Hooks.memory.counts.add(Counts.Kind.ECDSA_VERIFY);
        return signature.verify(in, inOff, inLen, sig, sigOff, sigLen);
    }

    public static void update(MessageDigest digest, byte[] in, short inOff, short inLen) {
        Hooks.memory.counts.add(Counts.Kind.HASH_BYTES, inLen);
        digest.update(in, inOff, inLen);
    }

    public static short doFinal(MessageDigest digest, byte[] in, short inOff, short inLen, byte[] out, short outOff) {
        Hooks.memory.counts.add(Counts.Kind.HASH_CALLS, Counts.Kind.HASH_BYTES, inLen);
        return write(out, outOff, target -> digest.doFinal(in, inOff, inLen, target, outOff));
    }

    public static short generateSecret(KeyAgreement agreement, byte[] in, short inOff, short inLen, byte[] out,
            short outOff) {
        Hooks.memory.counts.add(Counts.Kind.ECDH);
        return write(out, outOff, target -> agreement.generateSecret(in, inOff, inLen, target, outOff));
    }

    // Deprecated in 3.0.5, but all that 3.0.4 has.
    @SuppressWarnings("deprecation")
    public static void generateData(RandomData random, byte[] out, short offset, short length) {
        Hooks.memory.counts.add(Counts.Kind.RANDOM_CALLS, Counts.Kind.RANDOM_BYTES, length);
        write(out, offset, target -> {
            random.generateData(target, offset, length);
            return length;
        });
    }

    public static byte getBytes(AID aid, byte[] out, short offset) {
        return (byte) write(out, offset, target -> aid.getBytes(target, offset));
    }

    private static short write(byte[] out, short offset, Source source) {
        if (!Hooks.memory.isPersistent(out)) {
            return run(source, out);
        }
        byte[] result = out.clone();
        short length = run(source, result);
        Copies.output(result, offset, out, offset, length);
        return length;
    }

    static short run(Source source, byte[] target) {
        try {
            return source.into(target);
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException
                | RuntimeCryptoException refused) {
            throw new CryptoException(CryptoException.ILLEGAL_VALUE);
        }
    }

    /** Puts its output into the array and returns the length of it in bytes. */
    interface Source {
        short into(byte[] target);
    }
}
