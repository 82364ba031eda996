package twincard.simulator;

/**
 * Why something cannot be done. A calling program gets the code and the values, and has sentences of its own. These are
 * for people who run the simulator by hand. The host's `failures.py` has the same codes.
 */
enum Failure {
    /** A bug in the calling program; its one value is a complete sentence. */
    WRONG_USE(0, "%s"),
    IN_USE(1, "Another process is using this card."),
    OTHER_VERSION(2, "The card file %s was written by another version of the simulator."),
    DAMAGED(3, "The card file %s is damaged: it has no complete state."),
    UNFIT(4, "Cannot read the card file: %s."),
    NOT_SAVED(5, "Cannot save the card: %s."),
    NOT_SAVED_EARLIER(6, "The card could not be saved earlier. Open it again."),
    NO_FOLDER(7, "Cannot use %s: there is no such folder."),
    NO_PERMISSION(8, "Cannot use %s: permission denied."),
    UNUSABLE(9, "Cannot use %s: %s."),
    NOT_INSTALLED(10, "The simulated card has no applet installed."),
    INSTALLED_ALREADY(11, "The applet is already installed."),
    REFUSED(12, "The applet refused its installation (%s)."),
    LACKS_ALGORITHM(13, "The chip lacks an algorithm that the applet needs."),
    LACKS_MEMORY(14, "The chip has too little memory for the applet."),
    LACKS_PERSISTENT_MEMORY(15, "The applet needs %s bytes of persistent memory; this chip has %s.");

    final int code;
    private final String sentence;

    Failure(int code, String sentence) {
        this.code = code;
        this.sentence = sentence;
    }

    /** The values come in the order of the sentence. */
    String sentence(String... values) {
        return String.format(sentence, (Object[]) values);
    }
}
