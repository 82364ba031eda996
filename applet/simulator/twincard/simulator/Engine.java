package twincard.simulator;

import java.util.Locale;
import javacard.security.KeyAgreement;
import javacard.security.MessageDigest;
import javacard.security.Signature;
import javacardx.crypto.Cipher;

/** The engines of the applet, which take transient memory on real chips: by what they compute. */
enum Engine {
    RSA_NOPAD, AES_CBC_NOPAD, SHA1, SHA256, SHA384, SHA512, ECDSA_SHA256, ECDH_PLAIN,
    /** The pair of two key objects that are there. */
    KEY_PAIR,
    /** What a transient key takes beyond its bytes. */
    TRANSIENT_KEY,
    /** Any other engine. */
    OTHER;

    static Engine of(String name) throws CardException {
        for (Engine engine : values()) {
            if (engine.name().toLowerCase(Locale.ROOT).equals(name)) {
                return engine;
            }
        }
        throw new CardException(Failure.WRONG_USE, "There is no engine \"" + name + "\".");
    }

    static Engine ofCipher(byte algorithm) {
        return switch (algorithm) {
            case Cipher.ALG_RSA_NOPAD -> RSA_NOPAD;
            case Cipher.ALG_AES_BLOCK_128_CBC_NOPAD -> AES_CBC_NOPAD;
            default -> OTHER;
        };
    }

    static Engine ofDigest(byte algorithm) {
        return switch (algorithm) {
            case MessageDigest.ALG_SHA -> SHA1;
            case MessageDigest.ALG_SHA_256 -> SHA256;
            case MessageDigest.ALG_SHA_384 -> SHA384;
            case MessageDigest.ALG_SHA_512 -> SHA512;
            default -> OTHER;
        };
    }

    static Engine ofSignature(byte algorithm) {
        return algorithm == Signature.ALG_ECDSA_SHA_256 ? ECDSA_SHA256 : OTHER;
    }

    static Engine ofAgreement(byte algorithm) {
        return algorithm == KeyAgreement.ALG_EC_SVDP_DH_PLAIN ? ECDH_PLAIN : OTHER;
    }
}
