package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/** Use of the decipher key and of targets: DECIPHER, ENCIPHER, TRANSCODE and CHECK. */
final class Usage extends Unit {
    private static final short DECIPHER = (short) 0x8086;
    private static final short ENCIPHER = (short) 0x8680;
    private static final byte CHECK_TAG = (byte) 0x8E;
    private static final short CHECK = 8;
    /** "cek" */
    private static final byte[] CHECK_LABEL = {'c', 'e', 'k'};

    private final Target target;
    private final Export export;
    private final Cryptogram cryptogram;

    Usage(Core core) {
        super(core);
        target = core.target;
        export = core.export;
        cryptogram = new Cryptogram(core);
    }

    /** PERFORM SECURITY OPERATION: DECIPHER or ENCIPHER. */
    short perform(short length) {
        switch (Util.getShort(flags, Ram.P1)) {
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
        authority.spendPin();
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
        Util.arrayCopyNonAtomic(work, (short) 0, work, Cryptogram.CONTENT, length);
        return cryptogram.seal(length, (short) 0);
    }

    /** TRANSCODE: from the cryptogram in the work buffer to one for the target, with the check before it. */
    short transcode(short length) {
        target.requireTrust();
        target.type();
        short content = cryptogram.open(length, true);
        Util.arrayCopyNonAtomic(aux, (short) 0, work, Cryptogram.CONTENT, content);
        writeCheck(content, (short) 2);
        aux[0] = CHECK_TAG;
        aux[1] = (byte) CHECK;
        return cryptogram.seal(content, (short) (2 + CHECK));
    }

    /** CHECK: what TRANSCODE gave for the same content. */
    short check(short length) {
        export.requireReleased();
        short content = cryptogram.open(length, true);
        writeCheck(content, (short) 0);
        return CHECK;
    }

    /** Replaces the content-encryption key at the beginning of the answer by its check at {@code at}. */
    private void writeCheck(short content, short at) {
        chip.sha256.update(CHECK_LABEL, (short) 0, (short) CHECK_LABEL.length);
        chip.sha256.doFinal(aux, (short) 0, content, hash, (short) 0);
        Util.arrayFillNonAtomic(aux, (short) 0, content, (byte) 0);
        Util.arrayCopyNonAtomic(hash, (short) 0, aux, at, CHECK);
    }
}
