package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/** Use of the decipher key and of targets: DECIPHER, ENCIPHER, TRANSCODE and CHECK. */
final class Usage {
    private static final short DECIPHER = (short) 0x8086;
    private static final short ENCIPHER = (short) 0x8680;
    private static final byte CHECK_TAG = (byte) 0x8E;
    private static final short CHECK = 8;
    /** "cek" */
    private static final byte[] CHECK_LABEL = {'c', 'e', 'k'};

    private final Ram ram;
    private final Chip chip;
    private final Authority authority;
    private final Target target;
    private final Cryptogram cryptogram;
    private final Seal seal;

    Usage(Ram ram, Chip chip, Authority authority, Target target, Cryptogram cryptogram, Seal seal) {
        this.ram = ram;
        this.chip = chip;
        this.authority = authority;
        this.target = target;
        this.cryptogram = cryptogram;
        this.seal = seal;
    }

    /** PERFORM SECURITY OPERATION: DECIPHER or ENCIPHER. */
    short perform(short length) {
        switch (Util.getShort(ram.flags, Ram.P1)) {
            case DECIPHER:
                return decipher(length);
            case ENCIPHER:
                return encipher(length);
            default:
                ISOException.throwIt(Sw.WRONG_P1P2);
                return 0;
        }
    }

    private short decipher(short length) {
        if (authority.policy(Authority.DECIPHER_OFF)) {
            ISOException.throwIt(Sw.WRONG_STATE);
        }
        return cryptogram.open(length, false);
    }

    private short encipher(short length) {
        byte type = target.type();
        if (type == KeySlot.RSA_2048 ? length > Padding.MAX_MESSAGE : !Cryptogram.isKeyLength(length)) {
            ISOException.throwIt(Sw.WRONG_LENGTH);
        }
        Util.arrayCopyNonAtomic(ram.work, (short) 0, ram.work, Seal.CONTENT, length);
        return seal.write(length, (short) 0);
    }

    /** TRANSCODE: from the cryptogram in the work buffer to one for the target, with the check before it. */
    short transcode(short length) {
        Apdu.requireNoParameters(ram);
        target.requireTrust();
        target.type();
        short content = cryptogram.open(length, true);
        Util.arrayCopyNonAtomic(ram.aux, (short) 0, ram.work, Seal.CONTENT, content);
        writeCheck(content, (short) 2);
        ram.aux[0] = CHECK_TAG;
        ram.aux[1] = (byte) CHECK;
        return seal.write(content, (short) (2 + CHECK));
    }

    /** CHECK: what TRANSCODE gave for the same content. */
    short check(short length) {
        Apdu.requireNoParameters(ram);
        short content = cryptogram.open(length, true);
        writeCheck(content, (short) 0);
        return CHECK;
    }

    /** Replaces the content-encryption key at the beginning of the answer by its check at {@code at}. */
    private void writeCheck(short content, short at) {
        chip.sha256.update(CHECK_LABEL, (short) 0, (short) CHECK_LABEL.length);
        chip.sha256.doFinal(ram.aux, (short) 0, content, ram.hash, (short) 0);
        Util.arrayFillNonAtomic(ram.aux, (short) 0, content, (byte) 0);
        Util.arrayCopyNonAtomic(ram.hash, (short) 0, ram.aux, at, CHECK);
    }
}
