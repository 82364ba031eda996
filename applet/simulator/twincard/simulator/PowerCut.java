package twincard.simulator;

/** The power failed: unwinds the command, past every handler that the applet may have. */
public final class PowerCut extends Error {
    private static final long serialVersionUID = 1;

    PowerCut() {
        super("power cut", null, false, false);
    }
}
