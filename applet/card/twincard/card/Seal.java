package twincard.card;

import javacard.framework.Util;

/** Writes cryptograms for the target: RSA with OAEP, or an ephemeral key and a wrapped content-encryption key. */
final class Seal {
    /** Where in {@link Ram#work} the content stands that is to be sealed. */
    static final short CONTENT = 1;

    private static final byte KEK_LENGTH = 32;
    /** Places in {@link Ram#secret}: the shared secret and the key-encryption key. */
    private static final short Z = 0;
    private static final short KEK = 32;
    /** From a length of 80 on the template's length takes two bytes. */
    private static final short LONG = 0x80;

    /** The SharedInfo of RFC 5753, 7.2, for aes256-wrap without user keying material. */
    private static final byte[] SHARED_INFO = {
        0x30, 0x15, 0x30, 0x0B, 0x06, 0x09, 0x60, (byte) 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2D,
        (byte) 0xA2, 0x06, 0x04, 0x04, 0x00, 0x00, 0x01, 0x00
    };
    /** The template's content up to the wrapped key's length: hash, KEK length, SharedInfo, tag. */
    private static final short BEFORE_WRAPPED = 32;

    private final Ram ram;
    private final Target target;
    private final Rsa rsa;
    private final Ecdh ecdh;
    private final Oaep oaep;
    private final X963 x963;
    private final KeyWrap keyWrap;

    /** Rsa or ecdh are null where the chip has none. */
    Seal(Ram ram, Target target, Rsa rsa, Ecdh ecdh, Oaep oaep, X963 x963, KeyWrap keyWrap) {
        this.ram = ram;
        this.target = target;
        this.rsa = rsa;
        this.ecdh = ecdh;
        this.oaep = oaep;
        this.x963 = x963;
        this.keyWrap = keyWrap;
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
        oaep.encode(ram.work, CONTENT, length, ram.hash, (short) 0);
        ram.aux[at] = Cryptogram.RSA_INDICATOR;
        rsa.raisePublic(target.rsaKey(), ram.work, CONTENT, ram.aux, (short) (at + 1));
        return (short) (at + Cryptogram.RSA_LENGTH);
    }

    private short writeEc(short length, short at) {
        byte[] out = ram.aux;
        short wrappedLength = (short) (length + KeyWrap.OVERHEAD);
        short wrapped = writeHead(wrappedLength, at);
        short point = (short) (wrapped + wrappedLength + 2);
        out[(short) (point - 2)] = Cryptogram.EPHEMERAL_POINT;
        out[(short) (point - 1)] = (byte) P256.POINT;
        try {
            ecdh.begin(out, point, ram.hash, (short) 0);
            ecdh.agreeEphemeral(ram.point, (short) 0, ram.secret, Z);
        } finally {
            ecdh.end();
        }
        x963.derive(X963.SHA_256, ram.secret, Z, P256.SCALAR, SHARED_INFO, (short) 0, (short) SHARED_INFO.length,
                ram.secret, KEK, KEK_LENGTH, ram.hash, (short) 0);
        Util.arrayCopyNonAtomic(ram.work, CONTENT, out, wrapped, length);
        keyWrap.wrap(ram.secret, KEK, KEK_LENGTH, out, wrapped, length, ram.hash, (short) 0);
        return (short) (point + P256.POINT);
    }

    /** Everything before the wrapped key, which begins at the place returned. */
    private short writeHead(short wrappedLength, short at) {
        byte[] out = ram.aux;
        short inner = (short) (BEFORE_WRAPPED + 1 + wrappedLength + 2 + P256.POINT);
        out[at++] = Tag.KEY_AGREEMENT;
        if (inner >= LONG) {
            out[at++] = (byte) 0x81;
        }
        out[at++] = (byte) inner;
        at = number(Cryptogram.HASH, X963.SHA_256, at);
        at = number(Cryptogram.KEK_LENGTH, KEK_LENGTH, at);
        out[at++] = Cryptogram.SHARED_INFO;
        out[at++] = (byte) SHARED_INFO.length;
        at = Util.arrayCopyNonAtomic(SHARED_INFO, (short) 0, out, at, (short) SHARED_INFO.length);
        out[at++] = Cryptogram.WRAPPED_KEY;
        out[at++] = (byte) wrappedLength;
        return at;
    }

    private short number(byte tag, byte value, short at) {
        ram.aux[at++] = tag;
        ram.aux[at++] = 1;
        ram.aux[at++] = value;
        return at;
    }
}
