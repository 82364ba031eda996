package twincard.card;

import javacard.framework.Util;
import javacard.security.RSAPublicKey;

/**
 * The security environment set by MSE: the algorithm that opens RSA cryptograms, that of signatures, and the public key
 * for which ENCIPHER and TRANSCODE seal. It ends with the selection of the applet.
 */
final class Target extends CardPart {
    static final byte PKCS1 = 0x11;
    static final byte OAEP = 0x12;
    static final byte PSS = 0x12;
    /** The last of the hash functions that OAEP may have. */
    private static final byte OAEP_SHA_512 = 0x15;
    static final byte ECDSA = 0x21;

    private static final short FOR_DECIPHER = 0x41B8;
    private static final short FOR_ENCIPHER = (short) 0x81B8;
    private static final short FOR_SIGNATURE = 0x41B6;
    private static final byte ALGORITHM = (byte) 0x80;
    private static final byte FILE = (byte) 0x81;
    private static final byte KEY_REFERENCE = (byte) 0x84;
    /** Key references. */
    private static final byte DECIPHER_KEY = 0;
    private static final byte SIGNATURE_KEY = 1;
    /** Tag and length of the number of a contact. */
    private static final short PUBLIC_KEY_REFERENCE = (short) 0x8301;
    private static final byte OWN_KEY = 0;
    /** Beside the key type in the flag: written by the issuer, or the card's own. */
    private static final byte TRUSTED = 0x10;
    private static final byte TYPE = 0x0F;

    private final Contacts contacts;
    private final Export export;
    private final KeyEncryption encryption;
    /** Persistent, for no transient type exists everywhere; null without RSA. */
    final RSAPublicKey rsaKey;

    Target(Core core) {
        super(core);
        contacts = core.contacts;
        export = core.export;
        encryption = core.encryption;
        rsaKey = rsa == null ? null : Rsa.publicKey();
    }

    /** MANAGE SECURITY ENVIRONMENT, SET. */
    void manage(short length) {
        byte[] flags = this.flags;
        short template = Util.getShort(flags, Ram.P1);
        if (template == FOR_DECIPHER) {
            flags[Ram.ALGORITHM] = 0;
            flags[Ram.ALGORITHM] = algorithm(length, DECIPHER_KEY);
        } else if (template == FOR_SIGNATURE && parts.keys() > SIGNATURE_KEY) {
            flags[Ram.SIGNATURE] = 0;
            flags[Ram.SIGNATURE] = algorithm(length, SIGNATURE_KEY);
        } else if (template == FOR_ENCIPHER) {
            clear();
            if (length == 3 && Util.getShort(work, (short) 0) == PUBLIC_KEY_REFERENCE) {
                setReferred(work[2]);
            } else {
                Authority.require(!authority.policy(Authority.TRUSTED_TARGETS_ONLY));
                set(work, PublicKeys.check(work, length, ram.cmac), (byte) 0);
            }
        } else {
            Refusal.parameters();
        }
    }

    /** The algorithm that is named, 0 for none. */
    private byte algorithm(short length, byte reference) {
        byte algorithm = 0;
        for (short at = 0; at < length;) {
            byte tag = work[at++];
            short bytes = work[at++];
            byte value = work[at];
            at += bytes;
            Apdu.requireData(bytes >= 0 && at <= length);
            if (tag == ALGORITHM) {
                boolean signs = reference == SIGNATURE_KEY;
                Apdu.requireData(bytes == 1
                        && value >= PKCS1
                        && (value <= (signs ? OAEP : OAEP_SHA_512) || signs && value == ECDSA));
                if (!signs && value > OAEP && encryption.digestOf(hashOf(value)) == null) {
                    Refusal.chip();
                }
                algorithm = value;
            } else if (tag != FILE) {
                Apdu.requireData(bytes == 1 && value == reference && tag == KEY_REFERENCE);
            }
        }
        return algorithm;
    }

    /** The hash function, in the numbers of {@link KeyEncryption}, of OAEP by this algorithm, 0 being the default. */
    static byte hashOf(byte algorithm) {
        return algorithm == 0 ? KeyEncryption.SHA_256 : (byte) (algorithm - PKCS1);
    }

    private void setReferred(short number) {
        byte trust = TRUSTED;
        if (number == OWN_KEY) {
            export.requireReleased();
            key.writePublicKey(aux, (short) 0);
        } else {
            trust = contacts.read(number) ? TRUSTED : 0;
        }
        set(aux, PublicKeys.type(aux, (short) 0), trust);
    }

    private void set(byte[] template, byte type, byte trust) {
        boolean isRsa = type == KeySlot.RSA_2048;
        if (isRsa ? rsa == null : ecdh == null) {
            Refusal.chip();
        }
        if (isRsa) {
            // The key is cleared: nothing of a longer exponent is left. Some chips refuse a leading zero.
            rsaKey.setModulus(template, PublicKeys.MODULUS, Rsa.LENGTH);
            rsaKey.setExponent(template, PublicKeys.EXPONENT, template[PublicKeys.EXPONENT_LENGTH]);
        } else {
            Util.arrayCopyNonAtomic(template, PublicKeys.POINT, ram.point, (short) 0, P256.POINT);
        }
        flags[Ram.TARGET] = (byte) (type | trust);
    }

    /** KeySlot.RSA_2048 or KeySlot.EC_P256; 6985 without a target. */
    byte type() {
        byte type = (byte) (flags[Ram.TARGET] & TYPE);
        if (type == 0) {
            Refusal.state();
        }
        return type;
    }

    /** Refuses, 6982, a target that is not trusted where the policy wants one that is. */
    void requireTrust() {
        byte target = flags[Ram.TARGET];
        Authority.require(
                target == 0 || (target & TRUSTED) != 0 || !authority.policy(Authority.TRUSTED_TARGETS_ONLY));
    }

    /** Forgets the target; also at select and deselect. */
    void clear() {
        flags[Ram.TARGET] = 0;
        if (rsaKey != null && rsaKey.isInitialized()) {
            rsaKey.clearKey();
        }
    }
}
