package twincard.simulator;

import java.util.ArrayDeque;
import java.util.Deque;
import javacard.framework.TransactionException;

/** What an open transaction has overwritten, so that it can be put back. */
final class UndoLog {
    private final Deque<Runnable> undo = new ArrayDeque<>();
    private final int capacity;
    private boolean open;
    private int bytes;
    private int largest;
    private int peak;

    /** @param capacity the most bytes of one transaction */
    UndoLog(int capacity) {
        this.capacity = capacity;
    }

    void begin() {
        open = true;
    }

    /**
     * Remembers how to take one write back; does nothing outside a transaction. Refuses, before the write, what is more
     * than the chip can take back.
     */
    void save(int size, Runnable takeBack) {
        if (open) {
            if (size > capacity - bytes) {
                TransactionException.throwIt(TransactionException.BUFFER_FULL);
            }
            undo.push(takeBack);
            bytes += size;
            largest = Math.max(largest, bytes);
            peak = Math.max(peak, bytes);
        }
    }

    boolean isOpen() {
        return open;
    }

    boolean isEmpty() {
        return undo.isEmpty();
    }

    void commit() {
        undo.clear();
        close();
    }

    /** Takes all writes of the open transaction back, the last one first. */
    void rollBack() {
        while (!undo.isEmpty()) {
            undo.pop().run();
        }
        close();
    }

    private void close() {
        open = false;
        bytes = 0;
    }

    /** {@link #largest} since the last call. */
    int takePeak() {
        int taken = peak;
        peak = 0;
        return taken;
    }

    /** The most bytes that one transaction has written, a byte written twice counted twice. */
    int largest() {
        return largest;
    }
}
