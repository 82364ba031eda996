package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;
import javacard.security.MessageDigest;
import javacardx.crypto.Cipher;

/** The signature key, and PSO: COMPUTE DIGITAL SIGNATURE with it. */
final class SigningKey extends OwnKey {
    private static final byte SHA_256 = 32;
    /** DigestInfo (RFC 8017, 9.2) up to the hash; the two lengths and the hash function are set for each. */
    private static final byte[] DIGEST_INFO = {
        0x30, 0, 0x30, 0x0D, 0x06, 0x09, 0x60, (byte) 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0, 0x05, 0x00, 0x04, 0
    };
    private static final byte PSS_TRAILER = (byte) 0xBC;
    /** Zeros before what EMSA-PSS hashes. */
    private static final short PSS_ZEROS = 8;
    private static final short INFO_LENGTH = 1;
    private static final short INFO_FUNCTION = 14;
    private static final short INFO_HASH_LENGTH = 18;

    private final Core core;
    /** Null where the chip has none. */
    private final Ecdsa ecdsa;

    SigningKey(Core core, Ecdsa ecdsa) {
        super(core, SIGNATURE);
        this.core = core;
        this.ecdsa = ecdsa;
    }

    @Override
    boolean supports(byte type) {
        return super.supports(type) && (type == KeySlot.RSA_2048 || ecdsa != null);
    }

    /**
     * The signature over the hash in Ram.work, for RSA also in its DigestInfo, into Ram.aux; returns its length. A host
     * that names PKCS #1 v1.5 means what it sends: a bare hash would be a message that the card does not sign.
     */
    short sign(short length) {
        authority.spendPin();
        byte[] block = work;
        byte algorithm = flags[Ram.SIGNATURE];
        boolean wrapped = isHash((short) (length - DIGEST_INFO.length));
        Apdu.requireLength(wrapped || isHash(length));
        require();
        boolean isRsa = type == KeySlot.RSA_2048;
        if (algorithm != 0 && isRsa != (algorithm != Target.ECDSA)) {
            Refusal.state();
        }
        boolean isPkcs1 = isRsa && algorithm != Target.PSS;
        Apdu.requireLength(wrapped ? isPkcs1 : !isPkcs1 || algorithm == 0);
        if (!isRsa) {
            // FIPS 186-5, 6.4.1: the leftmost bits of a hash that is longer than the order.
            return ecdsa.signHash(slot().ecPrivate, block, SHA_256, aux);
        }
        if (isPkcs1) {
            encode(block, wrapped ? unwrap(length) : (byte) length);
        } else {
            encodePss(block, length);
        }
        return signRsa(block);
    }

    private static boolean isHash(short length) {
        return length == 32 || length == 48 || length == 64;
    }

    /** Takes the hash out of the DigestInfo in Ram.work, which must be exactly what {@link #encode} would write. */
    private byte unwrap(short length) {
        byte[] block = work;
        byte hash = (byte) (length - DIGEST_INFO.length);
        writeInfo(aux, (short) 0, hash);
        Apdu.requireData(Util.arrayCompare(aux, (short) 0, block, (short) 0, (short) DIGEST_INFO.length) == 0);
        Util.arrayCopyNonAtomic(block, (short) DIGEST_INFO.length, block, (short) 0, hash);
        return hash;
    }

    /**
     * RSASP1 (RFC 8017, 5.2.1) of the block in Ram.work. A fault in half of a CRT computation would give the key away,
     * so nothing leaves that the public key does not confirm.
     */
    private short signRsa(byte[] block) {
        byte[] hash = this.hash;
        chip.sha256.doFinal(block, (short) 0, Rsa.LENGTH, hash, (short) 0);
        slot().raisePrivate(block, (short) 0, aux, (short) 0);
        rsa.raise(slot().rsaPublic, Cipher.MODE_ENCRYPT, aux, (short) 0, block, (short) 0);
        chip.sha256.doFinal(block, (short) 0, Rsa.LENGTH, hash, SHA_256);
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

    /**
     * EMSA-PSS (RFC 8017, 9.1.1) of the hash at the beginning of the block, in place: MGF1 with the same hash function,
     * and a salt as long as the hash.
     */
    private void encodePss(byte[] block, short length) {
        MessageDigest digest =
                core.encryption.digestOf(length == SHA_256 ? KeyEncryption.SHA_256 : (byte) (length >> 4));
        if (digest == null) {
            Refusal.chip();
        }
        short end = (short) (Rsa.LENGTH - 1 - length);
        short salt = (short) (end - length);
        Util.arrayFillNonAtomic(aux, (short) 0, PSS_ZEROS, (byte) 0);
        digest.update(aux, (short) 0, PSS_ZEROS);
        digest.update(block, (short) 0, length);
        chip.random(block, salt, length);
        digest.doFinal(block, salt, length, block, end);
        Util.arrayFillNonAtomic(block, (short) 0, salt, (byte) 0);
        block[(short) (salt - 1)] = 1;
        core.padding.mask(digest, end, length, (short) 0, end);
        block[0] &= 0x7F; // one bit less than the modulus
        block[(short) (Rsa.LENGTH - 1)] = PSS_TRAILER;
    }

    /** Writes what stands before a hash of this length. */
    private static void writeInfo(byte[] out, short at, byte length) {
        Template.copy(DIGEST_INFO, out, at);
        out[(short) (at + INFO_LENGTH)] = (byte) (DIGEST_INFO.length - 2 + length);
        out[(short) (at + INFO_FUNCTION)] = (byte) ((length >> 4) - 1);
        out[(short) (at + INFO_HASH_LENGTH)] = length;
    }
}
