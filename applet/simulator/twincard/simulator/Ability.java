package twincard.simulator;

import javacard.security.CryptoException;

/** What a chip may lack, by the names of the columns in the table of real chips. */
enum Ability {
    /** RSA key objects and the operation without padding. */
    RSA_NOPAD,
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
        throw new CardException("A chip cannot lack \"" + name + "\".");
    }

    /** Throws what a card throws that lacks it. */
    static void refuse() {
        CryptoException.throwIt(CryptoException.NO_SUCH_ALGORITHM);
    }
}
