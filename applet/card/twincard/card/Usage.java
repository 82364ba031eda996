package twincard.card;

import javacard.framework.Util;

/**
 * Use of the decipher key, its archive key and targets: DECIPHER, ENCIPHER, TRANSCODE, CHECK, WRAP, UNWRAP and KEEP.
 */
final class Usage extends CardPart {
    private static final short DECIPHER = (short) 0x8086;
    private static final short ENCIPHER = (short) 0x8680;
    private static final short CHECK_HEAD = (short) 0x8E08;
    private static final short CHECK = 8;
    private static final byte FOR_EITHER =
            Cryptogram.FOR_PUBLIC_KEY | Cryptogram.FOR_ARCHIVE | Cryptogram.KEYS_ONLY;
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
                return open(length, Cryptogram.FOR_PUBLIC_KEY);
            case ENCIPHER:
                return encipher(length);
            default:
                Refusal.parameters();
                return 0;
        }
    }

    private short open(short length, byte wanted) {
        authority.spendPin();
        if (authority.policy(Authority.DECIPHER_OFF)) {
            Refusal.state();
        }
        return cryptogram.open(length, wanted);
    }

    /** UNWRAP: the content-encryption key in an archive cryptogram. */
    short unwrap(short length) {
        return open(length, Cryptogram.FOR_ARCHIVE);
    }

    /** WRAP: an archive cryptogram of a content-encryption key. */
    short wrap(short length) {
        Apdu.requireLength(Cryptogram.isKeyLength(length));
        export.requireReleased();
        Util.arrayCopyNonAtomic(work, (short) 0, work, Cryptogram.CONTENT, length);
        return cryptogram.sealArchive(length, (short) 0);
    }

    private short encipher(short length) {
        byte type = target.type();
        Apdu.requireLength(type == KeySlot.RSA_2048 ? length <= Padding.MAX_MESSAGE : Cryptogram.isKeyLength(length));
        Util.arrayCopyNonAtomic(work, (short) 0, work, Cryptogram.CONTENT, length);
        return cryptogram.seal(length, (short) 0);
    }

    /** TRANSCODE: from the cryptogram in the work buffer to one for the target, with the check before it. */
    short transcode(short length) {
        target.requireTrust();
        target.type();
        return cryptogram.seal(take(length, FOR_EITHER), (short) (2 + CHECK));
    }

    /** KEEP: from a cryptogram for the public key to an archive cryptogram, likewise. */
    short keep(short length) {
        export.requireReleased();
        short content = take(length, (byte) (Cryptogram.FOR_PUBLIC_KEY | Cryptogram.KEYS_ONLY));
        return cryptogram.sealArchive(content, (short) (2 + CHECK));
    }

    /** Opens a cryptogram to where its content can be sealed, and begins the answer with the check. */
    private short take(short length, byte wanted) {
        short content = cryptogram.open(length, wanted);
        Util.arrayCopyNonAtomic(aux, (short) 0, work, Cryptogram.CONTENT, content);
        writeCheck(content, (short) 2);
        Util.setShort(aux, (short) 0, CHECK_HEAD);
        return content;
    }

    /** CHECK: what TRANSCODE gave for the same content. */
    short check(short length) {
        export.requireReleased();
        short content = cryptogram.open(length, FOR_EITHER);
        writeCheck(content, (short) 0);
        return CHECK;
    }

    /** Replaces the content-encryption key at the beginning of the answer by its check at {@code at}. */
    private void writeCheck(short content, short at) {
        chip.hash(CHECK_LABEL);
        chip.sha256.doFinal(aux, (short) 0, content, hash, (short) 0);
        Util.arrayFillNonAtomic(aux, (short) 0, content, (byte) 0);
        Util.arrayCopyNonAtomic(hash, (short) 0, aux, at, CHECK);
    }
}
