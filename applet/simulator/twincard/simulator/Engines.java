package twincard.simulator;

import java.util.List;
import javacard.security.KeyAgreement;
import javacard.security.MessageDigest;
import javacard.security.Signature;
import javacardx.crypto.Cipher;

/** Forgets what ciphers, digests, signatures and key agreements hold: keys, modes, what was hashed so far. */
final class Engines {
    private Engines() {}

    static void renew(List<Object> engines) {
        for (Object engine : engines) {
            if (engine instanceof Cipher cipher) {
                copyFields(Cipher.getInstance(cipher.getAlgorithm(), false), cipher);
            } else if (engine instanceof Signature signature) {
                copyFields(Signature.getInstance(signature.getAlgorithm(), false), signature);
            } else if (engine instanceof KeyAgreement agreement) {
                copyFields(KeyAgreement.getInstance(agreement.getAlgorithm(), false), agreement);
            } else if (engine instanceof MessageDigest digest) {
                digest.reset();
            }
        }
    }

    private static void copyFields(Object fresh, Object engine) {
        if (fresh.getClass() != engine.getClass()) {
            throw new IllegalStateException("cannot renew a " + engine.getClass().getName());
        }
        for (Class<?> type = engine.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (CardField field : Fields.of(type)) {
                if (!field.isStatic()) {
                    field.set(engine, field.get(fresh));
                }
            }
        }
    }
}
