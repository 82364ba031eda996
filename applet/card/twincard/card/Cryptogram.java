package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;
import javacardx.crypto.Cipher;

/**
 * Opens cryptograms with the decipher key and writes them for the target: RSA with padding, or an ephemeral key and a
 * wrapped content-encryption key; and such a key wrapped for the archive key, both ways. Whatever is wrong inside one
 * has the same answer, and 32 of these end the session of the PIN, for every answer tells something to whoever forges
 * cryptograms.
 */
final class Cryptogram extends CardPart {
    /** Where in {@link Ram#work} the content stands that is to be sealed. */
    static final short CONTENT = Padding.BLOCK;

    /**
     * What may be opened: what is for the public key; archive cryptograms; and, of all, content-encryption keys
     * alone.
     */
    static final byte FOR_PUBLIC_KEY = 1;
    static final byte FOR_ARCHIVE = 2;
    static final byte KEYS_ONLY = 4;

    /** First byte of an RSA cryptogram (the padding indicator of ISO 7816-4). */
    private static final byte RSA_INDICATOR = 0x00;
    private static final short RSA_LENGTH = 257;

    private static final byte MAX_FAULTS = 32;
    /** A length of one byte from 80 on stands behind this. */
    private static final byte LONG_LENGTH = (byte) 0x81;
    private static final short LONG = 0x80;
    /** Of a wrapped key: the whole of an archive cryptogram, and part of an EC one. */
    private static final byte WRAPPED_KEY_TAG = (byte) 0x83;
    /** The same with room for the length. */
    private static final short WRAPPED_KEY_HEAD = (short) 0x8300;
    private static final short POINT_HEAD = (short) 0x8641;
    /** Where the SharedInfo stands in the next. */
    private static final short INFO = 8;
    /**
     * What a cryptogram made here has before the wrapped key: SHA-256, 32 bytes, and the SharedInfo of RFC 5753, 7.2,
     * for aes256-wrap without user keying material.
     */
    private static final byte[] SEALED_HEAD = {
        (byte) 0x80, 0x01, KeyEncryption.SHA_256, (byte) 0x81, 0x01, 32, (byte) 0x82, 23,
        0x30, 0x15, 0x30, 0x0B, 0x06, 0x09, 0x60, (byte) 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2D,
        (byte) 0xA2, 0x06, 0x04, 0x04, 0x00, 0x00, 0x01, 0x00
    };
    private static final byte AES_256 = 32;

    private final Target target;
    private final Padding padding;
    private final KeyEncryption encryption;

    Cryptogram(Core core) {
        super(core);
        target = core.target;
        padding = core.padding;
        encryption = core.encryption;
    }

    /**
     * Opens the cryptogram in the work buffer; the content is at the beginning of {@link Ram#aux}.
     *
     * @param wanted which forms, and whether whatever is not a content-encryption key of 16, 24 or 32 bytes is refused;
     *     as a fault inside
     * @return bytes of the content
     */
    short open(short length, byte wanted) {
        key.require();
        short content = -1;
        try {
            boolean archive = work[0] == WRAPPED_KEY_TAG;
            Apdu.requireData((wanted & (archive ? FOR_ARCHIVE : FOR_PUBLIC_KEY)) != 0);
            if (archive) {
                content = openArchive(length);
            } else {
                content = key.type == KeySlot.RSA_2048 ? openRsa(length) : openEc(length);
            }
        } catch (ISOException refused) {
            if (refused.getReason() != Sw.WRONG_DATA) {
                throw refused;
            }
        }
        if (content < 0 || (wanted & KEYS_ONLY) != 0 && !isKeyLength(content)) {
            flags[Ram.FAULTS]++;
            if (flags[Ram.FAULTS] >= MAX_FAULTS) {
                authority.resetPin();
            }
            ISOException.throwIt(Sw.WRONG_DATA);
        }
        return content;
    }

    /** Whether content-encryption keys have so many bytes. */
    static boolean isKeyLength(short length) {
        return length == 16 || length == 24 || length == 32;
    }

    private short openRsa(short length) {
        Apdu.requireData(length == RSA_LENGTH && work[0] == RSA_INDICATOR);
        key.slot().raisePrivate(work, Padding.BLOCK, work, Padding.BLOCK);
        byte algorithm = flags[Ram.ALGORITHM];
        return algorithm == Target.PKCS1
                ? padding.decodePkcs1()
                : padding.decode(encryption.digestOf(Target.hashOf(algorithm)));
    }

    private short openArchive(short length) {
        short wrapped = (short) (length - 2);
        Apdu.requireData(work[1] == wrapped && isKeyLength((short) (wrapped - KeyEncryption.OVERHEAD)));
        key.slot().deriveArchiveKek();
        Util.arrayCopyNonAtomic(work, (short) 2, aux, (short) 0, wrapped);
        return encryption.unwrap(AES_256, (short) 0, wrapped);
    }

