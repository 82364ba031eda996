package twincard.simulator;

/** What APDU.setIncomingAndReceive does for a command without data: the API leaves it open. */
enum Receiving {
    /** Throws IO_ERROR, as the reference implementation does. */
    THROWS,
    /** Returns 0, as JCOP does. */
    RETURNS_NOTHING,
    /** Returns Le as if it were Lc, and leaves what is in the buffer, as some chips of Oberthur and Gemplus do. */
    RETURNS_LE
}
