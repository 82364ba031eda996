package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/**
 * Opens cryptograms with the decipher key. Whatever is wrong inside one has the same answer, and 32 of these end the
 * session of the PIN, for every answer tells something to whoever forges cryptograms.
 */
final class Cryptogram {
    /** First byte of an RSA cryptogram (the padding indicator of ISO 7816-4). */
    static final byte RSA_INDICATOR = 0x00;
    static final short RSA_LENGTH = 257;

    /** Data objects of an EC cryptogram, in this order. */
    static final byte HASH = (byte) 0x80;
    static final byte KEK_LENGTH = (byte) 0x81;
    static final byte SHARED_INFO = (byte) 0x82;
    static final byte WRAPPED_KEY = (byte) 0x83;
    static final byte EPHEMERAL_POINT = (byte) 0x86;

    private static final short MAX_SHARED_INFO = 80;
    private static final byte MAX_FAULTS = 32;
    /** A length of one byte from 80 on stands behind this. */
    private static final byte LONG_LENGTH = (byte) 0x81;

    /** Places in {@link Ram#secret}: the shared secret and the key-encryption key. */
    private static final short Z = 0;
    private static final short KEK = 32;

    private final Ram ram;
    private final Authority authority;
    private final DecipherKey key;
    private final Oaep oaep;
    private final X963 x963;
    private final KeyWrap keyWrap;

    Cryptogram(Ram ram, Authority authority, DecipherKey key, Oaep oaep, X963 x963, KeyWrap keyWrap) {
        this.ram = ram;
        this.authority = authority;
        this.key = key;
        this.oaep = oaep;
        this.x963 = x963;
        this.keyWrap = keyWrap;
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
            refuse();
        }
        return content;
    }

    /** Whether content-encryption keys have so many bytes. */
    static boolean isKeyLength(short length) {
        return length == 16 || length == 24 || length == 32;
    }

    private void refuse() {
        ram.flags[Ram.FAULTS]++;
        if (ram.flags[Ram.FAULTS] >= MAX_FAULTS) {
            authority.resetPin();
        }
        ISOException.throwIt(Sw.WRONG_DATA);
    }

    private short openRsa(short length) {
        Apdu.requireData(length == RSA_LENGTH && ram.work[0] == RSA_INDICATOR);
        key.rsaPrivate(ram.work, (short) 1, ram.aux, (short) 0);
        return ram.flags[Ram.ALGORITHM] == Target.PKCS1
                ? Pkcs1.decode(ram.aux, (short) 0)
                : oaep.decode(ram.aux, (short) 0, ram.hash, (short) 0);
    }

    private short openEc(short length) {
        byte[] data = ram.work;
        short hashAt = contentOf(length);
        Apdu.requireData(length >= (short) (hashAt + 8));
        requireHead(hashAt, HASH, (short) 1);
        byte hash = data[(short) (hashAt + 2)];
        requireHead((short) (hashAt + 3), KEK_LENGTH, (short) 1);
        short kekLength = data[(short) (hashAt + 5)];

        short info = (short) (hashAt + 8);
        short infoLength = data[(short) (info - 1)];
        Apdu.requireData(data[(short) (info - 2)] == SHARED_INFO && infoLength >= 0 && infoLength <= MAX_SHARED_INFO);
        short wrapped = (short) (info + infoLength + 2);
        short wrappedLength = data[(short) (wrapped - 1)];
        Apdu.requireData(data[(short) (wrapped - 2)] == WRAPPED_KEY
                && isKeyLength((short) (wrappedLength - KeyWrap.OVERHEAD)));
        short point = (short) (wrapped + wrappedLength + 2);
        requireHead((short) (point - 2), EPHEMERAL_POINT, P256.POINT);
        Apdu.requireData(length == (short) (point + P256.POINT));

        requireAlgorithms(hash, kekLength);
        Apdu.requireData(data[point] == CurveCheck.UNCOMPRESSED);
        key.ecdh(data, point, ram.secret, Z);
        x963.derive(hash, ram.secret, Z, P256.SCALAR, data, info, infoLength, ram.secret, KEK, kekLength, ram.hash,
                (short) 0);
        Util.arrayCopyNonAtomic(data, wrapped, ram.aux, (short) 0, wrappedLength);
        return keyWrap.unwrap(ram.secret, KEK, kekLength, ram.aux, (short) 0, wrappedLength, ram.hash, (short) 0);
    }

    /** Where the content of the template A6 begins that fills the command's data. */
    private short contentOf(short length) {
        byte[] data = ram.work;
        boolean isLong = data[1] == LONG_LENGTH;
        short content = (short) (isLong ? 3 : 2);
        Apdu.requireData(length > content && data[0] == Tag.KEY_AGREEMENT);
        short stated = (short) (data[(short) (content - 1)] & 0xFF);
        Apdu.requireData(isLong == (stated >= 0x80) && length == (short) (content + stated));
        return content;
    }

    private void requireAlgorithms(byte hash, short kekLength) {
        Apdu.requireData(hash >= X963.SHA_256 && hash <= X963.SHA_512 && isKeyLength(kekLength));
        if (!x963.supports(hash) || !keyWrap.supports(kekLength)) {
            ISOException.throwIt(Sw.NOT_ON_THIS_CHIP);
        }
    }

    private void requireHead(short at, byte tag, short length) {
        Apdu.requireData(ram.work[at] == tag && ram.work[(short) (at + 1)] == length);
    }
}
