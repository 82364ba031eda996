package twincard.simulator;

/** The supply of the card: counts persistent writes, and fails at the one that a test has chosen. */
final class Power {
    private boolean on = true;
    private int writesUntilCut;
    private int writes;

    /** Chooses the k-th write from now, k counted from 1, as the one at which the power fails; 0 chooses none. */
    void cutAt(int k) {
        writesUntilCut = k;
        writes = 0;
    }

    /**
     * Called before every persistent write.
     *
     * @return whether the power fails at this write, so that it must not be completed
     * @throws PowerCut when the power is off already: code that runs while the command unwinds writes nothing
     */
    boolean failsNow() {
        if (!on) {
            throw new PowerCut();
        }
        writes++;
        if (writesUntilCut == 0 || --writesUntilCut != 0) {
            return false;
        }
        on = false;
        return true;
    }

    boolean isOn() {
        return on;
    }

    void switchOn() {
        on = true;
    }

    /** How many writes there were since the last call of this method or of {@link #cutAt}. */
    int takeWrites() {
        int taken = writes;
        writes = 0;
        return taken;
    }
}
