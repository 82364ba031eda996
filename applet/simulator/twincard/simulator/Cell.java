package twincard.simulator;

import java.nio.ByteBuffer;

/**
 * One place of the card's persistent memory: copied for snapshots, encoded for the state file. Its writes pass no hook.
 */
interface Cell {
    /** A copy of the content, for {@link #restore}. */
    Object copy(Names names);

    void restore(Object copy);

    void encode(ByteBuffer out, Names names);

    /**
     * Reads what {@link #encode} wrote; the buffer holds nothing else.
     *
     * @return whether that filled all of it
     */
    boolean decode(ByteBuffer in, Names names);
}
