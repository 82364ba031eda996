package twincard.simulator;

import java.util.ArrayList;
import java.util.List;

/** Exceptions that left the applet uncaught, other than ISOException: programming errors, which tests demand none of. */
final class Faults {
    private static final int FRAMES_SHOWN = 12;
    private static final int MOST_KEPT = 1000;

    private final List<String> faults = new ArrayList<>();

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
