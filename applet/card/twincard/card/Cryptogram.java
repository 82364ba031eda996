package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/**
 * Opens cryptograms with the decipher key. Whatever is wrong inside one has the same answer, and 32 of these end the
 * session of the PIN, for every answer tells something to whoever forges cryptograms.
 */
final class Cryptogram extends Unit {
    /** First byte of an RSA cryptogram (the padding indicator of ISO 7816-4). */
    static final byte RSA_INDICATOR = 0x00;
    static final short RSA_LENGTH = 257;

    private static final short MAX_SHARED_INFO = 80;
    private static final byte MAX_FAULTS = 32;
    /** A length of one byte from 80 on stands behind this. */
    private static final byte LONG_LENGTH = (byte) 0x81;
    /** Where data stand behind the head of an EC cryptogram. */
    private static final short HASH = 2;
    private static final short KEK_LENGTH = 5;
    private static final short INFO_LENGTH = 7;
    private static final short INFO = 8;

    private final Padding padding;
    private final X963 x963;
    private final KeyWrap keyWrap;
    private final Seal seal;

    Cryptogram(Core core, Seal seal) {
        super(core);
        padding = core.padding;
        x963 = core.x963;
        keyWrap = core.keyWrap;
        this.seal = seal;
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
        key.rsaPrivate(work, Padding.BLOCK, work, Padding.BLOCK);
        return flags[Ram.ALGORITHM] == Target.PKCS1 ? padding.decodePkcs1() : padding.decode();
    }

    /** The template is as it should be when its parts, put together again, give the same bytes. */
    private short openEc(short length) {
        short head = (short) (work[1] == LONG_LENGTH ? 3 : 2);
        byte hashNumber = work[(short) (head + HASH)];
        short kekLength = work[(short) (head + KEK_LENGTH)];
        short infoLength = work[(short) (head + INFO_LENGTH)];
        short info = (short) (head + INFO);
        short wrappedLength = (short) (length - info - infoLength - Seal.AROUND_WRAPPED);
        Apdu.requireData(infoLength >= 0
                && infoLength <= MAX_SHARED_INFO
                && isKeyLength((short) (wrappedLength - KeyWrap.OVERHEAD)));
        short wrapped = seal.writeHead(hashNumber, kekLength, work, info, infoLength, wrappedLength, (short) 0);
        short point = (short) (length - P256.POINT);
        Apdu.requireData(Util.arrayCompare(work, (short) 0, aux, (short) 0, wrapped) == 0
                && Util.getShort(work, (short) (point - 2)) == Seal.POINT_HEAD
                && work[point] == CurveCheck.UNCOMPRESSED
                && hashNumber >= X963.SHA_256
                && hashNumber <= X963.SHA_512
                && isKeyLength(kekLength));
        if (!x963.supports(hashNumber) || !keyWrap.supports(kekLength)) {
            ISOException.throwIt(Sw.NOT_ON_THIS_CHIP);
        }
        key.ecdh(work, point, secret, X963.Z);
        x963.derive(hashNumber, work, info, infoLength, kekLength);
        Util.arrayCopyNonAtomic(work, wrapped, aux, (short) 0, wrappedLength);
        return keyWrap.unwrap(kekLength, (short) 0, wrappedLength);
    }
}
