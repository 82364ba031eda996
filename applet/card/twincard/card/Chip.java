package twincard.card;

import javacard.security.AESKey;
import javacard.security.KeyBuilder;
import javacard.security.MessageDigest;
import javacard.security.RandomData;
import javacardx.crypto.Cipher;

/** The engines without which nothing works; made once, at install, and shared by all classes. */
final class Chip {
    /** AES in CBC mode without padding. Every use begins with its own init. */
    final Cipher aes = aes();
    /** SHA-256. Every use ends with doFinal. */
    final MessageDigest sha256 = MessageDigest.getInstance(MessageDigest.ALG_SHA_256, false);
    /** An AES-256 key for single uses: set, used and cleared within one method. */
    final AESKey key256 = aesKey(KeyBuilder.LENGTH_AES_256);
    private final RandomData generator = generator();

    /** AES in CBC mode without padding. */
    static Cipher aes() {
        return Cipher.getInstance(Cipher.ALG_AES_BLOCK_128_CBC_NOPAD, false);
    }

    /** A transient AES key of so many bits. */
    static AESKey aesKey(short bits) {
        return (AESKey) KeyBuilder.buildKey(KeyBuilder.TYPE_AES_TRANSIENT_DESELECT, bits, false);
    }

    /** Takes a whole array into SHA-256. */
    void hash(byte[] bytes) {
        sha256.update(bytes, (short) 0, (short) bytes.length);
    }

    /** Draws random bytes. */
    @SuppressWarnings("deprecation") // the newer names are not in 3.0.4
    void random(byte[] out, short offset, short length) {
        generator.generateData(out, offset, length);
    }

    @SuppressWarnings("deprecation")
    private static RandomData generator() {
        return RandomData.getInstance(RandomData.ALG_SECURE_RANDOM);
    }
}
