package twincard.card;

import javacard.framework.APDUException;
import javacard.framework.ISOException;
import javacard.framework.SystemException;
import javacard.framework.TransactionException;
import javacard.security.CryptoException;

/**
 * The refusals that many places share, each by its word in {@link Sw}: a call of a named one takes less room. And the
 * one mapper of exceptions: whatever was not foreseen where it happened still gets a status word of ours.
 */
final class Refusal {
    private Refusal() {}

    /** 6985 */
    static void state() {
        ISOException.throwIt(Sw.WRONG_STATE);
    }

    /** 6A88 */
    static void notFound() {
        ISOException.throwIt(Sw.NOT_FOUND);
    }

    /** 6A86 */
    static void parameters() {
        ISOException.throwIt(Sw.WRONG_P1P2);
    }

    /** 6700 */
    static void length() {
        ISOException.throwIt(Sw.WRONG_LENGTH);
    }

    /** 6A81 */
    static void chip() {
        ISOException.throwIt(Sw.NOT_ON_THIS_CHIP);
    }

    /** 6988 */
    static void check() {
        ISOException.throwIt(Sw.CHECK_FAILED);
    }

    /** The status word of a fault; its own, if it has one. */
    static short statusOf(RuntimeException fault) {
        if (fault instanceof ISOException) {
            return ((ISOException) fault).getReason();
        }
        if (fault instanceof CryptoException) {
            boolean absent = ((CryptoException) fault).getReason() == CryptoException.NO_SUCH_ALGORITHM;
            return absent ? Sw.NOT_ON_THIS_CHIP : Sw.WRONG_DATA;
        }
        if (fault instanceof SystemException) {
            return Sw.NO_MEMORY;
        }
        if (fault instanceof TransactionException) {
            return Sw.MEMORY_FAILURE;
        }
        if (fault instanceof APDUException) {
            return Sw.WRONG_LENGTH;
        }
        return Sw.WRONG_DATA;
    }
}
