package twincard.card;

import javacard.framework.APDU;

/** Secure messaging as the base has it: not at all. What claims to be secured is left to the judge of classes. */
class SecureMessaging extends Unit {
    SecureMessaging(Core core) {
        super(core);
    }

    /**
     * Judges, before anything else, whether the command in Ram.flags is to be secured as it is.
     *
     * @return whether {@link #receive} has its data
     */
    boolean begin() {
        return false;
    }

    /**
     * Gathers, verifies and decrypts the data of a secured command; from then on it stands in Ram.flags and Ram.work,
     * or the store, as it would without.
     *
     * @return bytes of plain data, or -1 while the chain goes on
     */
    short receive(APDU apdu) {
        return 0;
    }

    /** Whether this command was secured. */
    boolean secured() {
        return false;
    }

    /** Secures the answer to a secured command, in place; returns its new length. */
    short seal(byte[] answer, short length, short status) {
        return length;
    }
}
