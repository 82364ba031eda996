package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;
import javacard.security.RSAPublicKey;

/**
 * The security environment set by MSE: the algorithm that opens RSA cryptograms, and the public key for which ENCIPHER
 * and TRANSCODE seal. It ends with the selection of the applet.
 */
final class Target {
    static final byte PKCS1 = 0x11;
    static final byte OAEP = 0x12;

    private static final short FOR_DECIPHER = 0x41B8;
    private static final short FOR_ENCIPHER = (short) 0x81B8;
    private static final byte ALGORITHM = (byte) 0x80;
    private static final byte FILE = (byte) 0x81;
    private static final byte KEY_REFERENCE = (byte) 0x84;
    private static final byte PUBLIC_KEY_REFERENCE = (byte) 0x83;
    private static final byte OWN_KEY = 0;

    /** Beside the key type in the flag: written by the issuer, or the card's own. */
    private static final byte TRUSTED = 0x10;
    private static final byte TYPE = 0x0F;

    /** Exponents are set at this width, since a key object may keep the rest of a longer number. */
    private static final short EXPONENT = 4;

    private final Ram ram;
    private final Authority authority;
    private final Contacts contacts;
    private final DecipherKey decipherKey;
    /** Persistent, for no transient type exists everywhere; null without RSA. */
    private final RSAPublicKey rsaKey;
    private final boolean hasEc;

    Target(Ram ram, Authority authority, Contacts contacts, DecipherKey decipherKey, Rsa rsa, Ecdh ecdh) {
        this.ram = ram;
        this.authority = authority;
        this.contacts = contacts;
        this.decipherKey = decipherKey;
        rsaKey = rsa == null ? null : Rsa.publicKey();
        hasEc = ecdh != null;
    }

    /** MANAGE SECURITY ENVIRONMENT, SET. */
    void manage(short length) {
        switch (Util.getShort(ram.flags, Ram.P1)) {
            case FOR_DECIPHER:
                ram.flags[Ram.ALGORITHM] = 0;
                ram.flags[Ram.ALGORITHM] = algorithm(length);
                break;
            case FOR_ENCIPHER:
                clear();
                setTarget(length);
                break;
            default:
                ISOException.throwIt(Sw.WRONG_P1P2);
        }
    }

    private byte algorithm(short length) {
        byte[] data = ram.work;
        byte algorithm = OAEP;
        for (short at = 0; at < length;) {
            short value = (short) (at + 2);
            Apdu.requireData(value <= length && data[(short) (at + 1)] >= 0);
            short next = (short) (value + data[(short) (at + 1)]);
            Apdu.requireData(next <= length);
            switch (data[at]) {
                case ALGORITHM:
                    Apdu.requireData(next == (short) (value + 1));
                    algorithm = data[value];
                    Apdu.requireData(algorithm == PKCS1 || algorithm == OAEP);
                    break;
                case KEY_REFERENCE:
                    Apdu.requireData(next == (short) (value + 1) && data[value] == 0);
                    break;
                default:
                    Apdu.requireData(data[at] == FILE);
                    break;
            }
            at = next;
        }
        return algorithm;
    }

    private void setTarget(short length) {
        byte[] data = ram.work;
        if (length == 3 && data[0] == PUBLIC_KEY_REFERENCE && data[1] == 1) {
            setReferred(data[2]);
        } else {
            Authority.require(!authority.policy(Authority.TRUSTED_TARGETS_ONLY));
            set(data, PublicKeys.check(data, length, ram.cmac), (byte) 0);
        }
    }

    private void setReferred(short number) {
        byte[] template = ram.aux;
        byte trust = TRUSTED;
        if (number == OWN_KEY) {
            decipherKey.writePublicKey(template, (short) 0);
        } else {
            if (!contacts.has(number)) {
                ISOException.throwIt(Sw.NOT_FOUND);
            }
            contacts.copy(number, template);
            trust = contacts.byIssuer(number) ? TRUSTED : 0;
        }
        set(template, PublicKeys.type(template, (short) 0), trust);
    }

    private void set(byte[] template, byte type, byte trust) {
        if (type == KeySlot.RSA_2048 ? rsaKey == null : !hasEc) {
            ISOException.throwIt(Sw.NOT_ON_THIS_CHIP);
        }
        if (type == KeySlot.RSA_2048) {
            setRsa(template);
        } else {
            Util.arrayCopyNonAtomic(template, PublicKeys.POINT, ram.point, (short) 0, P256.POINT);
        }
        ram.flags[Ram.TARGET] = (byte) (type | trust);
    }

    private void setRsa(byte[] template) {
        short length = template[PublicKeys.EXPONENT_LENGTH];
        Util.arrayCopyNonAtomic(template, PublicKeys.EXPONENT, ram.hash, (short) 0, length);
        Numbers.alignRight(ram.hash, (short) 0, length, EXPONENT);
        rsaKey.setModulus(template, PublicKeys.MODULUS, Rsa.LENGTH);
        rsaKey.setExponent(ram.hash, (short) 0, EXPONENT);
    }

    /** KeySlot.RSA_2048 or KeySlot.EC_P256; 6985 without a target. */
    byte type() {
        byte type = (byte) (ram.flags[Ram.TARGET] & TYPE);
        if (type == 0) {
            ISOException.throwIt(Sw.WRONG_STATE);
        }
        return type;
    }

    /** Refuses, 6982, a target that is not trusted where the policy wants one that is. */
    void requireTrust() {
        boolean trusted = (ram.flags[Ram.TARGET] & TRUSTED) != 0;
        Authority.require(trusted || ram.flags[Ram.TARGET] == 0 || !authority.policy(Authority.TRUSTED_TARGETS_ONLY));
    }

    /** The key of an RSA target. */
    RSAPublicKey rsaKey() {
        return rsaKey;
    }

    /** Forgets the target; also at select and deselect. */
    void clear() {
        ram.flags[Ram.TARGET] = 0;
        if (rsaKey != null && rsaKey.isInitialized()) {
            rsaKey.clearKey();
        }
    }
}
