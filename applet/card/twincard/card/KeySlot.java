package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;
import javacard.security.AESKey;
import javacard.security.CryptoException;
import javacard.security.ECPrivateKey;
import javacard.security.ECPublicKey;
import javacard.security.KeyBuilder;
import javacard.security.KeyPair;
import javacard.security.RSAPrivateCrtKey;
import javacard.security.RSAPublicKey;
import javacardx.crypto.Cipher;

/** The key objects of one decipher key, of either type. Two of these stand by turns: one in use, one to be filled. */
final class KeySlot extends CardPart {
    static final byte RSA_2048 = 1;
    static final byte EC_P256 = 2;
    static final short DIGEST = 32;
    /** Bytes of the archive key's id. */
    static final short ARCHIVE_ID = 16;
    /** What tells one key from another: digest ‖ archive id. */
    static final short IDENTITY = DIGEST + ARCHIVE_ID;

    /** The parts of private keys: RSA's in the order of ISO 7816-8's tags 92 to 96, EC's one, and the archive key. */
    static final byte P = 0;
    static final byte Q = 1;
    static final byte PQ = 2;
    static final byte DP = 3;
    static final byte DQ = 4;
    static final byte SCALAR = 5;
    static final byte ARCHIVE = 6;

    /** "archive/kek" */
    private static final byte[] KEK_LABEL = {'a', 'r', 'c', 'h', 'i', 'v', 'e', '/', 'k', 'e', 'k'};
    /** "archive/id" */
    private static final byte[] ID_LABEL = {'a', 'r', 'c', 'h', 'i', 'v', 'e', '/', 'i', 'd'};

    /** The secret that original and backup share beside the pair; only a decipher key has one. */
    private final AESKey archive =
            (AESKey) KeyBuilder.buildKey(KeyBuilder.TYPE_AES, KeyBuilder.LENGTH_AES_256, false);
    private RSAPrivateCrtKey rsaPrivate;
    RSAPublicKey rsaPublic;
    /** Null where the chip uses RSA keys but makes none: its keys come from another card. */
    private KeyPair rsaPair;
    ECPrivateKey ecPrivate;
    private ECPublicKey ecPublic;
    private KeyPair ecPair;

    /** Where the core has no engine for a type the slot has no keys of it. */
    KeySlot(Core core) {
        super(core);
        if (rsa != null) {
            rsaPrivate = Rsa.privateKey();
            rsaPublic = Rsa.publicKey();
            rsaPair = rsaPair(rsaPublic, rsaPrivate);
        }
        if (ecdh != null) {
            ecPrivate = P256.privateKey();
            ecPublic = P256.publicKey();
            ecPair = new KeyPair(ecPublic, ecPrivate);
        }
    }

    /** A want of memory ends the installation: a slot without what others have would be found too late. */
    private static KeyPair rsaPair(RSAPublicKey open, RSAPrivateCrtKey secret) {
        try {
            return new KeyPair(open, secret);
        } catch (CryptoException absent) {
            return null;
        }
    }

    /** Wipes every key object. */
    void clear() {
        archive.clearKey();
        if (rsa != null) {
            rsaPrivate.clearKey();
            rsaPublic.clearKey();
        }
        if (ecdh != null) {
            ecPrivate.clearKey();
            ecPublic.clearKey();
        }
    }

    /** Wipes the public key alone. */
    void clearPublic(byte type) {
        if (type == RSA_2048) {
            rsaPublic.clearKey();
        } else {
            ecPublic.clearKey();
        }
    }

    /** The parts of a private key of this type are those from here on … */
    static byte firstPart(byte type) {
        return type == RSA_2048 ? P : SCALAR;
    }

    /** … to this one. */
    static byte lastPart(byte type) {
        return type == RSA_2048 ? DQ : SCALAR;
    }

    /** Bytes of a part. */
    static short width(byte part) {
        return part < SCALAR ? Rsa.PRIME : P256.SCALAR;
    }

    /** Bytes of the modulus or the point. */
    static short publicWidth(byte type) {
        return type == RSA_2048 ? Rsa.LENGTH : P256.POINT;
    }

