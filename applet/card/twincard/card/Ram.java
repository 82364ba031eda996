package twincard.card;

import javacard.framework.JCSystem;
import javacard.framework.Util;

/**
 * Every transient buffer, by name. All are cleared when the applet is deselected; {@link #wipe} clears those that
 * may hold secrets after each command.
 */
final class Ram {
    /**
     * Bytes of {@link #work} and {@link #aux}: a public key template, or a block of 256 with its alignment; and padding
     * and MAC of secure messaging.
     */
    static final short LARGE = 280;
    /** Bytes of a longer answer that are in {@link #aux}, whole AES blocks; the rest is in {@link #work}. */
    static final short FIRST = 256;

    /** The data of the command, whole, from offset 0; free as scratch once they are used. */
    final byte[] work = JCSystem.makeTransientByteArray(LARGE, JCSystem.CLEAR_ON_DESELECT);
    /** The answer, from offset 0; before that scratch for 256-byte results. */
    final byte[] aux = JCSystem.makeTransientByteArray(LARGE, JCSystem.CLEAR_ON_DESELECT);
    /** Derived keys and content-encryption keys: two of 32 bytes. */
    final byte[] secret = JCSystem.makeTransientByteArray((short) 64, JCSystem.CLEAR_ON_DESELECT);
    /** Digests and MACs. */
    final byte[] hash = JCSystem.makeTransientByteArray((short) 64, JCSystem.CLEAR_ON_DESELECT);
    /** AES-CMAC's own, see there; between two of its computations scratch for checking a point. */
    final byte[] cmac = JCSystem.makeTransientByteArray(CurveCheck.SCRATCH, JCSystem.CLEAR_ON_DESELECT);
    /** A number on its way into a digest or MAC (4). */
    final byte[] number = JCSystem.makeTransientByteArray((short) 4, JCSystem.CLEAR_ON_DESELECT);
    /** The point of a target set by MSE; it outlives commands. */
    final byte[] point = JCSystem.makeTransientByteArray(P256.POINT, JCSystem.CLEAR_ON_DESELECT);
    /** The challenge given last. */
    final byte[] challenge = JCSystem.makeTransientByteArray(Authority.CHALLENGE, JCSystem.CLEAR_ON_DESELECT);

    /** Small values that outlive a command, at the indexes below. */
    final byte[] flags = JCSystem.makeTransientByteArray((short) 16, JCSystem.CLEAR_ON_DESELECT);
    static final byte CLA = 0;
    static final byte INS = 1;
    static final byte P1 = 2;
    static final byte P2 = 3;
    static final byte CHAIN_CLA = 4; // header of the chain in progress, 4 bytes
    static final byte CHAINING = 8;
    static final byte ANSWER_IN = 9; // see Apdu
    static final byte ISSUER = 10;
    static final byte CHALLENGED = 11;
    static final byte ALGORITHM = 12; // set by MSE, 0: the default
    static final byte TARGET = 13; // set by MSE, see Target
    static final byte FAULTS = 14; // cryptograms that did not open in this PIN session
    static final byte SIGNATURE = 15; // the signature algorithm that MSE named, 0: none

    /** Small values of two bytes, likewise. */
    final short[] words = JCSystem.makeTransientShortArray((short) 9, JCSystem.CLEAR_ON_DESELECT);
    static final byte GATHERED = 0; // bytes of the chain so far
    static final byte REST_OFFSET = 1; // what GET RESPONSE gives next
    static final byte REST_LENGTH = 2;
    static final byte CURRENT_DF = 3;
    static final byte CURRENT_EF = 4;
    static final byte CMAC_PENDING = 5;
    static final byte STATUS = 6; // status word of the answer that is given in pieces
    static final byte BLOCK_TEXT = 7; // where the ciphertext of a key block goes on
    static final byte BLOCK_DIFFERENCE = 8; // zero while it is what was there before

    /** Clears what may hold secrets and is not needed beyond this command. */
    void wipe() {
        if (flags[CHAINING] == 0 && flags[ANSWER_IN] != Apdu.IN_BOTH) {
            clear(work);
        }
        if (words[REST_LENGTH] == 0) {
            clear(aux);
        }
        clear(secret);
        clear(hash);
        clear(cmac);
    }

    /** Fills with zeros, not atomically. */
    static void clear(byte[] buffer) {
        Util.arrayFillNonAtomic(buffer, (short) 0, (short) buffer.length, (byte) 0);
    }
}