    /** Seals the content-encryption key of {@code length} bytes at {@code work[CONTENT]} for the archive; likewise. */
    short sealArchive(short length, short at) {
        short wrapped = Util.setShort(aux, at, (short) (WRAPPED_KEY_HEAD + length + KeyEncryption.OVERHEAD));
        key.slot().deriveArchiveKek();
        Util.arrayCopyNonAtomic(work, CONTENT, aux, wrapped, length);
        encryption.wrap(AES_256, wrapped, length);
        return (short) (wrapped + length + KeyEncryption.OVERHEAD);
    }

    private short openEc(short length) {
        byte[] work = this.work;
        short head = (short) (work[1] == LONG_LENGTH ? 3 : 2);
        short inner = (short) (length - head);
        short at = value(head, (byte) 0x80, (short) 1);
        byte hashNumber = work[at];
        at = value((short) (at + 1), (byte) 0x81, (short) 1);
        byte kekLength = work[at++];
        short infoLength = work[(short) (at + 1)];
        short info = value(at, (byte) 0x82, infoLength);
        at = (short) (info + infoLength);
        short wrappedLength = work[(short) (at + 1)];
        short wrapped = value(at, WRAPPED_KEY_TAG, wrappedLength);
        short point = value((short) (wrapped + wrappedLength), (byte) 0x86, P256.POINT);
        Apdu.requireData(work[0] == Tag.KEY_AGREEMENT
                && work[(short) (head - 1)] == (byte) inner
                && (inner < LONG) == (head == 2)
                && (short) (point + P256.POINT) == length
                && work[point] == CurveCheck.UNCOMPRESSED
                && hashNumber >= KeyEncryption.SHA_256
                && hashNumber <= KeyEncryption.SHA_512
                && isKeyLength(kekLength)
                && isKeyLength((short) (wrappedLength - KeyEncryption.OVERHEAD)));
        if (encryption.digestOf(hashNumber) == null || encryption.keyOf(kekLength) == null) {
            Refusal.chip();
        }
        key.slot().agree(work, point, secret, KeyEncryption.Z);
        encryption.derive(hashNumber, work, info, infoLength, kekLength);
        Util.arrayCopyNonAtomic(work, wrapped, aux, (short) 0, wrappedLength);
        return encryption.unwrap(kekLength, (short) 0, wrappedLength);
    }

    /** Where the value of a data object of this tag and length stands, which must be there. */
    private short value(short at, byte tag, short length) {
        Apdu.requireData(work[at++] == tag && length >= 0 && work[at++] == (byte) length);
        return at;
    }

    /**
     * Seals the {@code length} bytes at {@code work[CONTENT]}: at most 190 for RSA, 16, 24 or 32 for EC. The
     * cryptogram begins at {@code aux[at]}.
     *
     * @return bytes of the answer up to the end of the cryptogram
     */
    short seal(short length, short at) {
        return target.type() == KeySlot.RSA_2048 ? sealRsa(length, at) : sealEc(length, at);
    }

    private short sealRsa(short length, short at) {
        padding.encode(length);
        aux[at] = RSA_INDICATOR;
        rsa.raise(target.rsaKey, Cipher.MODE_ENCRYPT, work, Padding.BLOCK, aux, (short) (at + 1));
        return (short) (at + RSA_LENGTH);
    }

    private short sealEc(short length, short at) {
        byte[] aux = this.aux;
        short wrappedLength = (short) (length + KeyEncryption.OVERHEAD);
        short whole = (short) (SEALED_HEAD.length + 2 + wrappedLength + 2 + P256.POINT);
        aux[at++] = Tag.KEY_AGREEMENT;
        if (whole >= LONG) {
            aux[at++] = LONG_LENGTH;
        }
        aux[at++] = (byte) whole;
        at = Template.copy(SEALED_HEAD, aux, at);
        short wrapped = Util.setShort(aux, at, (short) (WRAPPED_KEY_HEAD + wrappedLength));
        short point = Util.setShort(aux, (short) (wrapped + wrappedLength), POINT_HEAD);
        ecdh.begin(aux, point);
        // A fault leaves the pair to what every command begins with.
        ecdh.agreeEphemeral(ram.point, (short) 0, secret, KeyEncryption.Z);
        ecdh.end();
        encryption.derive(
                KeyEncryption.SHA_256, SEALED_HEAD, INFO, (short) (SEALED_HEAD.length - INFO), AES_256);
        Util.arrayCopyNonAtomic(work, CONTENT, aux, wrapped, length);
        encryption.wrap(AES_256, wrapped, length);
        return (short) (point + P256.POINT);
    }
}