    /**
     * Makes a new pair on the chip and brings its numbers to their full width. Uses 256 bytes of scratch, left wiped.
     */
    void generate(byte type, byte[] scratch) {
        if (type == EC_P256) {
            Ecdh.generate(ecPair, ecPrivate, ecPublic, scratch, (short) 0);
            return;
        }
        if (rsaPair == null) {
            Refusal.chip();
        }
        rsaPair.genKeyPair();
        for (byte part = P; part <= DQ; part++) {
            readPart(part, scratch, (short) 0);
            setPart(part, scratch, (short) 0);
        }
        short start = (short) (rsaPublic.getExponent(scratch, (short) 0) - Rsa.EXPONENT);
        boolean good = start >= 0 && Util.arrayCompare(scratch, start, Rsa.F4, (short) 0, Rsa.EXPONENT) == 0;
        readPublic(type, scratch, (short) 0);
        if (!good || scratch[0] >= 0) {
            Refusal.chip();
        }
        setPublic(type, scratch, (short) 0);
        Ram.clear(scratch);
    }

    /** Reads a part of the private key at its full width; returns the offset behind it. */
    short readPart(byte part, byte[] out, short offset) {
        short length;
        switch (part) {
            case P:
                length = rsaPrivate.getP(out, offset);
                break;
            case Q:
                length = rsaPrivate.getQ(out, offset);
                break;
            case PQ:
                length = rsaPrivate.getPQ(out, offset);
                break;
            case DP:
                length = rsaPrivate.getDP1(out, offset);
                break;
            case DQ:
                length = rsaPrivate.getDQ1(out, offset);
                break;
            case SCALAR:
                length = ecPrivate.getS(out, offset);
                break;
            default:
                length = archive.getKey(out, offset);
                break;
        }
        return Numbers.alignRight(out, offset, length, width(part));
    }

    /** Sets a part of the private key from its full width. */
    void setPart(byte part, byte[] in, short offset) {
        short width = width(part);
        switch (part) {
            case P:
                rsaPrivate.setP(in, offset, width);
                break;
            case Q:
                rsaPrivate.setQ(in, offset, width);
                break;
            case PQ:
                rsaPrivate.setPQ(in, offset, width);
                break;
            case DP:
                rsaPrivate.setDP1(in, offset, width);
                break;
            case DQ:
                rsaPrivate.setDQ1(in, offset, width);
                break;
            case SCALAR:
                P256.setCurve(ecPrivate);
                ecPrivate.setS(in, offset, width);
                break;
            default:
                archive.setKey(in, offset);
                break;
        }
    }

    /** Reads the modulus or the point; returns the offset behind it. */
    short readPublic(byte type, byte[] out, short offset) {
        short length = type == RSA_2048 ? rsaPublic.getModulus(out, offset) : ecPublic.getW(out, offset);
        return Numbers.alignRight(out, offset, length, publicWidth(type));
    }

    /** Sets modulus and exponent, which is always 65537, or the point. */
    void setPublic(byte type, byte[] in, short offset) {
        if (type == RSA_2048) {
            rsaPublic.setModulus(in, offset, Rsa.LENGTH);
            rsaPublic.setExponent(Rsa.F4, (short) 0, Rsa.EXPONENT);
        } else {
            P256.setCurve(ecPublic);
            ecPublic.setW(in, offset, P256.POINT);
        }
    }

    /** The private RSA operation, 256 bytes. */
    void raisePrivate(byte[] in, short inOffset, byte[] out, short outOffset) {
        rsa.raise(rsaPrivate, Cipher.MODE_DECRYPT, in, inOffset, out, outOffset);
    }

    /** ECDH with the private key: 32 bytes. */
    void agree(byte[] point, short pointOffset, byte[] out, short outOffset) {
        ecdh.agree(ecPrivate, point, pointOffset, out, outOffset);
    }

