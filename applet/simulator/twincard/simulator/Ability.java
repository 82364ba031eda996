package twincard.simulator;

import javacard.security.CryptoException;

/** What a chip may lack; most have the names of columns in the table of real chips. */
enum Ability {
    /** RSA key objects and the operation without padding. */
    RSA_NOPAD,
    /** To compute with 2048 bits without padding: a chip may have key objects and engine, and refuse their use. */
    RSA_2048_NOPAD_USE,
    RSA_CRT_2048_KEYGEN,
    /** EC key objects and the making of pairs. */
    EC_P256_KEYGEN,
    ECDH_PLAIN,
    ECDSA_SHA256,
    AES256_KEY,
    AES_CBC_NOPAD,
    SHA256,
    /** And SHA-512: no chip in the table's source has one without the other. */
    SHA384,
    TRNG_OR_SECURE_RANDOM;

    static Ability of(String name) throws CardException {
        for (Ability ability : values()) {
            if (ability.name().equalsIgnoreCase(name)) {
                return ability;
            }
        }
        throw new CardException(Failure.WRONG_USE, "A chip cannot lack \"" + name + "\".");
    }

    /** Throws what a card throws that lacks it. */
    static void refuse() {
        CryptoException.throwIt(CryptoException.NO_SUCH_ALGORITHM);
    }
}
