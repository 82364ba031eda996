package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/**
 * Opens cryptograms with the decipher key and writes them for the target: RSA with padding, or an ephemeral key and a
 * wrapped content-encryption key. Whatever is wrong inside one has the same answer, and 32 of these end the session of
 * the PIN, for every answer tells something to whoever forges cryptograms.
 */
final class Cryptogram extends Unit {
    /** Where in {@link Ram#work} the content stands that is to be sealed. */
    static final short CONTENT = Padding.BLOCK;

    /** First byte of an RSA cryptogram (the padding indicator of ISO 7816-4). */
    private static final byte RSA_INDICATOR = 0x00;
    private static final short RSA_LENGTH = 257;

    private static final short MAX_SHARED_INFO = 80;
    private static final byte MAX_FAULTS = 32;
    /** A length of one byte from 80 on stands behind this. */
    private static final byte LONG_LENGTH = (byte) 0x81;
    private static final short LONG = 0x80;
    /** What an EC cryptogram has, in this order and with these lengths. */
    private static final short HASH_HEAD = (short) 0x8001;
    private static final short KEK_LENGTH_HEAD = (short) 0x8101;
    private static final byte SHARED_INFO_TAG = (byte) 0x82;
    private static final byte WRAPPED_KEY_TAG = (byte) 0x83;
    private static final short POINT_HEAD = (short) 0x8641;
    /** Where data stand behind the template's length. */
    private static final short HASH = 2;
    private static final short KEK_LENGTH = 5;
    private static final short INFO_LENGTH = 7;
    private static final short INFO = 8;
    /** Bytes behind the SharedInfo beside the wrapped key: two heads and the point. */
    private static final short AROUND_WRAPPED = 2 + 2 + P256.POINT;
    /** The SharedInfo of RFC 5753, 7.2, for aes256-wrap without user keying material. */
    private static final byte[] SHARED_INFO = {
        0x30, 0x15, 0x30, 0x0B, 0x06, 0x09, 0x60, (byte) 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2D,
        (byte) 0xA2, 0x06, 0x04, 0x04, 0x00, 0x00, 0x01, 0x00
    };
    private static final byte AES_256 = 32;

    private final Target target;
    private final Rsa rsa;
    private final Ecdh ecdh;
    private final Padding padding;
    private final KeyEncryption encryption;

    Cryptogram(Core core) {
        super(core);
        target = core.target;
        rsa = core.rsa;
        ecdh = core.ecdh;
        padding = core.padding;
        encryption = core.encryption;
    }

    /**
     * Opens the cryptogram in the work buffer; the content is at the beginning of {@link Ram#aux}.
     *
     * @param keysOnly refuse, as a fault inside, whatever is not a content-encryption key of 16, 24 or 32 bytes
     * @return bytes of the content
     */
    short open(short length, boolean keysOnly) {
        key.require();
        short content = -1;
        try {
            content = key.type() == KeySlot.RSA_2048 ? openRsa(length) : openEc(length);
        } catch (ISOException refused) {
            if (refused.getReason() != Sw.WRONG_DATA) {
                throw refused;
            }
        }
        if (content < 0 || keysOnly && !isKeyLength(content)) {
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
        return flags[Ram.ALGORITHM] == Target.PKCS1 ? padding.decodePkcs1() : padding.decode();
    }

    /** The template is as it should be when its parts, put together again, give the same bytes. */
    private short openEc(short length) {
        short head = (short) (work[1] == LONG_LENGTH ? 3 : 2);
        byte hashNumber = work[(short) (head + HASH)];
        short kekLength = work[(short) (head + KEK_LENGTH)];
        short infoLength = work[(short) (head + INFO_LENGTH)];
        short info = (short) (head + INFO);
        short wrappedLength = (short) (length - info - infoLength - AROUND_WRAPPED);
        Apdu.requireData(infoLength >= 0
                && infoLength <= MAX_SHARED_INFO
                && isKeyLength((short) (wrappedLength - KeyEncryption.OVERHEAD)));
        short wrapped = writeHead(hashNumber, kekLength, work, info, infoLength, wrappedLength, (short) 0);
        short point = (short) (length - P256.POINT);
        Apdu.requireData(Util.arrayCompare(work, (short) 0, aux, (short) 0, wrapped) == 0
                && Util.getShort(work, (short) (point - 2)) == POINT_HEAD
                && work[point] == CurveCheck.UNCOMPRESSED
                && hashNumber >= KeyEncryption.SHA_256
                && hashNumber <= KeyEncryption.SHA_512
                && isKeyLength(kekLength));
        if (!encryption.supports(hashNumber, kekLength)) {
            ISOException.throwIt(Sw.NOT_ON_THIS_CHIP);
        }
        key.slot().agree(work, point, secret, KeyEncryption.Z);
        encryption.derive(hashNumber, work, info, infoLength, kekLength);
        Util.arrayCopyNonAtomic(work, wrapped, aux, (short) 0, wrappedLength);
        return encryption.unwrap(kekLength, (short) 0, wrappedLength);
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
        rsa.raisePublic(target.rsaKey(), work, Padding.BLOCK, aux, (short) (at + 1));
        return (short) (at + RSA_LENGTH);
    }

    private short sealEc(short length, short at) {
        short wrappedLength = (short) (length + KeyEncryption.OVERHEAD);
        short infoLength = (short) SHARED_INFO.length;
        short wrapped =
                writeHead(KeyEncryption.SHA_256, AES_256, SHARED_INFO, (short) 0, infoLength, wrappedLength, at);
        short point = Util.setShort(aux, (short) (wrapped + wrappedLength), POINT_HEAD);
        ecdh.begin(aux, point);
        // A fault leaves the pair to what every command begins with.
        ecdh.agreeEphemeral(ram.point, (short) 0, secret, KeyEncryption.Z);
        ecdh.end();
        encryption.derive(KeyEncryption.SHA_256, SHARED_INFO, (short) 0, infoLength, AES_256);
        Util.arrayCopyNonAtomic(work, CONTENT, aux, wrapped, length);
        encryption.wrap(AES_256, wrapped, length);
        return (short) (point + P256.POINT);
    }

    /** Writes to {@code aux[at]} what an EC cryptogram has before the wrapped key, whose place is returned. */
    short writeHead(byte hashNumber, short kekLength, byte[] info, short infoOffset, short infoLength,
            short wrappedLength, short at) {
        short length = (short) (INFO + infoLength + wrappedLength + AROUND_WRAPPED);
        aux[at++] = Tag.KEY_AGREEMENT;
        if (length >= LONG) {
            aux[at++] = LONG_LENGTH;
        }
        aux[at++] = (byte) length;
        at = Util.setShort(aux, at, HASH_HEAD);
        aux[at++] = hashNumber;
        at = Util.setShort(aux, at, KEK_LENGTH_HEAD);
        aux[at++] = (byte) kekLength;
        aux[at++] = SHARED_INFO_TAG;
        aux[at++] = (byte) infoLength;
        at = Util.arrayCopyNonAtomic(info, infoOffset, aux, at, infoLength);
        aux[at++] = WRAPPED_KEY_TAG;
        aux[at++] = (byte) wrappedLength;
        return at;
    }
}