    /**
     * Whether private and public key belong together, and their numbers are as small as they can be. False too where
     * the chip does not compute with such keys, though it made them. Uses both scratches, of 257 bytes, left wiped.
     */
    boolean isPair(byte type, byte[] a, byte[] b) {
        boolean good = false;
        try {
            good = type == RSA_2048 ? isRsaPair(a, b) : isEcPair(a, b);
        } catch (ISOException refused) {
            // No pair for this chip.
        }
        Ram.clear(a);
        Ram.clear(b);
        return good;
    }

    /**
     * Primes, by their look, of 1024 bits; what is reduced by them, is; and a raw round trip on a random number below
     * n.
     */
    private boolean isRsaPair(byte[] a, byte[] b) {
        boolean good = true;
        for (byte part = PQ; part <= DQ; part++) {
            readPart(part, a, (short) 0);
            readPart(part == DQ ? Q : P, b, (short) 0);
            good &= Numbers.isBelow(a, b, Rsa.PRIME) && b[0] < 0 && (b[(short) (Rsa.PRIME - 1)] & 1) != 0;
        }
        chip.random(a, (short) 0, Rsa.LENGTH);
        a[0] = 0;
        rsa.raise(rsaPublic, Cipher.MODE_ENCRYPT, a, (short) 0, b, (short) 0);
        raisePrivate(b, (short) 0, b, (short) 0);
        return good && ConstantTime.difference(a, (short) 0, b, (short) 0, Rsa.LENGTH) == 0;
    }

    /**
     * Q is a point of the curve, in its uncompressed form. ECDH tells x-coordinates alone: that of (d + 1) G is that of
     * Q + G, which it would not be with -Q in the place of Q, and that of d G is Q's.
     */
    private boolean isEcPair(byte[] a, byte[] b) {
        short next = P256.SCALAR;
        readPublic(EC_P256, a, (short) 0);
        boolean good = CurveCheck.isPoint(a, (short) 0, ram.cmac);
        readPart(SCALAR, b, (short) 0);
        short carry = 1;
        for (short i = (short) (P256.SCALAR - 1); i >= 0; i--) {
            carry += (short) (b[i] & 0xFF);
            b[(short) (next + i)] = (byte) carry;
            carry >>= 8;
        }
        setPart(SCALAR, b, next);
        agree(P256.G, (short) 0, b, next);
        good &= CurveCheck.isNext(a, b, next, ram.cmac, secret);
        setPart(SCALAR, b, (short) 0);
        agree(P256.G, (short) 0, b, next);
        return good && ConstantTime.difference(a, (short) 1, b, next, P256.SCALAR) == 0;
    }

    /** Gives the slot a new archive key. */
    void drawArchiveKey() {
        chip.random(secret, (short) 0, width(ARCHIVE));
        setPart(ARCHIVE, secret, (short) 0);
    }

    /** Writes what files call the archive key by, 16 bytes. */
    void writeArchiveId(byte[] out, short offset) {
        deriveArchive(ID_LABEL, (byte) 1, out, offset);
    }

    /** Derives the key-encryption key of archive files to where {@link KeyEncryption} wants one of 32 bytes. */
    void deriveArchiveKek() {
        deriveArchive(KEK_LABEL, (byte) 2, secret, KeyEncryption.KEK);
    }

    /** The archive key itself encrypts nothing. */
    private void deriveArchive(byte[] label, byte blocks, byte[] out, short offset) {
        readPart(ARCHIVE, secret, (short) 0);
        cmac.derive(secret, (short) 0, label, secret, (short) 0, (short) 0, blocks, out, offset);
    }

    /** The key digest: SHA-256 over n and e, or over the point. Uses 259 bytes of scratch. */
    void digest(byte type, byte[] scratch, byte[] out, short offset) {
        short length = readPublic(type, scratch, (short) 0);
        if (type == RSA_2048) {
            length = Template.copy(Rsa.F4, scratch, length);
        }
        chip.sha256.doFinal(scratch, (short) 0, length, out, offset);
    }

    /** Whether this chip can hold keys of the type at all. */
    boolean supports(byte type) {
        return type == RSA_2048 ? rsa != null : type == EC_P256 && ecdh != null;
    }
}
