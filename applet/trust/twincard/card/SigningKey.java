package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/** The signature key, and PSO: COMPUTE DIGITAL SIGNATURE with it. */
final class SigningKey extends OwnKey {
    private static final byte SHA_256 = 32;
    /** DigestInfo (RFC 8017, 9.2) up to the hash; the two lengths and the hash function are set for each. */
    private static final byte[] DIGEST_INFO = {
        0x30, 0, 0x30, 0x0D, 0x06, 0x09, 0x60, (byte) 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0, 0x05, 0x00, 0x04, 0
    };
    private static final short INFO_LENGTH = 1;
    private static final short INFO_FUNCTION = 14;
    private static final short INFO_HASH_LENGTH = 18;

    private final Core core;
    /** Null where the chip has none. */
    private final Ecdsa ecdsa;

    SigningKey(Core core, Ecdsa ecdsa) {
        super(core.slots, SIGNATURE);
        this.core = core;
        this.ecdsa = ecdsa;
    }

    @Override
    boolean supports(byte type) {
        return super.supports(type) && (type == KeySlot.RSA_2048 || ecdsa != null);
    }

    /** The signature over the hash in Ram.work, for RSA also in its DigestInfo, into Ram.aux; returns its length. */
    short sign(short length) {
        boolean wrapped = isHash((short) (length - DIGEST_INFO.length));
        requireLength(wrapped || isHash(length));
        require();
        if (type() == KeySlot.RSA_2048) {
            return signRsa(wrapped ? unwrap(length) : (byte) length);
        }
        requireLength(!wrapped);
        // FIPS 186-5, 6.4.1: the leftmost bits of a hash that is longer than the order.
        return ecdsa.signHash(slot().ecPrivate(), core.ram.work, SHA_256, core.ram.aux);
    }

    private static boolean isHash(short length) {
        return length == 32 || length == 48 || length == 64;
    }

    private static void requireLength(boolean good) {
        if (!good) {
            ISOException.throwIt(Sw.WRONG_LENGTH);
        }
    }

    /** Takes the hash out of the DigestInfo in Ram.work, which must be exactly what {@link #encode} would write. */
    private byte unwrap(short length) {
        byte[] block = core.ram.work;
        byte hash = (byte) (length - DIGEST_INFO.length);
        writeInfo(core.ram.aux, (short) 0, hash);
        Apdu.requireData(
                Util.arrayCompare(core.ram.aux, (short) 0, block, (short) 0, (short) DIGEST_INFO.length) == 0);
        Util.arrayCopyNonAtomic(block, (short) DIGEST_INFO.length, block, (short) 0, hash);
        return hash;
    }

    /**
     * RSASSA-PKCS1-v1_5 (RFC 8017, 8.2.1). A fault in half of a CRT computation would give the key away, so nothing
     * leaves that the public key does not confirm.
     */
    private short signRsa(byte length) {
        byte[] block = core.ram.work;
        byte[] hash = core.ram.hash;
        encode(block, length);
        core.chip.sha256.doFinal(block, (short) 0, Rsa.LENGTH, hash, (short) 0);
        slot().raisePrivate(block, (short) 0, core.ram.aux, (short) 0);
        core.rsa.raisePublic(slot().rsaPublic(), core.ram.aux, (short) 0, block, (short) 0);
        core.chip.sha256.doFinal(block, (short) 0, Rsa.LENGTH, hash, SHA_256);
        if (Util.arrayCompare(hash, (short) 0, hash, SHA_256, SHA_256) != 0) {
            ISOException.throwIt(Sw.MEMORY_FAILURE);
        }
        return Rsa.LENGTH;
    }

    /** EMSA-PKCS1-v1_5 (RFC 8017, 9.2) of the hash at the beginning of the block, in place. */
    private static void encode(byte[] block, byte length) {
        short hash = (short) (Rsa.LENGTH - length);
        short info = (short) (hash - DIGEST_INFO.length);
        Util.arrayCopyNonAtomic(block, (short) 0, block, hash, length);
        Util.arrayFillNonAtomic(block, (short) 0, info, (byte) 0xFF);
        block[0] = 0;
        block[1] = 1;
        block[(short) (info - 1)] = 0;
        writeInfo(block, info, length);
    }

    /** Writes what stands before a hash of this length. */
    private static void writeInfo(byte[] out, short at, byte length) {
        Template.copy(DIGEST_INFO, out, at);
        out[(short) (at + INFO_LENGTH)] = (byte) (DIGEST_INFO.length - 2 + length);
        out[(short) (at + INFO_FUNCTION)] = (byte) ((length >> 4) - 1);
        out[(short) (at + INFO_HASH_LENGTH)] = length;
    }
}
