package twincard.simulator;

/** One card as its woven classes see it: which arrays persist, the power, the open transaction, and what went wrong. */
final class Memory {
    final Power power = new Power();
    final Chip chip;
    final UndoLog log;
    final Counts counts = new Counts();
    final Transients transients = new Transients();
    final Faults faults = new Faults();
    final Exchange exchange;
    /** The card is about to get its memory from a file: keys generated until then are discarded. */
    boolean isLoading;
    private boolean changed;
    private int deepestStack;

    Memory(Chip chip) {
        this.chip = chip;
        exchange = new Exchange(chip);
        transients.addGlobal(exchange.buffer());
        log = new UndoLog(chip.commitCapacity());
    }

    boolean isPersistent(Object array) {
        return !transients.contains(array);
    }

    /**
     * Counts one persistent write. Returns whether the power fails at it; the caller then leaves it undone or half
     * done.
     */
    boolean failsAtWrite() {
        changed = true;
        return power.failsNow();
    }

    /** Counts one persistent write that happens wholly or not at all. */
    void beforeWrite() {
        if (failsAtWrite()) {
            throw new PowerCut();
        }
    }

    /** Ends the transaction; the moment of commitment is itself a write at which the power can fail. */
    void commit() {
        if (!log.isEmpty()) {
            beforeWrite();
        }
        log.commit();
    }

    /** After a call of the applet. */
    void noteStack() {
        deepestStack = Math.max(deepestStack, Hooks.deepestStack());
    }

    /** The deepest stack and the largest transaction since the last call, in bytes. */
    int[] takePeaks() {
        int[] peaks = {deepestStack, log.takePeak()};
        deepestStack = 0;
        return peaks;
    }

    void markChanged() {
        changed = true;
    }

    /** Whether anything persistent was written since the last call. */
    boolean takeChanged() {
        boolean taken = changed;
        changed = false;
        return taken;
    }
}
