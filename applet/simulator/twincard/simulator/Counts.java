package twincard.simulator;

import java.util.Arrays;
import java.util.Map;
import java.util.WeakHashMap;
import javacard.security.Key;
import javacard.security.KeyBuilder;
import javacardx.crypto.Cipher;

/** What the chip has done since it was last asked: its operations by kind, which take their time on a real one. */
final class Counts {
    /** In the order in which they are told. */
    enum Kind {
        RSA_PRIVATE, RSA_PUBLIC, RSA_GENERATION, EC_GENERATION, ECDH, ECDSA_SIGN, ECDSA_VERIFY, AES_CALLS, AES_BYTES,
        HASH_CALLS, HASH_BYTES, RANDOM_CALLS, RANDOM_BYTES,
        /** Writes to persistent memory, and their bytes; what a generation writes is part of it. */
        WRITES, WRITTEN_BYTES,
        /** Elements of arrays that the applet's own code stored one by one: a measure of its work. */
        ARRAY_STORES
    }

    private final int[] counts = new int[Kind.values().length];
    /** The RSA ciphers, and whether their key is a private one. */
    private final Map<Cipher, Boolean> rsa = new WeakHashMap<>();
    private boolean generating;

    void add(Kind kind) {
        add(kind, 1);
    }

    void add(Kind kind, int amount) {
        counts[kind.ordinal()] += amount;
    }

    /** One use of an engine on so many bytes. */
    void add(Kind calls, Kind bytes, int length) {
        add(calls);
        add(bytes, length);
    }

    void wrote(int bytes) {
        if (!generating) {
            add(Kind.WRITES, Kind.WRITTEN_BYTES, bytes);
        }
    }

    void beginGeneration(Kind kind) {
        add(kind);
        generating = true;
    }

    void endGeneration() {
        generating = false;
    }

    void keyed(Cipher cipher, Key key) {
        if (cipher.getAlgorithm() == Cipher.ALG_RSA_NOPAD) {
            // By its type, since jCardSim's RSA keys are private and public keys to Java.
            rsa.put(cipher, key.getType() != KeyBuilder.TYPE_RSA_PUBLIC);
        }
    }

    void ciphered(Cipher cipher, int length) {
        if (cipher.getAlgorithm() == Cipher.ALG_RSA_NOPAD) {
            add(rsa.getOrDefault(cipher, false) ? Kind.RSA_PRIVATE : Kind.RSA_PUBLIC);
        } else {
            add(Kind.AES_CALLS, Kind.AES_BYTES, length);
        }
    }

    /** All counts, which start from zero again. */
    int[] take() {
        int[] taken = counts.clone();
        Arrays.fill(counts, 0);
        return taken;
    }
}
