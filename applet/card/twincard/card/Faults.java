package twincard.card;

import javacard.framework.APDUException;
import javacard.framework.ISOException;
import javacard.framework.SystemException;
import javacard.framework.TransactionException;
import javacard.security.CryptoException;

/** The one mapper of exceptions: whatever was not foreseen where it happened still gets a status word of ours. */
final class Faults {
    private Faults() {}

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
