package twincard.simulator;

import java.util.ArrayList;
import java.util.List;

/**
 * Exceptions that left the applet uncaught, other than ISOException, and those that it caught but that only a
 * programming error throws: a handler of all runtime exceptions would hide them. Tests demand none of either.
 */
final class Faults {
    private static final int FRAMES_SHOWN = 12;
    private static final int MOST_KEPT = 1000;

    private final List<String> faults = new ArrayList<>();
    /** So that an exception thrown on to the next handler is noted once. */
    private Throwable lastCaught;

    /** Notes an exception that reached a handler of the applet for all runtime exceptions. */
    void addCaught(Throwable caught) {
        boolean programmingError = caught instanceof NullPointerException || caught instanceof IndexOutOfBoundsException
                || caught instanceof ClassCastException || caught instanceof NegativeArraySizeException
                || caught instanceof ArrayStoreException || caught instanceof ArithmeticException;
        if (programmingError && caught != lastCaught) {
            lastCaught = caught;
            add("caught by the applet", caught);
        }
    }

    void add(String where, Throwable fault) {
        if (faults.size() == MOST_KEPT) {
            return;
        }
        StringBuilder text = new StringBuilder(where).append(": ").append(fault).append('\n');
        StackTraceElement[] frames = fault.getStackTrace();
        for (int i = 0; i < Math.min(frames.length, FRAMES_SHOWN); i++) {
            text.append("    at ").append(frames[i]).append('\n');
        }
        faults.add(text.toString());
    }

    /** One paragraph for each fault so far; empty when there was none. */
    String text() {
        return String.join("\n", faults);
    }
}
