package twincard.simulator;

import javacard.framework.JCSystem;
import javacard.security.Key;
import javacard.security.KeyAgreement;
import javacard.security.KeyBuilder;
import javacard.security.MessageDigest;
import javacard.security.RandomData;
import javacard.security.Signature;
import javacardx.crypto.Cipher;

/**
 * What takes the place of the calls that make engines, keys and transient arrays: they refuse what the chip lacks. The
 * weaver redirects {@code getInstance} of the class that a method here returns, and {@code JCSystem} and
 * {@code KeyBuilder} by the name of the method.
 */
public final class Makers {
    private Makers() {}

    public static Cipher cipher(byte algorithm, boolean externalAccess) {
        switch (algorithm) {
            case Cipher.ALG_RSA_NOPAD -> require(Ability.RSA_NOPAD);
            case Cipher.ALG_AES_BLOCK_128_CBC_NOPAD -> require(Ability.AES_CBC_NOPAD);
            default -> { }
        }
        take(Engine.ofCipher(algorithm));
        return Cipher.getInstance(algorithm, externalAccess);
    }

    public static MessageDigest messageDigest(byte algorithm, boolean externalAccess) {
        switch (algorithm) {
            case MessageDigest.ALG_SHA_256 -> require(Ability.SHA256);
            case MessageDigest.ALG_SHA_384, MessageDigest.ALG_SHA_512 -> require(Ability.SHA384);
            default -> { }
        }
        take(Engine.ofDigest(algorithm));
        return MessageDigest.getInstance(algorithm, externalAccess);
    }

    public static Signature signature(byte algorithm, boolean externalAccess) {
        if (algorithm == Signature.ALG_ECDSA_SHA_256) {
            require(Ability.ECDSA_SHA256);
        }
        take(Engine.ofSignature(algorithm));
        return Signature.getInstance(algorithm, externalAccess);
    }

    public static KeyAgreement keyAgreement(byte algorithm, boolean externalAccess) {
        if (algorithm == KeyAgreement.ALG_EC_SVDP_DH_PLAIN) {
            require(Ability.ECDH_PLAIN);
        }
        take(Engine.ofAgreement(algorithm));
        return KeyAgreement.getInstance(algorithm, externalAccess);
    }

    public static RandomData randomData(byte algorithm) {
        require(Ability.TRNG_OR_SECURE_RANDOM);
        take(Engine.OTHER);
        return RandomData.getInstance(algorithm);
    }

    // Deprecated in 3.1, but all that 3.0.4 has.
    @SuppressWarnings("deprecation")
    public static Key buildKey(byte type, short bits, boolean encryption) {
        Hooks.memory.chip.takeObject();
        switch (type) {
            case KeyBuilder.TYPE_RSA_PUBLIC, KeyBuilder.TYPE_RSA_CRT_PRIVATE -> require(Ability.RSA_NOPAD);
            case KeyBuilder.TYPE_EC_FP_PUBLIC, KeyBuilder.TYPE_EC_FP_PRIVATE -> require(Ability.EC_P256_KEYGEN);
            case KeyBuilder.TYPE_AES, KeyBuilder.TYPE_AES_TRANSIENT_DESELECT, KeyBuilder.TYPE_AES_TRANSIENT_RESET ->
                buildAesKey(type, bits);
            default -> { }
        }
        return KeyBuilder.buildKey(type, bits, encryption);
    }

    private static void buildAesKey(byte type, short bits) {
        if (bits == KeyBuilder.LENGTH_AES_256) {
            require(Ability.AES256_KEY);
        }
        if (type != KeyBuilder.TYPE_AES) {
            Hooks.memory.chip.takeTransient(bits / Byte.SIZE);
            Hooks.memory.chip.takeEngine(Engine.TRANSIENT_KEY);
        }
    }

    public static byte[] makeTransientByteArray(short length, byte event) {
        take(length);
        return JCSystem.makeTransientByteArray(length, event);
    }

    public static boolean[] makeTransientBooleanArray(short length, byte event) {
        take(length);
        return JCSystem.makeTransientBooleanArray(length, event);
    }

    public static short[] makeTransientShortArray(short length, byte event) {
        take(Short.BYTES * length);
        return JCSystem.makeTransientShortArray(length, event);
    }

    public static Object[] makeTransientObjectArray(short length, byte event) {
        take(Short.BYTES * length);
        return JCSystem.makeTransientObjectArray(length, event);
    }

    private static void require(Ability ability) {
        Hooks.memory.chip.require(ability);
    }

    private static void take(Engine engine) {
        Hooks.memory.chip.takeObject();
        Hooks.memory.chip.takeEngine(engine);
    }

    private static void take(int bytes) {
        Hooks.memory.chip.takeObject();
        Hooks.memory.chip.takeTransient(bytes);
    }
}
