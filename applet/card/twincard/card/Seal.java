package twincard.card;

import javacard.framework.Util;

/** Writes cryptograms for the target: RSA with OAEP, or an ephemeral key and a wrapped content-encryption key. */
final class Seal extends Unit {
    /** Where in {@link Ram#work} the content stands that is to be sealed. */
    static final short CONTENT = Padding.BLOCK;
    /** Bytes of the template beside SharedInfo and wrapped key, behind the SharedInfo: two heads and the point. */
    static final short AROUND_WRAPPED = 2 + 2 + P256.POINT;
    /** Tag and length of the ephemeral point. */
    static final short POINT_HEAD = (short) 0x8641;

    private static final byte KEK_LENGTH = 32;
    /** From a length of 80 on the template's length takes two bytes. */
    private static final short LONG = 0x80;
    /** Bytes of the template before the SharedInfo. */
    private static final short BEFORE_INFO = 8;
    /** The SharedInfo of RFC 5753, 7.2, for aes256-wrap without user keying material. */
    private static final byte[] SHARED_INFO = {
        0x30, 0x15, 0x30, 0x0B, 0x06, 0x09, 0x60, (byte) 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2D,
        (byte) 0xA2, 0x06, 0x04, 0x04, 0x00, 0x00, 0x01, 0x00
    };

    private final Target target;
    private final Rsa rsa;
    private final Ecdh ecdh;
    private final Padding padding;
    private final X963 x963;
    private final KeyWrap keyWrap;

    Seal(Core core, Target target) {
        super(core);
        this.target = target;
        rsa = core.rsa;
        ecdh = core.ecdh;
        padding = core.padding;
        x963 = core.x963;
        keyWrap = core.keyWrap;
    }

    /**
     * Seals the {@code length} bytes at {@code work[CONTENT]}: at most 190 for RSA, 16, 24 or 32 for EC. The
     * cryptogram begins at {@code aux[at]}.
     *
     * @return bytes of the answer up to the end of the cryptogram
     */
    short write(short length, short at) {
        return target.type() == KeySlot.RSA_2048 ? writeRsa(length, at) : writeEc(length, at);
    }

    private short writeRsa(short length, short at) {
        padding.encode(length);
        aux[at] = Cryptogram.RSA_INDICATOR;
        rsa.raisePublic(target.rsaKey(), work, Padding.BLOCK, aux, (short) (at + 1));
        return (short) (at + Cryptogram.RSA_LENGTH);
    }

    private short writeEc(short length, short at) {
        short wrappedLength = (short) (length + KeyWrap.OVERHEAD);
        short infoLength = (short) SHARED_INFO.length;
        short wrapped = writeHead(X963.SHA_256, KEK_LENGTH, SHARED_INFO, (short) 0, infoLength, wrappedLength, at);
        short point = Util.setShort(aux, (short) (wrapped + wrappedLength), POINT_HEAD);
        ecdh.begin(aux, point, hash, (short) 0);
        ecdh.agreeEphemeral(ram.point, (short) 0, secret, X963.Z); // a fault leaves the pair to the next command's resume
        ecdh.end();
        x963.derive(X963.SHA_256, SHARED_INFO, (short) 0, infoLength, KEK_LENGTH);
        Util.arrayCopyNonAtomic(work, CONTENT, aux, wrapped, length);
        keyWrap.wrap(KEK_LENGTH, wrapped, length);
        return (short) (point + P256.POINT);
    }

    /** Writes to {@code aux[at]} what an EC cryptogram has before the wrapped key, whose place is returned. */
    short writeHead(byte hashNumber, short kekLength, byte[] info, short infoOffset, short infoLength,
            short wrappedLength, short at) {
        short length = (short) (BEFORE_INFO + infoLength + wrappedLength + AROUND_WRAPPED);
        aux[at++] = Tag.KEY_AGREEMENT;
        if (length >= LONG) {
            aux[at++] = (byte) 0x81;
        }
        aux[at++] = (byte) length;
        at = Util.setShort(aux, at, (short) 0x8001);
        aux[at++] = hashNumber;
        at = Util.setShort(aux, at, (short) 0x8101);
        aux[at++] = (byte) kekLength;
        aux[at++] = (byte) 0x82;
        aux[at++] = (byte) infoLength;
        at = Util.arrayCopyNonAtomic(info, infoOffset, aux, at, infoLength);
        aux[at++] = (byte) 0x83;
        aux[at++] = (byte) wrappedLength;
        return at;
    }
}
